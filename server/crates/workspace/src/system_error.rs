//! What the system says of an error, for people.

use std::borrow::Cow;
use std::io;

/// What stands before the number of an error of the system.
const NUMBER: &str = " (os error ";

/// What went wrong, without the number that the system has for it.
pub fn reason(error: &io::Error) -> String {
    without_numbers(&error.to_string()).into_owned()
}

/// A text without the numbers of the errors that it quotes.
pub fn without_numbers(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    while let Some(start) = text.find(NUMBER) {
        let number = &text[start + NUMBER.len()..];
        match number.find(|letter: char| !letter.is_ascii_digit()) {
            Some(digits @ 1..) if number[digits..].starts_with(')') => {
                let end = start + NUMBER.len() + digits + 1;
                text = Cow::Owned(format!("{}{}", &text[..start], &text[end..]));
            }
            _ => break,
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_system_are_left_out() {
        assert_eq!(
            without_numbers("a: No such file (os error 2); b (os error 17)"),
            "a: No such file; b"
        );
        for text in ["plain", "a (os error x)", "a (os error )", "a (os error 2"] {
            assert_eq!(without_numbers(text), text);
        }
        assert!(!reason(&io::Error::from_raw_os_error(2)).contains("os error"));
    }
}

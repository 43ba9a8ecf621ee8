//! Text that keeps to its line.

use std::borrow::Cow;

/// The text with escapes such as `\n` in place of what would break its line, move the cursor or be no character of XML.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    let is_escaped =
        |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_escaped(letter) {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_break_the_line_is_escaped() {
        assert_eq!(on_one_line("é \\n 'x' 𝒳"), "é \\n 'x' 𝒳");
        assert_eq!(
            on_one_line("a\nb\r\t\x1b[31m\u{85}\u{2028}\u{ffff}"),
            "a\\nb\\r\\t\\u{1b}[31m\\u{85}\\u{2028}\\u{ffff}"
        );
    }
}

//! One physical line at a time to tokens, as the `tokenize` module of Python 3.11 does it.
//!
//! That module is written with regular expressions and takes texts that no parser does. Here is what its rules amount to
//! for counting lines: which kinds of tokens there are in which order, and what stays open at the end of a line.
//! (CPython 3.11, `Lib/tokenize.py`, `_tokenize`.)

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// A token, as far as its kind matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A string; whether it spans several lines.
    String { multi_line: bool },
    /// A comment.
    Comment,
    /// The operator `:`.
    Colon,
    /// The operator `;`.
    Semicolon,
    /// Any other name, number or operator.
    Other,
    /// The end of a line that is blank but for being continued from the line before; other ends do not matter.
    BlankEnd,
    /// What `tokenize` does not know, such as a quote that is never closed.
    Error,
}

/// What is open between two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokenizer {
    string: Option<OpenString>,
    brackets: i32,
    is_continued: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OpenString {
    quote: u8,
    is_triple: bool,
}

impl Tokenizer {
    /// Whether the text may end here: no string, bracket or backslash is open.
    pub(super) fn is_complete(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a line without its terminator; `is_last` says that it has none. Calls `emit` for each token.
    pub(super) fn line(&mut self, line: &str, is_last: bool, mut emit: impl FnMut(Token)) {
        let mut rest = line;
        if let Some(open) = self.string {
            match string_end(line, open) {
                Some(end) => {
                    self.string = None;
                    emit(Token::String { multi_line: true });
                    rest = &line[end..];
                }
                None => {
                    // A single quote must be continued by a backslash on every line.
                    if !open.is_triple && (is_last || !line.ends_with('\\')) {
                        self.string = None;
                        emit(Token::Error);
                    }
                    return;
                }
            }
        } else if is_last && line.is_empty() {
            return;
        } else if self.is_continued {
            self.is_continued = false;
            if line.is_empty() && self.brackets <= 0 {
                emit(Token::BlankEnd);
            }
        }
        while let Some(after) = self.token(rest, is_last, &mut emit) {
            rest = after;
        }
    }

    /// Takes one token from the start of `text` and returns what follows; `None` at the end of the line.
    fn token<'a>(&mut self, text: &'a str, is_last: bool, emit: &mut impl FnMut(Token)) -> Option<&'a str> {
        let unblank = text.trim_start_matches([' ', '\t', '\x0c']);
        let first = unblank.chars().next()?;
        if first == '#' {
            emit(Token::Comment);
            return None;
        }
        if first == '\\' && unblank.len() == 1 && !is_last {
            self.is_continued = true;
            return None;
        }
        let prefix = string_prefix(unblank);
        if let Some(quote @ (b'\'' | b'"')) = unblank.as_bytes().get(prefix).copied() {
            let opened = &unblank[prefix + 1..];
            let is_triple = opened.as_bytes().starts_with(&[quote; 2]);
            let opened = if is_triple { &opened[2..] } else { opened };
            let open = OpenString { quote, is_triple };
            if let Some(end) = string_end(opened, open) {
                emit(Token::String { multi_line: false });
                return Some(&opened[end..]);
            }
            if is_triple || !is_last && ends_with_open_escape(opened) {
                self.string = Some(open);
                return None;
            }
        }
        let length = number(unblank).or_else(|| operator(unblank)).or_else(|| name(unblank));
        let Some(length) = length else {
            emit(Token::Error);
            // Blanks before it are errors of their own, which makes no difference.
            return Some(&unblank[first.len_utf8()..]);
        };
        match first {
            '(' | '[' | '{' => self.brackets += 1,
            ')' | ']' | '}' => self.brackets -= 1,
            _ => {}
        }
        emit(match &unblank[..length] {
            ":" => Token::Colon,
            ";" => Token::Semicolon,
            _ => Token::Other,
        });
        Some(&unblank[length..])
    }
}

/// Whether a text, with its terminators of lines, is one string and nothing else.
pub(super) fn is_one_string(text: &str) -> bool {
    let prefix = string_prefix(text);
    let Some(quote @ (b'\'' | b'"')) = text.as_bytes().get(prefix).copied() else {
        return false;
    };
    let opened = &text[prefix + 1..];
    let is_triple = opened.as_bytes().starts_with(&[quote; 2]);
    let opened = if is_triple { &opened[2..] } else { opened };
    string_end(opened, OpenString { quote, is_triple }) == Some(opened.len())
        && (is_triple || !has_open_line_end(opened))
}

/// Whether the text has a terminator of a line that no backslash escapes.
fn has_open_line_end(text: &str) -> bool {
    let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    lines.any(|line| !ends_with_open_escape(line.trim_end_matches('\r')))
}

/// The offset behind the closing quotes of a string that `text` starts in, if they are on this line.
fn string_end(text: &str, open: OpenString) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut position = 0;
    loop {
        position += memchr::memchr2(b'\\', open.quote, bytes.get(position..)?)?;
        if bytes[position] == b'\\' {
            // The escaped character may have several bytes, but none of these is a quote or a backslash.
            position += 2;
        } else if !open.is_triple {
            return Some(position + 1);
        } else if bytes[position..].starts_with(&[open.quote; 3]) {
            return Some(position + 3);
        } else {
            position += 1;
        }
    }
}

/// Whether the line ends with a backslash that escapes its terminator.
fn ends_with_open_escape(text: &str) -> bool {
    text.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

/// The length of the letters before the quote of a string that starts here; 0 if there are none.
fn string_prefix(text: &str) -> usize {
    let is_letter = |byte: &&u8| matches!(byte.to_ascii_lowercase(), b'b' | b'r' | b'u' | b'f');
    let letters = text.bytes().take(3).collect::<Vec<u8>>();
    let length = letters.iter().take_while(is_letter).count();
    let lower: Vec<u8> = letters[..length].iter().map(u8::to_ascii_lowercase).collect();
    match lower.as_slice() {
        [] | [_] | [b'b' | b'f', b'r'] | [b'r', b'b' | b'f'] => length,
        // No prefix, so these letters are a name.
        _ => usize::MAX / 2,
    }
}

/// The length of the number that `text` starts with.
fn number(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    let starts_with_point = first == b'.' && bytes.get(1).is_some_and(u8::is_ascii_digit);
    if !first.is_ascii_digit() && !starts_with_point {
        return None;
    }
    let whole = digits(bytes, 0);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        end = digits(bytes, end + 1);
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes, end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    if let Some(b'j' | b'J') = bytes.get(end) {
        return Some(end + 1);
    }
    if end > whole {
        return Some(end);
    }
    Some(integer(bytes, whole))
}

/// The length of an integer whose leading decimal digits are `whole` bytes.
fn integer(bytes: &[u8], whole: usize) -> usize {
    if bytes[0] != b'0' {
        return whole;
    }
    let is_digit: fn(&u8) -> bool = match bytes.get(1) {
        Some(b'x' | b'X') => u8::is_ascii_hexdigit,
        Some(b'o' | b'O') => |byte| matches!(byte, b'0'..=b'7'),
        Some(b'b' | b'B') => |byte| matches!(byte, b'0' | b'1'),
        // Only zeros may follow a leading zero.
        _ => return run(bytes, 0, |byte| *byte == b'0'),
    };
    match run(bytes, 2, is_digit) {
        2 if bytes.get(2) == Some(&b'_') => match run(bytes, 3, is_digit) {
            3 => 1,
            end => end,
        },
        2 => 1,
        end => end,
    }
}

fn digits(bytes: &[u8], start: usize) -> usize {
    run(bytes, start, u8::is_ascii_digit)
}

/// The end of the digits from `start` on, with single underscores between them.
fn run(bytes: &[u8], start: usize, is_digit: impl Fn(&u8) -> bool) -> usize {
    let mut end = start;
    loop {
        match bytes.get(end) {
            Some(byte) if is_digit(byte) => end += 1,
            Some(b'_') if end > start && bytes.get(end + 1).is_some_and(&is_digit) => end += 2,
            _ => return end,
        }
    }
}

/// The length of the operator that `text` starts with.
fn operator(text: &str) -> Option<usize> {
    const THREE: [&str; 5] = ["**=", "...", "//=", "<<=", ">>="];
    const TWO: [&str; 19] = [
        "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=", ":=", "<<", "<=", "==", ">=", ">>", "@=", "^=",
        "|=",
    ];
    const ONE: &[u8] = b"%&()*+,-./:;<=>@[]^{|}~";
    let starts = |operators: &[&str]| operators.iter().any(|operator| text.starts_with(operator));
    if starts(&THREE) {
        Some(3)
    } else if starts(&TWO) {
        Some(2)
    } else {
        ONE.contains(text.as_bytes().first()?).then_some(1)
    }
}

/// The length of the run of word characters that `text` starts with.
fn name(text: &str) -> Option<usize> {
    let length = text
        .chars()
        .take_while(|&letter| is_word(letter))
        .map(char::len_utf8)
        .sum();
    (length > 0).then_some(length)
}

/// Whether the regular expression `\w` matches: a letter or a number, but no combining mark, or `_`.
fn is_word(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    matches!(
        character.general_category(),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::DecimalNumber
            | GeneralCategory::LetterNumber
            | GeneralCategory::OtherNumber
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(line: &str) -> Vec<Token> {
        let mut found = Vec::new();
        Tokenizer::default().line(line, true, |token| found.push(token));
        found
    }

    #[test]
    fn numbers_end_where_tokenize_ends_them() {
        for (text, length) in [
            ("1", 1),
            ("12_3x", 4),
            ("0x1F_g", 4),
            ("0xg", 1),
            ("0x_f", 4),
            ("0o17", 4),
            ("0b102", 4),
            ("00_0", 4),
            ("0777", 1),
            ("1.", 2),
            ("1.5e3", 5),
            ("1e", 1),
            ("1e+5j", 5),
            (".5", 2),
            ("1_j", 1),
            ("09.5", 4),
            ("1__0", 1),
            ("0_x", 1),
            ("1..2", 2),
            ("077j", 4),
        ] {
            assert_eq!(number(text), Some(length), "{text}");
        }
        assert_eq!(number("."), None);
        assert_eq!(number("x"), None);
    }

    #[test]
    fn prefixes_belong_to_strings() {
        let string = Token::String { multi_line: false };
        for text in ["''", "b''", "Rb\"x\"", "f'{x}'", "u''", "'''a'''", "'\\''"] {
            assert_eq!(tokens(text), [string], "{text}");
        }
        assert_eq!(tokens("ur''"), [Token::Other, string]);
        assert_eq!(tokens("'a' 'b'"), [string, string]);
    }

    #[test]
    fn what_is_not_python_is_an_error() {
        for text in ["$", "?", "'a", "b\"a", "!", "\\", "x \\ y", "a\u{301}", "\u{2118}"] {
            assert!(tokens(text).contains(&Token::Error), "{text}");
        }
    }

    #[test]
    fn a_line_leaves_open_what_it_opens() {
        let mut tokenizer = Tokenizer::default();
        for (line, complete) in [
            ("x = (1,", false),
            ("'''a", false),
            ("b\\", false),
            ("''')", true),
            ("y \\", false),
            ("", true),
            ("'a \\", false),
            ("b'", true),
            ("# (", true),
        ] {
            tokenizer.line(line, false, |token| assert_ne!(token, Token::Error));
            assert_eq!(tokenizer.is_complete(), complete, "{line}");
        }
    }
}

//! Interpolated strings that only Python 3.12 and newer read, written so that older tokenizers see one string.

use std::borrow::Cow;

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange};

use super::tokenize::is_one_string;
use antipasta_syntax::parse;

/// The text with a plain string of as many lines in place of each interpolated string that the tokenizer of Python 3.11
/// would not take for one string. A text that does not parse stays as it is.
pub(super) fn without_newer_strings(text: &str) -> Cow<'_, str> {
    let Ok(source) = parse(text) else {
        return Cow::Borrowed(text);
    };
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    let mut open = Vec::new();
    for token in source.tokens() {
        match token.kind() {
            TokenKind::FStringStart | TokenKind::TStringStart => open.push(token.start()),
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                let Some(start) = open.pop().filter(|_| open.is_empty()) else {
                    continue;
                };
                let range = TextRange::new(start, token.end());
                if is_one_string(&text[range]) {
                    continue;
                }
                result += &text[end..start.to_usize()];
                result += "'''";
                let inside = |letter| if is_mark(letter) { 'x' } else { letter };
                result.extend(text[range].chars().map(inside));
                result += "'''";
                end = range.end().to_usize();
            }
            _ => {}
        }
    }
    result += &text[end..];
    Cow::Owned(result)
}

/// Whether a character may end a string, or escape what follows.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\'' | '"' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_older_tokenizer_takes_apart_is_written_anew() {
        for (text, expected) in [
            ("x = f'{a}' f\"{b!r:>{c}}\" f'\\'{d}' f'''{\ne}'''\n", None),
            ("x = f\"{d[\"(\"]}\"\n", Some("x = '''fx{d[x(x]}x'''\n")),
            ("x = f'{\na}' # f'\n", Some("x = '''fx{\na}x''' # f'\n")),
            ("t'{a}'\n", Some("'''tx{a}x'''\n")),
            ("f'{f'{1}'}' f'{a}'\n", Some("'''fx{fx{1}x}x''' f'{a}'\n")),
        ] {
            assert_eq!(without_newer_strings(text), expected.unwrap_or(text), "{text:?}");
        }
    }
}

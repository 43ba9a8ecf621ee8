//! The values of strings with lone surrogates, which Python's strings can hold and Rust's cannot.
//!
//! ruff's parser puts U+FFFD where a string literal has an escape such as `\ud800`, so that strings that differ in
//! nothing else look equal. Where that may have happened, the literal is read again here.

use ruff_python_ast::{AnyStringFlags, StringFlags, StringLiteral};
use ruff_text_size::Ranged;

/// Whether the parser may have put U+FFFD in place of a lone surrogate.
pub(crate) fn may_have_been_lost(literal: &StringLiteral) -> bool {
    literal.value.contains(char::REPLACEMENT_CHARACTER)
}

/// The concatenated values of `literals`, whose ranges are in `source`: UTF-8, in which a surrogate is encoded as its
/// code point would be ("WTF-8 without joining": an escaped pair stays two surrogates, as in Python).
pub(crate) fn value(literals: &[StringLiteral], source: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for literal in literals {
        if may_have_been_lost(literal) {
            read(literal, source, &mut bytes);
        } else {
            bytes.extend_from_slice(literal.value.as_bytes());
        }
    }
    bytes
}

/// Reads one literal. Each of its U+FFFD is either written as such, or by an escape that gives it, or stands for a
/// surrogate; so the escapes are walked in step with the parsed value.
fn read(literal: &StringLiteral, source: &str, bytes: &mut Vec<u8>) {
    let flags = AnyStringFlags::from(literal.flags);
    let range = literal.range();
    let content = range.add_start(flags.opener_len()).sub_end(flags.closer_len());
    let text = &source[content];
    if flags.is_raw_string() {
        bytes.extend_from_slice(literal.value.as_bytes());
        return;
    }
    let mut surrogates = surrogate_escapes(text).into_iter().peekable();
    let mut replacements = 0;
    for character in literal.value.chars() {
        if character != char::REPLACEMENT_CHARACTER {
            push(bytes, u32::from(character));
            continue;
        }
        match surrogates.next_if(|&(index, _)| index == replacements) {
            Some((_, surrogate)) => push(bytes, surrogate),
            None => push(bytes, u32::from(character)),
        }
        replacements += 1;
    }
}

/// The surrogates that `text`, the content of a literal, escapes: each with how many U+FFFD come before it.
fn surrogate_escapes(text: &str) -> Vec<(usize, u32)> {
    let mut found = Vec::new();
    let mut replacements = 0;
    let mut rest = text;
    while let Some(index) = rest.find(['\\', char::REPLACEMENT_CHARACTER]) {
        rest = &rest[index..];
        let Some(escape) = rest.strip_prefix('\\') else {
            replacements += 1;
            rest = &rest[char::REPLACEMENT_CHARACTER.len_utf8()..];
            continue;
        };
        let digits = match escape.as_bytes().first() {
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b'N') => {
                let name = escape[1..].strip_prefix('{').and_then(|name| name.split('}').next());
                replacements +=
                    usize::from(name.is_some_and(|name| name.eq_ignore_ascii_case("replacement character")));
                0
            }
            _ => 0,
        };
        let code = (digits > 0)
            .then(|| escape.get(1..=digits))
            .flatten()
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code {
            Some(code @ 0xd800..=0xdfff) => {
                found.push((replacements, code));
                replacements += 1;
            }
            Some(0xfffd) => replacements += 1,
            _ => {}
        }
        let escaped = escape.chars().next().map_or(0, char::len_utf8);
        rest = &escape[escaped..];
    }
    found
}

/// Appends a code point in UTF-8's generalised form.
fn push(bytes: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => bytes.extend_from_slice(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}

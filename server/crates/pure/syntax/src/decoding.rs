//! Bytes to text, as Python decodes source files (PEP 263 and the language reference, "Encoding declarations").

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1255};
use memchr::memchr2;
use oem_cp::code_table::DECODING_TABLE_CP_MAP;
use thiserror::Error;

use super::encoding_names::{Decoding, decoding_of};

/// Why bytes are no Python source text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// A byte sequence that the encoding does not have.
    #[error("line {line}: byte {byte:#04x} at offset {offset} is not valid {encoding}{hint}")]
    Invalid {
        /// The encoding that was assumed or declared.
        encoding: String,
        /// The line, from 1.
        line: u32,
        /// The offset of the first bad byte.
        offset: usize,
        /// The first bad byte.
        byte: u8,
        /// What may be meant, in words that continue the sentence; or nothing.
        hint: &'static str,
    },
    /// The text has a sequence that its declared encoding does not have, at a place that is not known.
    #[error("the file is not valid {encoding}, which it declares as its encoding")]
    InvalidSomewhere {
        /// The declared encoding.
        encoding: String,
    },
    /// The declared encoding is one of those of which only ASCII is known, and the text has more.
    #[error(
        "line {line}: byte {byte:#04x} at offset {offset} is not ASCII, and of the declared encoding `{encoding}` no more \
         is supported; UTF-8 is"
    )]
    OnlyAscii {
        /// The declared name.
        encoding: String,
        /// The line, from 1.
        line: u32,
        /// The offset of the first byte beyond ASCII.
        offset: usize,
        /// That byte.
        byte: u8,
    },
    /// The declared encoding is not known.
    #[error("line {line}: unknown encoding `{encoding}`")]
    UnknownEncoding {
        /// The declared name.
        encoding: String,
        /// The line of the declaration, from 1.
        line: u32,
    },
    /// The declared encoding is one that Python has, but we do not.
    #[error("line {line}: the encoding `{encoding}` is not supported; save the file as UTF-8")]
    Unsupported {
        /// The declared name.
        encoding: String,
        /// The line of the declaration, from 1.
        line: u32,
    },
    /// A UTF-8 byte order mark and a declaration that contradict each other.
    #[error("line {line}: the file starts with a UTF-8 byte order mark but declares the encoding `{encoding}`")]
    Contradiction {
        /// The declared name.
        encoding: String,
        /// The line of the declaration, from 1.
        line: u32,
    },
    /// A second byte order mark behind the first, which is a character that begins no token.
    #[error("line 1: invalid non-printable character U+FEFF: the file starts with two byte order marks")]
    SecondMark,
    /// UTF-16 or UTF-32, which Python does not accept for source files.
    #[error("the file looks like {0}, which Python does not accept as a source encoding")]
    WideEncoding(&'static str),
}

/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Decodes the bytes of a source file: UTF-8, with or without a byte order mark (which is dropped), or the encoding
/// that a PEP 263 comment on one of the first two lines declares.
///
/// # Errors
///
/// A [`DecodeError`] if the encoding is not known or the bytes are not valid in it.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let (marked, body) = match bytes.strip_prefix(MARK) {
        Some(body) => (true, body),
        None => (false, bytes),
    };
    // The parser drops a mark as well, and so would not see this one.
    if marked && body.starts_with(MARK) {
        return Err(DecodeError::SecondMark);
    }
    let Some((line, name)) = declaration(body) else {
        return utf_8(bytes, body);
    };
    let Some(decoding) = decoding_of(&name) else {
        return Err(DecodeError::UnknownEncoding { encoding: name, line });
    };
    if marked && decoding != Decoding::Utf8 {
        return Err(DecodeError::Contradiction { encoding: name, line });
    }
    if let Decoding::Windows(encoding) = decoding
        && let Some(offset) = undefined(encoding, body)
    {
        return Err(invalid(body, offset, name));
    }
    match decoding {
        Decoding::Utf8 => utf_8(bytes, body),
        Decoding::Latin1 => Ok(Cow::Owned(body.iter().map(|&byte| char::from(byte)).collect())),
        Decoding::Ascii => ascii(body).map_err(|offset| invalid(body, offset, name)),
        Decoding::AsciiPart => ascii(body).map_err(|offset| DecodeError::OnlyAscii {
            encoding: name,
            line: line_of(body, offset),
            offset,
            byte: body[offset],
        }),
        Decoding::Standard(encoding) | Decoding::Windows(encoding) => encoding
            .decode_without_bom_handling_and_without_replacement(body)
            .ok_or(DecodeError::InvalidSomewhere { encoding: name }),
        Decoding::CodePage(page) => DECODING_TABLE_CP_MAP
            .get(&page)
            .and_then(|table| table.decode_string_checked(body))
            .map(Cow::Owned)
            .ok_or(DecodeError::InvalidSomewhere { encoding: name }),
        Decoding::Utf7 => Err(DecodeError::Unsupported { encoding: name, line }),
        Decoding::Wide(name) => Err(DecodeError::WideEncoding(name)),
    }
}

fn utf_8<'a>(bytes: &'a [u8], body: &'a [u8]) -> Result<Cow<'a, str>, DecodeError> {
    std::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
        if let Some(wide) = wide_encoding(bytes) {
            return DecodeError::WideEncoding(wide);
        }
        invalid(body, error.valid_up_to(), "UTF-8".to_owned())
    })
}

/// The text of bytes that are all ASCII, or where one is not.
fn ascii(body: &[u8]) -> Result<Cow<'_, str>, usize> {
    std::str::from_utf8(body)
        .ok()
        .filter(|text| text.is_ascii())
        .map(Cow::Borrowed)
        .ok_or_else(|| body.iter().take_while(|byte| byte.is_ascii()).count())
}

/// The first byte that a code page of Windows leaves undefined. The WHATWG Encoding Standard makes a control character of it,
/// where Python has nothing, and it has one letter that Windows added later.
fn undefined(encoding: &'static Encoding, body: &[u8]) -> Option<usize> {
    let is_undefined = |byte: u8| {
        let letter = encoding.decode_without_bom_handling_and_without_replacement(std::slice::from_ref(&byte));
        letter.is_none_or(|letter| letter.chars().eq([char::from(byte)]))
    };
    let mut bytes: Vec<u8> = (0x80..=0x9f).filter(|byte| is_undefined(*byte)).collect();
    if encoding == WINDOWS_1255 {
        bytes.push(0xca);
    }
    body.iter().position(|byte| bytes.contains(byte))
}

fn line_of(body: &[u8], offset: usize) -> u32 {
    1 + body[..offset].iter().filter(|&&byte| byte == b'\n').count() as u32
}

fn invalid(body: &[u8], offset: usize, encoding: String) -> DecodeError {
    let line = line_of(body, offset);
    let hint = if memchr::memchr(0, &body[..body.len().min(8192)]).is_some() {
        " (is this a binary file?)"
    } else {
        ""
    };
    DecodeError::Invalid {
        encoding,
        line,
        offset,
        byte: body[offset],
        hint,
    }
}

fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 4] = [
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
    ];
    MARKS
        .iter()
        .find(|(mark, _)| bytes.starts_with(mark))
        .map(|&(_, name)| name)
}

/// The encoding that a comment on the first or second line declares, with the line (from 1). The second line counts
/// only below a blank line or a comment.
fn declaration(body: &[u8]) -> Option<(u32, String)> {
    let (first, rest) = split_line(body);
    if let Some(name) = declared_name(first) {
        return Some((1, name));
    }
    let content = trim_start(first);
    if !(content.is_empty() || content.starts_with(b"#")) {
        return None;
    }
    let (second, _) = split_line(rest);
    declared_name(second).map(|name| (2, name))
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr2(b'\n', b'\r', bytes) {
        None => (bytes, &[]),
        Some(end) => {
            let terminator = if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
            (&bytes[..end], &bytes[end + terminator..])
        }
    }
}

fn trim_start(line: &[u8]) -> &[u8] {
    let blank = line
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'))
        .count();
    &line[blank..]
}

/// The name in a comment that matches PEP 263's `coding[=:]\s*([-\w.]+)`.
fn declared_name(line: &[u8]) -> Option<String> {
    let comment = trim_start(line);
    if !comment.starts_with(b"#") {
        return None;
    }
    memchr::memmem::find_iter(comment, b"coding").find_map(|found| {
        let rest = comment[found + b"coding".len()..]
            .strip_prefix(b":")
            .or_else(|| comment[found + b"coding".len()..].strip_prefix(b"="))?;
        let name: String = rest
            .iter()
            .skip_while(|byte| matches!(byte, b' ' | b'\t'))
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .map(|&byte| char::from(byte))
            .collect();
        (!name.is_empty()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_borrowed_and_a_byte_order_mark_dropped() {
        assert!(matches!(decode("x = 'é'".as_bytes()), Ok(Cow::Borrowed("x = 'é'"))));
        assert_eq!(decode(b"\xef\xbb\xbfx").unwrap(), "x");
        assert_eq!(decode(b"").unwrap(), "");
        assert_eq!(decode(b"\xef\xbb\xbf\xef\xbb\xbfx\n"), Err(DecodeError::SecondMark));
    }

    #[test]
    fn a_declaration_is_honoured_on_the_first_two_lines() {
        assert_eq!(
            decode(b"# -*- coding: latin-1 -*-\n'\xe9'").unwrap(),
            "# -*- coding: latin-1 -*-\n'é'"
        );
        assert_eq!(
            decode(b"#!/bin/python\n# vim: fileencoding=cp1252\n'\x80'")
                .unwrap()
                .chars()
                .last(),
            Some('\'')
        );
        assert_eq!(decode(b"\n#coding=koi8-r\n'\xc1'").unwrap(), "\n#coding=koi8-r\n'а'");
        assert_eq!(
            decode(b"# coding: euc_jp\n'\xa4\xa2'").unwrap(),
            "# coding: euc_jp\n'あ'"
        );
    }

    #[test]
    fn code_pages_of_dos_are_known() {
        for (name, byte, letter) in [
            ("cp437", b'\x82', 'é'),
            ("IBM852", b'\xad', 'ş'),
            ("cp855", b'\xe9', 'ж'),
        ] {
            let mut bytes = format!("# coding: {name}\n").into_bytes();
            bytes.push(byte);
            assert!(decode(&bytes).unwrap().ends_with(letter), "{name}");
        }
        assert_eq!(
            decode(b"# coding: cp857\n\xd5").unwrap_err().to_string(),
            "the file is not valid cp857, which it declares as its encoding"
        );
    }

    #[test]
    fn bytes_that_a_code_page_of_windows_leaves_undefined_are_refused_as_by_python() {
        // CPython 3.11: what `bytes([byte]).decode(name)` refuses from 0x80 to 0x9f.
        for (name, undefined) in [
            ("cp1250", "81 83 88 90 98"),
            ("windows_1251", "98"),
            ("1252", "81 8d 8f 90 9d"),
            ("cp1253", "81 88 8a 8c 8d 8e 8f 90 98 9a 9c 9d 9e 9f"),
            ("cp1254", "81 8d 8e 8f 90 9d 9e"),
            ("cp1255", "81 8a 8c 8d 8e 8f 90 9a 9c 9d 9e 9f"),
            ("cp1256", ""),
            ("cp1257", "81 83 88 8a 8c 90 98 9a 9c 9f"),
            ("cp1258", "81 8a 8d 8e 8f 90 9a 9d 9e"),
            (
                "cp874",
                "81 82 83 84 86 87 88 89 8a 8b 8c 8d 8e 8f 90 98 99 9a 9b 9c 9d 9e 9f",
            ),
            // The web takes these for code pages of Windows; to Python they have all control characters.
            ("iso8859_9", ""),
            ("tis_620", ""),
        ] {
            let is_refused =
                |byte: &u8| decode(&[format!("# coding: {name}\n#").as_bytes(), &[*byte]].concat()).is_err();
            let refused = (0x80..=0x9f).filter(is_refused).map(|byte| format!("{byte:02x}"));
            assert_eq!(refused.collect::<Vec<_>>().join(" "), undefined, "{name}");
        }
        assert!(decode(b"# coding: cp1255\n#\xca").is_err());
        assert_eq!(
            decode(b"# coding: cp1252\n'\x81'").unwrap_err().to_string(),
            "line 2: byte 0x81 at offset 18 is not valid cp1252"
        );
    }

    #[test]
    fn latin_1_has_all_256_bytes() {
        let decoded = decode(b"#coding:iso-8859-1\r\x80\x9f").unwrap();
        assert!(decoded.ends_with("\u{80}\u{9f}"));
    }

    #[test]
    fn a_declaration_below_code_or_on_the_third_line_is_none() {
        assert!(decode(b"x = 1\n# coding: latin-1\n'\xe9'").is_err());
        assert!(decode(b"\n\n# coding: latin-1\n'\xe9'").is_err());
    }

    #[test]
    fn bad_bytes_are_located() {
        assert_eq!(
            decode(b"x = 1\ny = '\xe9'\n").unwrap_err().to_string(),
            "line 2: byte 0xe9 at offset 11 is not valid UTF-8"
        );
        assert_eq!(
            decode(b"\x7fELF\0\xff").unwrap_err().to_string(),
            "line 1: byte 0xff at offset 5 is not valid UTF-8 (is this a binary file?)"
        );
        assert!(matches!(
            decode(b"# coding: ascii\n\xe9"),
            Err(DecodeError::Invalid { line: 2, .. })
        ));
    }

    #[test]
    fn ascii_is_ascii_in_encodings_that_are_not_decoded() {
        let declared = "# coding: cp1125\nx = 1\n";
        assert!(matches!(decode(declared.as_bytes()), Ok(Cow::Borrowed(text)) if text == declared));
        assert_eq!(
            decode(b"# coding: cp1125\n'\x80'").unwrap_err().to_string(),
            "line 2: byte 0x80 at offset 18 is not ASCII, and of the declared encoding `cp1125` no more is supported; UTF-8 is"
        );
        assert_eq!(
            decode(b"# coding: utf-16\nxy"),
            Err(DecodeError::WideEncoding("UTF-16"))
        );
    }

    #[test]
    fn unusable_declarations_are_named() {
        assert_eq!(
            decode(b"# coding: klingon\n").unwrap_err().to_string(),
            "line 1: unknown encoding `klingon`"
        );
        assert!(matches!(
            decode(b"\xef\xbb\xbf# coding: latin-1\n"),
            Err(DecodeError::Contradiction { line: 1, .. })
        ));
        assert_eq!(decode(b"\xff\xfex\0"), Err(DecodeError::WideEncoding("UTF-16")));
    }
}

//! Positions as the Language Server Protocol has them, and where they are in a text.

use std::borrow::Cow;
use std::ops::Range;

use ropey::Rope;

/// What the characters of a [`Position`] are counted in (LSP 3.17, `PositionEncodingKind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16: what every client understands.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

impl PositionEncoding {
    /// The length of a text in units of the encoding.
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Utf32 => text.chars().count(),
        }
    }
}

/// A place between two characters of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 0. Lines end with `\n`, `\r\n` or `\r`.
    pub line: u32,
    /// The offset in the line, from 0, in units of a [`PositionEncoding`].
    pub character: u32,
}

impl Position {
    /// The offset in bytes of this position in `text`.
    ///
    /// As the protocol wants it, a character past the end of its line is the end of the line, before its terminator. A
    /// line past the end is the end of the text; a position inside a character, between two surrogates for instance, is
    /// that before the character.
    pub fn byte(self, text: &Rope, encoding: PositionEncoding) -> usize {
        let line = self.line as usize;
        if line >= text.len_lines() {
            return text.len_bytes();
        }
        let character = self.character as usize;
        let start = text.line_to_byte(line);
        let end = start + line_bytes(text, line);
        let byte = match encoding {
            PositionEncoding::Utf8 => {
                let byte = start.saturating_add(character).min(end);
                text.char_to_byte(text.byte_to_char(byte))
            }
            PositionEncoding::Utf16 => {
                let first = text.char_to_utf16_cu(text.byte_to_char(start));
                let unit = first.saturating_add(character).min(text.len_utf16_cu());
                text.char_to_byte(text.utf16_cu_to_char(unit))
            }
            PositionEncoding::Utf32 => {
                let first = text.byte_to_char(start);
                let character = first.saturating_add(character).min(text.len_chars());
                text.char_to_byte(character)
            }
        };
        byte.min(end)
    }

    /// The positions of the first byte and of the end of some bytes, as [`of_byte`](Self::of_byte) gives them.
    pub fn of_bytes(text: &Rope, bytes: &Range<usize>, encoding: PositionEncoding) -> [Self; 2] {
        let start = Self::of_byte(text, bytes.start, encoding);
        // Most ranges are short and in one line, and need not be looked for twice.
        let end = match short_text(text, bytes.clone()) {
            Some(inside) if !inside.contains(['\n', '\r']) => Self {
                character: start.character + encoding.length(&inside) as u32,
                ..start
            },
            _ => Self::of_byte(text, bytes.end, encoding),
        };
        [start, end]
    }

    /// The position of an offset in bytes, or the nearest one before that is between two characters.
    pub fn of_byte(text: &Rope, byte: usize, encoding: PositionEncoding) -> Self {
        let byte = byte.min(text.len_bytes());
        let line = text.byte_to_line(byte);
        let start = text.line_to_byte(line);
        if let Some(before) = short_text(text, start..byte) {
            return Self {
                line: line as u32,
                character: encoding.length(&before) as u32,
            };
        }
        let character = match encoding {
            PositionEncoding::Utf8 => text.char_to_byte(text.byte_to_char(byte)) - start,
            PositionEncoding::Utf16 => {
                let unit = |byte| text.char_to_utf16_cu(text.byte_to_char(byte));
                unit(byte) - unit(start)
            }
            PositionEncoding::Utf32 => text.byte_to_char(byte) - text.byte_to_char(start),
        };
        Self {
            line: line as u32,
            character: character as u32,
        }
    }
}

/// Some bytes of a text, if it is cheaper to look at them than to ask the rope where their characters are, as it is in most
/// lines; and if they end between two characters.
fn short_text(text: &Rope, bytes: Range<usize>) -> Option<Cow<'_, str>> {
    const MAX_BYTES: usize = 256;
    let is_short = bytes.len() <= MAX_BYTES;
    is_short.then(|| text.get_byte_slice(bytes).map(Cow::from)).flatten()
}

/// The length in bytes of a line without its terminator.
fn line_bytes(text: &Rope, line: usize) -> usize {
    let slice = text.line(line);
    let mut length = slice.len_bytes();
    let mut last = slice.chars_at(slice.len_chars());
    match last.prev() {
        Some('\n') => {
            length -= 1;
            if last.prev() == Some('\r') {
                length -= 1;
            }
        }
        Some('\r') => length -= 1,
        _ => {}
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use PositionEncoding::{Utf8, Utf16, Utf32};

    const TEXT: &str = "aé😀b\r\nc\rd\n";

    fn byte(line: u32, character: u32, encoding: PositionEncoding) -> usize {
        Position { line, character }.byte(&Rope::from_str(TEXT), encoding)
    }

    #[test]
    fn characters_are_counted_in_units_of_the_encoding() {
        assert_eq!([0, 1, 3, 7, 8].map(|at| byte(0, at, Utf8)), [0, 1, 3, 7, 8]);
        assert_eq!([0, 1, 2, 4, 5].map(|at| byte(0, at, Utf16)), [0, 1, 3, 7, 8]);
        assert_eq!([0, 1, 2, 3, 4].map(|at| byte(0, at, Utf32)), [0, 1, 3, 7, 8]);
    }

    #[test]
    fn a_position_inside_a_character_is_before_it() {
        assert_eq!(byte(0, 3, Utf16), 3);
        assert_eq!([2, 4, 5, 6].map(|at| byte(0, at, Utf8)), [1, 3, 3, 3]);
    }

    #[test]
    fn a_position_past_the_end_is_the_end() {
        for encoding in [Utf8, Utf16, Utf32] {
            assert_eq!(byte(0, 99, encoding), 8, "before the terminator");
            assert_eq!(byte(0, u32::MAX, encoding), 8);
            assert_eq!(byte(1, 7, encoding), 11);
            assert_eq!(byte(2, 7, encoding), 13);
            assert_eq!(byte(3, 7, encoding), TEXT.len());
            assert_eq!(byte(4, 0, encoding), TEXT.len());
            assert_eq!(byte(u32::MAX, u32::MAX, encoding), TEXT.len());
        }
    }

    #[test]
    fn the_ends_of_a_range_are_those_of_its_bytes() {
        let long = "é😀b\n".repeat(200) + &"é😀b".repeat(200);
        for text in [TEXT, &long] {
            let rope = Rope::from_str(text);
            for encoding in [Utf8, Utf16, Utf32] {
                for (start, _) in text.char_indices().step_by(7) {
                    for end in (start..=text.len() + 1).step_by(5) {
                        let each = [start, end].map(|byte| Position::of_byte(&rope, byte, encoding));
                        assert_eq!(
                            Position::of_bytes(&rope, &(start..end), encoding),
                            each,
                            "{start}..{end}"
                        );
                    }
                }
            }
        }
    }

    /// Positions are counted in short lines, and looked up in long ones.
    #[test]
    fn length_makes_no_difference() {
        for encoding in [Utf8, Utf16, Utf32] {
            let text = Rope::from_str(&"é😀b".repeat(200));
            let mut expected = 0;
            for (byte, character) in text.to_string().char_indices() {
                assert_eq!(Position::of_byte(&text, byte, encoding).character, expected, "{byte}");
                assert_eq!(
                    Position::of_byte(&text, byte + character.len_utf8() - 1, encoding).character,
                    expected
                );
                expected += match encoding {
                    Utf8 => character.len_utf8(),
                    Utf16 => character.len_utf16(),
                    Utf32 => 1,
                } as u32;
            }
        }
    }

    #[test]
    fn every_character_has_a_position_that_leads_back_to_it() {
        let text = Rope::from_str(TEXT);
        for encoding in [Utf8, Utf16, Utf32] {
            for (offset, character) in TEXT.char_indices() {
                let position = Position::of_byte(&text, offset, encoding);
                let is_inside_terminator = character == '\n' && TEXT[..offset].ends_with('\r');
                let expected = if is_inside_terminator { offset - 1 } else { offset };
                assert_eq!(position.byte(&text, encoding), expected, "{offset}");
            }
        }
    }
}

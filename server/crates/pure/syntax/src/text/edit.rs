//! Edits of a text.

use std::ops::Range;

use ropey::Rope;

use super::position::{Position, PositionEncoding};

/// A place in a text by its line, and its column in bytes, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCol {
    /// The line.
    pub line: u32,
    /// How many bytes of the line are before it.
    pub column: u32,
}

impl LineCol {
    fn of_byte(text: &Rope, byte: usize) -> Self {
        let line = text.byte_to_line(byte);
        Self {
            line: line as u32,
            column: (byte - text.line_to_byte(line)) as u32,
        }
    }
}

/// Where an edit took place: what was between `start` and `old_end` gave way to what is now between `start` and
/// `new_end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the edit starts, in bytes.
    pub start_byte: usize,
    /// Where what was replaced ended, in bytes of the old text.
    pub old_end_byte: usize,
    /// Where the replacement ends, in bytes of the new text.
    pub new_end_byte: usize,
    /// `start_byte` in the old text.
    pub start: LineCol,
    /// `old_end_byte` in the old text.
    pub old_end: LineCol,
    /// `new_end_byte` in the new text.
    pub new_end: LineCol,
}

/// Replaces a range of `text`, which may be empty or, if it is `None`, everything; returns where.
///
/// The ends of the range are taken as [`Position::byte`] takes them. If they are in the wrong order, they are exchanged.
pub fn replace(text: &mut Rope, range: Option<Range<Position>>, replacement: &str, encoding: PositionEncoding) -> Edit {
    let (start, end) = match range {
        None => (0, text.len_bytes()),
        Some(range) => {
            let (one, other) = (range.start.byte(text, encoding), range.end.byte(text, encoding));
            (one.min(other), one.max(other))
        }
    };
    let start_point = LineCol::of_byte(text, start);
    let old_end = LineCol::of_byte(text, end);
    let (first, last) = (text.byte_to_char(start), text.byte_to_char(end));
    text.remove(first..last);
    text.insert(first, replacement);
    let new_end_byte = start + replacement.len();
    Edit {
        start_byte: start,
        old_end_byte: end,
        new_end_byte,
        start: start_point,
        old_end,
        new_end: LineCol::of_byte(text, new_end_byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn position(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn a_range_gives_way_to_its_replacement() {
        let mut text = Rope::from_str("ab\ncd\r\nef");
        let range = position(0, 1)..position(1, 9);
        let edit = replace(&mut text, Some(range), "x\ny\nz", PositionEncoding::Utf16);
        assert_eq!(text, "ax\ny\nz\r\nef");
        assert_eq!((edit.start_byte, edit.old_end_byte, edit.new_end_byte), (1, 5, 6));
        let points = [edit.start, edit.old_end, edit.new_end].map(|point| (point.line, point.column));
        assert_eq!(points, [(0, 1), (1, 2), (2, 1)]);
    }

    #[test]
    fn a_range_the_wrong_way_round_is_the_same_range() {
        let mut text = Rope::from_str("abcd");
        replace(
            &mut text,
            Some(position(0, 3)..position(0, 1)),
            "-",
            PositionEncoding::Utf8,
        );
        assert_eq!(text, "a-d");
    }

    #[test]
    fn without_a_range_everything_is_replaced() {
        let mut text = Rope::from_str("ab\ncd");
        let edit = replace(&mut text, None, "é", PositionEncoding::Utf8);
        assert_eq!(text, "é");
        assert_eq!((edit.start_byte, edit.old_end_byte, edit.new_end_byte), (0, 5, 2));
    }

    proptest! {
        /// The rope is what a client has that keeps an array of UTF-16 code units and edits that.
        #[test]
        fn edits_are_those_of_a_client(
            text in "[ab\n\ré😀]{0,40}",
            edits in prop::collection::vec(((0u32..6, 0u32..9), (0u32..6, 0u32..9), "[xy\n\r😀]{0,6}"), 0..8),
        ) {
            let mut rope = Rope::from_str(&text);
            let mut client = text;
            for ((line, character), (end_line, end_character), replacement) in edits {
                let (start, end) = (position(line, character), position(end_line, end_character));
                let (start, end) = (start.min(end), start.max(end));
                let bytes = naive_byte(&client, start)..naive_byte(&client, end);
                prop_assume!(bytes.start <= bytes.end);
                let edit = replace(&mut rope, Some(start..end), &replacement, PositionEncoding::Utf16);
                prop_assert_eq!(edit.start_byte..edit.old_end_byte, bytes.clone());
                client.replace_range(bytes, &replacement);
                prop_assert_eq!(&rope.to_string(), &client);
            }
        }
    }

    /// The byte of a UTF-16 position, found by walking the text.
    fn naive_byte(text: &str, position: Position) -> usize {
        let mut line = 0;
        let mut start = 0;
        while line < position.line {
            match text[start..].find(['\n', '\r']) {
                None => return text.len(),
                Some(end) => {
                    start += end;
                    start += if text[start..].starts_with("\r\n") { 2 } else { 1 };
                }
            }
            line += 1;
        }
        let mut units = position.character;
        for (offset, character) in text[start..].char_indices() {
            let width = character.len_utf16() as u32;
            if matches!(character, '\n' | '\r') || units < width {
                return start + offset;
            }
            units -= width;
        }
        text.len()
    }
}

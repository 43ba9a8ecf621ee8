//! Between places in a text and those of the protocol.

use std::ops::Range;

use ropey::Rope;
use tower_lsp::lsp_types;

use crate::text::{Position, PositionEncoding};

/// The protocol's position of a byte.
pub fn to_position(text: &Rope, byte: usize, encoding: PositionEncoding) -> lsp_types::Position {
    let Position { line, character } = Position::of_byte(text, byte, encoding);
    lsp_types::Position { line, character }
}

/// The protocol's range of some bytes.
pub fn to_range(text: &Rope, bytes: &Range<usize>, encoding: PositionEncoding) -> lsp_types::Range {
    let [start, end] = Position::of_bytes(text, bytes, encoding).map(|position| lsp_types::Position {
        line: position.line,
        character: position.character,
    });
    lsp_types::Range { start, end }
}

/// A position of the protocol.
pub fn from_position(position: lsp_types::Position) -> Position {
    Position {
        line: position.line,
        character: position.character,
    }
}

/// The bytes of `line`, from 0, without its terminator; none at the end of the text for lines past the end.
pub fn bytes_of_line(text: &Rope, line: u32) -> Range<usize> {
    let Some(whole) = text.get_line(line as usize) else {
        return text.len_bytes()..text.len_bytes();
    };
    let start = text.line_to_byte(line as usize);
    let mut length = whole.len_bytes();
    let mut last = whole.chars_at(whole.len_chars());
    while let Some('\n' | '\r') = last.prev() {
        length -= 1;
    }
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_their_terminators() {
        let text = Rope::from_str("é\r\n\rx\n\ny");
        let lines = [0, 1, 2, 3, 4, 5, u32::MAX].map(|line| bytes_of_line(&text, line));
        assert_eq!(lines, [0..2, 4..4, 5..6, 7..7, 8..9, 9..9, 9..9]);
        assert_eq!(bytes_of_line(&Rope::new(), 0), 0..0);
    }
}

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
    lsp_types::Range {
        start: to_position(text, bytes.start, encoding),
        end: to_position(text, bytes.end, encoding),
    }
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
    let start = Position { line, character: 0 }.byte(text, PositionEncoding::Utf8);
    let end = Position {
        line,
        character: u32::MAX,
    };
    start..end.byte(text, PositionEncoding::Utf8)
}

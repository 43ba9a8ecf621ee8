//! Between places in a text and those of the protocol.

use std::ops::Range;

use ropey::Rope;
use tower_lsp::lsp_types;

use antipasta_syntax::text::{Lines, Position, PositionEncoding};

/// The protocol's position of a byte.
pub(crate) fn to_position(text: &Rope, byte: usize, encoding: PositionEncoding) -> lsp_types::Position {
    let Position { line, character } = Position::of_byte(text, byte, encoding);
    lsp_types::Position { line, character }
}

/// The protocol's range of some bytes.
pub(crate) fn to_range(text: &Rope, bytes: &Range<usize>, encoding: PositionEncoding) -> lsp_types::Range {
    let [start, end] = Position::of_bytes(text, bytes, encoding).map(|position| lsp_types::Position {
        line: position.line,
        character: position.character,
    });
    lsp_types::Range { start, end }
}

/// A position of the protocol.
pub(crate) fn from_position(position: lsp_types::Position) -> Position {
    Position {
        line: position.line,
        character: position.character,
    }
}

/// The bytes of `line`, from 0, without its terminator; none at the end of the text for lines past the end.
pub(crate) fn bytes_of_line(text: &Rope, line: u32) -> Range<usize> {
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

/// The protocol's range of what is on `line`, from 0, between its indentation and its terminator.
pub(crate) fn range_of_code(text: &Rope, line: u32, encoding: PositionEncoding) -> lsp_types::Range {
    let whole = text.line_text(line);
    let code = whole.trim_end_matches(['\n', '\r']);
    let (indentation, code) = code.split_at(code.len() - code.trim_start().len());
    let start = encoding.length(indentation);
    let at = |character: usize| lsp_types::Position {
        line,
        character: character as u32,
    };
    lsp_types::Range {
        start: at(start),
        end: at(start + encoding.length(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_between_indentation_and_terminator() {
        let text = Rope::from_str("\t 😀é \r\n\n");
        let range = |line, encoding| {
            let range = range_of_code(&text, line, encoding);
            assert_eq!((range.start.line, range.end.line), (line, line));
            (range.start.character, range.end.character)
        };
        assert_eq!(range(0, PositionEncoding::Utf8), (2, 9));
        assert_eq!(range(0, PositionEncoding::Utf16), (2, 6));
        assert_eq!(range(0, PositionEncoding::Utf32), (2, 5));
        assert_eq!(range(1, PositionEncoding::Utf8), (0, 0));
        assert_eq!(range(9, PositionEncoding::Utf8), (0, 0));
    }

    #[test]
    fn lines_end_before_their_terminators() {
        let text = Rope::from_str("é\r\n\rx\n\ny");
        let lines = [0, 1, 2, 3, 4, 5, u32::MAX].map(|line| bytes_of_line(&text, line));
        assert_eq!(lines, [0..2, 4..4, 5..6, 7..7, 8..9, 9..9, 9..9]);
        assert_eq!(bytes_of_line(&Rope::new(), 0), 0..0);
    }
}

//! What a text that is divided into lines can say of them.

use std::borrow::Cow;

use ropey::Rope;

use super::LineIndex;
use crate::work;

/// A text that is divided into lines, which end with `\n`, `\r\n` or `\r`. Lines count from 0, offsets in bytes.
pub trait Lines {
    /// How many lines there are as `str.splitlines` counts them: an empty last line is none.
    fn physical_lines(&self) -> u32;

    /// The line that holds the byte at `offset`.
    fn line_of_byte(&self, offset: u32) -> u32;

    /// The offset of the first byte of `line`; the length of the text for lines past the end.
    fn line_start(&self, line: u32) -> u32;

    /// The text of `line` with its terminator.
    fn line_text(&self, line: u32) -> Cow<'_, str>;
}

/// A text in one piece with the index of its lines.
#[derive(Clone, Copy, Debug)]
pub struct IndexedText<'a> {
    /// The text.
    pub text: &'a str,
    /// Its lines.
    pub lines: &'a LineIndex,
}

impl Lines for IndexedText<'_> {
    fn physical_lines(&self) -> u32 {
        self.lines.physical_lines()
    }

    fn line_of_byte(&self, offset: u32) -> u32 {
        self.lines.line(offset)
    }

    fn line_start(&self, line: u32) -> u32 {
        self.lines.start(line)
    }

    fn line_text(&self, line: u32) -> Cow<'_, str> {
        let (start, end) = (self.lines.start(line), self.lines.start(line + 1));
        work::note((end - start) as usize);
        Cow::Borrowed(&self.text[start as usize..end as usize])
    }
}

impl Lines for Rope {
    fn physical_lines(&self) -> u32 {
        let last = self.len_lines() - 1;
        let is_last_empty = self.line_to_byte(last) == self.len_bytes();
        last as u32 + u32::from(!is_last_empty)
    }

    fn line_of_byte(&self, offset: u32) -> u32 {
        self.byte_to_line((offset as usize).min(self.len_bytes())) as u32
    }

    fn line_start(&self, line: u32) -> u32 {
        self.line_to_byte((line as usize).min(self.len_lines())) as u32
    }

    fn line_text(&self, line: u32) -> Cow<'_, str> {
        match self.get_line(line as usize) {
            Some(slice) => {
                work::note(slice.len_bytes());
                slice.into()
            }
            None => Cow::Borrowed(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ropes_and_indexes_agree(text in "[ab\n\r\x0cé]{0,60}") {
            let rope = Rope::from_str(&text);
            let lines = LineIndex::new(&text);
            let indexed = IndexedText { text: &text, lines: &lines };
            prop_assert_eq!(rope.physical_lines(), indexed.physical_lines());
            for line in 0..lines.count() + 2 {
                prop_assert_eq!(rope.line_start(line), indexed.line_start(line));
                prop_assert_eq!(rope.line_text(line), indexed.line_text(line));
            }
            for offset in 0..=text.len() as u32 {
                prop_assert_eq!(rope.line_of_byte(offset), indexed.line_of_byte(offset));
            }
        }
    }
}

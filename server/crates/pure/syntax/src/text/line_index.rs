//! Which line an offset is on.

use memchr::memchr2;

/// The starts of the lines of a text. A line ends with `\n`, `\r\n` or `\r`, as for Python's tokenizer
/// and for the Language Server Protocol.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// The byte offset of the first byte of each line; the first is 0.
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// Finds the lines of `text`.
    ///
    /// # Panics
    ///
    /// Panics if `text` is 4 GiB or longer: `syntax::parse` refuses such texts first.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let length = u32::try_from(bytes.len()).expect("a text of less than 4 GiB");
        // Python averages some 35 bytes a line: one allocation suffices for most files.
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        let mut offset = 0;
        while let Some(found) = memchr2(b'\n', b'\r', &bytes[offset..]) {
            offset += found + 1;
            if bytes[offset - 1] == b'\r' && bytes.get(offset) == Some(&b'\n') {
                offset += 1;
            }
            starts.push(offset as u32);
        }
        Self { starts, length }
    }

    /// The line, from 0, that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// The offset of the first byte of `line`, from 0; the length of the text for lines past the end.
    pub fn start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.length)
    }

    /// How many lines start in the text. One that ends with a line terminator has an empty last line.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// How many lines the text has as `str.splitlines` counts them: an empty last line is none.
    pub fn physical_lines(&self) -> u32 {
        self.count() - u32::from(self.start(self.count() - 1) == self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_terminator_ends_a_line_once() {
        let index = LineIndex::new("a\nb\r\nc\rd");
        assert_eq!(index.count(), 4);
        let starts: Vec<u32> = (0..4).map(|line| index.start(line)).collect();
        assert_eq!(starts, [0, 2, 5, 7]);
        assert_eq!(
            [0, 1, 2, 4, 5, 6, 7, 8].map(|offset| index.line(offset)),
            [0, 0, 1, 1, 2, 2, 3, 3]
        );
    }

    #[test]
    fn a_last_line_counts_if_it_holds_something() {
        for (text, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("\r", 1)] {
            assert_eq!(LineIndex::new(text).physical_lines(), lines, "{text:?}");
        }
    }

    #[test]
    fn lines_past_the_end_start_at_the_end() {
        assert_eq!(LineIndex::new("ab").start(7), 2);
    }
}

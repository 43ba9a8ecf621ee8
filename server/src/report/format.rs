//! The trait of output formats.

use std::io::{self, Write};
use std::panic::RefUnwindSafe;

use super::model::Report;
use antipasta_pool::Pool;

/// An output format. `formats/mod.rs` has the table of all.
pub(super) trait Format: Sync + RefUnwindSafe {
    /// Writes the whole report.
    ///
    /// `output` is buffered. The threads of `pool` can format many files at once: see
    /// [`file_texts`](super::file_texts::file_texts).
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()>;

    /// Whether [`render`](Self::render) writes ANSI escape codes. They are removed unless the report goes to a terminal.
    fn is_styled(&self) -> bool {
        false
    }

    /// Whether a text looks like a report in this format. `merge` asks only the formats that it cannot read, to name the format
    /// of such a report.
    fn recognizes(&self, _text: &str) -> bool {
        false
    }
}

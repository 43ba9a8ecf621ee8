//! One line for each violation and each failure, as compilers write them, so that terminals and editors make them links.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::report::failure::Failure;
use crate::report::file_texts::file_texts;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use antipasta_pool::Pool;
use antipasta_rules::escape::one_line;

/// The report of one line each. Violations have no column: it is written as 1.
pub(super) struct ConciseFormat;

impl Format for ConciseFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        for lines in file_texts(&report.files, pool, lines_of) {
            output.write_all(lines.as_bytes())?;
        }
        for (path, note) in report.unused_ignores() {
            writeln!(output, "{path}:{}:1: {} [unused-ignore]", note.line, note.message)?;
        }
        Ok(())
    }

    fn recognizes(&self, text: &str) -> bool {
        let first_line = text.trim_start().lines().next().unwrap_or_default();
        let has_parts = first_line.contains(": ") && first_line.contains(" [") && first_line.ends_with(']');
        has_parts && !first_line.starts_with("::")
    }
}

fn lines_of(file: &FileReport) -> String {
    let mut lines = String::new();
    let path = file.path.to_string();
    for violation in file.violations() {
        let (line, message) = (violation.subject.line(), violation.named_statement());
        let metric = violation.metric();
        let _ = writeln!(lines, "{path}:{line}:1: {message} [{metric}]");
    }
    if let Some(error) = file.failure() {
        let failure = Failure::new(error);
        let (line, column) = failure.position.unwrap_or((1, 1));
        let message = one_line(&failure.message);
        let _ = writeln!(lines, "{path}:{line}:{column}: {message} [{}]", failure.kind);
    }
    lines
}

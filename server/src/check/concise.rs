//! One line for each violation and each failure, as compilers write them, so that terminals and editors make them links.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::failure::Failure;
use super::format::Format;
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use antipasta_rules::escape::one_line;

/// The report of one line each. What is about a line as a whole has column 1.
pub(super) struct Concise;

impl Format for Concise {
    fn is_styled(&self) -> bool {
        false
    }

    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let mut lines = String::new();
        let path = path.to_string();
        for violation in &outcome.evaluation.violations {
            let (line, message) = (violation.subject.line(), violation.named_statement());
            let metric = violation.metric();
            let _ = writeln!(lines, "{path}:{line}:1: {message} [{metric}]");
        }
        if let Some(error) = outcome.failure() {
            let failure = Failure::of(error);
            let (line, column) = failure.position.unwrap_or((1, 1));
            let message = one_line(&failure.message);
            let _ = writeln!(lines, "{path}:{line}:{column}: {message} [{}]", failure.kind);
        }
        lines
    }

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        for lines in files {
            output.write_all(lines.as_bytes())?;
        }
        if report.lists_unused_ignores {
            for (path, note) in report.unused_ignores() {
                writeln!(output, "{path}:{}:1: {} [unused-ignore]", note.line, note.message)?;
            }
        }
        Ok(())
    }
}

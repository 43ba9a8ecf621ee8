//! Markdown for a comment on a pull request: GitHub's dialect, which GitLab reads as well.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::console::counted;
use crate::report::failure::Failure;
use crate::report::file_texts::file_texts;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use crate::report::reported_path::ReportedPath;
use antipasta_pool::Pool;
use antipasta_rules::escape::one_line;
use antipasta_rules::violations::documentation_url;
use antipasta_syntax::text::python_float;

/// The most bytes that lists may take. GitHub refuses comments of more than 65536 characters.
const MOST_LISTED_BYTES: usize = 60_000;

/// The report in Markdown.
pub(super) struct MarkdownFormat;

impl Format for MarkdownFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        write_summary(report, output)?;
        let mut listing = Listing::new(output);
        if report.failures().next().is_some() {
            listing.begin("\n### Files that could not be analyzed\n\n")?;
            for (path, error) in report.failures() {
                listing.line(&failure_item(path, &Failure::new(error)))?;
            }
            listing.end()?;
        }
        if report.violations() > 0 {
            listing.begin("\n| place | name | metric | value | threshold |\n|---|---|---|---:|---|\n")?;
            for rows in file_texts(&report.files, pool, rows_of) {
                rows.lines().try_for_each(|row| listing.line(row))?;
            }
            listing.end()?;
        }
        if report.unused_ignores().next().is_some() {
            listing.begin("\n### Unused ignore comments\n\n")?;
            for (path, note) in report.unused_ignores() {
                let place = code(&format!("{}:{}", path.portable(), note.line));
                listing.line(&format!("- {place}: {}", code(&note.message)))?;
            }
            listing.end()?;
        }
        Ok(())
    }

    fn recognizes(&self, text: &str) -> bool {
        text.trim_start().starts_with("## ")
    }
}

/// The heading and the sentence that counts files and violations.
fn write_summary(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let violations = report.violations();
    let failures = report.failures().count();
    let unchecked = report.unchecked().count();
    let verdict = match (violations, failures + unchecked) {
        (0, 0) => "✅ Code quality check passed",
        (0, _) => "❌ Code quality check incomplete",
        _ => "❌ Code quality check failed",
    };
    writeln!(output, "## {verdict}\n")?;
    write!(output, "{} checked", counted(report.analyzed(), "file", "files"))?;
    if unchecked > 0 {
        write!(output, ", no time for {unchecked} more")?;
    }
    if failures > 0 {
        write!(output, ", {failures} of them not analyzed")?;
    }
    let with_violations = counted(report.files_with_violations(), "file", "files");
    match violations {
        0 => writeln!(output, "; no violations."),
        _ => writeln!(
            output,
            "; {} in {with_violations}.",
            counted(violations, "violation", "violations")
        ),
    }
}

/// The rows of the table for a file's violations.
fn rows_of(file: &FileReport) -> String {
    let mut rows = String::new();
    let path = file.path.portable();
    for violation in file.violations() {
        let (metric, threshold) = (violation.metric(), &violation.threshold);
        let place = match violation.subject.definition_line() {
            Some(line) => format!("{path}:{line}"),
            None => path.clone(),
        };
        let name = violation.subject.display_name();
        let name = name.map(|name| cell(&name)).unwrap_or_default();
        let _ = writeln!(
            rows,
            "| {} | {name} | [{metric}]({}) | {} | {} |",
            cell(&place),
            documentation_url(metric),
            violation.delta().unwrap_or_else(|| format!("{:.2}", violation.value)),
            cell(&format!("{} {}", threshold.comparison, python_float(threshold.limit))),
        );
    }
    rows
}

/// Lists that stop when the comment is full.
struct Listing<'a> {
    output: &'a mut dyn Write,
    room: usize,
    omitted: usize,
}

impl<'a> Listing<'a> {
    fn new(output: &'a mut dyn Write) -> Self {
        Self {
            output,
            room: MOST_LISTED_BYTES,
            omitted: 0,
        }
    }

    fn begin(&mut self, heading: &str) -> io::Result<()> {
        self.output.write_all(heading.as_bytes())
    }

    /// Writes a line, unless there is no room for it or for one before it.
    fn line(&mut self, line: &str) -> io::Result<()> {
        match self.room.checked_sub(line.len() + 1) {
            Some(room) if self.omitted == 0 => {
                self.room = room;
                writeln!(self.output, "{line}")
            }
            _ => {
                self.omitted += 1;
                Ok(())
            }
        }
    }

    /// Ends a list with the number of lines for which there was no room.
    fn end(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.omitted) {
            0 => Ok(()),
            omitted => writeln!(self.output, "\n… and {omitted} more."),
        }
    }
}

fn failure_item(path: &ReportedPath, failure: &Failure) -> String {
    let place = match failure.position {
        Some((line, column)) => format!("{}:{line}:{column}", path.portable()),
        None => path.portable(),
    };
    format!("- {}: {}", code(&place), code(&failure.message))
}

/// A code span: nothing in it is markup, a mention or a link.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span for a cell of a table, which a `|` would end even in a code span.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

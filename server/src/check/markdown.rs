//! Markdown for a comment on a pull request: GitHub's dialect, which GitLab reads as well.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::failure::Failure;
use super::format::Format;
use super::notices::counted;
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use antipasta_rules::escape::one_line;
use antipasta_rules::violations::documentation_url;
use antipasta_syntax::text::python_float;

/// GitHub refuses comments of more than 65536 characters. What is listed takes so many bytes at most, to leave room for the
/// rest.
const MOST_LISTED_BYTES: usize = 60_000;

/// The report in Markdown.
pub(super) struct Markdown;

impl Format for Markdown {
    fn is_styled(&self) -> bool {
        false
    }

    /// The rows of the table.
    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let mut rows = String::new();
        let path = path.portable();
        for violation in &outcome.evaluation.violations {
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

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
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
            0 => writeln!(output, "; no violations.")?,
            _ => writeln!(
                output,
                "; {} in {with_violations}.",
                counted(violations, "violation", "violations")
            )?,
        }
        let mut listing = Listing::new(output);
        if failures > 0 {
            listing.begin("\n### Files that could not be analyzed\n\n")?;
            for (path, error) in report.failures() {
                listing.line(&failure_item(path, &Failure::of(error)))?;
            }
            listing.end()?;
        }
        if violations > 0 {
            listing.begin("\n| place | name | metric | value | threshold |\n|---|---|---|---:|---|\n")?;
            for row in files.flat_map(|rows| rows.lines().map(str::to_owned).collect::<Vec<_>>()) {
                listing.line(&row)?;
            }
            listing.end()?;
        }
        if report.lists_unused_ignores && report.unused_ignores().next().is_some() {
            listing.begin("\n### Unused ignore comments\n\n")?;
            for (path, note) in report.unused_ignores() {
                let place = code(&format!("{}:{}", path.portable(), note.line));
                listing.line(&format!("- {place}: {}", code(&note.message)))?;
            }
            listing.end()?;
        }
        Ok(())
    }
}

/// Lists of which as much is written as a comment has room for.
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

    /// Writes a line, unless it or one before it has no room any more.
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

    /// Says how many lines were left out.
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

/// Text that means itself: a code span, in which nothing is markup, a mention or a link.
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

/// The same for a cell of a table, which a `|` would end even in a code span.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

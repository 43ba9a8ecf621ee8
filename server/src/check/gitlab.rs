//! GitLab's Code Quality report, for the widget of a merge request: "Code Quality report format" in GitLab's documentation.

use std::io::{self, Write};

use serde::Serialize;

use super::failure::Failure;
use super::fingerprint::{self, fingerprint};
use super::format::Format;
use super::json_lines::{elements, write_array};
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use antipasta_rules::violations::{CommentNote, Violation};

/// The report for GitLab.
pub(super) struct Gitlab;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: Severity,
    location: Location,
}

/// How bad an issue is, in GitLab's words.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Info,
    Major,
    Critical,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Issue {
    fn of_violation(violation: &Violation, path: &ReportedPath) -> Self {
        let begin = violation.subject.line();
        let end = violation.subject.named().map_or(begin, |named| named.last_line);
        Self {
            description: violation.named_statement(),
            check_name: violation.metric().as_str(),
            fingerprint: fingerprint::of_violation(violation, path),
            severity: Severity::Major,
            location: Location::new(path, begin, end),
        }
    }

    fn of_failure(failure: Failure, path: &ReportedPath) -> Self {
        let line = failure.position.map_or(1, |(line, _)| line);
        Self {
            description: failure.message,
            check_name: failure.kind,
            fingerprint: fingerprint(&[&path.uri(), failure.kind]),
            severity: Severity::Critical,
            location: Location::new(path, line, line),
        }
    }

    /// An ignore comment has no name to be known by, so its fingerprint moves with its line.
    fn of_unused_ignore(note: &CommentNote, path: &ReportedPath) -> Self {
        let check_name = "unused-ignore";
        let line = note.line.to_string();
        Self {
            description: note.message.clone(),
            check_name,
            fingerprint: fingerprint(&[&path.uri(), check_name, &line, &note.message]),
            severity: Severity::Info,
            location: Location::new(path, note.line, note.line),
        }
    }
}

impl Location {
    fn new(path: &ReportedPath, begin: u32, end: u32) -> Self {
        Self {
            path: path.portable(),
            lines: Lines { begin, end },
        }
    }
}

impl Format for Gitlab {
    fn is_styled(&self) -> bool {
        false
    }

    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let violations = outcome.evaluation.violations.iter();
        let violations = violations.map(|violation| Issue::of_violation(violation, path));
        let failure = outcome.failure().into_iter();
        let failure = failure.map(|error| Issue::of_failure(Failure::of(error), path));
        elements(violations.chain(failure))
    }

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let notes = report.unused_ignores().filter(|_| report.lists_unused_ignores);
        let notes = notes.map(|(path, note)| elements([Issue::of_unused_ignore(note, path)]));
        write_array(&mut files.chain(notes), output)?;
        output.write_all(b"\n")
    }
}

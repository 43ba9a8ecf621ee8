//! GitLab's Code Quality report, for the widget of a merge request: "Code Quality report format" in GitLab's documentation.

use std::io::{self, Write};

use serde::Serialize;

use super::json_array::{elements, write_array};
use crate::report::failure::Failure;
use crate::report::file_texts::file_texts;
use crate::report::fingerprint::{self, fingerprint};
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use crate::report::reported_path::ReportedPath;
use antipasta_pool::Pool;
use antipasta_rules::violations::{CommentNote, Violation};

/// The report for GitLab.
pub(super) struct GitlabFormat;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: IssueSeverity,
    location: IssueLocation,
}

/// The severity of an issue, in GitLab's words.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum IssueSeverity {
    Info,
    Major,
    Critical,
}

#[derive(Serialize)]
struct IssueLocation {
    path: String,
    lines: LineRange,
}

#[derive(Serialize)]
struct LineRange {
    begin: u32,
    end: u32,
}

impl Issue {
    fn from_violation(violation: &Violation, path: &ReportedPath) -> Self {
        let begin = violation.subject.line();
        let end = violation.subject.named().map_or(begin, |named| named.last_line);
        Self {
            description: violation.named_statement(),
            check_name: violation.metric().as_str(),
            fingerprint: fingerprint::of_violation(violation, path),
            severity: IssueSeverity::Major,
            location: IssueLocation::new(path, begin, end),
        }
    }

    fn from_failure(failure: Failure, path: &ReportedPath) -> Self {
        let line = failure.position.map_or(1, |(line, _)| line);
        Self {
            description: failure.message,
            check_name: failure.kind,
            fingerprint: fingerprint(&[&path.uri(), failure.kind]),
            severity: IssueSeverity::Critical,
            location: IssueLocation::new(path, line, line),
        }
    }

    /// The fingerprint depends on the line, because an ignore comment has no name.
    fn from_unused_ignore(note: &CommentNote, path: &ReportedPath) -> Self {
        let check_name = "unused-ignore";
        let line = note.line.to_string();
        Self {
            description: note.message.clone(),
            check_name,
            fingerprint: fingerprint(&[&path.uri(), check_name, &line, &note.message]),
            severity: IssueSeverity::Info,
            location: IssueLocation::new(path, note.line, note.line),
        }
    }
}

impl IssueLocation {
    fn new(path: &ReportedPath, begin: u32, end: u32) -> Self {
        Self {
            path: path.portable(),
            lines: LineRange { begin, end },
        }
    }
}

impl Format for GitlabFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        let files = file_texts(&report.files, pool, elements_of);
        let notes = report.unused_ignores();
        let notes = notes.map(|(path, note)| elements([Issue::from_unused_ignore(note, path)]));
        write_array(&mut files.chain(notes), output)?;
        output.write_all(b"\n")
    }

    fn recognizes(&self, text: &str) -> bool {
        let text = text.trim();
        text == "[]" || text.starts_with('[') && text.contains("\"check_name\"")
    }
}

fn elements_of(file: &FileReport) -> String {
    let violations = file.violations().iter();
    let violations = violations.map(|violation| Issue::from_violation(violation, &file.path));
    let failure = file.failure().into_iter();
    let failure = failure.map(|error| Issue::from_failure(Failure::new(error), &file.path));
    elements(violations.chain(failure))
}

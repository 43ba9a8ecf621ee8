//! JSON Lines: an object on a line of its own for each result, so that a program can read the report as it comes.
//!
//! `docs/jsonl.md` has every key of every type of line.

use std::io::{self, Write};

use serde::Serialize;

use super::result_level::ResultLevel;
use crate::report::failure::Failure;
use crate::report::file_texts::file_texts;
use crate::report::fingerprint;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use crate::report::reported_path::ReportedPath;
use crate::report::stale_entry::StaleEntry;
use antipasta_analysis::AnalysisError;
use antipasta_pool::Pool;
use antipasta_rules::escape;
use antipasta_rules::violations::{CommentNote, Subject, Violation};

/// The report in JSON Lines.
pub(super) struct JsonlFormat;

/// The start of every report that is not empty.
const START: &str = "{\"type\":\"";

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum JsonLine<'a> {
    Violation(ViolationLine<'a>),
    Error {
        path: String,
        line: Option<u32>,
        column: Option<u32>,
        kind: &'static str,
        level: ResultLevel,
        message: String,
    },
    Unchecked {
        path: String,
        level: ResultLevel,
        message: String,
    },
    UnusedIgnore {
        path: String,
        line: u32,
        level: ResultLevel,
        message: &'a str,
    },
    StaleBaselineEntry {
        path: &'a str,
        qualified_name: Option<String>,
        metric: &'static str,
        allowed: f64,
        needed: Option<f64>,
        level: ResultLevel,
        message: String,
    },
}

#[derive(Serialize)]
struct ViolationLine<'a> {
    path: String,
    line: Option<u32>,
    end_line: Option<u32>,
    subject: &'static str,
    qualified_name: Option<&'a str>,
    metric: &'static str,
    value: f64,
    comparison: &'static str,
    threshold: f64,
    base_value: Option<f64>,
    level: ResultLevel,
    baselined: bool,
    fingerprint: String,
    message: String,
}

impl Format for JsonlFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        for lines in file_texts(&report.files, pool, lines_of) {
            output.write_all(lines.as_bytes())?;
        }
        for (path, note) in report.unused_ignores() {
            output.write_all(JsonLine::from_unused_ignore(note, path).text().as_bytes())?;
        }
        for entry in report.stale_entries.iter().flatten() {
            output.write_all(JsonLine::from_stale_entry(entry).text().as_bytes())?;
        }
        Ok(())
    }

    fn recognizes(&self, text: &str) -> bool {
        text.trim_start().starts_with(START)
    }
}

fn lines_of(file: &FileReport) -> String {
    let violations = file.violations().iter().map(|violation| (violation, false));
    let allowed = file.allowed.iter().map(|violation| (violation, true));
    let violations = violations.chain(allowed);
    let lines = violations.map(|(violation, is_allowed)| JsonLine::from_violation(violation, is_allowed, &file.path));
    let failure = file.error.as_ref().map(|error| JsonLine::from_error(error, &file.path));
    lines.chain(failure).map(|line| line.text()).collect()
}

impl<'a> JsonLine<'a> {
    fn from_violation(violation: &'a Violation, is_allowed: bool, path: &ReportedPath) -> Self {
        let named = violation.subject.named();
        Self::Violation(ViolationLine {
            path: path.portable(),
            line: violation.subject.definition_line(),
            end_line: named.map(|named| named.last_line),
            subject: match violation.subject {
                Subject::File => "file",
                Subject::Class(_) => "class",
                Subject::Function(_) => "function",
            },
            qualified_name: named.map(|named| &*named.qualified_name),
            metric: violation.metric().as_str(),
            value: violation.value,
            comparison: violation.threshold.comparison.as_str(),
            threshold: violation.threshold.limit,
            base_value: violation.before,
            level: if is_allowed {
                ResultLevel::Note
            } else {
                ResultLevel::Error
            },
            baselined: is_allowed,
            fingerprint: fingerprint::of_violation(violation, path),
            message: violation.named_statement(),
        })
    }

    fn from_error(error: &AnalysisError, path: &ReportedPath) -> Self {
        let failure = Failure::new(error);
        if matches!(error, AnalysisError::OutOfTime) {
            return Self::Unchecked {
                path: path.portable(),
                level: ResultLevel::Error,
                message: failure.message,
            };
        }
        Self::Error {
            path: path.portable(),
            line: failure.position.map(|(line, _)| line),
            column: failure.position.map(|(_, column)| column),
            kind: failure.kind,
            level: ResultLevel::Error,
            message: failure.message,
        }
    }

    fn from_unused_ignore(note: &'a CommentNote, path: &ReportedPath) -> Self {
        Self::UnusedIgnore {
            path: path.portable(),
            line: note.line,
            level: ResultLevel::Note,
            message: &note.message,
        }
    }

    fn from_stale_entry(entry: &'a StaleEntry) -> Self {
        Self::StaleBaselineEntry {
            path: &entry.file,
            qualified_name: entry.name.as_ref().map(|name| name.replace("::", ".")),
            metric: entry.metric.as_str(),
            allowed: entry.allowed,
            needed: entry.needed,
            level: ResultLevel::Note,
            message: entry.message(),
        }
    }

    /// The line as text, with its line end.
    fn text(&self) -> String {
        // Serializing strings and numbers cannot fail.
        escape::json(serde_json::to_string(self).unwrap_or_default()) + "\n"
    }
}

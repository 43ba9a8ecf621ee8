//! Reading parts of reports, and copying them.

use std::path::Path;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::MergeError;
use antipasta_rules::escape;

pub(super) fn malformed(path: &Path, error: serde_json::Error) -> MergeError {
    MergeError::Malformed(path.to_owned(), error)
}

/// A part of a report, escaped for the merged report. The report may be forged: no text in it may be a command for the pipeline
/// that prints the merged report.
pub(super) fn passed_on(part: &RawValue) -> Box<RawValue> {
    let escaped = escape::foreign_json(part.get()).into_owned();
    // Escaping does not change the meaning of JSON.
    RawValue::from_string(escaped).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Parses a part of a report.
pub(super) fn read_part<'t, T: Deserialize<'t>>(path: &Path, part: &'t RawValue) -> Result<T, MergeError> {
    serde_json::from_str(part.get()).map_err(|error| MergeError::MalformedPart(path.to_owned(), error))
}

/// The report of each file.
#[derive(Default)]
pub(super) struct Owners<'a>(FxHashMap<String, &'a Path>);

impl<'a> Owners<'a> {
    /// Notes the report of a file.
    ///
    /// # Errors
    ///
    /// Another report has the file too.
    pub(super) fn claim(&mut self, file: &str, report: &'a Path) -> Result<(), MergeError> {
        match self.0.insert(file.to_owned(), report) {
            Some(other) if !std::ptr::eq(other, report) => Err(MergeError::Overlap(
                other.to_owned(),
                report.to_owned(),
                file.to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

//! The parts of reports: how they are read, and passed on.

use std::path::Path;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::MergeError;
use antipasta_rules::escape;

pub(super) fn malformed(path: &Path, error: serde_json::Error) -> MergeError {
    MergeError::Malformed(path.to_owned(), error)
}

/// A part of a report as it is passed on. Whoever made the report may have forged it: a text in it must not be a command to the
/// pipeline that shows what is merged.
pub(super) fn passed_on(part: &RawValue) -> Box<RawValue> {
    let escaped = escape::foreign_json(part.get()).into_owned();
    // What is escaped means the same as before.
    RawValue::from_string(escaped).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Reads a part of a report, as far as it matters.
pub(super) fn read_part<'t, T: Deserialize<'t>>(path: &Path, part: &'t RawValue) -> Result<T, MergeError> {
    serde_json::from_str(part.get()).map_err(|error| MergeError::MalformedPart(path.to_owned(), error))
}

/// Which report each file is in.
#[derive(Default)]
pub(super) struct Owners<'a>(FxHashMap<String, &'a Path>);

impl<'a> Owners<'a> {
    /// Notes that a report is about a file.
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

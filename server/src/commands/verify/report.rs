//! The JSON report of a check, which both sides write in the same form.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// The results of one side, by the absolute paths of the files.
pub(super) type ComparedFiles = BTreeMap<PathBuf, ComparedFile>;

/// The compared part of a report.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ComparedReport {
    pub reports: Vec<ComparedFile>,
}

/// The results of a file.
#[derive(Debug, Deserialize)]
pub(super) struct ComparedFile {
    pub file: String,
    #[serde(default)]
    pub error: Option<String>,
    pub metrics: Vec<ValueRow>,
    pub violations: Vec<ViolationRow>,
}

/// A value of a metric.
#[derive(Debug, Deserialize)]
pub(super) struct ValueRow {
    #[serde(rename = "type")]
    pub metric: String,
    pub value: f64,
    #[serde(default)]
    pub details: Value,
    #[serde(default)]
    pub line_number: Option<i64>,
    #[serde(default)]
    pub function_name: Option<String>,
}

/// A violation.
#[derive(Debug, Deserialize)]
pub(super) struct ViolationRow {
    #[serde(rename = "type")]
    pub metric: String,
    pub value: f64,
    pub threshold: f64,
    pub comparison: String,
    #[serde(default)]
    pub line_number: Option<i64>,
    #[serde(default)]
    pub function: Option<String>,
}

impl ComparedReport {
    /// Parses a report. Antipasta prints lines for people before it.
    pub(super) fn parse(output: &[u8]) -> Result<Self, serde_json::Error> {
        let start = match output.first() {
            Some(b'{') => 0,
            _ => memchr::memmem::find(output, b"\n{").map_or(0, |end| end + 1),
        };
        serde_json::from_slice(&output[start..])
    }
}

//! The JSON of a check, which both sides write alike.

use serde::Deserialize;
use serde_json::Value;

/// A report, as far as it is compared.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ComparedReport {
    pub reports: Vec<ComparedFile>,
}

/// What is said of a file.
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

/// A value that violates.
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
    /// Reads what a check has written. Antipasta says a word to people before.
    pub(super) fn parse(output: &[u8]) -> Result<Self, serde_json::Error> {
        let start = match output.first() {
            Some(b'{') => 0,
            _ => memchr::memmem::find(output, b"\n{").map_or(0, |end| end + 1),
        };
        serde_json::from_slice(&output[start..])
    }
}

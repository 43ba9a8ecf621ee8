//! Violations as diagnostics.

use serde::{Deserialize, Serialize};

use crate::metrics::MetricType;

/// What a diagnostic is about, for the code actions that a client asks for with it: its `data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticData {
    /// The metric.
    pub metric: MetricType,
    /// The value that violates.
    pub value: f64,
    /// The limit that it violates.
    pub limit: f64,
    /// The line, from 0, of the `def` or `class`; none if it is about the file.
    pub line: Option<u32>,
    /// The name of the function or class; none if it is about the file.
    pub name: Option<String>,
    /// Whether the value is the last good one, of before the code got a syntax error.
    pub is_stale: bool,
}

/// The `source` of every diagnostic.
pub const SOURCE: &str = "antipasta";

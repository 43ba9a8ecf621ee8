//! Where what the diagnostics speak of is explained.

use crate::metrics::MetricType;

/// The page that documents a metric.
pub fn documentation_url(metric: MetricType) -> String {
    format!("https://github.com/antipasta-lsp/antipasta-lsp/blob/main/docs/metrics.md#{metric}")
}

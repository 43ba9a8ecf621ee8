//! The metrics: one walk over an AST drives them all.

mod file_metrics;
mod metric_type;

pub use file_metrics::{
    ClassMetrics, Details, FileMetrics, FunctionMetrics, HalsteadCounts, HeaderComment, LineCounts,
    MetricRow,
};
pub use metric_type::{MetricType, UnknownMetric};

//! The metrics: one walk over an AST drives them all.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod classes;
mod contribution;
mod document;
mod file_metrics;
mod files;
mod function_summary;
mod functions;
mod measure;
pub mod payload;
mod registry;
mod rows;
mod running_totals;
mod walk;

pub use contribution::Contribution;
pub use document::definition::{Definition, definition_on_line, definitions};
pub use document::{Document, MeasuredUnit};
pub use file_metrics::{
    ClassMetrics, FileMetrics, FileTotals, FunctionMetrics, HalsteadCounts, HeaderComment, LineCounts,
};
pub use files::halstead::Operators;
pub use files::lines::LineContribution;
pub use files::operand::Operand;
pub use function_summary::{FunctionSummary, Spread};
pub use functions::costs::{Cost, FunctionCosts, LineCosts, costs_of_unit};
pub use functions::increment::Construct;
pub use measure::{
    contribution_of_one_unit, contribution_of_source, contribution_of_unit, contributions_of_units, measure,
    units_of_source,
};
pub use payload::{Finding, Payload};
pub use registry::{
    Aggregate, Better, DefaultThreshold, MetricInfo, MetricType, Scope, Thresholds, Unit, UnknownMetric,
};
pub use rows::{AllRows, Details, Measured, MetricRow, Placed, Run, Selection, for_each_row};
pub use running_totals::RunningTotals;
pub use walk::comment_places::comment_places;

/// The name of what measures: this crate, those below it, and the libraries that they are built with. Metrics that another
/// analyzer made may be other ones.
pub const ANALYZER: &str = env!("ANTIPASTA_ANALYZER");

//! The metrics: one walk over an AST drives them all.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod cognitive;
mod comment_places;
mod contribution;
mod costs;
mod cyclomatic;
mod definition;
mod document;
mod file_metrics;
mod function_summary;
mod halstead;
mod header;
mod increment;
mod lines;
mod maintainability;
mod measure;
mod operand;
pub mod payload;
mod registry;
mod rows;
mod running_totals;
mod surrogates;
mod walk;
mod weighted_methods;

pub use comment_places::comment_places;
pub use contribution::Contribution;
pub use costs::{Cost, FunctionCosts, LineCosts, costs_of_unit};
pub use definition::{Definition, definition_on_line, definitions};
pub use document::{Document, MeasuredUnit};
pub use file_metrics::{
    ClassMetrics, FileMetrics, FileTotals, FunctionMetrics, HalsteadCounts, HeaderComment, LineCounts,
};
pub use function_summary::{FunctionSummary, Spread};
pub use halstead::Operators;
pub use increment::Construct;
pub use lines::LineContribution;
pub use measure::{
    contribution_of_one_unit, contribution_of_source, contribution_of_unit, contributions_of_units, measure,
    units_of_source,
};
pub use operand::Operand;
pub use payload::{Finding, Payload};
pub use registry::{
    Aggregate, Better, DefaultThreshold, MetricInfo, MetricType, Scope, Thresholds, Unit, UnknownMetric,
};
pub use rows::{AllRows, Details, Measured, MetricRow, Placed, Run, Selection, for_each_row};
pub use running_totals::RunningTotals;

/// The name of what measures: this crate, those below it, and the libraries that they are built with. Metrics that another
/// analyzer made may be other ones.
pub const ANALYZER: &str = env!("ANTIPASTA_ANALYZER");

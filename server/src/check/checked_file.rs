//! The results of one file: those that are reported, and those that only the check needs.

use super::add_ignores::AddError;
use super::baseline::InBaseline;
use crate::report::FileReport;
use antipasta_analysis::{Origin, Phases};

/// The results of one file.
pub(super) struct CheckedFile {
    /// The results that are reported.
    pub report: FileReport,
    /// The baseline's part about the file; `None` without a baseline.
    pub in_baseline: Option<InBaseline>,
    /// How many ignore comments were added to the file, or why they could not be added.
    pub added_ignores: Result<usize, AddError>,
    pub cost: FileCost,
}

/// The cost of one file.
pub(super) struct FileCost {
    /// The bytes of its source.
    pub bytes: u64,
    pub phases: Phases,
    /// Where the metrics come from.
    pub origin: Origin,
}

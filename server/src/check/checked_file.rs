//! The results of one file: those that are reported, and those that only the check needs.

use super::add_ignores::AddError;
use super::baseline::InBaseline;
use super::statistics::FileCost;
use crate::report::FileReport;

/// The results of one file.
pub(super) struct CheckedFile {
    /// The results that are reported.
    pub report: FileReport,
    /// What the baseline has for the file; `None` without a baseline.
    pub in_baseline: Option<InBaseline>,
    /// How many ignore comments were added to the file, or why they could not be added.
    pub added_ignores: Result<usize, AddError>,
    pub cost: FileCost,
}

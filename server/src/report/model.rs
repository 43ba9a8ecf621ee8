//! The results of a check, as far as they are reported.

use super::reported_path::ReportedPath;
use super::shard_info::ShardInfo;
use super::stale_entry::StaleEntry;
use antipasta_analysis::AnalysisError;
use antipasta_metrics::{FileMetrics, MetricType};
use antipasta_rules::violations::{CommentNote, Evaluation, Violation};

/// The results of a check.
pub(crate) struct Report {
    /// The files, in the order of their paths.
    pub files: Vec<FileReport>,
    /// Whether formats for people show violations only.
    pub is_quiet: bool,
    /// Whether unused ignore comments are listed.
    pub lists_unused_ignores: bool,
    /// The shard that the report is about; `None` if it is about all files.
    pub shard: Option<ShardInfo>,
    /// The entries of the baseline that are no longer needed; `None` without a baseline.
    pub stale_entries: Option<Vec<StaleEntry>>,
}

/// The results of one file.
pub(crate) struct FileReport {
    pub path: ReportedPath,
    /// Whether this is a folder that cannot be searched, and no file.
    pub is_unsearched: bool,
    /// The metrics; those of an empty file if there is an [`error`](Self::error).
    pub metrics: FileMetrics,
    /// The violations that count, and the ignore comments.
    pub evaluation: Evaluation,
    /// How many more violations do not count, because they were there before the change.
    pub pre_existing: usize,
    /// The violations that do not count, because the baseline allows them.
    pub allowed: Vec<Violation>,
    /// Why the file has no metrics.
    pub error: Option<AnalysisError>,
}

impl Report {
    /// How many violations count.
    pub(crate) fn violations(&self) -> usize {
        self.files.iter().map(|file| file.violations().len()).sum()
    }

    /// How many violations do not count, because they were there before the change.
    pub(super) fn pre_existing(&self) -> usize {
        self.files.iter().map(|file| file.pre_existing).sum()
    }

    /// How many violations do not count, because the baseline allows them.
    pub(super) fn allowed(&self) -> usize {
        self.files.iter().map(|file| file.allowed.len()).sum()
    }

    /// How many files have violations.
    pub(crate) fn files_with_violations(&self) -> usize {
        self.files.iter().filter(|file| !file.violations().is_empty()).count()
    }

    /// How many violations each metric has. The metrics are in the order of their first violations.
    pub(super) fn violations_by_type(&self) -> Vec<(MetricType, usize)> {
        let mut counts: Vec<(MetricType, usize)> = Vec::new();
        for violation in self.files.iter().flat_map(FileReport::violations) {
            let metric = violation.metric();
            match counts.iter_mut().find(|(counted, _)| *counted == metric) {
                Some((_, count)) => *count += 1,
                None => counts.push((metric, 1)),
            }
        }
        counts
    }

    /// The files that could not be analyzed, each with the reason.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (&ReportedPath, &AnalysisError)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((&file.path, file.failure()?)))
    }

    /// How many files were analyzed, with success or without.
    pub(super) fn analyzed(&self) -> usize {
        let unsearched = self.files.iter().filter(|file| file.is_unsearched).count();
        self.files.len() - unsearched - self.unchecked().count()
    }

    /// The files that were not checked because the time limit was reached.
    pub(crate) fn unchecked(&self) -> impl Iterator<Item = &ReportedPath> {
        let unchecked = self.files.iter().filter(|file| file.is_unchecked());
        unchecked.map(|file| &file.path)
    }

    /// The ignore comments that suppress nothing, each with its file; none if they are not to be listed.
    pub(super) fn unused_ignores(&self) -> impl Iterator<Item = (&ReportedPath, &CommentNote)> {
        let files = self.files.iter().filter(|_| self.lists_unused_ignores);
        files.flat_map(|file| {
            let notes = file.evaluation.unused_ignores.iter();
            notes.map(|note| (&file.path, note))
        })
    }
}

impl FileReport {
    /// The results of a file that could not be analyzed.
    pub(crate) fn failed(path: ReportedPath, error: AnalysisError) -> Self {
        Self {
            path,
            is_unsearched: false,
            metrics: FileMetrics::default(),
            evaluation: Evaluation::default(),
            pre_existing: 0,
            allowed: Vec::new(),
            error: Some(error),
        }
    }

    /// The violations that count.
    pub(crate) fn violations(&self) -> &[Violation] {
        &self.evaluation.violations
    }

    /// Why the file could not be analyzed; `None` if it was, or if there was no time to try.
    pub(super) fn failure(&self) -> Option<&AnalysisError> {
        let error = self.error.as_ref();
        error.filter(|_| !self.is_unchecked())
    }

    /// Whether the file was not checked because the time limit was reached.
    fn is_unchecked(&self) -> bool {
        matches!(self.error, Some(AnalysisError::OutOfTime))
    }
}

//! What a check found.

use super::add_ignores::AddError;
use super::baseline::{Held, Unneeded};
use super::reported_path::ReportedPath;
use super::shard::Part;
use antipasta_analysis::{AnalysisError, Origin, Phases};
use antipasta_metrics::{FileMetrics, MetricType};
use antipasta_rules::config::Config;
use antipasta_rules::violations::{CommentNote, Evaluation, Violation, evaluate};

/// What came of one file.
pub(super) struct Outcome {
    /// Its metrics; those of an empty file, if it has none.
    pub metrics: FileMetrics,
    /// Its metrics held against its configuration.
    pub evaluation: Evaluation,
    /// How many more violations there are that do not count, as they were there before.
    pub standing: usize,
    /// Why it has no metrics.
    pub error: Option<AnalysisError>,
}

impl Outcome {
    /// Judges the metrics of a file.
    pub(super) fn of(metrics: FileMetrics, config: &Config) -> Self {
        Self {
            evaluation: evaluate(&metrics, config),
            metrics,
            standing: 0,
            error: None,
        }
    }

    /// Why the file could not be analysed; nothing, if there was no time to try.
    pub(super) fn failure(&self) -> Option<&AnalysisError> {
        let error = self.error.as_ref();
        error.filter(|error| !matches!(error, AnalysisError::OutOfTime))
    }

    /// That a file has no metrics.
    pub(super) fn failed(error: AnalysisError) -> Self {
        Self {
            metrics: FileMetrics::default(),
            evaluation: Evaluation::default(),
            standing: 0,
            error: Some(error),
        }
    }
}

/// What came of one file, and what it cost.
pub(super) struct FileReport {
    /// Whether it is no file, but a folder that cannot be searched.
    pub is_unsearched: bool,
    pub path: ReportedPath,
    pub outcome: Outcome,
    pub in_baseline: Option<InBaseline>,
    /// How many ignore comments were added to it, if that was asked for; or why there are none.
    pub added_ignores: Result<usize, AddError>,
    pub bytes: u64,
    pub phases: Phases,
    pub origin: Origin,
}

/// What a baseline says of one file.
pub(super) struct InBaseline {
    /// The path of the file in the baseline.
    pub file: String,
    /// What became of its violations; nothing, if it could not be analysed.
    pub held: Option<Held>,
}

/// What was found in all files.
pub(super) struct Report {
    /// In the order of their paths.
    pub files: Vec<FileReport>,
    /// Whether unused ignore comments were asked for.
    pub lists_unused_ignores: bool,
    /// The part of all files that it is about, if it is one.
    pub part: Option<Part>,
    /// What the baseline tolerates needlessly, if there is a baseline.
    pub unneeded: Option<Vec<Unneeded>>,
}

impl Report {
    /// How many violations there are.
    pub(super) fn violations(&self) -> usize {
        self.files.iter().map(|file| file.violations().len()).sum()
    }

    /// How many violations do not count, as they were there before.
    pub(super) fn standing(&self) -> usize {
        self.files.iter().map(|file| file.outcome.standing).sum()
    }

    /// How many violations do not count, as the baseline tolerates them.
    pub(super) fn tolerated(&self) -> usize {
        let held = self
            .files
            .iter()
            .filter_map(|file| file.in_baseline.as_ref()?.held.as_ref());
        held.map(|held| held.tolerated).sum()
    }

    /// How many files have violations.
    pub(super) fn files_with_violations(&self) -> usize {
        self.files.iter().filter(|file| !file.violations().is_empty()).count()
    }

    /// How many violations are of files as a whole.
    pub(super) fn violations_of_files(&self) -> usize {
        let violations = self.files.iter().flat_map(FileReport::violations);
        violations.filter(|violation| violation.name.is_none()).count()
    }

    /// How many violations there are of each metric, in the order in which they are first met.
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

    /// The files that could not be analysed, each with the reason.
    pub(super) fn failures(&self) -> impl Iterator<Item = (&ReportedPath, &AnalysisError)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((&file.path, file.outcome.failure()?)))
    }

    /// How many files were analysed, or tried to be.
    pub(super) fn analyzed(&self) -> usize {
        let unsearched = self.files.iter().filter(|file| file.is_unsearched).count();
        self.files.len() - unsearched - self.unchecked().count()
    }

    /// The files that were not checked because the time limit was reached.
    pub(super) fn unchecked(&self) -> impl Iterator<Item = &ReportedPath> {
        let is_unchecked = |file: &&FileReport| matches!(file.outcome.error, Some(AnalysisError::OutOfTime));
        self.files.iter().filter(is_unchecked).map(|file| &file.path)
    }

    /// The ignore comments that suppress nothing, each with its file.
    pub(super) fn unused_ignores(&self) -> impl Iterator<Item = (&ReportedPath, &CommentNote)> {
        self.files.iter().flat_map(|file| {
            let notes = file.outcome.evaluation.unused_ignores.iter();
            notes.map(|note| (&file.path, note))
        })
    }
}

impl FileReport {
    /// Whether it has violations.
    pub(super) fn has_violations(&self) -> bool {
        !self.violations().is_empty()
    }

    fn violations(&self) -> &[Violation] {
        &self.outcome.evaluation.violations
    }
}

//! Checking a file: analyzing it, evaluating its metrics, and comparing them with the baseline and with the base of the change.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::add_ignores::add_ignores;
use super::baseline::{Baseline, InBaseline};
use super::checked_file::{CheckedFile, FileCost};
use super::progress::CheckProgress;
use super::regression::keep_regressions;
use super::sources::{AnalysisContext, FileContent, SourceFile};
use crate::report::{FileReport, ReportedPath};
use antipasta_analysis::cache::Known;
use antipasta_analysis::{Analysis, AnalysisError, Origin, Phases, ReadThrough};
use antipasta_pool::{Ended, Pool, PoolError, TimeLimits};
use antipasta_rules::violations::evaluate;
use antipasta_workspace::git::Blobs;
use antipasta_workspace::replace_file::Trees;

/// With a time limit, one file may take this part of the time that is left, so that there is some for the others.
const PART_OF_ONE: u32 = 2;

/// With a time limit, one file may take no more than this.
const MOST_OF_ONE: Duration = Duration::from_secs(10);

/// The files to check, and everything that is needed for it. The checker owns all of it, because a thread that takes too long
/// is left behind and keeps using it.
pub(super) struct Checker {
    /// The files, each with its entry in the cache, if there is one.
    pub files: Vec<(SourceFile, Option<Known>)>,
    pub cache: Option<ReadThrough>,
    pub blobs: Option<Arc<Blobs>>,
    pub baseline: Option<Arc<Baseline>>,
    pub working_directory: PathBuf,
    /// The folder that portable paths are relative to.
    pub top: PathBuf,
    pub changed_only: bool,
    pub add_ignores: bool,
    /// The folders that the command line names.
    pub trees: Trees,
}

impl Checker {
    /// Checks all files on the threads of a pool, the largest first.
    ///
    /// # Errors
    ///
    /// The system refuses to start the threads.
    pub(super) fn check_all(&self, pool: &Pool, progress: &CheckProgress) -> Result<Vec<CheckedFile>, PoolError> {
        let items: Vec<usize> = (0..self.files.len()).collect();
        let size = |index: &usize| {
            let (source, known) = &self.files[*index];
            if known.is_none() { source.stamp.size } else { 0 }
        };
        let work = |index: &usize, buffer: &mut Vec<u8>| {
            let report = self.check_one(*index, buffer);
            progress.advance();
            report
        };
        let rescue = |index: &usize, panic| self.failed(*index, AnalysisError::Panicked(panic));
        pool.map(&items, size, Vec::new, work, rescue)
    }

    /// Checks the files in the given order, until the deadline.
    ///
    /// # Errors
    ///
    /// The system refuses to start the threads.
    pub(super) fn check_within(
        self: &Arc<Self>,
        order: Vec<usize>,
        pool: &Pool,
        deadline: Instant,
        progress: &CheckProgress,
    ) -> Result<Vec<CheckedFile>, PoolError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let each = (left / PART_OF_ONE).min(MOST_OF_ONE);
        let limits = TimeLimits { deadline, each };
        let shared = Arc::clone(self);
        let work = move |index: usize, buffer: &mut Vec<u8>| shared.check_one(index, buffer);
        let ended = pool.map_within(order, limits, work, || progress.advance())?;
        let report = |(index, ended)| match ended {
            Ended::Done(report) => report,
            Ended::Panicked(panic) => self.failed(index, AnalysisError::Panicked(panic)),
            Ended::GivenUp => self.failed(index, AnalysisError::TookTooLong(each)),
            Ended::OutOfTime => self.failed(index, AnalysisError::OutOfTime),
        };
        Ok(ended.into_iter().enumerate().map(report).collect())
    }

    fn check_one(&self, index: usize, buffer: &mut Vec<u8>) -> CheckedFile {
        let (source, known) = &self.files[index];
        let context = AnalysisContext {
            cache: self.cache.as_ref(),
            blobs: self.blobs.as_deref(),
            working_directory: &self.working_directory,
        };
        let (origin, analysis) = context.analyze(source, known.as_ref(), buffer);
        let mut checked = self.evaluated(source, origin, analysis);
        self.drop_accepted(source, &context, &mut checked, buffer);
        if self.add_ignores && !checked.report.violations().is_empty() {
            match add_ignores(&source.path, source.config.max_file_size, &checked.report, &self.trees) {
                Ok(None) => {}
                Ok(Some(added)) => {
                    checked = self.evaluated(source, Origin::Analysis, Ok(added.analysis));
                    self.drop_accepted(source, &context, &mut checked, buffer);
                    checked.added_ignores = Ok(added.comments);
                }
                Err(error) => checked.added_ignores = Err(error),
            }
        }
        checked
    }

    /// Evaluates the metrics of a file against its configuration.
    fn evaluated(&self, source: &SourceFile, origin: Origin, analysis: Result<Analysis, AnalysisError>) -> CheckedFile {
        let path = ReportedPath::new(&source.path, &self.working_directory, &self.top);
        let (report, cost) = match analysis {
            Ok(Analysis { metrics, bytes, phases }) => {
                let report = FileReport {
                    path,
                    is_unsearched: false,
                    evaluation: evaluate(&metrics, &source.config),
                    metrics,
                    pre_existing: 0,
                    allowed: Vec::new(),
                    error: None,
                };
                (report, FileCost { bytes, phases, origin })
            }
            Err(error) => {
                let report = FileReport {
                    is_unsearched: matches!(source.content, FileContent::Unreadable(_)),
                    ..FileReport::failed(path, error)
                };
                let cost = FileCost {
                    bytes: source.stamp.size,
                    phases: Phases::default(),
                    origin,
                };
                (report, cost)
            }
        };
        CheckedFile {
            report,
            in_baseline: None,
            added_ignores: Ok(0),
            cost,
        }
    }

    /// Drops the violations that the baseline allows, and, if only regressions count, those from before the change.
    fn drop_accepted(
        &self,
        source: &SourceFile,
        analysis: &AnalysisContext<'_>,
        checked: &mut CheckedFile,
        buffer: &mut Vec<u8>,
    ) {
        let report = &mut checked.report;
        if let Some(baseline) = &self.baseline {
            let path = self.path_in(baseline, source);
            let matched = match report.error {
                None => Some(baseline.apply(&path, report)),
                Some(_) => None,
            };
            checked.in_baseline = Some(InBaseline { path, matched });
        }
        let base = source
            .base
            .as_ref()
            .filter(|_| self.changed_only && !report.violations().is_empty());
        let Some(base) = base else { return };
        match analysis.analyze_blob(base, source.config.max_file_size, buffer).1 {
            Ok(base) => {
                let violations = &mut report.evaluation.violations;
                report.pre_existing = keep_regressions(violations, &report.metrics, &base.metrics, &source.config);
            }
            Err(error) => {
                *report = FileReport::failed(report.path.clone(), AnalysisError::Base(Box::new(error)));
                if let Some(in_baseline) = &mut checked.in_baseline {
                    in_baseline.matched = None;
                }
            }
        }
    }

    /// The results of a file that could not be analyzed.
    fn failed(&self, index: usize, error: AnalysisError) -> CheckedFile {
        let (source, _) = &self.files[index];
        let mut checked = self.evaluated(source, Origin::Analysis, Err(error));
        checked.in_baseline = self.baseline.as_ref().map(|baseline| InBaseline {
            path: self.path_in(baseline, source),
            matched: None,
        });
        checked
    }

    fn path_in(&self, baseline: &Baseline, source: &SourceFile) -> String {
        baseline.path_of(&self.working_directory.join(&source.path))
    }
}

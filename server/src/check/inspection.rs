//! What is done with each file: it is analysed, judged, and held against what is tolerated.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::add_ignores::add_ignores;
use super::baseline::Baseline;
use super::progress::Progress;
use super::regression::keep_regressions;
use super::report::{FileReport, InBaseline, Outcome};
use super::reported_path::ReportedPath;
use super::task::{Content, Means, Task};
use antipasta_analysis::cache::Known;
use antipasta_analysis::{Analysis, AnalysisError, Origin, Phases, ReadThrough};
use antipasta_pool::{Ended, Pool, PoolError, TimeLimits};
use antipasta_workspace::git::Blobs;
use antipasta_workspace::replace_file::Trees;

/// With a limited time, one file may take this part of it, and no more than this, so that the others have a chance.
const PART_OF_ONE: u32 = 2;
const MOST_OF_ONE: Duration = Duration::from_secs(10);

/// The files to look at, and all that is needed to look at them. It owns all of it: a thread that takes too long is left behind
/// with it.
pub(super) struct Inspection {
    /// What is to be analysed, each with what the cache knows of it.
    pub tasks: Vec<(Task, Option<Known>)>,
    pub cache: Option<ReadThrough>,
    pub blobs: Option<Arc<Blobs>>,
    pub baseline: Option<Arc<Baseline>>,
    pub working_directory: PathBuf,
    /// What portable paths are relative to.
    pub top: PathBuf,
    pub changed_only: bool,
    pub add_ignores: bool,
    /// The folders that were named.
    pub trees: Trees,
}

impl Inspection {
    /// Looks at all files on the threads of a pool, the largest first.
    ///
    /// # Errors
    ///
    /// The system refuses to start the threads.
    pub(super) fn of_all(&self, pool: &Pool, progress: &Progress) -> Result<Vec<FileReport>, PoolError> {
        let items: Vec<usize> = (0..self.tasks.len()).collect();
        let size = |index: &usize| {
            let (task, known) = &self.tasks[*index];
            if known.is_none() { task.stamp.size } else { 0 }
        };
        let work = |index: &usize, buffer: &mut Vec<u8>| {
            let report = self.of_one(*index, buffer);
            progress.advance();
            report
        };
        let rescue = |index: &usize, panic| self.failed(*index, AnalysisError::Panicked(panic));
        pool.map(&items, size, Vec::new, work, rescue)
    }

    /// Looks at the files in an order, until a deadline.
    ///
    /// # Errors
    ///
    /// The system refuses to start a thread.
    pub(super) fn of_some(
        self: &Arc<Self>,
        order: Vec<usize>,
        pool: &Pool,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Vec<FileReport>, PoolError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let each = (left / PART_OF_ONE).min(MOST_OF_ONE);
        let limits = TimeLimits { deadline, each };
        let shared = Arc::clone(self);
        let work = move |index: usize, buffer: &mut Vec<u8>| shared.of_one(index, buffer);
        let ended = pool.map_within(order, limits, work, || progress.advance())?;
        let report = |(index, ended)| match ended {
            Ended::Done(report) => report,
            Ended::Panicked(panic) => self.failed(index, AnalysisError::Panicked(panic)),
            Ended::GivenUp => self.failed(index, AnalysisError::TookTooLong(each)),
            Ended::OutOfTime => self.failed(index, AnalysisError::OutOfTime),
        };
        Ok(ended.into_iter().enumerate().map(report).collect())
    }

    fn of_one(&self, index: usize, buffer: &mut Vec<u8>) -> FileReport {
        let (task, known) = &self.tasks[index];
        let means = Means {
            cache: self.cache.as_ref(),
            blobs: self.blobs.as_deref(),
        };
        let (origin, analysis) = means.analyse(task, known.as_ref(), buffer);
        let mut report = self.judged(task, &means, self.report(task, origin, analysis), buffer);
        if self.add_ignores && report.has_violations() {
            match add_ignores(&task.path, task.config.max_file_size, &report.outcome, &self.trees) {
                Ok(None) => {}
                Ok(Some(added)) => {
                    let changed = self.report(task, Origin::Analysis, Ok(added.analysis));
                    report = self.judged(task, &means, changed, buffer);
                    report.added_ignores = Ok(added.comments);
                }
                Err(error) => report.added_ignores = Err(error),
            }
        }
        report
    }

    /// Leaves of the violations of a file those that count: not what the baseline tolerates, nor, if only what the change made
    /// is asked for, what was there before.
    fn judged(&self, task: &Task, means: &Means<'_>, mut report: FileReport, buffer: &mut Vec<u8>) -> FileReport {
        if let Some(baseline) = &self.baseline {
            let file = self.path_in(baseline, task);
            let held = match report.outcome.error {
                None => Some(baseline.apply(&file, &mut report.outcome)),
                Some(_) => None,
            };
            report.in_baseline = Some(InBaseline { file, held });
        }
        let base = task
            .base
            .as_ref()
            .filter(|_| self.changed_only && report.has_violations());
        if let Some(base) = base {
            match means.analyse_blob(base, task.config.max_file_size, buffer).1 {
                Ok(base) => keep_regressions(&mut report.outcome, &base.metrics, &task.config),
                Err(error) => {
                    report.outcome = Outcome::failed(AnalysisError::Base(Box::new(error)));
                    if let Some(in_baseline) = &mut report.in_baseline {
                        in_baseline.held = None;
                    }
                }
            }
        }
        report
    }

    /// That a file has no metrics.
    fn failed(&self, index: usize, error: AnalysisError) -> FileReport {
        let (task, _) = &self.tasks[index];
        let mut report = self.report(task, Origin::Analysis, Err(error));
        report.in_baseline = self.baseline.as_ref().map(|baseline| InBaseline {
            file: self.path_in(baseline, task),
            held: None,
        });
        report
    }

    fn path_in(&self, baseline: &Baseline, task: &Task) -> String {
        baseline.path_of(&self.working_directory.join(&task.path))
    }

    fn report(&self, task: &Task, origin: Origin, analysis: Result<Analysis, AnalysisError>) -> FileReport {
        let path = ReportedPath::new(&task.path, &self.working_directory, &self.top);
        let (outcome, bytes, phases) = match analysis {
            Ok(analysis) => (
                Outcome::of(analysis.metrics, &task.config),
                analysis.bytes,
                analysis.phases,
            ),
            Err(error) => (Outcome::failed(error), task.stamp.size, Phases::default()),
        };
        FileReport {
            is_unsearched: matches!(task.content, Content::Unreadable(_)),
            path,
            outcome,
            in_baseline: None,
            added_ignores: Ok(0),
            bytes,
            phases,
            origin,
        }
    }
}

//! What is done with each file: it is analysed, judged, and held against what is tolerated.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::add_ignores::add_ignores;
use super::baseline::{Baseline, InBaseline};
use super::checked_file::CheckedFile;
use super::progress::Progress;
use super::regression::keep_regressions;
use super::statistics::FileCost;
use super::task::{Content, Means, Task};
use crate::report::{FileReport, ReportedPath};
use antipasta_analysis::cache::Known;
use antipasta_analysis::{Analysis, AnalysisError, Origin, Phases, ReadThrough};
use antipasta_pool::{Ended, Pool, PoolError, TimeLimits};
use antipasta_rules::violations::evaluate;
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
    pub(super) fn of_all(&self, pool: &Pool, progress: &Progress) -> Result<Vec<CheckedFile>, PoolError> {
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
    ) -> Result<Vec<CheckedFile>, PoolError> {
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

    fn of_one(&self, index: usize, buffer: &mut Vec<u8>) -> CheckedFile {
        let (task, known) = &self.tasks[index];
        let means = Means {
            cache: self.cache.as_ref(),
            blobs: self.blobs.as_deref(),
        };
        let (origin, analysis) = means.analyse(task, known.as_ref(), buffer);
        let mut file = self.evaluated(task, origin, analysis);
        self.drop_accepted(task, &means, &mut file, buffer);
        if self.add_ignores && !file.report.violations().is_empty() {
            match add_ignores(&task.path, task.config.max_file_size, &file.report, &self.trees) {
                Ok(None) => {}
                Ok(Some(added)) => {
                    file = self.evaluated(task, Origin::Analysis, Ok(added.analysis));
                    self.drop_accepted(task, &means, &mut file, buffer);
                    file.added_ignores = Ok(added.comments);
                }
                Err(error) => file.added_ignores = Err(error),
            }
        }
        file
    }

    /// Evaluates the metrics of a file against its configuration.
    fn evaluated(&self, task: &Task, origin: Origin, analysis: Result<Analysis, AnalysisError>) -> CheckedFile {
        let path = ReportedPath::new(&task.path, &self.working_directory, &self.top);
        let (report, cost) = match analysis {
            Ok(Analysis { metrics, bytes, phases }) => {
                let report = FileReport {
                    path,
                    is_unsearched: false,
                    evaluation: evaluate(&metrics, &task.config),
                    metrics,
                    pre_existing: 0,
                    allowed: Vec::new(),
                    error: None,
                };
                (report, FileCost { bytes, phases, origin })
            }
            Err(error) => {
                let report = FileReport {
                    is_unsearched: matches!(task.content, Content::Unreadable(_)),
                    ..FileReport::failed(path, error)
                };
                let cost = FileCost {
                    bytes: task.stamp.size,
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
    fn drop_accepted(&self, task: &Task, means: &Means<'_>, file: &mut CheckedFile, buffer: &mut Vec<u8>) {
        let report = &mut file.report;
        if let Some(baseline) = &self.baseline {
            let path = self.path_in(baseline, task);
            let held = match report.error {
                None => Some(baseline.apply(&path, report)),
                Some(_) => None,
            };
            file.in_baseline = Some(InBaseline { path, held });
        }
        let base = task
            .base
            .as_ref()
            .filter(|_| self.changed_only && !report.violations().is_empty());
        let Some(base) = base else { return };
        match means.analyse_blob(base, task.config.max_file_size, buffer).1 {
            Ok(base) => {
                let violations = &mut report.evaluation.violations;
                report.pre_existing = keep_regressions(violations, &report.metrics, &base.metrics, &task.config);
            }
            Err(error) => {
                *report = FileReport::failed(report.path.clone(), AnalysisError::Base(Box::new(error)));
                if let Some(in_baseline) = &mut file.in_baseline {
                    in_baseline.held = None;
                }
            }
        }
    }

    /// The results of a file that could not be analyzed.
    fn failed(&self, index: usize, error: AnalysisError) -> CheckedFile {
        let (task, _) = &self.tasks[index];
        let mut file = self.evaluated(task, Origin::Analysis, Err(error));
        file.in_baseline = self.baseline.as_ref().map(|baseline| InBaseline {
            path: self.path_in(baseline, task),
            held: None,
        });
        file
    }

    fn path_in(&self, baseline: &Baseline, task: &Task) -> String {
        baseline.path_of(&self.working_directory.join(&task.path))
    }
}

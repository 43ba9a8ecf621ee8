//! The context of a check: options, configurations, the change, the baseline and the pool.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::baseline::Baseline;
use super::error::CheckError;
use super::options::{CheckOptions, Input};
use super::sources::ChangedFiles;
use antipasta_pool::{Pool, Priority};
use antipasta_workspace::discovery::{Configs, FILE_NAME, PYPROJECT, normalized, read_config};
use antipasta_workspace::git::{self, Limits, Repository};
use antipasta_workspace::replace_file::Trees;

/// The most threads of a check. More of them would only take memory.
const MAX_JOBS: usize = 256;

/// The context of a check, from its start to its end.
pub(super) struct CheckContext<'a> {
    pub options: &'a CheckOptions,
    pub configs: Configs,
    /// The files of the change; `None` if the check is not about a change.
    pub change: Option<ChangedFiles>,
    pub baseline: Option<Arc<Baseline>>,
    /// The folders that the command line names.
    pub trees: Trees,
    pub pool: Pool,
    pub start: Instant,
    pub git_limits: Limits,
}

impl<'a> CheckContext<'a> {
    pub(super) fn new(options: &'a CheckOptions) -> Result<Self, CheckError> {
        let start = Instant::now();
        let working_directory = std::env::current_dir().map_err(CheckError::WorkingDirectory)?;
        let overrides = options.overrides.clone();
        let git_limits = Limits {
            silence: options.git_timeout.map_or_else(git::timeout, Ok)?,
            deadline: options.max_time.map(|time| start + time),
        };
        let change = match &options.input {
            Input::Change(change, _) => {
                let repository = Repository::discover(&working_directory, git_limits)?;
                Some(ChangedFiles::new(change, options.changed_only, repository)?)
            }
            Input::Paths(_) | Input::Stdin(_) => None,
        };
        let mut contents = contents_in_change(options, change.as_ref())?;
        let trees = named_trees(&options.input).map_err(CheckError::WorkingDirectory)?;
        let baseline = match &options.baseline {
            Some(baseline) => {
                let content = contents.remove(&normalized(&working_directory.join(&baseline.file)));
                let baseline = Baseline::read(baseline, &working_directory, content, trees.clone())?;
                Some(Arc::new(baseline))
            }
            None => None,
        };
        let configs = match &options.config {
            Some(path) => Configs::given(&working_directory, overrides, read_config(path)?),
            None => Configs::nearest(&working_directory, overrides).with_contents(contents),
        };
        Ok(Self {
            options,
            configs,
            change,
            baseline,
            trees,
            pool: pool(options.jobs),
            start,
            git_limits,
        })
    }
}

fn pool(jobs: Option<usize>) -> Pool {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = jobs.unwrap_or_else(processors).min(MAX_JOBS);
    Pool::new("analysis", jobs, Priority::Interactive)
}

/// The folders that the command line names.
fn named_trees(input: &Input) -> io::Result<Trees> {
    match input {
        Input::Paths(paths) | Input::Change(_, paths) => Trees::of(paths),
        Input::Stdin(_) => Ok(Trees::default()),
    }
}

/// The contents of the configurations and of the baseline in a change, by their absolute paths. Files that are to be read from
/// disk are left out.
fn contents_in_change(
    options: &CheckOptions,
    change: Option<&ChangedFiles>,
) -> Result<FxHashMap<PathBuf, Vec<u8>>, CheckError> {
    let mut names = Vec::new();
    if options.config.is_none() {
        names.extend([FILE_NAME, PYPROJECT]);
    }
    let baseline = options.baseline.as_ref();
    names.extend(baseline.and_then(|baseline| baseline.file.file_name()?.to_str()));
    match change {
        Some(change) if !names.is_empty() => Ok(change.contents(&names)?),
        _ => Ok(FxHashMap::default()),
    }
}

//! The options of a check.

use std::path::PathBuf;
use std::time::Duration;

use super::baseline::BaselineOptions;
use super::sources::Shard;
use crate::report::Destination;
use antipasta_rules::config::Overrides;
use antipasta_workspace::git::Change;

/// The options of a check.
#[derive(Clone, Debug)]
pub(crate) struct CheckOptions {
    /// What to check.
    pub input: Input,
    /// The configuration for all files, instead of the nearest one above each file.
    pub config: Option<PathBuf>,
    /// Settings of the command line that override those of configurations.
    pub overrides: Overrides,
    /// The reports to write.
    pub destinations: Vec<Destination>,
    /// Whether to show violations only.
    pub quiet: bool,
    /// Whether to print what the run cost.
    pub statistics: bool,
    /// Whether to list ignore comments that suppress nothing.
    pub report_unused_ignores: bool,
    /// Whether only new and worse violations of a change count.
    pub changed_only: bool,
    /// The baseline, if there is one.
    pub baseline: Option<BaselineOptions>,
    /// Whether to write ignore comments for the violations.
    pub add_ignores: bool,
    /// The shard to check; `None` checks all files.
    pub shard: Option<Shard>,
    /// What to do when a file cannot be checked.
    pub on_error: OnError,
    /// How long the check may take.
    pub max_time: Option<Duration>,
    /// How long git may write nothing; by default [`timeout`](antipasta_workspace::git::timeout).
    pub git_timeout: Option<Duration>,
    /// Whether the cache is not used.
    pub no_cache: bool,
    /// The most threads to use; by default one for each processor.
    pub jobs: Option<usize>,
}

/// What to do when a file cannot be checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnError {
    /// Report it, and pass if there are no violations.
    Warn,
    /// Fail, with exit code 1 if there are no violations.
    #[default]
    Fail,
}

/// What to check.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// Files and directories.
    Paths(Vec<PathBuf>),
    /// The files of a change in git, with their contents after it. If there are paths, only the files at or below them.
    Change(Change, Vec<PathBuf>),
    /// Source on the standard input. The path is its name in the report, and decides which configuration is used.
    Stdin(PathBuf),
}

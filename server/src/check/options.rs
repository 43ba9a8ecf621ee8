//! What a check is asked to do.

use std::path::PathBuf;
use std::time::Duration;

use super::baseline::BaselineOptions;
use super::sources::Shard;
use crate::report::Destination;
use antipasta_rules::config::Overrides;
use antipasta_workspace::git::Change;

/// What a check is asked to do.
#[derive(Clone, Debug)]
pub(crate) struct CheckOptions {
    /// What to look at.
    pub input: Input,
    /// The configuration to use for all files, in place of the nearest to each.
    pub config: Option<PathBuf>,
    /// What the command line changes of the configuration.
    pub overrides: Overrides,
    /// The reports to write.
    pub destinations: Vec<Destination>,
    /// Whether only violations are shown.
    pub quiet: bool,
    /// Whether to say what the run cost.
    pub statistics: bool,
    /// Whether to list ignore comments that suppress nothing.
    pub report_unused_ignores: bool,
    /// Whether only those violations of a change count that it made.
    pub changed_only: bool,
    /// The baseline that violations are held against, if there is one.
    pub baseline: Option<BaselineOptions>,
    /// Whether violations that are found get ignore comments.
    pub add_ignores: bool,
    /// The part of the files to check, if not all.
    pub shard: Option<Shard>,
    /// What a failure of ours does.
    pub on_error: OnError,
    /// How long the check may take.
    pub max_time: Option<Duration>,
    /// How long git may write nothing; by default what [`timeout`](antipasta_workspace::git::timeout) says.
    pub git_timeout: Option<Duration>,
    /// Whether to do without the cache.
    pub no_cache: bool,
    /// The most threads to use; as many as there are processors, if it is not given.
    pub jobs: Option<usize>,
}

/// What it comes to that not all was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnError {
    /// Report it, and pass if there are no violations.
    Warn,
    /// Fail, with exit code 1 if there are no violations.
    #[default]
    Fail,
}

/// What to look at.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// Files and directories.
    Paths(Vec<PathBuf>),
    /// The files of a change in git, as they are after it; those that the paths name or are above, if there are any.
    Change(Change, Vec<PathBuf>),
    /// Source on the standard input; the path is the name that it is reported under, and whose configuration holds.
    Stdin(PathBuf),
}

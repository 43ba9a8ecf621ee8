//! Why a check gives no report.

use std::io;
use std::path::PathBuf;

use super::baseline::BaselineError;
use super::sources::ChangedFilesError;
use crate::console;
use antipasta_pool::PoolError;
use antipasta_rules::config::ConfigErrors;
use antipasta_workspace::discovery::DiscoveryError;
use antipasta_workspace::git::GitError;

/// Why a check gives no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    #[error("the working directory is not known: {0}")]
    WorkingDirectory(#[source] io::Error),
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    ChangedFiles(#[from] ChangedFilesError),
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error("No files found to analyze{0}")]
    NoFiles(String),
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error("the standard input: {0}")]
    Stdin(#[source] io::Error),
    #[error("the standard input has not ended within the time limit (--max-time): nothing was checked")]
    EndlessStdin,
    #[error("{path}: cannot be written: {error}", path = .0.display(), error = .1)]
    Output(PathBuf, #[source] io::Error),
    /// An output that could not be prepared before the analysis.
    #[error("{path}: cannot be written: {error}", path = .0.display(), error = .1)]
    Unwritable(PathBuf, #[source] io::Error),
    #[error("the report cannot be written: {0}")]
    Stdout(#[source] io::Error),
    #[error("internal error, please report it")]
    Panicked,
}

impl CheckError {
    /// Whether the system, git or this program has failed, so that `--on-error warn` lets the check pass. All other errors are in
    /// the command line or in a file, and the user has to fix them.
    pub(super) fn is_failure(&self) -> bool {
        match self {
            Self::Config(_) | Self::Discovery(_) | Self::NoFiles(_) | Self::Unwritable(..) => false,
            Self::Git(error) | Self::ChangedFiles(ChangedFilesError::Git(error)) => !matches!(
                error,
                GitError::Revision(_)
                    | GitError::UnknownRevision { .. }
                    | GitError::NoCommit { .. }
                    | GitError::LinkNotOnDisk(_)
                    | GitError::Timeout(_)
            ),
            Self::ChangedFiles(_) => false,
            Self::Baseline(error) => !matches!(error, BaselineError::Missing(_) | BaselineError::Malformed(..)),
            Self::WorkingDirectory(_)
            | Self::Pool(_)
            | Self::Stdin(_)
            | Self::EndlessStdin
            | Self::Output(..)
            | Self::Stdout(_)
            | Self::Panicked => true,
        }
    }

    /// Prints the error. Each problem of a configuration is an error of its own.
    pub(super) fn print(&self) {
        match self {
            Self::Config(errors) => console::errors(errors),
            Self::Discovery(DiscoveryError::Config(errors))
            | Self::ChangedFiles(ChangedFilesError::Discovery(DiscoveryError::Config(errors))) => {
                console::errors(errors);
            }
            error => console::error(error),
        }
    }
}

/// Prints all errors but the last, which it returns.
pub(super) fn print_all_but_last(errors: impl Iterator<Item = CheckError>) -> Result<(), CheckError> {
    let mut errors: Vec<_> = errors.collect();
    match errors.pop() {
        None => Ok(()),
        Some(last) => {
            errors.iter().for_each(console::error);
            Err(last)
        }
    }
}

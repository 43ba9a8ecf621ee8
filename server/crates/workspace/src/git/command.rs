//! Runs `git`.
//!
//! Each call has a time limit, never asks for a password, and takes no locks. Git runs as few of the programs that a
//! repository's configuration can name as possible:
//!
//! - `core.fsmonitor` is disabled if it names a program. Git's own monitor (`true`) stays enabled where the working tree is
//!   compared.
//! - A bare repository that lies in a folder, as a file of another repository can, is not taken for the repository.
//! - Objects that a partial clone lacks are fetched only for a check that a person asks for, see [`Repository::fetching`]. A
//!   fetch runs what the configuration names for the remote, such as `core.sshCommand` and credential helpers, as `git fetch`
//!   does.
//! - Clean filters (`filter.*.clean`, `filter.*.process`, as Git LFS has them) run only when the working tree is compared, and
//!   only for files whose time or size is not that in the index, as with `git status` and `git diff`. Without them, a file that
//!   nobody changed would be a changed one. What is staged, and what is between two commits, needs none.
//!
//! Hooks, pagers, editors, external diffs and text conversions are never run.
//!
//! [`Repository::fetching`]: super::Repository::fetching

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::child_process::{self, ChildError, Limits, Output, RunningChild, Stopped};
use crate::search_path;
use crate::seconds::{self, InvalidSeconds};
use antipasta_rules::escape::one_line;

/// The environment variable for the longest time without output of git, in seconds.
pub const TIMEOUT_VARIABLE: &str = "ANTIPASTA_GIT_TIMEOUT";

/// The default of the longest time without output of git.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The start of git's message outside of any repository.
const NO_REPOSITORY: &str = "git: not a git repository";

/// Why git failed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It cannot be started, or communication with it failed.
    #[error("git cannot be run: {0}; is it installed and on the PATH?")]
    Run(#[from] io::Error),
    /// It was terminated.
    #[error("`git {command}` was stopped: {why}{}", advice(.why))]
    Stopped {
        /// The subcommand, such as `diff`.
        command: String,
        /// The limit that it exceeded.
        why: Stopped,
    },
    /// It failed; the text is its message.
    #[error("{0}")]
    Refused(String),
    /// Its output is malformed or truncated.
    #[error("the answer of `git {0}` cannot be understood; does it work if you run it yourself?")]
    Answer(&'static str),
    /// The index has unmerged files, so that nothing can be committed.
    #[error("the index holds a merge that is not resolved: {}", listed(.0))]
    Unmerged(Vec<PathBuf>),
    /// The argument is neither a revision nor a range.
    #[error("`{0}` is no revision and no range of revisions, such as `main` or `v1.0..v1.1`")]
    Revision(String),
    /// The revision does not exist.
    #[error("this clone has no revision `{revision}`: {advice}")]
    UnknownRevision {
        /// Its name.
        revision: String,
        /// What to do about it.
        advice: String,
    },
    /// The object exists, but is no commit.
    #[error("`{revision}` is no commit: {why}")]
    NoCommit {
        /// Its name.
        revision: String,
        /// Why not.
        why: String,
    },
    /// A configuration or a baseline is a link, and git stores only its target.
    #[error(
        "{}: cannot be read: a symbolic link in git that is not in the working tree, so it cannot be followed",
        one_line(&.0.to_string_lossy())
    )]
    LinkNotOnDisk(PathBuf),
    /// A configuration or a baseline exceeds its size limit.
    #[error("{}: too large to be read from git", one_line(&.0.to_string_lossy()))]
    TooLarge(PathBuf),
    /// The directory is in a bare repository.
    #[error(
        "this folder is in a bare git repository, or inside `.git`: there is no working tree and no commit to check here"
    )]
    Bare,
    /// The repository belongs to another user, and git does not trust it.
    #[error("this repository belongs to another user, so git does not use it; if you trust its owner, run: {0}")]
    NotOwned(String),
    /// The environment variable is no time.
    #[error("{TIMEOUT_VARIABLE}: {0}")]
    Timeout(#[source] InvalidSeconds),
}

impl GitError {
    /// Whether git found no repository.
    pub fn is_no_repository(&self) -> bool {
        matches!(self, Self::Refused(said) if said.starts_with(NO_REPOSITORY))
    }

    pub(super) fn from_child(command: &str, error: ChildError) -> Self {
        match error {
            ChildError::Io(error) => Self::Run(error),
            ChildError::Stopped(why) => Self::Stopped {
                command: command.to_owned(),
                why,
            },
        }
    }
}

/// Advice for a git command that was stopped.
fn advice(why: &Stopped) -> &'static str {
    match why {
        Stopped::Silent(_) | Stopped::Slow(_) => {
            "; run `git status` to see if git works here, or allow more time with ANTIPASTA_GIT_TIMEOUT=SECONDS"
        }
        Stopped::OutOfTime => " (--max-time)",
        Stopped::TooMuch(_) => "; run `git status` to see if git works here",
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| one_line(&path.to_string_lossy()).into_owned());
    paths.collect::<Vec<_>>().join(", ")
}

/// The longest time without output of git: the value of [`TIMEOUT_VARIABLE`], or 30 s.
///
/// # Errors
///
/// The variable is no time.
pub fn timeout() -> Result<Duration, GitError> {
    match std::env::var(TIMEOUT_VARIABLE) {
        Ok(text) if !text.is_empty() => seconds::parse(&text).map_err(GitError::Timeout),
        _ => Ok(TIMEOUT),
    }
}

/// A way to run `git`: in a directory, with the environment of this process, so that in a hook it uses the hook's repository
/// and index.
#[derive(Clone, Debug)]
pub(super) struct Git {
    pub directory: PathBuf,
    pub limits: Limits,
    /// Whether git may fetch objects that a partial clone lacks.
    pub fetches: bool,
    /// Whether git may use its own monitor of the working tree.
    pub monitors: bool,
}

impl Git {
    pub(super) fn in_directory(directory: &Path, limits: Limits) -> Self {
        Self {
            directory: directory.to_owned(),
            limits,
            fetches: false,
            monitors: false,
        }
    }

    /// The same without fetching.
    pub(super) fn without_fetching(&self) -> Self {
        Self {
            fetches: false,
            ..self.clone()
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        let monitor = format!("core.fsmonitor={}", self.monitors);
        command
            .args(["-c", &monitor, "-c", "safe.bareRepository=explicit"])
            .args(arguments)
            .current_dir(&self.directory)
            // Read-only commands take no locks, which a concurrent commit may need.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("PATH", search_path::absolute())
            // English messages, which we recognize.
            .env("LANGUAGE", "en");
        // Never ask for a password, neither on the terminal nor in a window.
        for (variable, value) in [
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_ASKPASS", ""),
            ("GCM_INTERACTIVE", "never"),
            // As `BatchMode=yes`, but keeps the user's ssh command (`GIT_SSH_COMMAND`, `core.sshCommand`).
            ("SSH_ASKPASS_REQUIRE", "force"),
            ("SSH_ASKPASS", "false"),
        ] {
            command.env(variable, value);
        }
        if !self.fetches {
            command.env("GIT_NO_LAZY_FETCH", "1");
        }
        // These variables are meant for paths that the user types.
        for variable in ["LITERAL", "GLOB", "NOGLOB", "ICASE"] {
            command.env_remove(format!("GIT_{variable}_PATHSPECS"));
        }
        command
    }

    /// The output of git, if it succeeds.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        succeeded(arguments, self.run(arguments, Vec::new())?)
    }

    /// The output of git for some paths, if it succeeds.
    pub(super) fn output_about(&self, arguments: &[&str], paths: &[OsString]) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(arguments);
        command.arg("--").args(paths);
        let output = child_process::output(&mut command, Vec::new(), self.limits);
        succeeded(
            arguments,
            output.map_err(|error| GitError::from_child(arguments[0], error))?,
        )
    }

    /// The output and exit code of git, with `input` on its standard input.
    pub(super) fn run(&self, arguments: &[&str], input: Vec<u8>) -> Result<Output, GitError> {
        child_process::output(&mut self.command(arguments), input, self.limits)
            .map_err(|error| GitError::from_child(arguments[0], error))
    }

    /// Starts a git that runs until it is dropped.
    pub(super) fn start(&self, arguments: &[&str]) -> Result<RunningChild, GitError> {
        Ok(RunningChild::start(&mut self.command(arguments), self.limits)?)
    }
}

/// The output of git, if it succeeded.
pub(super) fn succeeded(arguments: &[&str], output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(refusal(arguments[0], &output.stderr, Some(output.status)))
}

/// The error of a git command that failed: its message, or else its exit status.
pub(super) fn refusal(command: &str, stderr: &[u8], status: Option<ExitStatus>) -> GitError {
    let said = String::from_utf8_lossy(stderr);
    let said = said.trim();
    let said = said.strip_prefix("fatal: ").unwrap_or(said);
    let text = match (said, status) {
        ("", Some(status)) => format!("`git {command}` ended before it was done ({status}), and did not say why"),
        ("", None) => format!("`git {command}` ended before it was done, and did not say why"),
        // In a bare repository below a folder, and in one that is the folder.
        (words, _) if words.contains("cannot use bare repository") || words.contains("be run in a work tree") => {
            return GitError::Bare;
        }
        (words, _) if words.contains("dubious ownership") => {
            let command = words
                .lines()
                .map(str::trim)
                .find(|line| line.starts_with("git config "));
            return GitError::NotOwned(command.map_or_else(
                || "git config --global --add safe.directory FOLDER".to_owned(),
                |command| one_line(command).into_owned(),
            ));
        }
        (words, _) => {
            let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
            format!("git: {}", lines.collect::<Vec<_>>().join(" "))
        }
    };
    GitError::Refused(text)
}

/// The records of an output, each terminated by NUL; `None` if the last one is truncated.
pub(super) fn records(output: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let whole = match output {
        [] => output,
        _ => output.strip_suffix(b"\0")?,
    };
    let is_empty = output.is_empty();
    Some(whole.split(|byte| *byte == 0).filter(move |_| !is_empty))
}

//! How `git` is run.
//!
//! Each call has an end, asks nobody for a password, and takes no locks. Of the programs that a repository's configuration can
//! name, git runs as few as the answers allow:
//!
//! - `core.fsmonitor` is off where it names a program. Git's own monitor (`true`) stays on where the working tree is compared.
//! - A bare repository that lies in a folder, as a file of another repository can, is not taken for the repository.
//! - What a partial clone lacks is fetched only for a check that people ask for, see [`Repository::fetching`]. A fetch runs what
//!   the configuration names for the remote, such as `core.sshCommand` and credential helpers, as `git fetch` does.
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

/// The environment variable that says how long git may write nothing, in seconds.
pub const TIMEOUT_VARIABLE: &str = "ANTIPASTA_GIT_TIMEOUT";

/// How long git may write nothing, if nobody says so.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How what git says begins where there is no repository.
const NO_REPOSITORY: &str = "git: not a git repository";

/// Why git does not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It cannot be started or spoken to.
    #[error("git cannot be run: {0}; is it installed and on the PATH?")]
    Run(#[from] io::Error),
    /// It was ended before it was done.
    #[error("`git {command}` was stopped: {why}{}", advice(.why))]
    Stopped {
        /// What it was to do, such as `diff`.
        command: String,
        /// What it did instead.
        why: Stopped,
    },
    /// It refuses, for a reason that it gives, or fails.
    #[error("{0}")]
    Refused(String),
    /// Its answer makes no sense, or has no end.
    #[error("the answer of `git {0}` cannot be understood; does it work if you run it yourself?")]
    Answer(&'static str),
    /// The index is that of a merge that is under way, so that nothing can be committed.
    #[error("the index holds a merge that is not resolved: {}", listed(.0))]
    Unmerged(Vec<PathBuf>),
    /// What was given is no revision and no range of them.
    #[error("`{0}` is no revision and no range of revisions, such as `main` or `v1.0..v1.1`")]
    Revision(String),
    /// There is no such revision.
    #[error("this clone has no revision `{revision}`: {advice}")]
    UnknownRevision {
        /// What it was called.
        revision: String,
        /// What to do about it.
        advice: String,
    },
    /// There is such an object, but it is no commit.
    #[error("`{revision}` is no commit: {why}")]
    NoCommit {
        /// What it was called.
        revision: String,
        /// What it is instead.
        why: String,
    },
    /// A configuration or a baseline is a link, of which git has only where it leads.
    #[error(
        "{}: cannot be read: a symbolic link in git that is not in the working tree, so it cannot be followed",
        one_line(&.0.to_string_lossy())
    )]
    LinkNotOnDisk(PathBuf),
    /// A configuration or a baseline is larger than any.
    #[error("{}: too large to be read from git", one_line(&.0.to_string_lossy()))]
    TooLarge(PathBuf),
    /// The directory is in a bare repository.
    #[error(
        "this folder is in a bare git repository, or inside `.git`: there is no working tree and no commit to check here"
    )]
    Bare,
    /// The repository belongs to somebody else, and git does not trust it.
    #[error("this repository belongs to another user, so git does not use it; if you trust its owner, run: {0}")]
    NotOwned(String),
    /// The environment variable has no time.
    #[error("{TIMEOUT_VARIABLE}: {0}")]
    Timeout(#[source] InvalidSeconds),
}

impl GitError {
    /// Whether git has looked for a repository, and there is none.
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

/// What to do about a git that was stopped.
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

/// How long git may write nothing before it is ended: what [`TIMEOUT_VARIABLE`] says, or 30 s.
///
/// # Errors
///
/// The variable has no time.
pub fn timeout() -> Result<Duration, GitError> {
    match std::env::var(TIMEOUT_VARIABLE) {
        Ok(text) if !text.is_empty() => seconds::parse(&text).map_err(GitError::Timeout),
        _ => Ok(TIMEOUT),
    }
}

/// How `git` is run: in a directory, and with the environment that this process has, so that in a hook it looks at the
/// repository and the index that the hook is about.
#[derive(Clone, Debug)]
pub(super) struct Git {
    pub directory: PathBuf,
    pub limits: Limits,
    /// Whether what a partial clone lacks may be fetched.
    pub fetches: bool,
    /// Whether git's own monitor of the working tree may help.
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

    /// The same, that fetches nothing.
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
            // What only looks takes no locks, which whoever commits may need.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("PATH", search_path::absolute())
            // Messages that we know again.
            .env("LANGUAGE", "en");
        // Nobody is asked for a password, neither on the terminal nor in a window.
        for (variable, value) in [
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_ASKPASS", ""),
            ("GCM_INTERACTIVE", "never"),
            // As `BatchMode=yes`, but it leaves alone what the user has ssh be run with (`GIT_SSH_COMMAND`, `core.sshCommand`).
            ("SSH_ASKPASS_REQUIRE", "force"),
            ("SSH_ASKPASS", "false"),
        ] {
            command.env(variable, value);
        }
        if !self.fetches {
            command.env("GIT_NO_LAZY_FETCH", "1");
        }
        // The user's wishes for paths that people type, while ours are written by us.
        for variable in ["LITERAL", "GLOB", "NOGLOB", "ICASE"] {
            command.env_remove(format!("GIT_{variable}_PATHSPECS"));
        }
        command
    }

    /// What git writes, if it does what it is asked for.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        succeeded(arguments, self.run(arguments, Vec::new())?)
    }

    /// What git writes about some paths, if it does what it is asked for.
    pub(super) fn output_about(&self, arguments: &[&str], paths: &[OsString]) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(arguments);
        command.arg("--").args(paths);
        let output = child_process::output(&mut command, Vec::new(), self.limits);
        succeeded(
            arguments,
            output.map_err(|error| GitError::from_child(arguments[0], error))?,
        )
    }

    /// What git writes, and its exit code, when it reads `input`.
    pub(super) fn run(&self, arguments: &[&str], input: Vec<u8>) -> Result<Output, GitError> {
        child_process::output(&mut self.command(arguments), input, self.limits)
            .map_err(|error| GitError::from_child(arguments[0], error))
    }

    /// A git that runs until it is dropped.
    pub(super) fn start(&self, arguments: &[&str]) -> Result<RunningChild, GitError> {
        Ok(RunningChild::start(&mut self.command(arguments), self.limits)?)
    }
}

/// What git wrote, if it did what it was asked for.
pub(super) fn succeeded(arguments: &[&str], output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(refusal(arguments[0], &output.stderr, Some(output.status)))
}

/// What git said when it did not do what it was asked for, or else how it ended.
pub(super) fn refusal(command: &str, stderr: &[u8], status: Option<ExitStatus>) -> GitError {
    let said = String::from_utf8_lossy(stderr);
    let said = said.trim();
    let said = said.strip_prefix("fatal: ").unwrap_or(said);
    let text = match (said, status) {
        ("", Some(status)) => format!("`git {command}` ended before it was done ({status}), and did not say why"),
        ("", None) => format!("`git {command}` ended before it was done, and did not say why"),
        // In a bare repository that lies in a folder, and in one that is it.
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

/// The records of an answer, each of which ends with NUL; nothing, if the last one has no end.
pub(super) fn records(output: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let whole = match output {
        [] => output,
        _ => output.strip_suffix(b"\0")?,
    };
    let is_empty = output.is_empty();
    Some(whole.split(|byte| *byte == 0).filter(move |_| !is_empty))
}

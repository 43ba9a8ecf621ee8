//! How `git` is run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Why git does not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It cannot be started or spoken to.
    #[error("git cannot be run: {0}")]
    Run(#[from] io::Error),
    /// It refuses; in its own words.
    #[error("git: {0}")]
    Refused(String),
    /// Its answer makes no sense, or has no end.
    #[error("the answer of `git {0}` cannot be understood")]
    Answer(&'static str),
    /// The index is that of a merge that is under way, so that nothing can be committed.
    #[error("the index holds a merge that is not resolved: {}", listed(.0))]
    Unmerged(Vec<PathBuf>),
    /// What was given is no revision and no range of them.
    #[error("`{0}` is no revision and no range of revisions, such as `main` or `v1.0..v1.1`")]
    Revision(String),
}

fn listed(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    paths.collect::<Vec<_>>().join(", ")
}

/// How `git` is run: in a directory, and with the environment that this process has, so that in a hook it looks at the
/// repository and the index that the hook is about.
pub(super) struct Git {
    directory: PathBuf,
}

impl Git {
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
        }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args(arguments)
            .current_dir(&self.directory)
            // What only looks takes no locks, which whoever commits may need.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // The user's wishes for paths that people type, while ours are written by us.
        for variable in ["LITERAL", "GLOB", "NOGLOB", "ICASE"] {
            command.env_remove(format!("GIT_{variable}_PATHSPECS"));
        }
        command
    }

    /// What git writes.
    pub fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        succeeded(self.command(arguments).output()?)
    }

    /// What git writes, and its exit code, when it reads `input`.
    pub fn output_for(&self, arguments: &[&str], input: Vec<u8>) -> Result<Output, GitError> {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take();
        // It may write before it has read all.
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
            Ok(child.wait_with_output()?)
        })
    }
}

/// What git wrote, if it did what it was asked for.
pub(super) fn succeeded(output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(refusal(&output))
}

/// What git said when it did not do what it was asked for.
pub(super) fn refusal(output: &Output) -> GitError {
    let words = String::from_utf8_lossy(&output.stderr);
    let words: Vec<_> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let words = words.join(" ");
    GitError::Refused(match words.strip_prefix("fatal: ").unwrap_or(&words) {
        "" => output.status.to_string(),
        words => words.to_owned(),
    })
}

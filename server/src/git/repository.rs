//! The repository that a directory is in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use super::blobs::{Blobs, ObjectId};
use super::change::{self, Change, Changes, State};
use super::command::{Git, GitError, succeeded};
use super::history;
use super::raw_diff::is_regular_file;
use super::{bytes_of, path_of};

/// Where git looks for hooks.
pub struct Hooks {
    /// The folder, which need not exist. Worktrees of one repository have it in common.
    pub folder: PathBuf,
    /// Whether it is outside of the repository, so that others may use it too.
    pub is_shared: bool,
}

/// The one path that git has written.
fn path_in(output: &[u8]) -> PathBuf {
    path_of(output.strip_suffix(b"\n").unwrap_or(output))
}

/// The repository that a directory is in, or that the environment names.
pub struct Repository {
    git: Git,
    top: PathBuf,
}

impl Repository {
    /// That of a directory.
    ///
    /// # Errors
    ///
    /// There is none, or none with a working tree.
    pub fn of_directory(directory: &Path) -> Result<Self, GitError> {
        let git = Git::in_directory(directory);
        let output = git.output(&["rev-parse", "--show-toplevel"])?;
        let top = path_in(&output);
        Ok(Self { git, top })
    }

    /// The top of the working tree.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Where git looks for hooks.
    ///
    /// # Errors
    ///
    /// Git cannot say.
    pub fn hooks(&self) -> Result<Hooks, GitError> {
        // A relative path begins where hooks are run, which `git rev-parse` does not say.
        let configured = ["config", "--type=path", "--get", "core.hooksPath"];
        let configured = self.git.command(&configured).output()?;
        // This exit code says that it is not set.
        if configured.status.code() == Some(1) {
            let folder = self.git.output(&["rev-parse", "--git-path", "hooks"])?;
            return Ok(Hooks {
                folder: self.git.directory().join(path_in(&folder)),
                is_shared: false,
            });
        }
        let folder = self.top.join(path_in(&succeeded(configured)?));
        let common = self.git.output(&["rev-parse", "--git-common-dir"])?;
        let common = self.git.directory().join(path_in(&common));
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let is_own = [&self.top, &common]
            .iter()
            .any(|own| real(&folder).starts_with(real(own)));
        Ok(Hooks {
            folder,
            is_shared: !is_own,
        })
    }

    /// The files of a change.
    ///
    /// # Errors
    ///
    /// It compares with what there is not, or the index is not merged.
    pub fn changes(&self, change: &Change) -> Result<Changes, GitError> {
        change::changes(&self.git, &self.top, change)
    }

    /// The regular files that git has, by their absolute paths, of those that are `wanted` by name. Of a working tree there are
    /// none: its files are there to be read.
    ///
    /// # Errors
    ///
    /// Git cannot say.
    pub fn files(&self, state: &State, wanted: &[&str]) -> Result<FxHashMap<PathBuf, ObjectId>, GitError> {
        let output = match state {
            State::WorkingTree => return Ok(FxHashMap::default()),
            State::Index => self
                .git
                .output(&["ls-files", "--stage", "-z", "--full-name", "--", ":/"])?,
            State::Commit(commit) => self.git.output(&["ls-tree", "-r", "-z", "--full-tree", commit, "--"])?,
        };
        let entries = output.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
        let files = entries.filter_map(|entry| {
            let tab = entry.iter().position(|byte| *byte == b'\t')?;
            let (columns, path) = (&entry[..tab], &entry[tab + 1..]);
            let name = path.rsplit(|byte| *byte == b'/').next()?;
            if !wanted.iter().any(|wanted| wanted.as_bytes() == name) || !is_regular_file(columns) {
                return None;
            }
            // `MODE OBJECT STAGE` of a file in the index, `MODE TYPE OBJECT` of one in a tree.
            let column = usize::from(*state != State::Index) + 1;
            let id = ObjectId::parse(columns.split(|byte| *byte == b' ').nth(column)?)?;
            Some((self.top.join(path_of(path)), id))
        });
        Ok(files.collect())
    }

    /// Those of some absolute paths that rules such as those in `.gitignore` files leave out, whether git tracks them or not.
    ///
    /// # Errors
    ///
    /// Git cannot say.
    pub fn ignored<'p>(&self, paths: impl IntoIterator<Item = &'p Path>) -> Result<FxHashSet<PathBuf>, GitError> {
        let mut input = Vec::new();
        for path in paths {
            input.extend_from_slice(&bytes_of(path));
            input.push(0);
        }
        if input.is_empty() {
            return Ok(FxHashSet::default());
        }
        let arguments = ["check-ignore", "-z", "--stdin", "--no-index"];
        let output = self.git.output_for(&arguments, input)?;
        // This exit code says that there are none.
        let output = match output.status.code() {
            Some(1) => output.stdout,
            _ => succeeded(output)?,
        };
        let ignored = output.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        Ok(ignored.map(path_of).collect())
    }

    /// In how many of the last `commits` each file was changed, by paths below the top. What git has not said after `patience`
    /// is not waited for.
    ///
    /// # Errors
    ///
    /// Git cannot be started.
    pub fn change_counts(&self, commits: u32, patience: Duration) -> Result<FxHashMap<PathBuf, u32>, GitError> {
        history::change_counts(&self.git, commits, patience)
    }

    /// What reads blobs.
    ///
    /// # Errors
    ///
    /// Git cannot be started.
    pub fn blobs(&self) -> Result<Blobs, GitError> {
        Blobs::start(&self.git)
    }
}

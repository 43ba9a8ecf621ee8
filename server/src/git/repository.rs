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
        let top = path_of(output.strip_suffix(b"\n").unwrap_or(&output));
        Ok(Self { git, top })
    }

    /// The top of the working tree.
    pub fn top(&self) -> &Path {
        &self.top
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

//! The repository that a directory is in.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::blobs::{Blobs, ObjectId};
use super::change::{self, Change, Changes, State};
use super::command::{Git, GitError, records, succeeded};
use super::history;
use super::raw_diff::is_regular_file;
use super::{argument_of, bytes_of, path_of, pathspec_of};
use crate::child_process::Limits;

/// Where git looks for hooks.
pub struct Hooks {
    /// The folder, which need not exist. The worktrees of a repository share it.
    pub folder: PathBuf,
    /// Whether it is outside of the repository, so that other repositories may use it too.
    pub is_shared: bool,
    /// Whether it is in the working tree, where its content can be committed.
    pub is_tracked: bool,
}

/// A file in git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// A regular file with this content.
    File(ObjectId),
    /// A symbolic link.
    Link,
}

/// Whether git looks for changes of a tracked file in the working tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It looks for changes.
    Full,
    /// The file was marked by `git update-index --assume-unchanged`, so changes are not looked for.
    AssumesUnchanged,
    /// The file was marked by `git update-index --skip-worktree`, or is outside of a sparse checkout.
    SkipsWorktree,
}

/// The mode of a symbolic link.
const LINK: &[u8] = b"120000";

/// The one path in git's output.
fn path_in(output: &[u8], command: &'static str) -> Result<PathBuf, GitError> {
    let path = output.strip_suffix(b"\n").or(output.strip_suffix(b"\r\n"));
    path.map(path_of).ok_or(GitError::Answer(command))
}

/// The parts before and after the first tab.
fn split_at_tab(entry: &[u8]) -> Option<(&[u8], &[u8])> {
    let tab = memchr::memchr(b'\t', entry)?;
    Some((&entry[..tab], &entry[tab + 1..]))
}

/// The repository that a directory is in, or that the environment names.
pub struct Repository {
    git: Git,
    top: PathBuf,
}

impl Repository {
    /// Finds the repository of a directory. The limits apply to each git command.
    ///
    /// # Errors
    ///
    /// There is no repository, or it has no working tree.
    pub fn discover(directory: &Path, limits: Limits) -> Result<Self, GitError> {
        let git = Git::in_directory(directory, limits);
        let output = git.output(&["rev-parse", "--show-toplevel"])?;
        let top = path_in(&output, "rev-parse")?;
        match top.is_absolute() && top.is_dir() {
            true => Ok(Self { git, top }),
            false => Err(GitError::Answer("rev-parse")),
        }
    }

    /// The same, but git may fetch objects that a partial clone lacks. Only for checks that a person asks for: a fetch runs
    /// programs that the repository's configuration names, and can take long.
    #[must_use]
    pub fn fetching(mut self) -> Self {
        self.git.fetches = true;
        self
    }

    /// The top of the working tree.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Where git looks for hooks.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn hooks(&self) -> Result<Hooks, GitError> {
        // A relative path is relative to where hooks are run, which `git rev-parse` does not tell.
        let question = ["config", "--type=path", "--get", "core.hooksPath"];
        let configured = self.git.run(&question, Vec::new())?;
        // This exit code means that it is not set.
        if configured.status.code() == Some(1) {
            let folder = self.git.output(&["rev-parse", "--git-path", "hooks"])?;
            let folder = path_in(&folder, "rev-parse")?;
            if !folder.ends_with("hooks") {
                return Err(GitError::Answer("rev-parse"));
            }
            return Ok(Hooks {
                folder: self.git.directory.join(folder),
                is_shared: false,
                is_tracked: false,
            });
        }
        let folder = self.top.join(path_in(&succeeded(&question, configured)?, "config")?);
        let common = self.git.output(&["rev-parse", "--git-common-dir"])?;
        let common = self.git.directory.join(path_in(&common, "rev-parse")?);
        if !common.is_dir() {
            return Err(GitError::Answer("rev-parse"));
        }
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let is_below = |other: &Path| real(&folder).starts_with(real(other));
        let (is_in_tree, is_in_store) = (is_below(&self.top), is_below(&common));
        let is_tracked = is_in_tree && !is_in_store && self.ignored([&*folder.join("pre-commit")])?.is_empty();
        Ok(Hooks {
            folder,
            is_shared: !is_in_tree && !is_in_store,
            is_tracked,
        })
    }

    /// The files of a change.
    ///
    /// # Errors
    ///
    /// A revision does not exist, or the index is not merged.
    pub fn changes(&self, change: &Change) -> Result<Changes, GitError> {
        change::changes(&self.git, &self.top, change)
    }

    /// Whether a file or folder exists in a state. Its path is relative to the top of the working tree.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn knows(&self, state: &State, path: &Path) -> Result<bool, GitError> {
        let output = match state {
            State::Index | State::WorkingTree => self.git.output_about(&["ls-files", "-z"], &[pathspec_of(path)])?,
            State::Commit(commit) => {
                let arguments = ["ls-tree", "-z", "--full-tree", commit];
                self.git.output_about(&arguments, &[argument_of(path)])?
            }
        };
        Ok(!output.is_empty())
    }

    /// The attention of git to the tracked files at or below some paths, which are relative to the top of the working tree.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn attention(&self, paths: &[&Path]) -> Result<FxHashMap<PathBuf, Attention>, GitError> {
        /// This many paths fit in the command line of every system.
        const AT_ONCE: usize = 50;
        let mut found = FxHashMap::default();
        for some in paths.chunks(AT_ONCE) {
            let some: Vec<_> = some.iter().map(|path| pathspec_of(path)).collect();
            let output = self.git.output_about(&["ls-files", "-v", "-z", "--full-name"], &some)?;
            let nonsense = || GitError::Answer("ls-files");
            for entry in records(&output).ok_or_else(nonsense)? {
                let [tag, b' ', path @ ..] = entry else {
                    return Err(nonsense());
                };
                let attention = match tag {
                    b'S' | b's' => Attention::SkipsWorktree,
                    b'a'..=b'z' => Attention::AssumesUnchanged,
                    _ => Attention::Full,
                };
                found.insert(self.top.join(path_of(path)), attention);
            }
        }
        Ok(found)
    }

    /// The files and links with one of the `wanted` names, by their absolute paths. Empty for the working tree, whose files
    /// can be read from disk.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn files(&self, state: &State, wanted: &[&str]) -> Result<FxHashMap<PathBuf, Tracked>, GitError> {
        let (command, output) = match state {
            State::WorkingTree => return Ok(FxHashMap::default()),
            State::Index => {
                let arguments = ["ls-files", "--stage", "-z", "--full-name", "--", ":/"];
                ("ls-files", self.git.output(&arguments)?)
            }
            State::Commit(commit) => {
                let arguments = ["ls-tree", "-r", "-z", "--full-tree", commit, "--"];
                ("ls-tree", self.git.output(&arguments)?)
            }
        };
        let mut files = FxHashMap::default();
        for entry in records(&output).ok_or(GitError::Answer(command))? {
            let (columns, path) = split_at_tab(entry).ok_or(GitError::Answer(command))?;
            let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
            if !wanted.iter().any(|wanted| wanted.as_bytes() == name) {
                continue;
            }
            if columns.starts_with(LINK) {
                files.insert(self.top.join(path_of(path)), Tracked::Link);
            }
            if !is_regular_file(columns) {
                continue;
            }
            // `MODE OBJECT STAGE` of a file in the index, `MODE TYPE OBJECT` of one in a tree.
            let column = usize::from(*state != State::Index) + 1;
            let id = columns.split(|byte| *byte == b' ').nth(column);
            let id = id.and_then(ObjectId::parse).ok_or(GitError::Answer(command))?;
            files.insert(self.top.join(path_of(path)), Tracked::File(id));
        }
        Ok(files)
    }

    /// The absolute paths of the files that are in the index, but not checked out, as in a sparse checkout.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn not_checked_out(&self) -> Result<FxHashSet<PathBuf>, GitError> {
        let output = self.git.output(&["ls-files", "-t", "-z", "--full-name", "--", ":/"])?;
        let entries = records(&output).ok_or(GitError::Answer("ls-files"))?;
        // `S` stands for the bit `skip-worktree`.
        let paths = entries.filter_map(|entry| entry.strip_prefix(b"S "));
        Ok(paths.map(|path| self.top.join(path_of(path))).collect())
    }

    /// The absolute paths that ignore rules such as `.gitignore` match, whether git tracks them or not.
    ///
    /// # Errors
    ///
    /// Git fails.
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
        let output = self.git.run(&arguments, input.clone())?;
        // This exit code means that there are none.
        let output = match output.status.code() {
            Some(1) => output.stdout,
            _ => succeeded(&arguments, output)?,
        };
        let nonsense = || GitError::Answer("check-ignore");
        let mut asked = records(&input).ok_or_else(nonsense)?;
        let mut ignored = FxHashSet::default();
        for path in records(&output).ok_or_else(nonsense)? {
            // Git answers in the order of its input.
            match asked.any(|asked| asked == path) {
                true => ignored.insert(path_of(path)),
                false => return Err(nonsense()),
            };
        }
        Ok(ignored)
    }

    /// The number of the last `commits` that changed each file, by paths below the top. Partial if git is not done in time.
    ///
    /// # Errors
    ///
    /// Git cannot be started, or fails.
    pub fn change_counts(&self, commits: u32) -> Result<FxHashMap<PathBuf, u32>, GitError> {
        history::change_counts(&self.git, commits)
    }

    /// A reader of blobs.
    ///
    /// # Errors
    ///
    /// Git cannot be started.
    pub fn blobs(&self) -> Result<Blobs, GitError> {
        Blobs::start(&self.git)
    }
}

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
    /// The folder, which need not exist. Worktrees of one repository have it in common.
    pub folder: PathBuf,
    /// Whether it is outside of the repository, so that others may use it too.
    pub is_shared: bool,
    /// Whether it is in the working tree, where git tracks what is in it, so that others get it.
    pub is_tracked: bool,
}

/// What git has by some name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// A regular file with this content.
    File(ObjectId),
    /// A symbolic link.
    Link,
}

/// How git looks at a file in the working tree that it tracks.
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

/// The one path that git has written in answer to a command.
fn path_in(output: &[u8], command: &'static str) -> Result<PathBuf, GitError> {
    let path = output.strip_suffix(b"\n").or(output.strip_suffix(b"\r\n"));
    path.map(path_of).ok_or(GitError::Answer(command))
}

/// What stands before the first tab, and what after it.
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
    /// That of a directory. Whatever git is asked for has to be answered within the limits.
    ///
    /// # Errors
    ///
    /// There is none, or none with a working tree.
    pub fn discover(directory: &Path, limits: Limits) -> Result<Self, GitError> {
        let git = Git::in_directory(directory, limits);
        let output = git.output(&["rev-parse", "--show-toplevel"])?;
        let top = path_in(&output, "rev-parse")?;
        match top.is_absolute() && top.is_dir() {
            true => Ok(Self { git, top }),
            false => Err(GitError::Answer("rev-parse")),
        }
    }

    /// The same, that may fetch what a partial clone lacks from where it was cloned. For what people ask for themselves: a fetch
    /// runs what the repository's configuration names, and can take long.
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
    /// Git cannot say.
    pub fn hooks(&self) -> Result<Hooks, GitError> {
        // A relative path begins where hooks are run, which `git rev-parse` does not say.
        let question = ["config", "--type=path", "--get", "core.hooksPath"];
        let configured = self.git.run(&question, Vec::new())?;
        // This exit code says that it is not set.
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
    /// It compares with what there is not, or the index is not merged.
    pub fn changes(&self, change: &Change) -> Result<Changes, GitError> {
        change::changes(&self.git, &self.top, change)
    }

    /// Whether git has a file or folder of this path, given from the top of the working tree, in a state.
    ///
    /// # Errors
    ///
    /// Git cannot say.
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

    /// What git does with some paths, given from the top of the working tree, in the working tree or the index; what it does not
    /// track is not among the answers, and a folder never is.
    ///
    /// # Errors
    ///
    /// Git cannot say.
    pub fn attention(&self, paths: &[&Path]) -> Result<FxHashMap<PathBuf, Attention>, GitError> {
        /// So many paths are short enough for any system's command line.
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

    /// The files and links that git has, by their absolute paths, of those that are `wanted` by name. Of a working tree there are
    /// none: its files are there to be read.
    ///
    /// # Errors
    ///
    /// Git cannot say.
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

    /// The absolute paths of the files that the index has and the working tree is not to have, as in a sparse checkout.
    ///
    /// # Errors
    ///
    /// Git cannot say.
    pub fn not_checked_out(&self) -> Result<FxHashSet<PathBuf>, GitError> {
        let output = self.git.output(&["ls-files", "-t", "-z", "--full-name", "--", ":/"])?;
        let entries = records(&output).ok_or(GitError::Answer("ls-files"))?;
        // `S` stands for the bit `skip-worktree`.
        let paths = entries.filter_map(|entry| entry.strip_prefix(b"S "));
        Ok(paths.map(|path| self.top.join(path_of(path))).collect())
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
        let output = self.git.run(&arguments, input.clone())?;
        // This exit code says that there are none.
        let output = match output.status.code() {
            Some(1) => output.stdout,
            _ => succeeded(&arguments, output)?,
        };
        let nonsense = || GitError::Answer("check-ignore");
        let mut asked = records(&input).ok_or_else(nonsense)?;
        let mut ignored = FxHashSet::default();
        for path in records(&output).ok_or_else(nonsense)? {
            // They come in the order in which they were asked for.
            match asked.any(|asked| asked == path) {
                true => ignored.insert(path_of(path)),
                false => return Err(nonsense()),
            };
        }
        Ok(ignored)
    }

    /// In how many of the last `commits` each file was changed, by paths below the top, as far as git says so in time.
    ///
    /// # Errors
    ///
    /// Git cannot be started, or says nothing in time.
    pub fn change_counts(&self, commits: u32) -> Result<FxHashMap<PathBuf, u32>, GitError> {
        history::change_counts(&self.git, commits)
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

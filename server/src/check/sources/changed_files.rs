//! The source files of a change in git.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::source_file::{FileContent, SourceFile};
use crate::console;
use antipasta_rules::escape::one_line;
use antipasta_workspace::discovery::{
    Configs, DiscoveryError, FILE_NAME, FileStamp, PYPROJECT, choose, is_named_source, is_source, no_python,
    normalized, seen_from, why_left_out,
};
use antipasta_workspace::git::{Attention, Blobs, Change, ChangedFile, Changes, GitError, Repository, State, Tracked};
use antipasta_workspace::system_error::is_missing;

/// The most bytes of a configuration or baseline that is read from git.
const MAX_CONTENT: u64 = 64 << 20;

/// The files of a change.
pub(crate) struct ChangedFiles {
    repository: Repository,
    pub changes: Changes,
    /// Reads files that are not on disk, and files before the change.
    pub blobs: Option<Arc<Blobs>>,
}

impl ChangedFiles {
    /// Finds the files of a change in a repository. `reads_bases` says whether their contents before the change are needed.
    pub(crate) fn new(change: &Change, reads_bases: bool, repository: Repository) -> Result<Self, GitError> {
        let repository = match may_fetch(change) {
            true => repository.fetching(),
            false => repository,
        };
        let changes = repository.changes(change)?;
        let needs_blob = |file: &ChangedFile| file.blob.is_some() || reads_bases && file.base.is_some();
        let needs_blobs = changes.files.iter().any(needs_blob);
        Ok(Self {
            blobs: needs_blobs.then(|| repository.blobs().map(Arc::new)).transpose()?,
            repository,
            changes,
        })
    }

    /// Whether the files are read from a commit, so that the working tree does not matter.
    pub(crate) fn are_of_commit(&self) -> bool {
        matches!(self.changes.state, State::Commit(_))
    }

    /// The contents of the files with the given names, by their absolute paths. Files that are to be read from disk are left out.
    pub(crate) fn contents(&self, names: &[&str]) -> Result<FxHashMap<PathBuf, Vec<u8>>, GitError> {
        let Some(blobs) = &self.blobs else {
            return Ok(FxHashMap::default());
        };
        // In a sparse checkout, files that are not on disk are read from the index.
        let is_sparse =
            self.changes.state == State::WorkingTree && self.changes.files.iter().any(|file| file.blob.is_some());
        let mut files = match is_sparse {
            true => self.repository.files(&State::Index, names)?,
            false => self.repository.files(&self.changes.state, names)?,
        };
        if is_sparse {
            files.retain(|path, _| is_missing(path));
        }
        // Only configurations above the changed files matter.
        let folders: FxHashSet<&Path> = self
            .changes
            .files
            .iter()
            .flat_map(|file| file.path.ancestors())
            .collect();
        let is_config = |path: &Path| path.ends_with(FILE_NAME) || path.ends_with(PYPROJECT);
        files.retain(|path, _| !is_config(path) || path.parent().is_some_and(|folder| folders.contains(folder)));
        // Links in the working tree are followed there.
        files.retain(|path, tracked| *tracked != Tracked::Link || is_missing(path));
        let content = |(path, tracked): (PathBuf, Tracked)| {
            let Tracked::File(id) = tracked else {
                return Err(GitError::LinkNotOnDisk(path));
            };
            let mut content = Vec::new();
            match blobs.read(&id, MAX_CONTENT, &mut content) {
                Ok(size) if size > MAX_CONTENT => Err(GitError::TooLarge(path)),
                Ok(_) => Ok((path, content)),
                Err(error) => Err(GitError::Refused(format!("{}: {error}", shown(&path)))),
            }
        };
        files.into_iter().map(content).collect()
    }

    /// Explains why nothing is checked if pre-commit runs the check outside of a commit.
    pub(crate) fn explain_all_files(&self) {
        let is_in_pre_commit = std::env::var_os("PRE_COMMIT").is_some();
        if is_in_pre_commit && self.changes.state == State::Index && self.changes.paths.is_empty() {
            console::say(
                "Nothing to check: nothing is staged. With --all-files and --files, pre-commit has nothing to compare: use --from-ref and \
                 --to-ref, or the hook antipasta-project, which checks all files.",
            );
        }
    }

    /// A message about what git fetched for a partial clone; `None` if it fetched nothing.
    pub(crate) fn fetched(&self) -> Option<String> {
        let blobs = self.blobs.as_ref().map(|blobs| blobs.fetched()).unwrap_or_default();
        let time = self.changes.fetching.unwrap_or_default() + blobs.time;
        (!time.is_zero()).then(|| {
            format!(
                "this clone is partial: git asked its remote for what it lacks, which took {:.1} s",
                time.as_secs_f64()
            )
        })
    }

    /// The absolute path of an argument without links, as git names files.
    ///
    /// # Errors
    ///
    /// The path is neither on disk nor in git, or it is outside of the repository.
    fn known(&self, argument: &Path, working_directory: &Path) -> Result<PathBuf, ChangedFilesError> {
        let top = self.repository.top();
        let path = normalized(&working_directory.join(argument));
        let real = |path: &Path| path.canonicalize().ok();
        let real_path = real(&path);
        let below_top = match (&real_path, real(top)) {
            (Some(path), Some(real_top)) => path.strip_prefix(real_top).ok(),
            _ => path.strip_prefix(top).ok(),
        };
        let Some(below_top) = below_top else {
            return Err(ChangedFilesError::Outside(argument.to_owned(), top.to_owned()));
        };
        let known = top.join(below_top);
        // A submodule is a repository of its own.
        let mut folders = known.ancestors().take_while(|folder| *folder != top);
        if let Some(other) = folders.find(|folder| folder.join(".git").symlink_metadata().is_ok()) {
            return Err(ChangedFilesError::InOther(argument.to_owned(), other.to_owned()));
        }
        let is_known = real_path.is_some()
            || self.changes.paths.iter().any(|path| path.starts_with(&known))
            || self.repository.knows(&self.changes.state, below_top)?;
        match is_known {
            true => Ok(known),
            false => Err(ChangedFilesError::NoSuchPath(argument.to_owned())),
        }
    }

    /// The files to analyze at or below `arguments`; without arguments, all files of the change.
    pub(super) fn select(&self, arguments: &[PathBuf], configs: &Configs) -> Result<ChangedSources, ChangedFilesError> {
        let working_directory = configs.working_directory();
        let known = arguments.iter().map(|argument| self.known(argument, working_directory));
        let named = known.collect::<Result<Vec<_>, _>>()?;
        let whole = [self.repository.top().to_owned()];
        let looked_in = if named.is_empty() { &whole[..] } else { &named };
        let changed: FxHashMap<_, _> = self.changes.files.iter().map(|file| (&*file.path, file)).collect();
        let chosen = choose(self.changes.files.iter().map(|file| &*file.path), looked_in, configs)?;
        let asked = chosen.iter().filter(|file| file.respects_gitignore);
        let ignored = self.repository.ignored(asked.map(|file| &*file.path))?;
        let left: Vec<_> = chosen
            .into_iter()
            .filter(|file| !file.respects_gitignore || !ignored.contains(&file.path))
            .collect();
        let taken: FxHashSet<&Path> = left.iter().map(|file| &*file.path).collect();
        let reasons = looked_in
            .iter()
            .filter_map(|path| self.reason_to_ignore(path, &taken, configs));
        let reasons = reasons.collect();
        let without: Vec<_> = arguments
            .iter()
            .zip(&named)
            .filter(|(_, path)| !self.changes.files.iter().any(|file| file.path.starts_with(path)))
            .collect();
        let mut warnings = self.warnings_of_unchanged(&without)?;
        let others = self.changes.files.iter().filter(|file| !is_named_source(&file.path));
        let others: FxHashSet<&Path> = others.map(|file| &*file.path).collect();
        let is_other = |path: &PathBuf| others.contains(&**path) && !taken.contains(&**path);
        let named = arguments.iter().zip(&named).filter(|(_, path)| is_other(path));
        warnings.extend(named.map(|(argument, _)| no_python(argument)));
        let files = left.into_iter().map(|file| {
            let changed = changed.get(&*file.path);
            let blob = changed.and_then(|changed| changed.blob.clone());
            let stamp = match &blob {
                Some(_) => FileStamp::default(),
                // If there is an error, reading the file reports it.
                None => std::fs::metadata(&file.path)
                    .map_or_else(|_| FileStamp::default(), |data| FileStamp::from_metadata(&data)),
            };
            SourceFile {
                path: seen_from(&file.path, configs.working_directory()),
                stamp,
                config: file.config,
                content: blob.map_or(FileContent::OnDisk, FileContent::Blob),
                base: changed.and_then(|changed| changed.base.clone()),
            }
        });
        Ok(ChangedSources {
            files: files.collect(),
            reasons,
            warnings,
        })
    }

    /// A message that says how many changed files at or below a path are ignored, and what ignores the first; `None` if none is.
    fn reason_to_ignore(&self, path: &Path, taken: &FxHashSet<&Path>, configs: &Configs) -> Option<String> {
        let is_python = |file: &Path| is_source(file) || file == path && is_named_source(file);
        let files = self.changes.files.iter().map(|file| &*file.path);
        let mut files = files.filter(|file| file.starts_with(path) && is_python(file) && !taken.contains(file));
        let first = files.next()?;
        let folder = if first == path { first.parent()? } else { path };
        let reason = why_left_out(first, folder, configs);
        Some(match files.count() + 1 {
            1 => reason,
            count => format!("{count} changed files are left out: {reason}"),
        })
    }

    /// Warnings about named paths that cannot be part of the change, because git does not track them or does not look at them.
    fn warnings_of_unchanged(&self, named: &[(&PathBuf, &PathBuf)]) -> Result<Vec<String>, GitError> {
        let top = self.repository.top();
        // Git has tracked the paths that the change deletes.
        let is_of_change = |path: &Path| self.changes.paths.iter().any(|changed| changed.starts_with(path));
        let named = named.iter().filter(|(_, path)| *path != top && !is_of_change(path));
        let mut warnings = Vec::new();
        if let State::Commit(commit) = &self.changes.state {
            for (argument, path) in named {
                if !self.repository.knows(&self.changes.state, below(path, top))? {
                    warnings.push(format!(
                        "{}: not checked: {} does not have it",
                        shown(argument),
                        one_line(commit)
                    ));
                }
            }
            return Ok(warnings);
        }
        let named: Vec<_> = named.collect();
        let paths: Vec<_> = named.iter().map(|(_, path)| below(path, top)).collect();
        let attention = self.repository.attention(&paths)?;
        for (argument, path) in named {
            let mut below = attention.iter().filter(|(file, _)| file.starts_with(path)).peekable();
            let is_unseen =
                |attention: Attention| attention != Attention::Full && self.changes.state == State::WorkingTree;
            if below.peek().is_none() {
                let what = match path.is_dir() {
                    true => "git tracks nothing in it",
                    false => "git does not track it (`git add` adds it)",
                };
                warnings.push(format!("{}: not checked: {what}", shown(argument)));
            } else if let Some((_, attention)) =
                below.find(|(file, attention)| is_unseen(**attention) && is_named_source(file) && !is_missing(file))
            {
                let mark = match attention {
                    Attention::AssumesUnchanged => "assume-unchanged",
                    _ => "skip-worktree",
                };
                warnings.push(format!(
                    "{}: git does not look for changes in it (`git update-index --no-{mark}` makes it look)",
                    shown(argument)
                ));
            }
        }
        Ok(warnings)
    }
}

/// The files of a change that are to be analyzed.
pub(super) struct ChangedSources {
    pub files: Vec<SourceFile>,
    /// Why others are ignored, for people.
    pub reasons: Vec<String>,
    /// Warnings about named paths that are not Python, or that git does not know.
    pub warnings: Vec<String>,
}

/// Why the files of a change cannot be selected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangedFilesError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error("{}: no such file or folder, neither on disk nor in git", shown(.0))]
    NoSuchPath(PathBuf),
    #[error("{}: outside of the repository {}, so git knows no change of it", shown(.0), shown(.1))]
    Outside(PathBuf, PathBuf),
    #[error("{}: in the repository {}, so run the check there", shown(.0), shown(.1))]
    InOther(PathBuf, PathBuf),
}

fn below<'p>(path: &'p Path, top: &Path) -> &'p Path {
    path.strip_prefix(top).unwrap_or(path)
}

fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

/// Whether git may fetch objects that a partial clone lacks. A fetch can take long, and runs programs that the repository's
/// configuration names, so only `--diff` outside of a hook allows it.
fn may_fetch(change: &Change) -> bool {
    // Git sets the first variable for hooks, pre-commit the second one.
    let is_in_hook = ["GIT_PREFIX", "PRE_COMMIT"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    *change != Change::Staged && !is_in_hook
}

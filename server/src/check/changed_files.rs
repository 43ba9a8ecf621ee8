//! The files of a change in git as what is to be analysed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::task::{Content, Task};
use crate::discovery::{Configs, DiscoveryError, FileStamp, choose, seen_from};
use crate::git::{Blobs, Change, Changes, GitError, ObjectId, Repository, State};

/// The files of a change.
pub(super) struct ChangedFiles {
    repository: Repository,
    pub changes: Changes,
    /// What reads those that are not on disk, and what they were before.
    pub blobs: Option<Arc<Blobs>>,
}

impl ChangedFiles {
    /// Those of a change in the repository that a directory is in. `reads_bases` says whether what they were before is asked for.
    pub fn of(change: &Change, reads_bases: bool, working_directory: &Path) -> Result<Self, GitError> {
        let repository = Repository::of_directory(working_directory)?;
        let changes = repository.changes(change)?;
        let needs_blobs = (reads_bases || changes.state != State::WorkingTree) && !changes.files.is_empty();
        Ok(Self {
            blobs: needs_blobs.then(|| repository.blobs().map(Arc::new)).transpose()?,
            repository,
            changes,
        })
    }

    /// Whether they are those of a commit, whatever the working tree has.
    pub fn are_of_commit(&self) -> bool {
        matches!(self.changes.state, State::Commit(_))
    }

    /// What files of some names hold, by their absolute paths, as far as they are not to be read from disk.
    pub fn contents(&self, names: &[&str]) -> Result<FxHashMap<PathBuf, Vec<u8>>, GitError> {
        let Some(blobs) = &self.blobs else {
            return Ok(FxHashMap::default());
        };
        let files = self.repository.files(&self.changes.state, names)?;
        let content = |(path, id): (PathBuf, ObjectId)| {
            let mut content = Vec::new();
            blobs.read(&id, u64::MAX, &mut content)?;
            Ok((path, content))
        };
        files.into_iter().map(content).collect()
    }

    /// The files to analyse of those that `arguments` name or are above; of all, if there are none.
    pub fn tasks(&self, arguments: &[PathBuf], configs: &Configs) -> Result<Vec<Task>, ChangedFilesError> {
        let top = [self.repository.top().to_owned()];
        let arguments = if arguments.is_empty() { &top } else { arguments };
        let files: FxHashMap<_, _> = self.changes.files.iter().map(|file| (&*file.path, file)).collect();
        let chosen = choose(self.changes.files.iter().map(|file| &*file.path), arguments, configs)?;
        let asked = chosen.iter().filter(|file| file.respects_gitignore);
        let ignored = self.repository.ignored(asked.map(|file| &*file.path))?;
        let left = chosen
            .into_iter()
            .filter(|file| !file.respects_gitignore || !ignored.contains(&file.path));
        let tasks = left.map(|file| {
            let changed = files.get(&*file.path);
            let blob = changed.and_then(|changed| changed.blob.clone());
            let stamp = match &blob {
                Some(_) => FileStamp::default(),
                // If it cannot be asked for, reading it will say why.
                None => {
                    std::fs::metadata(&file.path).map_or_else(|_| FileStamp::default(), |data| FileStamp::of(&data))
                }
            };
            Task {
                path: seen_from(&file.path, configs.working_directory()),
                absolute: PathBuf::new(),
                stamp,
                config: file.config,
                content: blob.map_or(Content::OnDisk, Content::Blob),
                base: changed.and_then(|changed| changed.base.clone()),
            }
        });
        Ok(tasks.collect())
    }
}

/// Why it is not known what is to be analysed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChangedFilesError {
    #[error("{0}")]
    Git(#[from] GitError),
    #[error("{0}")]
    Discovery(#[from] DiscoveryError),
}

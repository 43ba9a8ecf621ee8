//! What one file is, before it is analysed, and how it is.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use antipasta_analysis::cache::Known;
use antipasta_analysis::{Analysis, AnalysisError, Origin, ReadThrough, analyse_bytes, analyse_file, within_limit};
use antipasta_rules::config::Config;
use antipasta_workspace::discovery::FileStamp;
use antipasta_workspace::git::{Blobs, ObjectId};
use antipasta_workspace::regular_file;
use antipasta_workspace::system_error::of_kind;
use xxhash_rust::xxh3::xxh3_128;

/// What one file is, before it is analysed.
pub(super) struct Task {
    pub path: PathBuf,
    /// The same, from the root; empty if no cache asks for it.
    pub absolute: PathBuf,
    pub stamp: FileStamp,
    pub config: Arc<Config>,
    pub content: Content,
    /// What the file was before, if it is one of a change and there was one.
    pub base: Option<ObjectId>,
}

impl Task {
    /// What tells its content from others: of what git's store has, the name; of others, a hash, or what reading it says.
    pub(super) fn mark(&self, buffer: &mut Vec<u8>) -> String {
        let hash = |bytes: &[u8]| format!("{:032x}", xxh3_128(bytes));
        let content = match &self.content {
            Content::Blob(id) => format!("{id:?}"),
            Content::Given(bytes) => hash(bytes),
            Content::Unreadable(error) => error.kind().to_string(),
            Content::OnDisk => {
                buffer.clear();
                let read = regular_file::open(&self.path).and_then(|(mut file, metadata)| {
                    regular_file::read_to_end(&mut file, &metadata, self.config.max_file_size, buffer)
                });
                match read {
                    Ok(()) => hash(buffer),
                    Err(error) => format!("{} {}", error.kind(), self.stamp.size),
                }
            }
        };
        match &self.base {
            Some(base) => format!("{content} {base:?}"),
            None => content,
        }
    }
}

/// Where the bytes of a file are.
pub(super) enum Content {
    /// On disk.
    OnDisk,
    /// Here: they came from the standard input.
    Given(Vec<u8>),
    /// In git's store.
    Blob(ObjectId),
    /// Nowhere: it is a directory that cannot be searched.
    Unreadable(io::Error),
}

/// What files are analysed with.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub cache: Option<&'a ReadThrough>,
    /// What reads git's store, if anything is to be read from it.
    pub blobs: Option<&'a Blobs>,
}

impl Means<'_> {
    /// Analyses a file. `known` is what the cache knows of it, and `buffer` room for its bytes.
    pub(super) fn analyse(
        &self,
        task: &Task,
        known: Option<&Known>,
        buffer: &mut Vec<u8>,
    ) -> (Origin, Result<Analysis, AnalysisError>) {
        let limit = task.config.max_file_size;
        match (&task.content, self.cache) {
            (Content::Unreadable(error), _) => {
                let error = match error.raw_os_error() {
                    Some(number) => io::Error::from_raw_os_error(number),
                    None => of_kind(error.kind()),
                };
                (Origin::Analysis, Err(AnalysisError::Read(error)))
            }
            (Content::Given(bytes), _) => {
                let within_limit = within_limit(bytes.len() as u64, limit);
                (Origin::Analysis, within_limit.and_then(|()| analyse_bytes(bytes)))
            }
            (Content::Blob(id), _) => self.analyse_blob(id, limit, buffer),
            (Content::OnDisk, None) => (Origin::Analysis, analyse_file(&task.path, limit, buffer)),
            (Content::OnDisk, Some(cache)) => cache.analyse_file(&task.absolute, task.stamp.size, limit, known, buffer),
        }
    }

    /// Analyses what is in git's store, if it has at most `limit` bytes.
    pub(super) fn analyse_blob(
        &self,
        id: &ObjectId,
        limit: u64,
        buffer: &mut Vec<u8>,
    ) -> (Origin, Result<Analysis, AnalysisError>) {
        let read = match self.blobs {
            Some(blobs) => blobs.read(id, limit, buffer),
            None => Err(of_kind(io::ErrorKind::NotFound)),
        };
        match (read, self.cache) {
            (Err(error), _) => (Origin::Analysis, Err(error.into())),
            (Ok(size), _) if size > limit => (Origin::Analysis, Err(AnalysisError::TooLarge { size, limit })),
            (Ok(_), Some(cache)) => cache.analyse_bytes(buffer),
            (Ok(_), None) => (Origin::Analysis, analyse_bytes(buffer)),
        }
    }
}

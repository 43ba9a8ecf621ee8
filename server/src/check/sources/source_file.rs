//! A file that is to be checked.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use antipasta_rules::config::Config;
use antipasta_workspace::discovery::FileStamp;
use antipasta_workspace::git::ObjectId;
use antipasta_workspace::regular_file;
use xxhash_rust::xxh3::xxh3_128;

/// A file that is to be checked.
pub(crate) struct SourceFile {
    /// The path as it was found: absolute, or relative to the working directory.
    pub path: PathBuf,
    pub stamp: FileStamp,
    pub config: Arc<Config>,
    pub content: FileContent,
    /// The content before the change; `None` without a change, and for a new file.
    pub base: Option<ObjectId>,
}

/// Where the content of a file is.
pub(crate) enum FileContent {
    OnDisk,
    /// In memory: it came from the standard input.
    Inline(Vec<u8>),
    /// In git's object store.
    Blob(ObjectId),
    /// Nowhere: this is a folder that cannot be searched.
    Unreadable(io::Error),
}

impl SourceFile {
    /// The absolute path by which the cache knows the file. It is empty, which no file's path is, if the content is not on disk.
    pub(crate) fn path_in_cache(&self, working_directory: &Path) -> PathBuf {
        match self.content {
            FileContent::OnDisk => working_directory.join(&self.path),
            _ => PathBuf::new(),
        }
    }

    /// A text that identifies the content: the object's name for git's objects, else a hash, or why it cannot be read.
    pub(super) fn content_digest(&self, buffer: &mut Vec<u8>) -> String {
        let hash = |bytes: &[u8]| format!("{:032x}", xxh3_128(bytes));
        let content = match &self.content {
            FileContent::Blob(id) => format!("{id:?}"),
            FileContent::Inline(bytes) => hash(bytes),
            FileContent::Unreadable(error) => error.kind().to_string(),
            FileContent::OnDisk => {
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

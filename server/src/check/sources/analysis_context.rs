//! Analyzing a source file, wherever its content is.

use std::io;
use std::path::Path;

use super::source_file::{FileContent, SourceFile};
use antipasta_analysis::cache::Known;
use antipasta_analysis::{Analysis, AnalysisError, Origin, ReadThrough, analyze_bytes, analyze_file, within_limit};
use antipasta_workspace::git::{Blobs, ObjectId};
use antipasta_workspace::system_error::of_kind;

/// The cache and git's object store, by way of which source files are analyzed.
#[derive(Clone, Copy)]
pub(crate) struct AnalysisContext<'a> {
    pub cache: Option<&'a ReadThrough>,
    /// Reads git's object store; `None` if the check needs nothing from it.
    pub blobs: Option<&'a Blobs>,
    pub working_directory: &'a Path,
}

impl AnalysisContext<'_> {
    /// Analyzes a file. `known` is its entry in the cache, and `buffer` is used to read it.
    pub(crate) fn analyze(
        &self,
        file: &SourceFile,
        known: Option<&Known>,
        buffer: &mut Vec<u8>,
    ) -> (Origin, Result<Analysis, AnalysisError>) {
        let limit = file.config.max_file_size;
        match (&file.content, self.cache) {
            (FileContent::Unreadable(error), _) => {
                let error = match error.raw_os_error() {
                    Some(number) => io::Error::from_raw_os_error(number),
                    None => of_kind(error.kind()),
                };
                (Origin::Analysis, Err(AnalysisError::Read(error)))
            }
            (FileContent::Inline(bytes), _) => {
                let within_limit = within_limit(bytes.len() as u64, limit);
                (Origin::Analysis, within_limit.and_then(|()| analyze_bytes(bytes)))
            }
            (FileContent::Blob(id), _) => self.analyze_blob(id, limit, buffer),
            (FileContent::OnDisk, None) => (Origin::Analysis, analyze_file(&file.path, limit, buffer)),
            (FileContent::OnDisk, Some(cache)) => {
                let path = file.path_in_cache(self.working_directory);
                cache.analyze_file(&path, file.stamp.size, limit, known, buffer)
            }
        }
    }

    /// Analyzes a blob in git's object store, if it has at most `limit` bytes.
    pub(crate) fn analyze_blob(
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
            (Ok(_), Some(cache)) => cache.analyze_bytes(buffer),
            (Ok(_), None) => (Origin::Analysis, analyze_bytes(buffer)),
        }
    }
}

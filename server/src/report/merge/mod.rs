//! Merging the reports of jobs that checked one shard each.
//!
//! The merged report is the one that a check of all files would have written, byte for byte. The results of each file are copied, in
//! the order in which a check reports files.

mod error;
mod json;
mod parts;
mod sarif;
mod shards;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde_json::value::RawValue;

use super::formats::OutputFormat;
use antipasta_workspace::regular_file;
pub(crate) use error::MergeError;
use parts::malformed;
use shards::are_all_parts;

/// The most bytes of all reports together. They are kept in memory to be sorted, with an index that can take several times as much,
/// and so is the merged report.
const MAX_BYTES: u64 = 512 << 20;

/// Merges the reports in files, and writes the merged report.
///
/// # Errors
///
/// A file is not a report, or the reports do not belong together.
pub(crate) fn merge(paths: &[PathBuf], output: &mut dyn Write) -> Result<(), MergeError> {
    let mut room = MAX_BYTES;
    let read = |path: &PathBuf| {
        let text = regular_file::read(path, room).and_then(regular_file::text_of);
        let text = text.map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => MergeError::TooLarge(path.clone(), MAX_BYTES),
            _ => MergeError::Read(path.clone(), error),
        })?;
        room -= text.len() as u64;
        Ok(text)
    };
    let texts: Vec<String> = paths.iter().map(read).collect::<Result<_, MergeError>>()?;
    let reports: Vec<_> = paths
        .iter()
        .map(PathBuf::as_path)
        .zip(texts.iter().map(String::as_str))
        .collect();
    let mut first: Option<(&Path, MergeableFormat)> = None;
    for (path, text) in &reports {
        let kind = MergeableFormat::detect(path, text)?;
        match first {
            Some((one, other)) if other != kind => {
                return Err(MergeError::Formats(one.to_owned(), (*path).to_owned()));
            }
            _ => first = Some((path, kind)),
        }
    }
    let is_sarif = matches!(first, Some((_, MergeableFormat::Sarif)));
    let part = if is_sarif { sarif::part } else { json::part };
    let parts = reports.iter().map(|(path, text)| Ok((*path, part(path, text)?)));
    are_all_parts(&parts.collect::<Result<Vec<_>, MergeError>>()?)?;
    match is_sarif {
        true => sarif::merge(&reports, output),
        false => json::merge(&reports, output),
    }
}

/// The formats whose reports can be merged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MergeableFormat {
    Json,
    Sarif,
}

impl MergeableFormat {
    fn detect(path: &Path, text: &str) -> Result<Self, MergeError> {
        let parts = serde_json::from_str::<FxHashMap<String, &RawValue>>(text);
        let unmergeable =
            || OutputFormat::title_of(text).map(|format| MergeError::Unmergeable(path.to_owned(), format));
        let parts = parts.map_err(|error| unmergeable().unwrap_or_else(|| malformed(path, error)))?;
        if parts.contains_key("runs") {
            Ok(Self::Sarif)
        } else if parts.contains_key("reports") && parts.contains_key("summary") {
            Ok(Self::Json)
        } else {
            Err(unmergeable().unwrap_or_else(|| MergeError::Unknown(path.to_owned())))
        }
    }
}

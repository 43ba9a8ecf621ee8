//! Why reports cannot be merged.

use std::io;
use std::path::PathBuf;

/// Why reports cannot be merged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    /// A file cannot be read.
    #[error("{path}: cannot be read: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, io::Error),
    /// The files up to this one are too large together.
    #[error("{path}: the reports up to this one have more than {limit} bytes, the most that can be merged", path = .0.display(), limit = .1)]
    TooLarge(PathBuf, u64),
    /// The content of a file is not JSON, or not that of a report.
    #[error("{path}:{line}:{column}: no report: {error}", path = .0.display(), line = .1.line(), column = .1.column(), error = without_place(.1))]
    Malformed(PathBuf, serde_json::Error),
    /// A part of a report is not valid.
    #[error("{path}: no report: {error}", path = .0.display(), error = without_place(.1))]
    MalformedPart(PathBuf, serde_json::Error),
    /// A file is not a report of a check.
    #[error("{path}: no report that can be merged: only those of `--format json` and `--format sarif` can", path = .0.display())]
    Unknown(PathBuf),
    /// One report is in JSON and the other in SARIF.
    #[error("{one} and {other} are not of one format", one = .0.display(), other = .1.display())]
    Formats(PathBuf, PathBuf),
    /// Only one of the reports was made with an option.
    #[error("{one} and {other} were not made with the same options: only one has `{part}`", one = .0.display(), other = .1.display(), part = .2)]
    Options(PathBuf, PathBuf, &'static str),
    /// A report is of another version of this program, or of another program.
    #[error("{path}: it is no report of antipasta-lsp {version}", path = .0.display(), version = env!("CARGO_PKG_VERSION"))]
    Version(PathBuf),
    /// A file holds a report of a format that cannot be merged.
    #[error("{path}: {format} reports cannot be merged; those of `--format json` and `--format sarif` can", path = .0.display(), format = .1)]
    Unmergeable(PathBuf, &'static str),
    /// Only one of the reports is about a shard.
    #[error("{one} is the report of a part, and {other} is not: it was made without `--shard`", one = .0.display(), other = .1.display())]
    NoPart(PathBuf, PathBuf),
    /// Two reports are about shards of different checks.
    #[error("{one} and {other} are parts of different checks: their files, what is in them, or the numbers of parts are not the same", one = .0.display(), other = .1.display())]
    Foreign(PathBuf, PathBuf),
    /// Two reports were made with different settings.
    #[error("{one} and {other} were not made with the same options, configuration, baseline and version of antipasta-lsp", one = .0.display(), other = .1.display())]
    Settings(PathBuf, PathBuf),
    /// Two reports are about the same shard.
    #[error("{one} and {other} are both of part {part}", one = .0.display(), other = .1.display(), part = .2)]
    Twice(PathBuf, PathBuf, String),
    /// The reports of some shards are missing.
    #[error("{missing} of {count} parts missing: {}", .first.join(", "))]
    Missing {
        /// How many are missing.
        missing: usize,
        /// How many shards there are.
        count: usize,
        /// The first missing shards.
        first: Vec<String>,
    },
    /// Two reports are about the same file.
    #[error("{one} and {other} are both about {file}: is one part there twice?", one = .0.display(), other = .1.display(), file = .2)]
    Overlap(PathBuf, PathBuf, String),
    /// The merged report cannot be written.
    #[error("the report cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// The message of an error without the place at its end.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

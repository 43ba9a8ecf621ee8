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
    /// What a file holds is no JSON, or not what a report has.
    #[error("{path}:{line}:{column}: no report: {error}", path = .0.display(), line = .1.line(), column = .1.column(), error = without_place(.1))]
    Malformed(PathBuf, serde_json::Error),
    /// Something in a report is not what a report has.
    #[error("{path}: no report: {error}", path = .0.display(), error = without_place(.1))]
    MalformedPart(PathBuf, serde_json::Error),
    /// A file holds something else than a report of a check.
    #[error("{path}: no report that can be merged: only those of `--format json` and `--format sarif` can", path = .0.display())]
    Unknown(PathBuf),
    /// One is JSON and the other is SARIF.
    #[error("{one} and {other} are not of one format", one = .0.display(), other = .1.display())]
    Formats(PathBuf, PathBuf),
    /// One was made with an option, and the other was not.
    #[error("{one} and {other} were not made with the same options: only one has `{part}`", one = .0.display(), other = .1.display(), part = .2)]
    Options(PathBuf, PathBuf, &'static str),
    /// A report is of another version of this program, or of another program.
    #[error("{path}: it is no report of antipasta-lsp {version}", path = .0.display(), version = env!("CARGO_PKG_VERSION"))]
    Version(PathBuf),
    /// A file holds a report of a format that cannot be merged.
    #[error("{path}: {format} reports cannot be merged; those of `--format json` and `--format sarif` can", path = .0.display(), format = .1)]
    Unmergeable(PathBuf, &'static str),
    /// One report is of a part, and the other is not.
    #[error("{one} is the report of a part, and {other} is not: it was made without `--shard`", one = .0.display(), other = .1.display())]
    NoPart(PathBuf, PathBuf),
    /// Two reports are of parts that do not belong together.
    #[error("{one} and {other} are parts of different checks: their files, what is in them, or the numbers of parts are not the same", one = .0.display(), other = .1.display())]
    Foreign(PathBuf, PathBuf),
    /// Two reports are of parts whose results do not depend on the same.
    #[error("{one} and {other} were not made with the same options, configuration, baseline and version of antipasta-lsp", one = .0.display(), other = .1.display())]
    Settings(PathBuf, PathBuf),
    /// Two reports are of one part.
    #[error("{one} and {other} are both of part {part}", one = .0.display(), other = .1.display(), part = .2)]
    Twice(PathBuf, PathBuf, String),
    /// Parts are missing; how many, and which are the first.
    #[error("{missing} of {count} parts missing: {}", .first.join(", "))]
    Missing {
        /// How many are missing.
        missing: usize,
        /// How many there are.
        count: usize,
        /// The first of those that are missing.
        first: Vec<String>,
    },
    /// Two reports are about one file.
    #[error("{one} and {other} are both about {file}: is one part there twice?", one = .0.display(), other = .1.display(), file = .2)]
    Overlap(PathBuf, PathBuf, String),
    /// The merged report cannot be written.
    #[error("the report cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// The words of an error without the place at their end.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

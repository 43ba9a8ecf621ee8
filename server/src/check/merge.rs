//! The reports of several jobs, each of which checked a part of the files, as one.
//!
//! What is merged is what one check of all files would have written, byte for byte: what the reports say of each file is copied as
//! it stands, in the order in which a check reports files.

mod json;
mod sarif;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::shard::{MOST as MOST_PARTS, Part};
use antipasta_rules::escape;
use antipasta_workspace::regular_file;

/// How many bytes all reports may have together: they are held in memory to be sorted, with an index that may take several
/// times as much, and so is what is written.
const MAX_BYTES: u64 = 512 << 20;

/// Why reports cannot be merged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    /// A file cannot be read.
    #[error("{path}: cannot be read: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, io::Error),
    /// The files up to this one are too large together.
    #[error("{path}: the reports up to this one have more than {MAX_BYTES} bytes, the most that can be merged", path = .0.display())]
    TooLarge(PathBuf),
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

/// Writes what one check would have written, had it been of all the files that the reports are about.
///
/// # Errors
///
/// They are no reports, or do not belong together.
pub(crate) fn merge(paths: &[PathBuf], output: &mut dyn Write) -> Result<(), MergeError> {
    let mut room = MAX_BYTES;
    let read = |path: &PathBuf| {
        let text = regular_file::read(path, room).and_then(regular_file::text_of);
        let text = text.map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => MergeError::TooLarge(path.clone()),
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
    let mut first: Option<(&Path, Kind)> = None;
    for (path, text) in &reports {
        let kind = Kind::of(path, text)?;
        match first {
            Some((one, other)) if other != kind => {
                return Err(MergeError::Formats(one.to_owned(), (*path).to_owned()));
            }
            _ => first = Some((path, kind)),
        }
    }
    let is_sarif = matches!(first, Some((_, Kind::Sarif)));
    let part = if is_sarif { sarif::part } else { json::part };
    let parts = reports.iter().map(|(path, text)| Ok((*path, part(path, text)?)));
    are_all_parts(&parts.collect::<Result<Vec<_>, MergeError>>()?)?;
    match is_sarif {
        true => sarif::merge(&reports, output),
        false => json::merge(&reports, output),
    }
}

/// How many of the parts that are missing are named.
const MOST_NAMED: usize = 5;

/// Whether reports are of all parts of one check, each once. Reports of whole checks are of no part.
fn are_all_parts(reports: &[(&Path, Option<Part>)]) -> Result<(), MergeError> {
    let is_part = |(path, part): &(&Path, Option<Part>)| part.clone().map(|part| ((*path).to_owned(), part));
    let Some((first, expected)) = reports.iter().find_map(is_part) else {
        return Ok(());
    };
    let mut seen: Vec<Option<&Path>> = vec![None; expected.count.min(MOST_PARTS)];
    for (path, part) in reports {
        let path = *path;
        let Some(part) = part else {
            return Err(MergeError::NoPart(first, path.to_owned()));
        };
        let place = part.index.checked_sub(1).and_then(|index| seen.get_mut(index));
        match place.filter(|_| part.count == expected.count && part.files == expected.files) {
            None => return Err(MergeError::Foreign(first, path.to_owned())),
            Some(_) if part.settings != expected.settings => return Err(MergeError::Settings(first, path.to_owned())),
            Some(Some(other)) => return Err(MergeError::Twice(other.to_owned(), path.to_owned(), part.to_string())),
            Some(place) => *place = Some(path),
        }
    }
    let missing = seen.iter().enumerate().filter(|(_, path)| path.is_none());
    let missing: Vec<_> = missing
        .map(|(index, _)| format!("{}/{}", index + 1, seen.len()))
        .collect();
    match missing.len() {
        0 => Ok(()),
        count => Err(MergeError::Missing {
            missing: count,
            count: seen.len(),
            first: missing.into_iter().take(MOST_NAMED).collect(),
        }),
    }
}

/// The format of a report that cannot be merged, by what it looks like.
fn unmergeable(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    let first_line = text.lines().next().unwrap_or_default();
    Some(match text {
        _ if text.starts_with("<?xml") || text.starts_with("<testsuites") => "JUnit",
        _ if text.starts_with("::error ") || text.starts_with("::warning ") => "GitHub",
        _ if text.starts_with("## ") => "Markdown",
        _ if text.trim_end() == "[]" || text.starts_with('[') && text.contains("\"check_name\"") => "GitLab",
        _ if text.contains("METRICS ANALYSIS SUMMARY") || text.contains("Code quality check ") => "text",
        _ if first_line.contains(": ") && first_line.contains(" [") && first_line.ends_with(']') => "concise",
        _ => return None,
    })
}

/// The kinds of reports that can be merged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Sarif,
}

impl Kind {
    fn of(path: &Path, text: &str) -> Result<Self, MergeError> {
        let parts = serde_json::from_str::<FxHashMap<String, &RawValue>>(text);
        let parts = parts.map_err(|error| match unmergeable(text) {
            Some(format) => MergeError::Unmergeable(path.to_owned(), format),
            None => malformed(path, error),
        })?;
        if parts.contains_key("runs") {
            Ok(Self::Sarif)
        } else if parts.contains_key("reports") && parts.contains_key("summary") {
            Ok(Self::Json)
        } else {
            Err(MergeError::Unknown(path.to_owned()))
        }
    }
}

fn malformed(path: &Path, error: serde_json::Error) -> MergeError {
    MergeError::Malformed(path.to_owned(), error)
}

/// A part of a report as it is passed on. Whoever made the report may have forged it: a text in it must not be a command to the
/// pipeline that shows what is merged.
fn passed_on(part: &RawValue) -> Box<RawValue> {
    let escaped = escape::foreign_json(part.get()).into_owned();
    // What is escaped means the same as before.
    RawValue::from_string(escaped).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Reads a part of a report, as far as it matters.
fn read_part<'t, T: Deserialize<'t>>(path: &Path, part: &'t RawValue) -> Result<T, MergeError> {
    serde_json::from_str(part.get()).map_err(|error| MergeError::MalformedPart(path.to_owned(), error))
}

/// Which report each file is in.
#[derive(Default)]
struct Owners<'a>(FxHashMap<String, &'a Path>);

impl<'a> Owners<'a> {
    /// Notes that a report is about a file.
    fn claim(&mut self, file: &str, report: &'a Path) -> Result<(), MergeError> {
        match self.0.insert(file.to_owned(), report) {
            Some(other) if !std::ptr::eq(other, report) => Err(MergeError::Overlap(
                other.to_owned(),
                report.to_owned(),
                file.to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

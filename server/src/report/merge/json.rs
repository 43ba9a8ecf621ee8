//! Reports in antipasta's JSON.

use std::io::Write;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::MergeError;
use super::parts::{Owners, malformed, passed_on, read_part};
use crate::report::formats::json::{JsonReport, JsonSummary};
use crate::report::shard_info::ShardInfo;
use antipasta_metrics::MetricType;
use antipasta_rules::escape::named;

#[derive(Deserialize)]
struct ParsedReport<'t> {
    #[serde(borrow)]
    reports: Vec<&'t RawValue>,
    #[serde(borrow)]
    unused_ignores: Option<Vec<&'t RawValue>>,
    #[serde(default)]
    unchecked: Vec<String>,
    #[serde(borrow)]
    baseline: Option<ParsedBaseline<'t>>,
}

/// The part of a report that says which shard it is about.
#[derive(Deserialize)]
struct ParsedShard {
    shard: Option<ShardInfo>,
}

/// The shard that a report is about; `None` if it is about all files.
pub(super) fn part(path: &Path, text: &str) -> Result<Option<ShardInfo>, MergeError> {
    let of: ParsedShard = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
    Ok(of.shard)
}

#[derive(Deserialize)]
struct ParsedBaseline<'t> {
    tolerated_violations: usize,
    #[serde(borrow)]
    unneeded: Vec<&'t RawValue>,
}

/// The merged object about the baseline.
#[derive(Serialize)]
struct MergedBaseline {
    tolerated_violations: usize,
    unneeded: Vec<Box<RawValue>>,
}

/// The fields of a file's report that `merge` needs.
#[derive(Deserialize)]
struct ParsedFile {
    file: String,
    violations: Vec<ParsedViolation>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ParsedViolation {
    r#type: MetricType,
}

/// An object with the path of its file.
#[derive(Deserialize)]
struct NamedFile {
    file: String,
}

/// The fields of a baseline's entry that `merge` needs.
#[derive(Deserialize)]
struct ParsedEntry {
    file: String,
    function: Option<String>,
    r#type: MetricType,
}

/// Writes the merged report. See [`super::merge`].
pub(super) fn merge(texts: &[(&Path, &str)], output: &mut dyn Write) -> Result<(), MergeError> {
    let mut merged = Merged::default();
    for (path, text) in texts {
        let report = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
        merged.add(path, report)?;
    }
    merged.sort();
    merged.write(output)
}

/// The objects of all reports that are merged so far.
#[derive(Default)]
struct Merged<'t> {
    owners: Owners<'t>,
    files: Vec<(PathBuf, ParsedFile, &'t RawValue)>,
    unused_ignores: Vec<(PathBuf, &'t RawValue)>,
    unchecked: Vec<String>,
    tolerated: usize,
    stale_entries: Vec<(ParsedEntry, &'t RawValue)>,
    /// The report that lists the stale entries of a file: each report lists those of files that are gone.
    listed_by: FxHashMap<String, &'t Path>,
    /// The first report, and whether it has unused ignore comments and a baseline.
    first: Option<(&'t Path, [bool; 2])>,
}

impl<'t> Merged<'t> {
    fn add(&mut self, path: &'t Path, report: ParsedReport<'t>) -> Result<(), MergeError> {
        self.has_same_parts(path, [report.unused_ignores.is_some(), report.baseline.is_some()])?;
        for raw in report.reports {
            let file: ParsedFile = read_part(path, raw)?;
            self.owners.claim(&file.file, path)?;
            self.files.push((named(&file.file), file, raw));
        }
        for raw in report.unused_ignores.into_iter().flatten() {
            let of: NamedFile = read_part(path, raw)?;
            self.unused_ignores.push((named(&of.file), raw));
        }
        self.unchecked.extend(report.unchecked);
        if let Some(baseline) = report.baseline {
            self.tolerated += baseline.tolerated_violations;
            for raw in baseline.unneeded {
                let entry: ParsedEntry = read_part(path, raw)?;
                if std::ptr::eq(*self.listed_by.entry(entry.file.clone()).or_insert(path), path) {
                    self.stale_entries.push((entry, raw));
                }
            }
        }
        Ok(())
    }

    /// Checks that all reports have unused ignore comments, or none has, and the same for a baseline.
    fn has_same_parts(&mut self, path: &'t Path, parts: [bool; 2]) -> Result<(), MergeError> {
        let (first, expected) = *self.first.get_or_insert((path, parts));
        let names = ["unused_ignores", "baseline"];
        match (0..2).find(|&part| parts[part] != expected[part]) {
            Some(part) => Err(MergeError::Options(first.to_owned(), path.to_owned(), names[part])),
            None => Ok(()),
        }
    }

    fn sort(&mut self) {
        // The sorts are stable: objects of one file stay in their order.
        self.files.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        self.unused_ignores.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.unchecked.sort_by_key(|file| named(file));
        self.stale_entries.sort_by(|(one, _), (other, _)| {
            let [one, other] = [one, other].map(|entry| (&entry.file, &entry.function, entry.r#type));
            one.cmp(&other)
        });
    }

    fn write(self, output: &mut dyn Write) -> Result<(), MergeError> {
        let [has_unused, has_baseline] = self.first.map_or([false; 2], |(_, parts)| parts);
        let unused = self.unused_ignores.into_iter().map(|(_, raw)| passed_on(raw));
        let unneeded = self.stale_entries.into_iter().map(|(_, raw)| passed_on(raw));
        let document = JsonReport {
            summary: summary(self.files.iter().map(|(_, file, _)| file)),
            unused_ignores: has_unused.then(|| unused.collect::<Vec<_>>()),
            unchecked: self.unchecked,
            baseline: has_baseline.then(|| MergedBaseline {
                tolerated_violations: self.tolerated,
                unneeded: unneeded.collect(),
            }),
            shard: None,
        };
        let mut files = self.files.iter().map(|(.., raw)| passed_on(raw).get().to_owned());
        document.write(&mut files, output)?;
        Ok(())
    }
}

fn summary<'f>(files: impl Iterator<Item = &'f ParsedFile>) -> JsonSummary {
    let mut summary = JsonSummary {
        files: 0,
        files_with_violations: 0,
        errors: 0,
        violations_by_type: Vec::new(),
    };
    for file in files {
        summary.files += 1;
        summary.errors += usize::from(file.error.is_some());
        summary.files_with_violations += usize::from(!file.violations.is_empty());
        for violation in &file.violations {
            let mut counts = summary.violations_by_type.iter_mut();
            match counts.find(|(metric, _)| *metric == violation.r#type) {
                Some((_, count)) => *count += 1,
                None => summary.violations_by_type.push((violation.r#type, 1)),
            }
        }
    }
    summary
}

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
    let mut owners = Owners::default();
    let mut files: Vec<(PathBuf, ParsedFile, &RawValue)> = Vec::new();
    let mut unused: Vec<(PathBuf, &RawValue)> = Vec::new();
    let mut unchecked: Vec<String> = Vec::new();
    let mut tolerated = 0;
    let mut unneeded: Vec<(ParsedEntry, &RawValue)> = Vec::new();
    let mut listed_by: FxHashMap<String, usize> = FxHashMap::default();
    let mut has_parts: Option<(&Path, [bool; 2])> = None;
    for (number, (path, text)) in texts.iter().enumerate() {
        let report: ParsedReport<'_> = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
        let parts = [report.unused_ignores.is_some(), report.baseline.is_some()];
        let (first, expected) = *has_parts.get_or_insert((path, parts));
        for (name, has_part, expected) in [
            ("unused_ignores", parts[0], expected[0]),
            ("baseline", parts[1], expected[1]),
        ] {
            if has_part != expected {
                return Err(MergeError::Options(first.to_owned(), (*path).to_owned(), name));
            }
        }
        for raw in report.reports {
            let file: ParsedFile = read_part(path, raw)?;
            owners.claim(&file.file, path)?;
            files.push((named(&file.file), file, raw));
        }
        for raw in report.unused_ignores.into_iter().flatten() {
            let of: NamedFile = read_part(path, raw)?;
            unused.push((named(&of.file), raw));
        }
        unchecked.extend(report.unchecked);
        if let Some(baseline) = report.baseline {
            tolerated += baseline.tolerated_violations;
            for raw in baseline.unneeded {
                let entry: ParsedEntry = read_part(path, raw)?;
                // Each job lists the entries of a file that is gone.
                if *listed_by.entry(entry.file.clone()).or_insert(number) == number {
                    unneeded.push((entry, raw));
                }
            }
        }
    }
    // The sorts are stable: objects of one file stay in their order.
    files.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    unused.sort_by(|(one, _), (other, _)| one.cmp(other));
    unchecked.sort_by_key(|file| named(file));
    unneeded.sort_by(|(one, _), (other, _)| {
        let key = |entry: &ParsedEntry| (entry.file.clone(), entry.function.clone(), entry.r#type);
        key(one).cmp(&key(other))
    });
    let [has_unused, has_baseline] = has_parts.map_or([false; 2], |(_, parts)| parts);
    let document = JsonReport {
        summary: summary(files.iter().map(|(_, file, _)| file)),
        unused_ignores: has_unused.then(|| unused.into_iter().map(|(_, raw)| passed_on(raw)).collect::<Vec<_>>()),
        unchecked,
        baseline: has_baseline.then(|| MergedBaseline {
            tolerated_violations: tolerated,
            unneeded: unneeded.into_iter().map(|(_, raw)| passed_on(raw)).collect(),
        }),
        shard: None,
    };
    document.write(
        &mut files.iter().map(|(.., raw)| passed_on(raw).get().to_owned()),
        output,
    )?;
    Ok(())
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

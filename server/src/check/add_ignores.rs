//! `--add-ignores`: ignore comments with ceilings for the present violations, so that from now on only worse values violate.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use ropey::Rope;

use crate::report::FileReport;
use antipasta_analysis::{Analysis, AnalysisError, analyze_bytes};
use antipasta_metrics::{Document, definition_on_line};
use antipasta_rules::config::Comparison;
use antipasta_rules::violations::IgnoredMetric;
use antipasta_rules::violations::ignore_comment;
use antipasta_syntax::decode;
use antipasta_workspace::regular_file;
use antipasta_workspace::replace_file::{Trees, replace_file};

/// The ignore comments that were added to a file.
pub(super) struct AddedIgnores {
    /// How many functions and classes got a comment, or got more into theirs.
    pub comments: usize,
    /// The analysis of the file with the comments.
    pub analysis: Analysis,
}

/// Why no comments were added.
#[derive(Debug, thiserror::Error)]
pub(super) enum AddError {
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    #[error("it was changed while it was being checked")]
    Changed,
    #[error("it is not encoded in UTF-8, and files in other encodings are only read; save it as UTF-8")]
    NotUtf8,
    #[error("cannot be written: {0}")]
    Write(#[source] std::io::Error),
}

/// Writes a comment on the header of each function and class of a file that has a violation. It ignores the metric up to the
/// present value. Returns `None` if no header can have a comment: comments do not ignore the values of a whole file.
///
/// Call it on a thread of a [`Pool`](antipasta_pool::Pool).
pub(super) fn add_ignores(
    path: &Path,
    limit: u64,
    report: &FileReport,
    trees: &Trees,
) -> Result<Option<AddedIgnores>, AddError> {
    let mut wanted: BTreeMap<u32, Vec<IgnoredMetric>> = BTreeMap::new();
    for violation in report.violations() {
        let Some(line) = violation.subject.definition_line() else {
            continue;
        };
        let ceiling = match violation.threshold.comparison {
            Comparison::Less | Comparison::LessOrEqual => Some(violation.value),
            // A ceiling only limits values that are too high.
            _ => None,
        };
        wanted.entry(line).or_default().push(IgnoredMetric {
            metric: violation.metric(),
            ceiling,
        });
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let bytes = regular_file::read(path, limit).map_err(AnalysisError::Read)?;
    if analyze_bytes(&bytes)?.metrics != report.metrics {
        return Err(AddError::Changed);
    }
    let text = decode(&bytes).map_err(AnalysisError::Decode)?;
    let document = Document::new(Rope::from_str(&text));
    let edits = wanted.iter().filter_map(|(line, wanted)| {
        let definition = definition_on_line(&document, line.checked_sub(1)?)?;
        ignore_comment(&document, &definition, wanted)
    });
    let edits: Vec<_> = edits.collect();
    if edits.is_empty() {
        return Ok(None);
    }
    let comments = edits.len();
    // Before the text there is at most a byte order mark.
    let mark = bytes.strip_suffix(text.as_bytes()).ok_or(AddError::NotUtf8)?;
    let edited = [mark, with_edits(&text, edits).as_bytes()].concat();
    let analysis = analyze_bytes(&edited)?;
    replace_file(path, trees, &edited).map_err(AddError::Write)?;
    Ok(Some(AddedIgnores { comments, analysis }))
}

/// Applies edits to a text: each replaces a range of bytes. They do not overlap.
fn with_edits(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    let mut edited = text.to_owned();
    edits.sort_by_key(|(bytes, _)| std::cmp::Reverse(bytes.start));
    for (bytes, replacement) in edits {
        edited.replace_range(bytes, &replacement);
    }
    edited
}

//! From text to metrics.

use ruff_text_size::{TextRange, TextSize};

use super::contribution::Contribution;
use super::file_metrics::FileMetrics;
use super::header::Comments;
use super::lines::LineContribution;
use super::walk::{Place, walk};
use crate::syntax::{Source, SyntaxError, parse};

/// The metrics of a whole text.
///
/// Call it on a thread with a stack of [`ANALYSIS_STACK_BYTES`](crate::syntax::ANALYSIS_STACK_BYTES).
///
/// # Errors
///
/// The first [`SyntaxError`] in the text.
pub fn measure(text: &str) -> Result<FileMetrics, SyntaxError> {
    let source = parse(text)?;
    Ok(contribution_of_source(&source).file_metrics(text))
}

/// What the whole of a parsed text contributes.
pub fn contribution_of_source(source: &Source<'_>) -> Contribution {
    let comments = Comments::of(source.tokens(), source.text());
    let place = Place {
        text: source.text(),
        lines: source.lines(),
        comments: &comments,
        lines_before: 0,
        classes: Vec::new(),
    };
    let whole = TextRange::up_to(TextSize::of(source.text()));
    Contribution {
        lines: LineContribution::of(source.text(), source.lines(), source.tokens(), whole),
        ..walk(place, source.body())
    }
}

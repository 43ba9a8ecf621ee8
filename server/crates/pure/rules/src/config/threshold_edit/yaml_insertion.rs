//! Additions to a YAML document in block style.

use std::ops::Range;

use super::super::document::{Node, Value};
use super::{Gap, ThresholdEdit, line_end, line_start, newline, number};

/// How much deeper a block is indented than what is around it.
const STEP: &str = "  ";

/// The edit that writes a limit where it is missing. `None` if the place is in flow style, or is written elsewhere and
/// brought in by an alias.
pub(super) fn insert(text: &str, document: &Node, gap: &Gap, limit: f64) -> Option<ThresholdEdit> {
    let around = gap.node(document)?;
    let limit = number(limit);
    match gap {
        Gap::Default { key } if document.get("defaults").is_some() => {
            member(text, around, &[&format!("{key}: {limit}")])
        }
        Gap::Default { key } => {
            let lines = ["defaults:", &format!("{STEP}{key}: {limit}")];
            match document.value {
                Value::Table(_) => member(text, document, &lines),
                // Nothing is said yet.
                _ => Some(at_the_end(text, &lines)),
            }
        }
        Gap::Threshold { .. } => member(text, around, &[&format!("threshold: {limit}")]),
        Gap::Entry { metric, comparison, .. } => {
            let threshold = format!("{STEP}threshold: {limit}");
            let comparison = format!("{STEP}comparison: \"{comparison}\"");
            item(text, around, &[&format!("- type: {metric}"), &threshold, &comparison])
        }
    }
}

/// Where a node starts, its tag and its anchor left out.
pub(super) fn after_properties(text: &str, span: &Range<usize>) -> usize {
    let mut rest = &text[span.clone()];
    while rest.starts_with(['&', '!']) {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest[end..].trim_start();
    }
    span.end - rest.len()
}

/// Adds the lines of a member to a mapping.
fn member(text: &str, table: &Node, lines: &[&str]) -> Option<ThresholdEdit> {
    let Value::Table(entries) = &table.value else {
        return None;
    };
    if text[after_properties(text, &table.span)..].starts_with('{') {
        return None;
    }
    let mut own = entries.iter().filter(|(key, _)| key.is_in(&table.span));
    let column = own.clone().map(|(key, _)| key.position.column).min()?;
    let (_, last) = own.next_back()?;
    Some(below(text, last.span.end, column, lines))
}

/// Adds the lines of an item to a sequence.
fn item(text: &str, list: &Node, lines: &[&str]) -> Option<ThresholdEdit> {
    let start = first_dash(text, list.span.start).or_else(|| first_dash(text, after_properties(text, &list.span)))?;
    let column = text[line_start(text, start)..start].chars().count() as u32 + 1;
    Some(below(text, list.items().last()?.span.end, column, lines))
}

/// Where the first dash of a sequence in block style is that starts at `start`: there, or just before.
fn first_dash(text: &str, start: usize) -> Option<usize> {
    if text[start..].starts_with('-') {
        return Some(start);
    }
    // The parser has a sequence that is not indented start behind its dash.
    let before = text[..start].trim_end_matches([' ', '\t']);
    before.ends_with('-').then(|| before.len() - 1)
}

/// Adds lines, which start at `column`, from 1, below the line that holds `offset`.
fn below(text: &str, offset: usize, column: u32, lines: &[&str]) -> ThresholdEdit {
    let break_and_indentation = format!("{}{}", newline(text), " ".repeat(column.saturating_sub(1) as usize));
    let added = lines.iter().flat_map(|line| [break_and_indentation.as_str(), line]);
    ThresholdEdit::insertion(line_end(text, offset), added.collect())
}

/// Appends lines to a text, which may lack a last line terminator.
fn at_the_end(text: &str, lines: &[&str]) -> ThresholdEdit {
    let newline = newline(text);
    let is_ended = text.is_empty() || text.ends_with(['\n', '\r']);
    let start = if is_ended { "" } else { newline };
    ThresholdEdit::insertion(text.len(), [start, &lines.join(newline), newline].concat())
}

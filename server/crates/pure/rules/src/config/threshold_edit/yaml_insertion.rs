//! Additions to a YAML document, in block or flow style as what is there.

use std::ops::Range;

use super::super::node::{Node, Value};
use super::{ThresholdEdit, at_the_end, brackets, line_end, newline};

/// How much deeper a block is indented than what is around it.
const STEP: &str = "  ";

/// Where a node starts, its tag and its anchor left out.
pub(super) fn after_properties(text: &str, span: &Range<usize>) -> usize {
    let mut rest = &text[span.clone()];
    while rest.starts_with(['&', '!']) {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest[end..].trim_start();
    }
    span.end - rest.len()
}

/// Adds an entry such as `key: value` to a mapping. `None` if all of it is written elsewhere.
pub(super) fn member(text: &str, table: &Node, entry: &str) -> Option<ThresholdEdit> {
    let Value::Table(entries) = &table.value else {
        return None;
    };
    let own = entries.iter().filter(|(key, _)| key.is_in(&table.span));
    let last = own
        .clone()
        .map(|(key, value)| key.span.start..value.span.end)
        .next_back();
    if let Some(open) = opening(text, table, '{') {
        return Some(brackets::add(text, open, last, entry));
    }
    let column = own.map(|(key, _)| key.position.column).min()?;
    Some(below(text, last?.end, column, &[entry]))
}

/// Adds a mapping with these members to a sequence. `None` if the sequence is written elsewhere.
pub(super) fn item(text: &str, list: &Node, members: &[(&str, String)]) -> Option<ThresholdEdit> {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let last = list.items().last().map(|item| item.span.clone());
    if let Some(open) = opening(text, list, '[') {
        let entry = format!("{{{}}}", members.join(", "));
        return Some(brackets::add(text, open, last, &entry));
    }
    let start = first_dash(text, list.span.start).or_else(|| first_dash(text, after_properties(text, &list.span)))?;
    let column = text[super::line_start(text, start)..start].chars().count() as u32 + 1;
    let lines: Vec<String> = members
        .iter()
        .enumerate()
        .map(|(index, member)| format!("{}{member}", if index == 0 { "- " } else { STEP }))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Some(below(text, last?.end, column, &lines))
}

/// The ways to add `defaults` with one entry to a document, which may say nothing yet.
pub(super) fn defaults(text: &str, document: &Node, key: &str, value: &str) -> Vec<ThresholdEdit> {
    let entry = format!("{STEP}{key}: {value}");
    let lines = ["defaults:", entry.as_str()];
    let Value::Table(entries) = &document.value else {
        let instead = ThresholdEdit {
            bytes: document.span.clone(),
            replacement: lines.join(newline(text)),
        };
        return vec![at_the_end(text, &lines), instead];
    };
    if opening(text, document, '{').is_some() {
        let entry = format!("defaults: {{{key}: {value}}}");
        return member(text, document, &entry).into_iter().collect();
    }
    let column = entries.iter().map(|(key, _)| key.position.column).min();
    let below = column.map(|column| below(text, document.span.end, column, &lines));
    below.into_iter().collect()
}

/// Where the bracket is that opens a collection, if it is written in flow style.
fn opening(text: &str, node: &Node, bracket: char) -> Option<usize> {
    let start = after_properties(text, &node.span);
    text[start..node.span.end].starts_with(bracket).then_some(start)
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

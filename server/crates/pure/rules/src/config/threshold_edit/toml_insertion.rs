//! Additions to the `[tool.antipasta]` table of a TOML document, inline or under headers as what is there.

use super::super::node::{Node, Value};
use super::super::pyproject::TABLE;
use super::{ThresholdEdit, at_the_end, brackets, indentation, line_end, newline};

/// Adds a key to a table.
pub(super) fn member(text: &str, table: &Node, key: &str, value: &str) -> Option<ThresholdEdit> {
    let Value::Table(entries) = &table.value else {
        return None;
    };
    let last = entries.iter().max_by_key(|(key, _)| key.span.start);
    if text[table.span.clone()].starts_with('{') {
        let last = last.map(|(key, value)| entry_start(text, key)..value.span.end);
        return Some(brackets::add(text, table.span.start, last, &format!("{key} = {value}")));
    }
    let Some((last_key, last_value)) = last else {
        // Below the header.
        let line = format!(
            "{}{}{key} = {value}",
            newline(text),
            indentation(text, table.span.start)
        );
        return Some(ThresholdEdit::insertion(line_end(text, table.span.end), line));
    };
    // If the last key is dotted, the new one is, too.
    let start = entry_start(text, last_key);
    let entry = format!("{}{key} = {value}", &text[start..last_key.span.start]);
    let after = end(last_value);
    Some(match text[..start].ends_with(['{', ',']) {
        true => ThresholdEdit::insertion(after, format!(", {}", entry.trim_start())),
        false => ThresholdEdit::insertion(line_end(text, after), [newline(text), &entry].concat()),
    })
}

/// Adds a table with these members to an array.
pub(super) fn item(text: &str, list: &Node, members: &[(&str, String)]) -> Option<ThresholdEdit> {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    match list.items().last() {
        // The array is that of the headers.
        Some(last) if text[last.span.clone()].starts_with("[[") => {
            let line_break = format!("{}{}", newline(text), indentation(text, last.span.start));
            let mut added = format!("{}{line_break}{}", newline(text), &text[last.span.clone()]);
            for member in members {
                added.push_str(&line_break);
                added.push_str(&member);
            }
            Some(ThresholdEdit::insertion(line_end(text, end(list)), added))
        }
        last => {
            let last = last.map(|item| item.span.clone());
            let entry = format!("{{ {} }}", members.join(", "));
            Some(brackets::add(text, list.span.start, last, &entry))
        }
    }
}

/// The ways to add `defaults` with one key to the table.
pub(super) fn defaults(text: &str, table: &Node, key: &str, value: &str) -> Vec<ThresholdEdit> {
    if text[table.span.clone()].starts_with('{') {
        let entry = format!("{{ {key} = {value} }}");
        return member(text, table, "defaults", &entry).into_iter().collect();
    }
    let header = format!("[{TABLE}.defaults]");
    let entry = format!("{key} = {value}");
    let newline = newline(text);
    let below = format!("{newline}{newline}{header}{newline}{entry}");
    let headed = [
        ThresholdEdit::insertion(line_end(text, end(table)), below),
        at_the_end(text, &["", &header, &entry]),
    ];
    // What has no header itself is perhaps written by dotted keys.
    let dotted = member(text, table, &format!("defaults.{key}"), value);
    match text[table.span.clone()].starts_with('[') {
        true => headed.into_iter().chain(dotted).collect(),
        false => dotted.into_iter().chain(headed).collect(),
    }
}

/// Where all that is written of a value ends.
fn end(node: &Node) -> usize {
    let inside = match &node.value {
        Value::List(items) => items.iter().map(end).max(),
        Value::Table(entries) => entries.iter().map(|(_, value)| end(value)).max(),
        _ => None,
    };
    inside.unwrap_or_default().max(node.span.end)
}

/// Where an entry starts, before the keys that its own is dotted to: at the start of its line, or behind the comma or brace
/// that precedes it in an inline table.
fn entry_start(text: &str, key: &Node) -> usize {
    let separator = text[..key.span.start].rfind([',', '{', '\n', '\r']);
    separator.map_or(0, |separator| separator + 1)
}

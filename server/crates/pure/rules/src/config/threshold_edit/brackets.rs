//! Additions to a list or table in brackets: YAML's flow style, TOML's arrays and inline tables.

use std::ops::Range;

use super::{ThresholdEdit, indentation, line_end, newline};

/// Adds an entry behind the `last` one, or as the only one behind the bracket that opens at `open`. If the last one ends its
/// line, but for a comma and a comment, the new one gets a line of its own.
pub(super) fn add(text: &str, open: usize, last: Option<Range<usize>>, entry: &str) -> ThresholdEdit {
    let Some(last) = last else {
        return ThresholdEdit::insertion(open + 1, entry.to_owned());
    };
    let end = line_end(text, last.end);
    let rest = &text[last.end..end];
    let without_comma = rest.trim_start().strip_prefix(',');
    let after = without_comma.unwrap_or(rest).trim_start();
    if !(after.is_empty() || after.starts_with('#')) || end == text.len() {
        return ThresholdEdit::insertion(last.end, format!(", {entry}"));
    }
    let line = [newline(text), indentation(text, last.start), entry].concat();
    match without_comma {
        Some(_) => ThresholdEdit::insertion(end, format!("{line},")),
        None => ThresholdEdit {
            bytes: last.end..end,
            replacement: format!(",{rest}{line}"),
        },
    }
}

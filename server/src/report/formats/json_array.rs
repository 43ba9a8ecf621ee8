//! JSON arrays with an element on each line, written piece by piece.

use std::io::{self, Write};

use serde::Serialize;

use antipasta_rules::escape;

/// The text between two elements.
const SEPARATOR: &str = ",\n";

/// The text of some elements of an array, each on a line of its own. It is empty if there are none.
pub(super) fn elements<T: Serialize>(values: impl IntoIterator<Item = T>) -> String {
    // Serializing strings and numbers cannot fail.
    let lines = values
        .into_iter()
        .map(|value| escape::json(serde_json::to_string(&value).unwrap_or_default()));
    lines.collect::<Vec<_>>().join(SEPARATOR)
}

/// Writes an array of texts of [`elements`], without empty ones.
pub(super) fn write_array(parts: &mut dyn Iterator<Item = String>, output: &mut dyn Write) -> io::Result<()> {
    output.write_all(b"[")?;
    let mut is_first = true;
    for part in parts.filter(|part| !part.is_empty()) {
        output.write_all(if is_first { b"\n" } else { SEPARATOR.as_bytes() })?;
        output.write_all(part.as_bytes())?;
        is_first = false;
    }
    output.write_all(if is_first { b"]" } else { b"\n]" })
}

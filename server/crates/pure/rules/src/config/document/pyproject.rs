//! The `[tool.antipasta]` table of a `pyproject.toml`.

use std::ops::Range;

use ropey::Rope;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Node, Position, TOO_LARGE, Value, is_too_large};
use super::yaml::SyntaxError;

/// The full name of the table, which messages put before keys.
pub(in crate::config) const TABLE: &str = "tool.antipasta";

/// The last part of its name.
const NAME: &str = "antipasta";

/// A name with at most this many typing errors is taken for a misspelling.
const MOST_SLIPS: usize = 2;

/// Parses the table; `None` if the file does not have it and so is no configuration.
pub(in crate::config) fn parse(text: &str) -> Result<Option<Node>, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_too_large(text) {
        return Err(SyntaxError {
            position: Position::default(),
            message: TOO_LARGE.to_owned(),
        });
    }
    let document = DeTable::parse(text).map_err(|error| SyntaxError {
        position: place(&Rope::from_str(text), &error.span().unwrap_or_default()),
        message: format!("this is not valid TOML: {}", error.message()),
    })?;
    let Some(tool) = document.get_ref().get("tool") else {
        return Ok(None);
    };
    let table = tool.get_ref().get(NAME);
    // A table with a misspelled name would have no effect.
    if let (None, DeValue::Table(tools)) = (table, tool.get_ref()) {
        let slip = tools
            .keys()
            .find(|name| strsim::damerau_levenshtein(&name.get_ref().to_lowercase(), NAME) <= MOST_SLIPS);
        if let Some(name) = slip {
            return Err(SyntaxError {
                position: place(&Rope::from_str(text), &name.span()),
                message: format!(
                    "unknown table `[tool.{}]`; did you mean `[{TABLE}]`?",
                    name.get_ref().escape_debug()
                ),
            });
        }
    }
    Ok(table.map(|table| node(&Rope::from_str(text), table)))
}

fn place(text: &Rope, span: &Range<usize>) -> Position {
    Position::from_offset(text, span.start)
}

/// The parser bounds the recursion: it refuses documents that nest deep.
fn node(text: &Rope, spanned: &Spanned<DeValue<'_>>) -> Node {
    let value = match spanned.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        DeValue::Integer(integer) => match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => Value::Integer(value),
            Err(_) => Value::Other("a number beyond all bounds"),
        },
        DeValue::Float(float) => match float.as_str().parse() {
            Ok(value) => Value::Float(value),
            Err(_) => Value::Other("a number beyond all bounds"),
        },
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(text, item)).collect()),
        DeValue::Table(table) => Value::Table(
            table
                .iter()
                .map(|(key, value)| {
                    let name = Node {
                        position: place(text, &key.span()),
                        span: key.span(),
                        value: Value::Text(key.get_ref().to_string()),
                    };
                    (name, node(text, value))
                })
                .collect(),
        ),
    };
    Node {
        position: place(text, &spanned.span()),
        span: spanned.span(),
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_the_table_is_no_configuration() {
        assert_eq!(parse("[project]\nname = 'x'\n").unwrap(), None);
        assert_eq!(parse("[tool.ruff]\n").unwrap(), None);
        assert!(parse("[tool.antipasta]\n").unwrap().is_some());
        for name in ["antipsta", "Antipasta", "antipasta_lsp", "anitpasta"] {
            let parsed = parse(&format!("[tool.{name}]\n"));
            match name {
                "antipasta_lsp" => assert_eq!(parsed.unwrap(), None),
                _ => {
                    let message = parsed.unwrap_err().message;
                    assert!(message.contains("did you mean `[tool.antipasta]`?"), "{message}");
                }
            }
        }
    }

    #[test]
    fn values_have_their_places() {
        let text = "[tool.antipasta]\nuse_gitignore = false\n";
        let Value::Table(entries) = parse(text).unwrap().unwrap().value else {
            panic!("a table");
        };
        let (name, value) = &entries[0];
        assert_eq!(name.position, Position::new(2, 1));
        assert_eq!(value.position, Position::new(2, 17));
        assert_eq!(value.value, Value::Boolean(false));
    }

    #[test]
    fn syntax_errors_have_a_place() {
        let error = parse("[tool]\nx = = 1\n").unwrap_err();
        assert_eq!(error.position.line, 2);
    }
}

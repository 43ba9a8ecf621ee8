//! A parsed document: values with their positions, independent of the format.

use std::borrow::Cow;
use std::ops::Range;

use ropey::Rope;

use crate::escape;

/// A position in a text: line and column in characters, both from 1. Line 0 means the text as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1; 0 if it is unknown.
    pub line: u32,
    /// The column in characters, from 1; 0 if it is unknown.
    pub column: u32,
}

impl Position {
    /// The position of the byte at `offset`. A rope finds it without counting from the start.
    pub(in crate::config) fn from_offset(text: &Rope, offset: usize) -> Self {
        let offset = offset.min(text.len_bytes());
        let line = text.byte_to_line(offset);
        let column = text.byte_to_char(offset) - text.line_to_char(line);
        Self::new(line + 1, column + 1)
    }

    pub(in crate::config) fn new(line: usize, column: usize) -> Self {
        let bounded = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            line: bounded(line),
            column: bounded(column),
        }
    }
}

/// A value and its position.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) struct Node {
    pub position: Position,
    /// The bytes of the value in the text; for an alias, the bytes of the alias. For a TOML table with a header or dotted
    /// keys, the bytes of the header or the key.
    pub span: Range<usize>,
    pub value: Value,
}

impl Node {
    /// Whether the node is written inside `outer`, and not brought in from elsewhere by an alias.
    pub(in crate::config) fn is_in(&self, outer: &Range<usize>) -> bool {
        outer.start <= self.span.start && self.span.end <= outer.end
    }

    /// The last value of the key `name` in a table.
    pub(in crate::config) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Table(entries) = &self.value else {
            return None;
        };
        let is_named = |key: &Self| matches!(&key.value, Value::Text(text) if text == name);
        entries
            .iter()
            .rev()
            .find(|(key, _)| is_named(key))
            .map(|(_, value)| value)
    }

    /// The items of a list; none of anything else.
    pub(in crate::config) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }
}

/// A value of a document, before it is validated.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) enum Value {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the document; a key may occur twice.
    Table(Vec<(Node, Node)>),
    /// A value of a type that no setting has; the text describes it in messages.
    Other(&'static str),
}

impl Value {
    /// The value in a few words, for messages.
    pub(in crate::config) fn describe(&self) -> String {
        match self {
            Self::Null => "nothing (null)".to_owned(),
            Self::Boolean(value) => format!("`{value}`"),
            Self::Integer(value) => format!("`{value}`"),
            Self::Float(value) => format!("`{}`", antipasta_syntax::text::python_float(*value)),
            Self::Text(value) => format!("the text `{}`", quoted(value)),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a mapping".to_owned(),
            Self::Other(what) => (*what).to_owned(),
        }
    }

    /// Whether Python would take the value for false.
    pub(in crate::config) fn is_falsy(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Boolean(value) => !value,
            Self::Integer(value) => *value == 0,
            Self::Float(value) => *value == 0.0,
            Self::Text(value) => value.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Table(entries) => entries.is_empty(),
            Self::Other(_) => false,
        }
    }
}

/// A text of a document for a message: on one line, and shortened.
pub(in crate::config) fn quoted(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    escape::shortened(text, LONGEST)
}

/// Whether parsing a text would take hundreds of megabytes: parsers keep hundreds of bytes for each comma.
pub(in crate::config) fn is_too_large(text: &str) -> bool {
    const MOST: usize = 100_000;
    let marks = text.bytes().filter(|byte| b"[]{},:=.".contains(byte));
    marks.count() > MOST
}

/// The error of a text that [is too large](is_too_large).
pub(in crate::config) const TOO_LARGE: &str =
    "too large for a configuration: it has more than 100000 brackets, commas, colons, dots and equals signs";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_has_a_line_and_a_column_in_characters() {
        let text = "é = 1\nñü = 2\n";
        let offset = text.find('2').unwrap();
        let rope = Rope::from_str(text);
        assert_eq!(Position::from_offset(&rope, 0), Position::new(1, 1));
        assert_eq!(Position::from_offset(&rope, offset), Position::new(2, 6));
        assert_eq!(Position::from_offset(&rope, text.len()), Position::new(3, 1));
    }

    #[test]
    fn long_texts_are_shortened_in_messages() {
        let message = Value::Text("x\n".repeat(100)).describe();
        assert!(message.contains("x\\nx\\n") && message.ends_with("…`"));
        assert!(!message.contains('\n'));
    }
}

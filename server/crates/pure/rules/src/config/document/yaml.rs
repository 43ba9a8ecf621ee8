//! A YAML parser that reads like the reference's loader: version 1.1, plain data only.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::node::{Node, Position, TOO_LARGE, Value, is_too_large, quoted};
use super::yaml_scalar;

/// The text is not a document of plain data.
#[derive(Debug, PartialEq)]
pub(in crate::config) struct SyntaxError {
    pub position: Position,
    pub message: String,
}

/// The limit of nesting, so that a hostile file cannot exhaust the stack. Real configurations nest a few levels.
const DEEPEST: usize = 64;

/// The limit of the size of all values in bytes: aliases can make a short text expand to an enormous document.
const MOST_BYTES: usize = 16 << 20;

/// Parses the one document of `text`; an empty text is null.
pub(in crate::config) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_too_large(text) {
        return error(Position::default(), TOO_LARGE);
    }
    let offsets = Offsets::of(text);
    let mut composer = Composer::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| SyntaxError {
            position: position_of(error.marker()),
            message: format!("this is not valid YAML: {}", error.info()),
        })?;
        composer.accept(event, position_of(&span.start), offsets.bytes(&span))?;
    }
    Ok(composer.root.unwrap_or(Node {
        position: Position::new(1, 1),
        span: text.len()..text.len(),
        value: Value::Null,
    }))
}

fn position_of(marker: &Marker) -> Position {
    Position::new(marker.line(), marker.col() + 1)
}

/// Where each character of a text starts, in bytes: the parser counts characters.
enum Offsets {
    /// Each character is a byte.
    Ascii,
    /// By the character; and at the end, the length of the text.
    Starts(Vec<usize>),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        let starts = text.char_indices().map(|(start, _)| start);
        Self::Starts(starts.chain([text.len()]).collect())
    }

    fn bytes(&self, span: &Span) -> Range<usize> {
        self.byte(&span.start)..self.byte(&span.end)
    }

    fn byte(&self, marker: &Marker) -> usize {
        match self {
            Self::Ascii => marker.index(),
            Self::Starts(starts) => starts[marker.index().min(starts.len() - 1)],
        }
    }
}

fn error<T>(position: Position, message: impl Into<String>) -> Result<T, SyntaxError> {
    Err(SyntaxError {
        position,
        message: message.into(),
    })
}

/// A list or mapping that the parser is still inside of.
struct Open {
    position: Position,
    start: usize,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Table {
        entries: Vec<(Node, Node)>,
        key: Option<Node>,
    },
}

impl Content {
    /// The value that was added last.
    fn last(&self) -> Option<&Node> {
        match self {
            Self::List(items) => items.last(),
            Self::Table { entries, .. } => entries.last().map(|(_, value)| value),
        }
    }
}

/// Builds a document from the parser's events.
#[derive(Default)]
struct Composer {
    root: Option<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    /// How many bytes all values are.
    bytes: usize,
}

impl Composer {
    fn accept(&mut self, event: Event<'_>, position: Position, span: Range<usize>) -> Result<(), SyntaxError> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => error(
                position,
                "a second document starts here; a configuration is one document",
            ),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref(), position)?;
                let node = Node { position, span, value };
                self.grow(size(&node), position)?;
                self.complete(node, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                expect_tag(tag.as_deref(), "seq", position)?;
                self.start(position, span.start, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                expect_tag(tag.as_deref(), "map", position)?;
                let (entries, key) = (Vec::new(), None);
                self.start(position, span.start, anchor, Content::Table { entries, key })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                // A block has no end token: it ends with its last value. The span of a closing bracket includes the white
                // space and the comment after it.
                let end = match open.content.last() {
                    Some(last) if span.is_empty() => last.span.end,
                    _ => span.end.min(span.start + 1),
                };
                let node = Node {
                    position: open.position,
                    span: open.start..end,
                    value: match open.content {
                        Content::List(items) => Value::List(items),
                        Content::Table { entries, .. } => Value::Table(merged(entries)?),
                    },
                };
                self.complete(node, open.anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let bytes = size(node);
                    self.grow(bytes, position)?;
                    let node = self.anchors.get(&anchor).cloned();
                    node.map_or(Ok(()), |node| self.complete(Node { span, ..node }, 0))
                }
                None => error(position, "an alias stands inside what it refers to"),
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn start(&mut self, position: Position, start: usize, anchor: usize, content: Content) -> Result<(), SyntaxError> {
        if self.open.len() >= DEEPEST {
            return error(position, format!("nested deeper than {DEEPEST} levels"));
        }
        self.grow(size_of::<Node>(), position)?;
        self.open.push(Open {
            position,
            start,
            anchor,
            content,
        });
        Ok(())
    }

    /// Counts the bytes of more values.
    fn grow(&mut self, bytes: usize, position: Position) -> Result<(), SyntaxError> {
        self.bytes += bytes;
        match self.bytes > MOST_BYTES {
            true => error(
                position,
                "too large for a configuration, with what its aliases stand for",
            ),
            false => Ok(()),
        }
    }

    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), SyntaxError> {
        if anchor > 0 {
            self.grow(size(&node), node.position)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Table { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None if matches!(node.value, Value::List(_) | Value::Table(_)) => {
                    return error(node.position, "a key must be a text");
                }
                None => *key = Some(node),
            },
        }
        Ok(())
    }
}

/// How many bytes a node is, with what is in it.
fn size(node: &Node) -> usize {
    let content = match &node.value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(size).sum(),
        Value::Table(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
        _ => 0,
    };
    size_of::<Node>() + content
}

/// The value of a scalar: by its tag if it has one, resolved if it is plain, else a text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, position: Position) -> Result<Value, SyntaxError> {
    let Some(tag) = tag else {
        return Ok(match style {
            ScalarStyle::Plain => yaml_scalar::resolve(text),
            _ => Value::Text(text.to_owned()),
        });
    };
    // The tag `!` alone makes every scalar a text.
    if tag.suffix.is_empty() || (tag.handle.is_empty() && tag.suffix == "!") {
        return Ok(Value::Text(text.to_owned()));
    }
    let value = match tag.suffix.as_str() {
        _ if !tag.is_yaml_core_schema() => return unsupported_tag(tag, position),
        "str" => Some(Value::Text(text.to_owned())),
        "null" => Some(Value::Null),
        "bool" => yaml_scalar::boolean(text).map(Value::Boolean),
        "int" => yaml_scalar::integer(text),
        "float" => yaml_scalar::float(text).or_else(|| match yaml_scalar::integer(text)? {
            Value::Integer(whole) => Some(Value::Float(whole as f64)),
            float => Some(float),
        }),
        _ => return unsupported_tag(tag, position),
    };
    match value {
        Some(value) => Ok(value),
        None => error(
            position,
            format!("`{}` cannot be read as `!!{}`", quoted(text), tag.suffix),
        ),
    }
}

fn expect_tag(tag: Option<&Tag>, expected: &str, position: Position) -> Result<(), SyntaxError> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == expected) => unsupported_tag(tag, position),
        _ => Ok(()),
    }
}

fn unsupported_tag<T>(tag: &Tag, position: Position) -> Result<T, SyntaxError> {
    let name = match tag.handle.as_str() {
        "!" => format!("!{}", tag.suffix),
        "tag:yaml.org,2002:" => format!("!!{}", tag.suffix),
        handle => format!("{handle}{}", tag.suffix),
    };
    error(
        position,
        format!(
            "`{}` is read as a tag, and not one a configuration can have; quote texts that begin with `!`",
            quoted(&name)
        ),
    )
}

/// The entries of a mapping and of the mappings that its `<<` keys merge. Its own entries win, then those of the mapping
/// merged last; in a list of mappings, the first one wins.
fn merged(entries: Vec<(Node, Node)>) -> Result<Vec<(Node, Node)>, SyntaxError> {
    let is_merge = |key: &Node| key.value == yaml_scalar::resolve("<<");
    if !entries.iter().any(|(key, _)| is_merge(key)) {
        return Ok(entries);
    }
    let (merges, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| is_merge(key));
    let mut sources = Vec::new();
    for (_, value) in merges.into_iter().rev() {
        match value.value {
            Value::Table(entries) => sources.push(entries),
            Value::List(items) => {
                for item in items {
                    match item.value {
                        Value::Table(entries) => sources.push(entries),
                        _ => return error(item.position, "`<<` merges mappings only"),
                    }
                }
            }
            _ => return error(value.position, "`<<` merges mappings only"),
        }
    }
    // A value is no key of a set; what it is for people who look for faults in a program says all of it.
    let name = |key: &Node| format!("{:?}", key.value);
    let mut taken: HashSet<String> = own.iter().map(|(key, _)| name(key)).collect();
    let mut result = own;
    for source in sources {
        let new: Vec<_> = source
            .into_iter()
            .filter(|(key, _)| !taken.contains(&name(key)))
            .collect();
        taken.extend(new.iter().map(|(key, _)| name(key)));
        result.extend(new);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document without its positions.
    fn plain(text: &str) -> String {
        fn show(value: &Value) -> String {
            match value {
                Value::List(items) => {
                    let items: Vec<_> = items.iter().map(|item| show(&item.value)).collect();
                    format!("[{}]", items.join(", "))
                }
                Value::Table(entries) => {
                    let entries: Vec<_> = entries
                        .iter()
                        .map(|(key, value)| format!("{}: {}", show(&key.value), show(&value.value)))
                        .collect();
                    format!("{{{}}}", entries.join(", "))
                }
                Value::Text(text) => format!("{text:?}"),
                Value::Integer(value) => value.to_string(),
                other => format!("{other:?}"),
            }
        }
        match parse(text) {
            Ok(node) => show(&node.value),
            Err(error) => format!("{}:{}: {}", error.position.line, error.position.column, error.message),
        }
    }

    #[test]
    fn plain_scalars_are_resolved_and_quoted_ones_are_texts() {
        assert_eq!(plain("[10, '10', \"x\\ty\"]"), "[10, \"10\", \"x\\ty\"]");
        assert_eq!(plain("a: |\n  x\n  y\n"), "{\"a\": \"x\\ny\\n\"}");
        assert_eq!(plain(""), "Null");
        assert_eq!(plain("\u{feff}a: 1"), "{\"a\": 1}");
    }

    #[test]
    fn tags_decide_what_a_scalar_is() {
        assert_eq!(plain("[!!str 10, !!int '12', ! 3]"), "[\"10\", 12, \"3\"]");
        assert_eq!(plain("!!float 1"), "Float(1.0)");
        assert!(plain("a: !=").starts_with("1:4: `!=` is read as a tag"));
        assert!(plain("a: !!set {x}").starts_with("1:"));
        assert!(plain("a: !!int x").contains("cannot be read as `!!int`"));
    }

    #[test]
    fn aliases_repeat_and_merges_yield() {
        assert_eq!(plain("a: &x [1]\nb: *x"), "{\"a\": [1], \"b\": [1]}");
        assert_eq!(
            plain("- &x {a: 1, b: 2}\n- &y {b: 3, c: 4}\n- {<<: [*x, *y], a: 5}"),
            "[{\"a\": 1, \"b\": 2}, {\"b\": 3, \"c\": 4}, {\"a\": 5, \"b\": 2, \"c\": 4}]"
        );
        assert!(plain("&x [*x]").contains("inside what it refers to"));
        assert!(plain("<<: 1").contains("merges mappings only"));
    }

    #[test]
    fn one_document_of_bounded_size() {
        assert!(plain("a: 1\n---\nb: 2").starts_with("2:1: a second document"));
        assert!(plain(&"[".repeat(1000)).contains("not valid YAML"));
        assert!(plain(&format!("{}{}", "[".repeat(100), "]".repeat(100))).contains("nested deeper"));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let inner = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert!(plain(&bomb).contains("too large"));
    }

    #[test]
    fn syntax_errors_have_a_place() {
        assert!(plain("a: 1\nb: [1, 2\n").contains("not valid YAML"));
        assert!(plain("a:\n  - **/x\n").starts_with("2:"));
    }
}

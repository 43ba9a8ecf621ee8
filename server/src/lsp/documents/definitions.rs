//! Where the names of a document's functions and classes stand, and what was measured of them.

use std::borrow::Cow;
use std::ops::Range;

use ropey::Rope;
use rustc_hash::FxHashMap;

use crate::lsp::protocol::convert::bytes_of_line;
use antipasta_metrics::{AllRows, Definition, Details, Document, MetricType, for_each_row};

/// Where the name of what a `def` or `class` on `line`, from 0, defines stands, in bytes. Where there is none, as the text
/// has changed since it was measured, what the line has on it.
pub(crate) fn name_on_line(text: &Rope, line: u32) -> Range<usize> {
    let bytes = bytes_of_line(text, line);
    let written: Cow<'_, str> = text.byte_slice(bytes.clone()).into();
    let indentation = written.len() - written.trim_start().len();
    let code = bytes.start + indentation..bytes.start + written.trim_end().len().max(indentation);
    let name = if written.ends_with('\\') {
        // The name may be on one of the next lines.
        let next = bytes_of_line(text, line.saturating_add(2));
        let continued: Cow<'_, str> = text.byte_slice(code.start..next.end).into();
        name_in(&continued)
    } else {
        name_in(&written[indentation..])
    };
    name.map_or(code.clone(), |name| code.start + name.start..code.start + name.end)
}

/// Where the name is in code that starts with `def`, `async def` or `class`.
fn name_in(code: &str) -> Option<Range<usize>> {
    let mut start = 0;
    // Two keywords at most come before a name.
    for words_before in 0..3 {
        let rest = &code[start..];
        let is_in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let word = &rest[..rest.find(|letter| !is_in_word(letter)).unwrap_or(rest.len())];
        if !matches!(word, "async" | "def" | "class") {
            return (!word.is_empty() && words_before > 0).then(|| start..start + word.len());
        }
        let is_between = |letter: char| letter.is_whitespace() || letter == '\\';
        let after = &rest[word.len()..];
        start += word.len() + after.find(|letter| !is_between(letter)).unwrap_or(after.len());
    }
    None
}

/// A metric and its value.
pub(crate) type MetricValue = (MetricType, f64);

/// What was measured in a document, by what it is about: the rows of the check's report.
#[derive(Debug, Default)]
pub(crate) struct Values {
    /// The values of the file. For cyclomatic and cognitive complexity, which only functions have, there are none.
    pub file: Vec<MetricValue>,
    /// The values of functions, by the line, from 0, of their `def`.
    functions: FxHashMap<u32, Vec<MetricValue>>,
    /// The values of classes, by their names.
    classes: FxHashMap<Box<str>, Vec<MetricValue>>,
}

impl Values {
    /// The values in a document. Costs what it has of functions.
    pub(crate) fn of(document: &Document) -> Self {
        let mut values = Self::default();
        for_each_row(document, &AllRows, |row| {
            let value = (row.metric, row.value);
            match (row.function, &row.name) {
                (Some(function), _) => {
                    let line = function.def_line().saturating_sub(1);
                    values.functions.entry(line).or_default().push(value);
                }
                (None, Some(class)) => values.classes.entry(Box::from(&**class)).or_default().push(value),
                (None, None) if !matches!(row.details, Details::Average { .. } | Details::Maximum { .. }) => {
                    values.file.push(value);
                }
                (None, None) => {}
            }
        });
        for list in values.functions.values_mut() {
            list.sort_by_key(|(metric, _)| *metric);
        }
        values
    }

    /// The values of a function or class, in the order in which metrics are listed to people. Classes of one name share
    /// theirs; a class inside another has none.
    pub(crate) fn of_definition(&self, definition: &Definition<'_>) -> &[MetricValue] {
        let values = match definition {
            Definition::Function(_) => self.functions.get(&definition.line()),
            Definition::Class(_) if definition.classes().is_empty() => self.classes.get(definition.name()),
            Definition::Class(_) => None,
        };
        values.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_metrics::{definition_on_line, definitions};

    #[test]
    fn a_name_follows_its_keywords() {
        let name = |text: &str, line| {
            let text = Rope::from_str(text);
            String::from(text.byte_slice(name_on_line(&text, line)))
        };
        assert_eq!(name("def f(): pass", 0), "f");
        assert_eq!(name("\n  async  def été(): pass", 1), "été");
        assert_eq!(name("class  C_1[T]: pass", 0), "C_1");
        assert_eq!(name("async \\\n  def \\\n\tname \\\n(): pass", 0), "name");
        assert_eq!(name("  x = 1  \n", 0), "x = 1");
        assert_eq!(name("  def ", 0), "def");
        assert_eq!(name("", 7), "");
    }

    #[test]
    fn values_are_those_of_the_report() {
        let text = "class C:\n    def f(self):\n        if x: pass\n\ndef g(): pass\n";
        let document = Document::new(Rope::from_str(text));
        let values = Values::of(&document);
        let found = definitions(&document);
        let names: Vec<_> = found
            .iter()
            .map(|definition| (definition.line(), definition.name()))
            .collect();
        assert_eq!(names, [(0, "C"), (1, "f"), (4, "g")]);
        assert_eq!(
            values.of_definition(&found[0]),
            [(MetricType::WeightedMethodsPerClass, 2.0)]
        );
        assert_eq!(
            values.of_definition(&found[1])[0],
            (MetricType::CyclomaticComplexity, 2.0)
        );
        assert_eq!(values.of_definition(&found[2]).len(), 7);
        assert_eq!(definition_on_line(&document, 1).unwrap().name(), "f");
        assert!(definition_on_line(&document, 2).is_none());
        assert_eq!(values.file.len(), 11);
    }
}

//! `textDocument/hover`: what was measured of the function or class whose name is pointed at, and which lines add what.

use tower_lsp::lsp_types::{Hover, HoverContents, MarkupKind, Position};

use super::judged_values::JudgedValues;
use super::outline::{entry_on_line, outline};
use super::page::Page;
use super::page::cost_lines::list_costs;
use super::page::methods::list_methods;
use crate::lsp::documents::definitions::name_on_line;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::{from_position, to_range};
use antipasta_metrics::{Definition, MetricType, definition_on_line};
use antipasta_syntax::text::PositionEncoding;

/// How many lines or methods are listed.
const MOST_LISTED: usize = 12;

/// What is shown at a position: something on the names of functions and classes that have values, and nothing elsewhere.
/// Costs little unless the position is on such a name; then, what the document has of functions.
pub(crate) fn hover(
    snapshot: &Snapshot,
    position: Position,
    encoding: PositionEncoding,
    kind: MarkupKind,
) -> Option<Hover> {
    let document = &snapshot.document;
    definition_on_line(document, position.line)?;
    let name = name_on_line(document.text(), position.line);
    let byte = from_position(position).byte(document.text(), encoding);
    if !(name.start..=name.end).contains(&byte) {
        return None;
    }
    let outline = outline(document);
    let entry = entry_on_line(&outline, position.line)?;
    let values = JudgedValues::of(snapshot);
    let judged = values.of_definition(&entry.definition);
    let mut page = Page::new(kind);
    if !judged.is_empty() {
        page.values(&judged);
    }
    match entry.definition {
        Definition::Function(function) => {
            for metric in MetricType::ALL {
                list_costs(&mut page, document, function, metric, MOST_LISTED);
            }
        }
        Definition::Class(class) => list_methods(&mut page, document, class, &values, MOST_LISTED),
    }
    if page.is_empty() {
        return None;
    }
    if let Some(error) = entry.error {
        page.staleness(error);
    }
    Some(Hover {
        contents: HoverContents::Markup(page.into_content()),
        range: Some(to_range(document.text(), &name, encoding)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, marked_snapshot, text_at};
    use PositionEncoding::{Utf8, Utf16, Utf32};

    /// Markers are on the names of the class and of the method, and where there is nothing to show.
    const MARKED: &str = "\
class $0Basket:
    def $0total(self, x):
        $0if x:
            return x and x and x
";

    fn shown(snapshot: &Snapshot, position: Position, kind: MarkupKind) -> Option<String> {
        let hover = hover(snapshot, position, Utf16, kind)?;
        let HoverContents::Markup(content) = hover.contents else {
            panic!("no markup")
        };
        Some(content.value)
    }

    #[test]
    fn a_function_shows_its_values_and_its_lines() {
        let expected = "\
| Metric | Value | Threshold | Verdict |
| :-- | --: | :-- | :-- |
| Cyclomatic Complexity | 4 | <= 2 | violation |
| Cognitive Complexity | 2 | <= 2 | ok |
";
        let (snapshot, markers) = marked_snapshot(MARKED);
        let text = shown(&snapshot, markers[1], MarkupKind::Markdown).unwrap();
        assert!(text.starts_with(expected), "{text}");
        let expected = "

Cyclomatic complexity is 1 and what these lines add:

- line 3: +1, `if`
- line 4: +2, `and`

Cognitive complexity is what these lines add:

- line 3: +1, `if`
- line 4: +1, sequence of `and`
";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn a_class_shows_its_methods() {
        let expected = "\
Weighted Methods Per Class  4  <= 5  ok

Its methods:
  `total`, line 2: cyclomatic 4 > 2 · cognitive 2
";
        let (snapshot, markers) = marked_snapshot(MARKED);
        assert_eq!(shown(&snapshot, markers[0], MarkupKind::PlainText).unwrap(), expected);
        let (empty, markers) = marked_snapshot("class $0C: pass\n");
        assert_eq!(shown(&empty, markers[0], MarkupKind::PlainText), None);
    }

    #[test]
    fn only_names_show_anything() {
        let (snapshot, markers) = marked_snapshot(MARKED);
        let shows = |position| shown(&snapshot, position, MarkupKind::Markdown).is_some();
        let Position { line, character } = markers[1];
        let shown: Vec<u32> = (0..30)
            .filter(|&character| shows(Position { line, character }))
            .collect();
        assert_eq!(
            shown,
            (character..=character + "total".len() as u32).collect::<Vec<_>>()
        );
        assert!(!shows(markers[2]));
        assert!(!shows(Position { line: 99, character }));
    }

    #[test]
    fn the_range_is_the_name_in_every_encoding() {
        let (snapshot, markers) = marked_snapshot("if x:\n  def $0𝐟é(): pass\n");
        for (encoding, end) in [(Utf8, 12), (Utf16, 9), (Utf32, 8)] {
            let range = hover(&snapshot, markers[0], encoding, MarkupKind::Markdown)
                .unwrap()
                .range
                .unwrap();
            assert_eq!(text_at(&snapshot, range, encoding), "𝐟é");
            assert_eq!(range.end.character, end);
        }
    }

    #[test]
    fn what_does_not_parse_says_so() {
        let (sound, markers) = marked_snapshot(MARKED);
        let snapshot = edited_snapshot(&String::from(sound.document.text()), "if x:", "if (x:");
        for name in &markers[..2] {
            let text = shown(&snapshot, *name, MarkupKind::Markdown).unwrap();
            assert!(
                text.contains("last good values: there is a syntax error on line 3 ("),
                "{text}"
            );
            assert!(
                text.contains("Cyclomatic Complexity | 4 |") || text.contains("`total`, line 2: cyclomatic 4"),
                "{text}"
            );
        }
    }
}

//! `textDocument/documentSymbol`: the functions and classes of a document with their values.

use tower_lsp::lsp_types::{DocumentSymbol, Location, Range, SymbolInformation, SymbolKind};

use super::judged_values::{JudgedValues, summary};
use super::outline::{Entry, entries, outline, range_of_entry};
use crate::lsp::documents::definitions::name_on_line;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::to_range;
use antipasta_metrics::Definition;
use antipasta_syntax::text::PositionEncoding;

/// The functions and classes of a document, methods and inner classes inside their classes. Costs what the document has of
/// them.
pub(crate) fn document_symbols(snapshot: &Snapshot, encoding: PositionEncoding) -> Vec<DocumentSymbol> {
    let values = JudgedValues::of(snapshot);
    let outline = outline(&snapshot.document);
    let of_entry = |entry: &Entry<'_>| symbol(snapshot, &values, entry, encoding);
    outline.iter().map(of_entry).collect()
}

/// The functions and classes of a document in the order of their lines, for clients that know of no others inside them.
/// Costs what the document has of them.
#[expect(
    deprecated,
    reason = "the protocol's library deprecates one field of a structure without a constructor"
)]
pub(crate) fn flat_document_symbols(snapshot: &Snapshot, encoding: PositionEncoding) -> Vec<SymbolInformation> {
    let text = snapshot.document.text();
    let outline = outline(&snapshot.document);
    let information = |entry: &Entry<'_>| SymbolInformation {
        name: entry.definition.name().to_owned(),
        kind: kind(&entry.definition),
        tags: None,
        deprecated: None,
        location: Location {
            uri: snapshot.uri.clone(),
            range: range_of_entry(text, entry, encoding),
        },
        container_name: match entry.definition.classes() {
            [] => None,
            classes => Some(classes.join(".")),
        },
    };
    entries(&outline).map(information).collect()
}

#[expect(
    deprecated,
    reason = "the protocol's library deprecates one field of a structure without a constructor"
)]
fn symbol<'a>(
    snapshot: &Snapshot,
    values: &JudgedValues<'a>,
    entry: &Entry<'a>,
    encoding: PositionEncoding,
) -> DocumentSymbol {
    let text = snapshot.document.text();
    let name = name_on_line(text, entry.definition.line());
    let selection_range = to_range(text, &name, encoding);
    // The protocol wants the name inside the range; a backslash may have put it on a later line than the last.
    let range = range_of_entry(text, entry, encoding);
    let range = Range {
        start: range.start.min(selection_range.start),
        end: range.end.max(selection_range.end),
    };
    // The outline bounds how deep this goes.
    let children = entry.children.iter();
    let children: Vec<DocumentSymbol> = children
        .map(|child| symbol(snapshot, values, child, encoding))
        .collect();
    DocumentSymbol {
        name: entry.definition.name().to_owned(),
        detail: summary(&values.of_definition(&entry.definition), entry.error.is_some()),
        kind: kind(&entry.definition),
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children: matches!(entry.definition, Definition::Class(_)).then_some(children),
    }
}

/// What a function or class is to the protocol.
pub(crate) fn kind(definition: &Definition<'_>) -> SymbolKind {
    match definition {
        Definition::Class(_) => SymbolKind::CLASS,
        Definition::Function(_) if definition.classes().is_empty() => SymbolKind::FUNCTION,
        Definition::Function(_) => SymbolKind::METHOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, snapshot, text_at};
    use PositionEncoding::{Utf8, Utf16, Utf32};

    const TEXT: &str = "\
class Été:
    @decorated
    def f(self, x):
        if x > 1 or x: pass  # 😀

    class D:
        x = 1

def g(): pass
";

    #[test]
    fn classes_hold_their_methods_and_classes() {
        let snapshot = snapshot(TEXT);
        for encoding in [Utf8, Utf16, Utf32] {
            let symbols = document_symbols(&snapshot, encoding);
            let [class, function] = &*symbols else {
                panic!("{symbols:?}")
            };
            let [method, inner] = &**class.children.as_ref().unwrap() else {
                panic!("{class:?}")
            };
            assert_eq!(class.detail.as_deref(), Some("weighted methods 3"));
            assert_eq!(method.detail.as_deref(), Some("cyclomatic 3 > 2 · cognitive 2"));
            assert_eq!(inner.detail, None);
            assert_eq!(inner.children, Some(Vec::new()));
            assert_eq!(function.children, None);
            let found = [class, method, inner, function].map(|symbol| {
                assert_eq!(text_at(&snapshot, symbol.selection_range, encoding), symbol.name);
                (&*symbol.name, symbol.kind)
            });
            let expected = [
                ("Été", SymbolKind::CLASS),
                ("f", SymbolKind::METHOD),
                ("D", SymbolKind::CLASS),
                ("g", SymbolKind::FUNCTION),
            ];
            assert_eq!(found, expected);
            let whole = text_at(&snapshot, method.range, encoding);
            assert!(whole.starts_with("@decorated\n"), "{whole}");
            assert!(whole.ends_with("pass  # 😀"), "{whole}");
            assert_eq!(text_at(&snapshot, inner.range, encoding), "class D:\n        x = 1");
            assert!(text_at(&snapshot, class.range, encoding).ends_with("x = 1"));
        }
    }

    #[test]
    fn flat_symbols_name_their_containers() {
        let text = "class A:\n    class B:\n        def f(): pass\ndef g(): pass\n";
        let symbols = flat_document_symbols(&snapshot(text), Utf16);
        let found: Vec<_> = symbols
            .iter()
            .map(|symbol| {
                (
                    &*symbol.name,
                    symbol.container_name.as_deref(),
                    symbol.location.range.end.line,
                )
            })
            .collect();
        let expected = [
            ("A", None, 2),
            ("B", Some("A"), 2),
            ("f", Some("A.B"), 2),
            ("g", None, 3),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_are_inside_their_ranges() {
        let snapshot = snapshot("class \\\n  C: pass\n");
        let symbol = document_symbols(&snapshot, Utf16).remove(0);
        assert_eq!(text_at(&snapshot, symbol.selection_range, Utf16), "C");
        assert_eq!(text_at(&snapshot, symbol.range, Utf16), "class \\\n  C");
    }

    #[test]
    fn last_good_values_are_marked() {
        let symbols = document_symbols(&edited_snapshot(TEXT, "g(): pass", "g(): pass pass"), Utf16);
        assert_eq!(symbols[0].detail.as_deref(), Some("weighted methods 3"));
        assert_eq!(symbols[1].detail.as_deref(), Some("cyclomatic 1 · cognitive 0 · stale"));
    }
}

//! Whatever is typed, what people look at can be asked for, and is inside the text.

use proptest::prelude::*;
use ropey::Rope;
use tower_lsp::lsp_types::{DocumentSymbol, MarkupKind, Position, Range};

use super::{edit, snapshot_of};
use crate::lsp::documents::diagnostics::DiagnosticData;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::features::{code_lens, document_symbols, explanation, hover, inlay_hints, metrics_request};
use antipasta_metrics::{Document, MetricType};
use antipasta_syntax::text::PositionEncoding;

const TEXT: &str = "\
import x\r

@decorated
class Été(B):
    def f(self, y):
        if y > 1 or y:
            return [z for z in y]  # 😀

    class Été:
        async def g(self):
            while self: assert g()

    def h(self): pass
    def h(self): return h()

if x:
    def i(): pass
    class C: \\
        pass
else:
    class C:
        def j(self):
            try: pass
            except E: pass

def k(x): return x if x else 1
";

const SNIPPETS: [&str; 18] = [
    "(",
    "]",
    "\"\"\"",
    "'",
    ":",
    "\\\n",
    "\n",
    "\r",
    "    ",
    "\n\n\n",
    "def ",
    "class C:\n",
    "    def f(): pass\n",
    "@d\n",
    "# ",
    "é😀",
    "async ",
    "",
];

fn check_symbols(symbols: &[DocumentSymbol], lines: u32) {
    for symbol in symbols {
        let (whole, name) = (symbol.range, symbol.selection_range);
        assert!(
            whole.start <= name.start && name.start <= name.end && name.end <= whole.end,
            "{symbol:?}"
        );
        assert!(whole.end.line < lines, "{symbol:?}");
        check_symbols(symbol.children.as_deref().unwrap_or_default(), lines);
    }
}

fn look_at(snapshot: &Snapshot, encoding: PositionEncoding) {
    let lines = snapshot.document.text().len_lines() as u32;
    for lens in code_lens::code_lenses(snapshot, encoding) {
        assert!(lens.range.end.line < lines);
    }
    let symbols = document_symbols::document_symbols(snapshot, encoding);
    check_symbols(&symbols, lines);
    for symbol in document_symbols::flat_document_symbols(snapshot, encoding) {
        assert!(symbol.location.range.end.line < lines);
    }
    let whole = Range::new(Position::new(0, 0), Position::new(u32::MAX, u32::MAX));
    let hints = inlay_hints::inlay_hints(snapshot, whole, encoding);
    assert!(hints.is_sorted_by_key(|hint| hint.position));
    assert!(hints.iter().all(|hint| hint.position.line < lines));
    metrics_request::status(snapshot);
    for line in 0..lines + 2 {
        for character in [4, 9, u32::MAX] {
            let position = Position::new(line, character);
            hover::hover(snapshot, position, encoding, MarkupKind::PlainText);
        }
        let position = Position::new(line, 0);
        let report = metrics_request::metrics_report(snapshot, Some(position), encoding);
        if let Some(definition) = report.definition {
            let range = definition.range;
            assert!((range.start.line..=range.end.line).contains(&line), "{definition:?}");
            let data = DiagnosticData {
                metric: MetricType::CognitiveComplexity,
                value: 3.0,
                limit: 2.0,
                line: Some(definition.selection_range.start.line),
                name: Some(definition.name),
                is_stale: false,
            };
            explanation::explanation(snapshot, &data);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_can_be_looked_at(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..120_usize, 0..SNIPPETS.len()), 1..6),
    ) {
        let mut document = Document::new(Rope::from_str(TEXT));
        for (index, (start, length, snippet)) in edits.into_iter().enumerate() {
            let start = start.index(document.text().len_bytes() + 1);
            let end = (start + length).min(document.text().len_bytes());
            edit(&mut document, start, end, SNIPPETS[snippet]);
            let encodings = [PositionEncoding::Utf16, PositionEncoding::Utf8, PositionEncoding::Utf32];
            look_at(&snapshot_of(document.clone()), encodings[index % 3]);
        }
    }
}

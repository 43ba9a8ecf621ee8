//! `textDocument/codeLens`: a line above each function and class that says how complex it is.

use serde_json::json;
use tower_lsp::lsp_types;

use super::judged_values::{JudgedValues, summary};
use super::outline::{Entry, entries, outline};
use crate::lsp::commands::command::Command;
use crate::lsp::documents::definitions::name_on_line;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::to_range;
use antipasta_syntax::text::PositionEncoding;

/// One lens for each function and class that has values, such as `cyclomatic 12 > 10 · cognitive 7` where the first
/// violates. It [shows the report](Command::ShowReport) on what it stands at. Costs what the document has of functions.
pub(crate) fn code_lenses(snapshot: &Snapshot, encoding: PositionEncoding) -> Vec<lsp_types::CodeLens> {
    let values = JudgedValues::of(snapshot);
    let outline = outline(&snapshot.document);
    let uri = json!(snapshot.uri);
    let lens = |entry: &Entry<'_>| {
        let line = entry.definition.line();
        let title = summary(&values.of_definition(&entry.definition), entry.error.is_some())?;
        let text = snapshot.document.text();
        Some(lsp_types::CodeLens {
            range: to_range(text, &name_on_line(text, line), encoding),
            command: Some(lsp_types::Command {
                title,
                command: Command::ShowReport.as_str().to_owned(),
                arguments: Some(vec![uri.clone(), json!(line)]),
            }),
            data: None,
        })
    };
    entries(&outline).filter_map(lens).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, snapshot, text_at};
    use PositionEncoding::Utf16;

    const TEXT: &str = "\
class C:
    @decorated
    def f(self, x):
        if x > 1 or x: pass

    class D:
        def g(self): pass

class E: pass
";

    /// Each lens as `line name: title`.
    fn listed(snapshot: &Snapshot) -> Vec<String> {
        let lenses = code_lenses(snapshot, Utf16).into_iter();
        lenses
            .map(|lens| {
                let name = text_at(snapshot, lens.range, Utf16);
                format!("{} {name}: {}", lens.range.start.line, lens.command.unwrap().title)
            })
            .collect()
    }

    #[test]
    fn what_has_values_has_a_lens() {
        let expected = [
            "0 C: weighted methods 3",
            "2 f: cyclomatic 3 > 2 · cognitive 2",
            "6 g: cognitive 0",
        ];
        assert_eq!(listed(&snapshot(TEXT)), expected);
    }

    #[test]
    fn last_good_values_are_marked() {
        let expected = [
            "0 C: weighted methods 3 · stale",
            "2 f: cyclomatic 3 > 2 · cognitive 2 · stale",
            "6 g: cognitive 0",
        ];
        assert_eq!(listed(&edited_snapshot(TEXT, "if x > 1", "if (x > 1")), expected);
    }

    #[test]
    fn lenses_show_the_report() {
        let lens = code_lenses(&snapshot(TEXT), Utf16).remove(1);
        let command = lens.command.unwrap();
        assert_eq!(command.command, Command::ShowReport.as_str());
        assert_eq!(command.arguments.unwrap(), [json!("file:///shop.py"), json!(2)]);
    }
}

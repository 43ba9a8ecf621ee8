//! The command `antipasta.showReport`: every value of a function, a class or a file.

use tower_lsp::lsp_types::MarkupKind;

use super::judged_values::JudgedValues;
use super::outline::{entry_on_line, outline};
use super::page::Page;
use crate::lsp::documents::snapshot::Snapshot;
use antipasta_rules::escape::code;

/// Every value of the function or class whose `def` or `class` is on `line`, from 0, or of the file if there is none, in
/// plain text. Costs what the document has of functions.
pub(crate) fn report(snapshot: &Snapshot, line: Option<u32>) -> String {
    let outline = outline(&snapshot.document);
    let entry = line.and_then(|line| entry_on_line(&outline, line));
    let values = JudgedValues::of(snapshot);
    let mut page = Page::new(MarkupKind::PlainText);
    match entry {
        Some(entry) => {
            page.paragraph(&code(entry.definition.name()));
            page.values(&values.of_definition(&entry.definition));
            if let Some(error) = entry.error {
                page.staleness(error);
            }
        }
        None => {
            page.paragraph(snapshot.uri.path());
            page.values(&values.of_file());
            if snapshot.document.is_stale() {
                page.paragraph("There are syntax errors: where they are, the last good values count.");
            }
        }
    }
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::snapshot;

    #[test]
    fn a_report_is_about_a_definition_or_the_file() {
        let snapshot = snapshot("def f(x):\n    if x: pass\n");
        let of_function = report(&snapshot, Some(0));
        assert!(
            of_function.starts_with("`f`") && of_function.contains("Cyclomatic Complexity"),
            "{of_function}"
        );
        let of_file = report(&snapshot, None);
        assert!(
            of_file.contains("Lines Of Code") && !of_file.contains("`f`"),
            "{of_file}"
        );
        assert_eq!(report(&snapshot, Some(1)), of_file);
    }
}

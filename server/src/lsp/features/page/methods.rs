//! What a class consists of, in words.

use std::cmp::Reverse;

use super::Page;
use crate::lsp::features::judged_values::{JudgedValues, summary};
use crate::lsp::features::outline::is_inside;
use antipasta_metrics::{ClassMetrics, Definition, Document, FunctionMetrics, Measured as _, Placed};
use antipasta_rules::escape::code;

/// Adds a list of the methods of a class to a page: the `most` complex ones, the worst first. Costs what the document has
/// of functions.
///
/// As the reference adds up the methods of all classes of one name, those of all of them are listed.
pub(crate) fn list_methods<'a>(
    page: &mut Page,
    document: &'a Document,
    class: Placed<'a, ClassMetrics>,
    values: &JudgedValues<'a>,
    most: usize,
) {
    let mut methods = methods_of(document, class.item);
    methods.sort_by_key(|method| Reverse((method.item.cyclomatic, method.item.cognitive)));
    let left_out = methods.len().saturating_sub(most);
    let items = methods.iter().take(most).map(|&method| {
        let judged = values.of_definition(&Definition::Function(method));
        let values = summary(&judged, false).unwrap_or_else(|| "no values".to_owned());
        format!("{}, line {}: {values}", code(&method.item.name), method.def_line())
    });
    let items: Vec<String> = items.collect();
    let title = match classes_like(document, class.item) {
        0 | 1 => "Its methods:".to_owned(),
        count => format!("The methods of the {count} classes that have this name:"),
    };
    page.list(&title, &items, left_out, "method");
}

/// The methods of all classes of the name of a class, in the order of their lines.
fn methods_of<'a>(document: &'a Document, class: &ClassMetrics) -> Vec<Placed<'a, FunctionMetrics>> {
    let functions = document.runs().flat_map(|run| run.placed_functions());
    let methods = functions.filter(|function| {
        let around = &function.item.classes;
        around.len() == class.classes.len() + 1 && is_inside(around, &class.classes, &class.name)
    });
    methods.collect()
}

fn classes_like(document: &Document, class: &ClassMetrics) -> usize {
    let classes = document.runs().flat_map(|run| run.classes);
    classes
        .filter(|other| other.name == class.name && other.classes == class.classes)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::snapshot;
    use antipasta_metrics::definition_on_line;
    use tower_lsp::lsp_types::MarkupKind;

    fn listed(text: &str, line: u32, most: usize) -> String {
        let snapshot = snapshot(text);
        let Some(Definition::Class(class)) = definition_on_line(&snapshot.document, line) else {
            panic!("no class on {line}")
        };
        let values = JudgedValues::of(&snapshot);
        let mut page = Page::new(MarkupKind::PlainText);
        list_methods(&mut page, &snapshot.document, class, &values, most);
        page.into_text()
    }

    const TEXT: &str = "\
class C:
    def f(self): pass
    def g(self, x):
        if x and x: pass
    class D:
        def i(self, x):
            if x: pass
    def h(self, x):
        if x: pass
";

    #[test]
    fn the_worst_come_first() {
        let expected = "\
Its methods:
  `g`, line 3: cyclomatic 3 > 2 · cognitive 2
  `h`, line 8: cyclomatic 2 · cognitive 1
  and 1 more method
";
        assert_eq!(listed(TEXT, 0, 2), expected);
        assert_eq!(listed(TEXT, 4, 2), "Its methods:\n  `i`, line 6: cognitive 1\n");
    }

    #[test]
    fn classes_of_one_name_are_one() {
        let text = "class C:\n    def f(self): pass\nclass C:\n    def g(self): pass\nclass D: pass\n";
        let expected = "\
The methods of the 2 classes that have this name:
  `f`, line 2: cyclomatic 1 · cognitive 0
  `g`, line 4: cyclomatic 1 · cognitive 0
";
        assert_eq!(listed(text, 2, 9), expected);
        assert_eq!(listed(text, 4, 9), "");
    }
}

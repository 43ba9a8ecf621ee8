//! Which lines of a function add what to its complexities, in words.

use super::Page;
use antipasta_metrics::{Document, FunctionMetrics, LineCosts, Measured as _, MetricType, Placed};

/// Whether the document has a row of the metric, cyclomatic or cognitive complexity, for a function. Where there is none,
/// nothing is said of what would add to it.
fn has_row(document: &Document, function: &FunctionMetrics, metric: MetricType) -> bool {
    let value = match metric {
        MetricType::CognitiveComplexity => function.reported_cognitive(),
        _ => function.value(metric),
    };
    value.is_some() && document.totals().has_rows(metric)
}

/// What the lines of a function, from 1 in the document, add to one complexity. Nothing where the function does not parse.
pub(crate) fn costs_by_line(
    document: &Document,
    function: Placed<'_, FunctionMetrics>,
    metric: MetricType,
) -> Vec<LineCosts> {
    if !has_row(document, function.item, metric) {
        return Vec::new();
    }
    let Some((lines_before, costs)) = document.costs_of_function(function.def_line().saturating_sub(1)) else {
        return Vec::new();
    };
    let mut lines = costs.by_line(metric);
    for line in &mut lines {
        line.line += lines_before;
    }
    lines
}

/// Adds a list of the lines of a function that add to a metric to a page: the `most` that add most, in their order. Nothing for
/// a metric that lines do not add to.
pub(crate) fn list_costs(
    page: &mut Page,
    document: &Document,
    function: Placed<'_, FunctionMetrics>,
    metric: MetricType,
    most: usize,
) {
    let Some(heading) = metric.info().lines_heading else {
        return;
    };
    let mut lines = costs_by_line(document, function, metric);
    lines.sort_by_key(|line| (std::cmp::Reverse(line.amount), line.line));
    let left_out = lines.len().saturating_sub(most);
    lines.truncate(most);
    lines.sort_by_key(|line| line.line);
    let items: Vec<String> = lines
        .iter()
        .map(|line| format!("line {}: {}, {}", line.line, line.increment(), constructs(line)))
        .collect();
    page.list(heading, &items, left_out, "line");
}

/// What adds on a line: one construct as it is, of several also how much each adds.
pub(crate) fn constructs(line: &LineCosts) -> String {
    if let [(construct, amount)] = *line.constructs
        && amount == line.amount
    {
        return construct.to_string();
    }
    let each = line.constructs.iter();
    let each: Vec<String> = each
        .map(|(construct, amount)| format!("{construct} {amount}"))
        .collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::documents::snapshot::Snapshot;
    use crate::lsp::features::testing::{edited_snapshot, snapshot};
    use MetricType::{CognitiveComplexity, CyclomaticComplexity};
    use antipasta_metrics::{Definition, definition_on_line};
    use tower_lsp::lsp_types::MarkupKind;

    fn listed(snapshot: &Snapshot, line: u32, metric: MetricType, most: usize) -> String {
        let definition = definition_on_line(&snapshot.document, line).unwrap();
        let Definition::Function(function) = definition else {
            panic!("{definition:?}")
        };
        let mut page = Page::new(MarkupKind::PlainText);
        list_costs(&mut page, &snapshot.document, function, metric, most);
        page.into_text()
    }

    const TEXT: &str = "\
x = 1


def f(x, y):
    while x: pass
    if x and y:
        for z in x: pass
        for z in y: pass
";

    #[test]
    fn lines_count_in_the_document() {
        let snapshot = snapshot(TEXT);
        let expected = "\
Cyclomatic complexity is 1 and what these lines add:
  line 5: +1, `while`
  line 6: +2, `if` 1, `and` 1
  line 7: +1, `for`
  line 8: +1, `for`
";
        assert_eq!(listed(&snapshot, 3, CyclomaticComplexity, 4), expected);
        let expected = "\
Cognitive complexity is what these lines add:
  line 5: +1, `while`
  line 6: +2, `if` 1, sequence of `and` 1
  line 7: +2 (nesting 1), `for`
  line 8: +2 (nesting 1), `for`
";
        assert_eq!(listed(&snapshot, 3, CognitiveComplexity, 9), expected);
    }

    #[test]
    fn the_costliest_lines_stay() {
        let expected = "\
Cognitive complexity is what these lines add:
  line 6: +2, `if` 1, sequence of `and` 1
  line 7: +2 (nesting 1), `for`
  and 2 more lines
";
        assert_eq!(listed(&snapshot(TEXT), 3, CognitiveComplexity, 2), expected);
    }

    #[test]
    fn what_has_no_row_costs_nothing() {
        let ignored = snapshot("def f(x):  # complexipy: ignore\n    if x: pass\n");
        assert_eq!(listed(&ignored, 0, CognitiveComplexity, 9), "");
        assert_ne!(listed(&ignored, 0, CyclomaticComplexity, 9), "");
        let inner = snapshot("class C:\n    class D:\n        def f(x):\n            if x: pass\n");
        assert_eq!(listed(&inner, 2, CyclomaticComplexity, 9), "");
        assert_ne!(listed(&inner, 2, CognitiveComplexity, 9), "");
        let refused = snapshot("def f(x):\n    if x: pass\n    return g(a=1, a=2)\n");
        assert!(refused.document.totals().is_refused_by_complexipy);
        assert_eq!(listed(&refused, 0, CognitiveComplexity, 9), "");
        assert_ne!(listed(&refused, 0, CyclomaticComplexity, 9), "");
        let broken = edited_snapshot(TEXT, "while x", "while (x");
        assert_eq!(listed(&broken, 3, CognitiveComplexity, 9), "");
    }
}

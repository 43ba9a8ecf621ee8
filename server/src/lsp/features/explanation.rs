//! The command `antipasta.explain`: what a metric is, why its value is what it is, and what to do about it.

use tower_lsp::lsp_types::MarkupKind;

use super::judged_values::{JudgedValue, JudgedValues, limit_text};
use super::outline::{Entry, entries, entry_on_line, outline};
use super::page::Page;
use super::page::cost_lines::list_costs;
use super::page::methods::list_methods;
use crate::lsp::documents::diagnostics::DiagnosticData;
use crate::lsp::documents::snapshot::Snapshot;
use antipasta_metrics::{Definition, MetricType};
use antipasta_rules::escape::code;

/// How many lines, methods or functions are listed.
const MOST_LISTED: usize = 8;

/// Why a value is what it is, in plain text: what the metric is, the value and its limit, where the value comes from, and
/// how to bring it back to the limit. Costs what the document has of functions.
///
/// The snapshot may be a later one than that which the violation was found in; where it comes from is then said only if
/// what it is about is still in its place.
pub(crate) fn explanation(snapshot: &Snapshot, data: &DiagnosticData) -> String {
    let outline = outline(&snapshot.document);
    let entry = data.line.and_then(|line| entry_on_line(&outline, line));
    let entry = entry.filter(|entry| is_named(entry, data));
    let mut page = Page::new(MarkupKind::PlainText);
    page.paragraph(&verdict(snapshot, data));
    page.paragraph(data.metric.info().meaning);
    match entry.and_then(|entry| entry.error) {
        Some(error) => page.staleness(error),
        None if data.is_stale => {
            page.paragraph("This is the last good value, of before the code got a syntax error.");
        }
        None => {}
    }
    match entry.map(|entry| entry.definition) {
        Some(Definition::Function(function)) => {
            list_costs(&mut page, &snapshot.document, function, data.metric, MOST_LISTED);
        }
        Some(Definition::Class(class)) => {
            let values = JudgedValues::of(snapshot);
            list_methods(&mut page, &snapshot.document, class, &values, MOST_LISTED);
        }
        None if data.line.is_none() => list_functions(&mut page, snapshot, &outline, data.metric),
        None => {}
    }
    page.paragraph(&format!("To improve it, {}.", data.metric.info().advice));
    page.into_text()
}

/// Whether the data of a diagnostic is about a function or class. Cognitive complexity has names such as `Class::method`.
fn is_named(entry: &Entry<'_>, data: &DiagnosticData) -> bool {
    let name = data.name.as_deref().and_then(|name| name.rsplit("::").next());
    name == Some(entry.definition.name())
}

/// The value and its limit.
fn verdict(snapshot: &Snapshot, data: &DiagnosticData) -> String {
    let judged = JudgedValue {
        metric: data.metric,
        value: data.value,
        threshold: None,
        verdict: None,
    };
    let subject = match &data.name {
        Some(name) => code(name),
        None => "this file".to_owned(),
    };
    // The configuration may have changed since.
    let threshold = snapshot.config.threshold(data.metric);
    let threshold = threshold.filter(|threshold| threshold.limit == data.limit);
    let comparison = threshold.map_or(String::new(), |threshold| format!("{} ", threshold.comparison));
    format!(
        "The {} of {subject} is {}; the threshold is {comparison}{}.",
        data.metric.as_str().replace('_', " ").replace("halstead", "Halstead"),
        judged.text(),
        limit_text(data.limit),
    )
}

/// Lists the functions that have most of one of Halstead's metrics.
fn list_functions<'a>(page: &mut Page, snapshot: &'a Snapshot, outline: &[Entry<'a>], metric: MetricType) {
    let values = JudgedValues::of(snapshot);
    let mut functions: Vec<(JudgedValue, &Entry<'a>)> = Vec::new();
    for entry in entries(outline).filter(|entry| matches!(entry.definition, Definition::Function(_))) {
        let judged = values.of_definition(&entry.definition).into_iter();
        functions.extend(
            judged
                .filter(|judged| judged.metric == metric)
                .map(|judged| (judged, entry)),
        );
    }
    functions.sort_by(|(one, _), (other, _)| other.value.total_cmp(&one.value));
    let left_out = functions.len().saturating_sub(MOST_LISTED);
    let items = functions.iter().take(MOST_LISTED).map(|(judged, entry)| {
        let definition = &entry.definition;
        format!(
            "{}, line {}: {}",
            code(definition.name()),
            definition.line() + 1,
            judged.text()
        )
    });
    page.list(
        "The functions that have most of it:",
        &items.collect::<Vec<_>>(),
        left_out,
        "function",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, snapshot};

    const TEXT: &str = "\
class C:
    def f(self, x):
        while x:
            if x and x:
                x = x + 1
    def g(self, x): return 2 * x
";

    fn data(metric: MetricType, value: f64, limit: f64, line: u32, name: &str) -> DiagnosticData {
        DiagnosticData {
            metric,
            value,
            limit,
            line: Some(line),
            name: Some(name.to_owned()),
            is_stale: false,
        }
    }

    #[test]
    fn a_function_is_explained_by_its_lines() {
        let data = data(MetricType::CognitiveComplexity, 4.0, 2.0, 1, "C::f");
        let expected = "\
The cognitive complexity of `C::f` is 4; the threshold is <= 2.

Cognitive complexity (Campbell) says how hard the control flow of a function is to follow: each break in it adds one, and most add one more for each level that they nest at.

Cognitive complexity is what these lines add:
  line 3: +1, `while`
  line 4: +3 (nesting 1), `if` 2, sequence of `and` 1

To improve it, nest less: return early, name conditions, and move the bodies of loops into functions.
";
        assert_eq!(explanation(&snapshot(TEXT), &data), expected);
    }

    #[test]
    fn a_class_is_explained_by_its_methods() {
        let data = data(MetricType::WeightedMethodsPerClass, 5.0, 4.0, 0, "C");
        let text = explanation(&snapshot(TEXT), &data);
        // The limit is not that of the present configuration, whose comparison may be another, too.
        let expected = "The weighted methods per class of `C` is 5; the threshold is 4.\n\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(
            text.contains("\nIts methods:\n  `f`, line 2: cyclomatic 4 > 2 · cognitive 4 > 2\n  `g`, line 6: "),
            "{text}"
        );
    }

    #[test]
    fn a_file_is_explained_by_its_functions() {
        let data = DiagnosticData {
            line: None,
            name: None,
            ..data(MetricType::HalsteadVolume, 24.0, 5.0, 0, "")
        };
        let text = explanation(&snapshot(TEXT), &data);
        assert!(
            text.starts_with("The Halstead volume of this file is 24.00; the threshold is <= 5.\n"),
            "{text}"
        );
        let functions = text.split_once("The functions that have most of it:\n").unwrap().1;
        let names: Vec<_> = functions
            .lines()
            .take(2)
            .map(|line| line.split(": ").next().unwrap())
            .collect();
        assert_eq!(names, ["  `f`, line 2", "  `g`, line 6"]);
    }

    #[test]
    fn what_has_changed_since_is_not_explained_by_other_lines() {
        let moved = data(MetricType::CyclomaticComplexity, 4.0, 2.0, 5, "f");
        let text = explanation(&snapshot(TEXT), &moved);
        assert!(
            text.contains("cyclomatic complexity of `f` is 4") && !text.contains("line 3"),
            "{text}"
        );
        let far = data(MetricType::CyclomaticComplexity, 4.0, 2.0, 999, "f");
        assert_eq!(explanation(&snapshot(TEXT), &far), text);
    }

    #[test]
    fn last_good_values_are_said_to_be() {
        let broken = edited_snapshot(TEXT, "while x:", "while (x:");
        let data = DiagnosticData {
            is_stale: true,
            ..data(MetricType::CyclomaticComplexity, 4.0, 2.0, 1, "f")
        };
        let text = explanation(&broken, &data);
        assert!(
            text.contains("last good values: there is a syntax error on line 3"),
            "{text}"
        );
        let gone = DiagnosticData {
            line: Some(999),
            ..data
        };
        assert!(explanation(&broken, &gone).contains("the last good value, of before"));
    }

    #[test]
    fn every_metric_has_a_meaning() {
        for metric in MetricType::ALL {
            let data = data(metric, 7.0, 5.0, 0, "C");
            let text = explanation(&snapshot(TEXT), &data);
            let row = metric.info();
            assert!(text.contains(row.meaning) && text.contains(row.advice), "{metric}");
        }
    }
}

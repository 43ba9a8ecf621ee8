//! The request `antipasta/lineCosts`: what each line of a function adds to its complexities, for editors that shade lines.

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::{Position, Range, TextDocumentIdentifier};

use super::outline::{entry_around_line, outline, qualified_name, range_of_entry};
use super::page::cost_lines::{constructs, costs_by_line};
use crate::lsp::documents::snapshot::Snapshot;
use antipasta_metrics::{Definition, LineCosts, MetricType};
use antipasta_syntax::text::PositionEncoding;

/// The parameters of `antipasta/lineCosts`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineCostsParams {
    /// An open document.
    pub text_document: TextDocumentIdentifier,
    /// Where in it, as with the cursor.
    pub position: Position,
}

/// The answer to `antipasta/lineCosts`; `null` where no function is, or the document is not open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineCostsReport {
    /// The version of the text that this is about.
    pub version: i32,
    /// The function's name with those of the classes around it: `Outer.Inner.method`.
    pub qualified_name: String,
    /// Where all of the function is, from its decorators to its end.
    pub range: Range,
    /// Whether the function does not parse at the moment. Then there are no lines.
    pub is_stale: bool,
    /// The lines that add something, in the order of the metrics and then of the text.
    pub lines: Vec<ReportedLine>,
}

/// What one line adds to one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedLine {
    /// The line, from 0.
    pub line: u32,
    /// The metric, as configurations name it.
    pub metric: MetricType,
    /// How much the line adds.
    pub amount: u32,
    /// How much of the amount is due to nesting.
    pub nesting: u32,
    /// The amount for people: `+2 (nesting 1)`.
    pub label: String,
    /// What adds, for people, in Markdown.
    pub constructs: String,
}

/// What each line of the innermost function around a position adds.
pub(crate) fn line_costs(
    snapshot: &Snapshot,
    position: Position,
    encoding: PositionEncoding,
) -> Option<LineCostsReport> {
    let document = &snapshot.document;
    let outline = outline(document);
    let entry = entry_around_line(&outline, position.line)?;
    let Definition::Function(function) = entry.definition else {
        return None;
    };
    let of_metric = |metric| {
        let lines = costs_by_line(document, function, metric);
        lines.into_iter().map(move |line| reported(metric, &line))
    };
    let metrics = MetricType::ALL.into_iter();
    let metrics = metrics.filter(|metric| metric.info().lines_heading.is_some());
    Some(LineCostsReport {
        version: snapshot.version,
        qualified_name: qualified_name(&entry.definition),
        range: range_of_entry(document.text(), entry, encoding),
        is_stale: entry.error.is_some(),
        lines: metrics.flat_map(of_metric).collect(),
    })
}

fn reported(metric: MetricType, costs: &LineCosts) -> ReportedLine {
    ReportedLine {
        line: costs.line.saturating_sub(1),
        metric,
        amount: costs.amount,
        nesting: costs.nesting,
        label: costs.increment(),
        constructs: constructs(costs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, snapshot};

    const TEXT: &str = "\
import os

class C:
    def f(self, x):
        while x:
            if x: pass
";

    fn costs(snapshot: &Snapshot, line: u32) -> Option<LineCostsReport> {
        line_costs(snapshot, Position::new(line, 0), PositionEncoding::Utf16)
    }

    #[test]
    fn lines_are_those_of_the_function_around_the_position() {
        let report = costs(&snapshot(TEXT), 4).unwrap();
        assert_eq!(report.qualified_name, "C.f");
        assert_eq!((report.range.start.line, report.range.end.line), (3, 5));
        let lines = report.lines.iter();
        let lines: Vec<_> = lines
            .map(|line| (line.metric.as_str(), line.line, &*line.label))
            .collect();
        let expected = [
            ("cyclomatic_complexity", 4, "+1"),
            ("cyclomatic_complexity", 5, "+1"),
            ("cognitive_complexity", 4, "+1"),
            ("cognitive_complexity", 5, "+2 (nesting 1)"),
        ];
        assert_eq!(lines, expected);
        assert_eq!(report.lines[3].constructs, "`if`");
    }

    #[test]
    fn where_no_function_is_there_are_no_costs() {
        let snapshot = snapshot(TEXT);
        for line in [0, 2, 99] {
            assert_eq!(costs(&snapshot, line), None, "{line}");
        }
    }

    #[test]
    fn a_function_that_does_not_parse_is_stale_and_has_no_lines() {
        let report = costs(&edited_snapshot(TEXT, "while x", "while (x"), 4).unwrap();
        assert!(report.is_stale && report.lines.is_empty(), "{report:?}");
    }
}

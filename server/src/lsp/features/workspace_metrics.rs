//! The request `antipasta/workspaceMetrics`: the values of every file of the workspace, for lists and maps of all functions.

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::Url;

use super::judged_values::{JudgedValue, JudgedValues};
use super::metrics_request::{DefinitionKind, ReportedValue, kind_of, reported};
use super::outline::{Entry, entries, outline, qualified_name};
use crate::lsp::documents::snapshot::Snapshot;
use antipasta_metrics::MetricType;
use antipasta_syntax::text::Lines as _;

/// The parameters of `antipasta/workspaceMetrics`: what is measured of every file of the workspace, open or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct WorkspaceMetricsParams {
    /// The metrics that the answer is to have values of; all, if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<MetricType>>,
}

impl WorkspaceMetricsParams {
    fn wants(&self, metric: MetricType) -> bool {
        self.metrics.as_ref().is_none_or(|wanted| wanted.contains(&metric))
    }
}

/// The answer to `antipasta/workspaceMetrics`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkspaceReport {
    /// The files, in the order of their URIs.
    pub files: Vec<FileSummary>,
}

/// What [`WorkspaceReport`] says of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileSummary {
    /// The file.
    pub uri: Url,
    /// How many lines it has.
    pub lines: u32,
    /// The values of the file that were asked for, in the order in which the check reports them.
    pub values: Vec<ReportedValue>,
    /// Whether there are syntax errors, so that some values are not those of the text.
    pub is_stale: bool,
    /// The functions and classes that have values that were asked for, in the order of their lines.
    pub definitions: Vec<DefinitionSummary>,
}

/// What [`WorkspaceReport`] says of a function or class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefinitionSummary {
    /// What it is.
    pub kind: DefinitionKind,
    /// The name with those of the classes around it: `Outer.Inner.method`.
    pub qualified_name: String,
    /// The line, from 0, of its `def` or `class`.
    pub line: u32,
    /// How many lines it has, from its decorators to its end.
    pub lines: u32,
    /// The values that were asked for, in the order in which they are listed to people.
    pub values: Vec<ReportedValue>,
}

/// What there is to say of one file. Costs what it has of functions.
pub(crate) fn file_summary(snapshot: &Snapshot, params: &WorkspaceMetricsParams) -> FileSummary {
    let values = JudgedValues::of(snapshot);
    let wanted = |judged: Vec<JudgedValue>| {
        let wanted: Vec<JudgedValue> = judged.into_iter().filter(|value| params.wants(value.metric)).collect();
        reported(&wanted)
    };
    let summary = |entry: &Entry<'_>| {
        let values = wanted(values.of_definition(&entry.definition));
        (!values.is_empty()).then(|| DefinitionSummary {
            kind: kind_of(&entry.definition),
            qualified_name: qualified_name(&entry.definition),
            line: entry.definition.line(),
            lines: entry.lines.end - entry.lines.start,
            values,
        })
    };
    let document = &snapshot.document;
    FileSummary {
        uri: snapshot.uri.clone(),
        lines: document.text().physical_lines(),
        values: wanted(values.of_file()),
        is_stale: document.is_stale(),
        definitions: entries(&outline(document)).filter_map(summary).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, snapshot};
    use serde_json::json;

    const TEXT: &str = "\
class Basket:
    @property
    def total(self, x):
        if x > 1 or x:
            pass

def f(): pass
";

    fn params(metrics: serde_json::Value) -> WorkspaceMetricsParams {
        serde_json::from_value(json!({ "metrics": metrics })).unwrap()
    }

    #[test]
    fn the_answer_has_what_was_asked_for() {
        let asked = params(json!(["cyclomatic_complexity"]));
        let summary = serde_json::to_value(file_summary(&snapshot(TEXT), &asked)).unwrap();
        let threshold = json!({"comparison": "<=", "limit": 2.0});
        let value = |value: f64, verdict: &str| json!([{"metric": "cyclomatic_complexity", "value": value, "threshold": threshold, "verdict": verdict}]);
        let expected = json!({
            "uri": "file:///shop.py",
            "lines": 7,
            "values": [],
            "isStale": false,
            "definitions": [
                {"kind": "method", "qualifiedName": "Basket.total", "line": 2, "lines": 4, "values": value(3.0, "violation")},
                {"kind": "function", "qualifiedName": "f", "line": 6, "lines": 1, "values": value(1.0, "ok")},
            ],
        });
        assert_eq!(summary, expected);
    }

    #[test]
    fn everything_is_answered_if_nothing_is_named() {
        let all = file_summary(&snapshot(TEXT), &params(json!(null)));
        assert_eq!(all, file_summary(&snapshot(TEXT), &WorkspaceMetricsParams::default()));
        let names: Vec<_> = all.definitions.iter().map(|found| &*found.qualified_name).collect();
        assert_eq!(names, ["Basket", "Basket.total", "f"]);
        assert_eq!((all.definitions[0].lines, all.definitions[1].values.len()), (5, 7));
        assert!(all.values.len() > 5);
    }

    #[test]
    fn broken_code_is_said_to_be() {
        let broken = edited_snapshot(TEXT, "if x > 1", "if (x > 1");
        assert!(file_summary(&broken, &params(json!([]))).is_stale);
    }
}

//! The request `antipasta/metrics` and the notification `antipasta/status`: values for status bars and panels.

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{Position, Range, TextDocumentIdentifier, Url};

use super::judged_values::{JudgedValue, JudgedValues, Verdict};
use super::outline::{Entry, ErrorInText, entry_around_line, outline, qualified_name, range_of_entry};
use crate::lsp::documents::definitions::name_on_line;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::to_range;
use antipasta_metrics::{Definition, FunctionSummary, Measured as _, MetricType};
use antipasta_syntax::text::PositionEncoding;

/// The parameters of `antipasta/metrics`: every value of an open document, and of the function or class around a position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricsParams {
    /// An open document.
    pub text_document: TextDocumentIdentifier,
    /// Where in it, as with the cursor; without it, the answer is about the file alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// The answer to `antipasta/metrics`; `null` for a document that is not open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricsReport {
    /// The document.
    pub uri: Url,
    /// The version of its text that the values are those of.
    pub version: i32,
    /// The file as a whole.
    pub file: FileReport,
    /// The innermost function or class that holds the line of the position, be it its decorators, its name or its body;
    /// `null` if there is none, or no position was given.
    pub definition: Option<DefinitionReport>,
}

/// What [`MetricsReport`] says of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileReport {
    /// The values, in the order in which the check reports them. There are none of cyclomatic and cognitive complexity:
    /// those are of functions.
    pub values: Vec<ReportedValue>,
    /// Whether there are syntax errors, so that some of what the values are made of is the last good.
    pub is_stale: bool,
}

/// What [`MetricsReport`] says of a function or class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefinitionReport {
    /// What it is.
    pub kind: DefinitionKind,
    /// The bare name.
    pub name: String,
    /// The name with those of the classes around it: `Outer.Inner.method`.
    pub qualified_name: String,
    /// Where all of it is, from its decorators to its end.
    pub range: Range,
    /// Where its name is.
    pub selection_range: Range,
    /// The values, in the order in which they are listed to people. A class without methods, and one inside another, has
    /// none.
    pub values: Vec<ReportedValue>,
    /// Whether the values, or some that they are made of, are the last good ones, of before it got a syntax error.
    pub is_stale: bool,
    /// The first such syntax error; left out if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub syntax_error: Option<ReportedError>,
}

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DefinitionKind {
    /// A function that is no method.
    Function,
    /// A function in a class.
    Method,
    /// A class.
    Class,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedValue {
    /// The metric, as configurations name it: `cyclomatic_complexity`.
    pub metric: MetricType,
    /// The value. Halstead's time is in seconds.
    pub value: f64,
    /// What it is held against; left out if nothing judges it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<ReportedThreshold>,
    /// `ok`, `violation`, or `ignored` if a comment suppresses the violation; left out if the value is not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ReportedVerdict>,
}

/// What a value is held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedThreshold {
    /// The relation that the value should have to the limit: `<`, `<=`, `>`, `>=`, `==` or `!=`.
    pub comparison: String,
    /// The limit.
    pub limit: f64,
}

/// What came of holding a value against its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ReportedVerdict {
    /// It keeps to the threshold.
    Ok,
    /// It does not.
    Violation,
    /// It does not, but a comment has it ignored.
    Ignored,
}

/// A syntax error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedError {
    /// The line, from 0 as everywhere in the protocol.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// The answer to `antipasta/metrics` for a snapshot of its document. Costs what the document has of functions.
pub(crate) fn metrics_report(
    snapshot: &Snapshot,
    position: Option<Position>,
    encoding: PositionEncoding,
) -> MetricsReport {
    let values = JudgedValues::of(snapshot);
    let outline = outline(&snapshot.document);
    let entry = position.and_then(|position| entry_around_line(&outline, position.line));
    MetricsReport {
        uri: snapshot.uri.clone(),
        version: snapshot.version,
        file: FileReport {
            values: reported(&values.of_file()),
            is_stale: snapshot.document.is_stale(),
        },
        definition: entry.map(|entry| definition_report(snapshot, &values, entry, encoding)),
    }
}

fn definition_report<'a>(
    snapshot: &Snapshot,
    values: &JudgedValues<'a>,
    entry: &Entry<'a>,
    encoding: PositionEncoding,
) -> DefinitionReport {
    let text = snapshot.document.text();
    let definition = &entry.definition;
    DefinitionReport {
        kind: kind_of(definition),
        name: definition.name().to_owned(),
        qualified_name: qualified_name(definition),
        range: range_of_entry(text, entry, encoding),
        selection_range: to_range(text, &name_on_line(text, definition.line()), encoding),
        values: reported(&values.of_definition(definition)),
        is_stale: entry.error.is_some(),
        syntax_error: entry.error.map(|ErrorInText { line, message }| ReportedError {
            line: line.saturating_sub(1),
            message: message.to_owned(),
        }),
    }
}

/// What a definition is.
pub(super) fn kind_of(definition: &Definition<'_>) -> DefinitionKind {
    match definition {
        Definition::Class(_) => DefinitionKind::Class,
        Definition::Function(_) if definition.classes().is_empty() => DefinitionKind::Function,
        Definition::Function(_) => DefinitionKind::Method,
    }
}

/// Values as clients are told of them.
pub(super) fn reported(values: &[JudgedValue]) -> Vec<ReportedValue> {
    let reported = |judged: &JudgedValue| ReportedValue {
        metric: judged.metric,
        value: judged.value,
        threshold: judged.threshold.map(|threshold| ReportedThreshold {
            comparison: threshold.comparison.as_str().to_owned(),
            limit: threshold.limit,
        }),
        verdict: judged.verdict.map(|verdict| match verdict {
            Verdict::Ok => ReportedVerdict::Ok,
            Verdict::Violation => ReportedVerdict::Violation,
            Verdict::Ignored => ReportedVerdict::Ignored,
        }),
    };
    values.iter().map(reported).collect()
}

/// `antipasta/status`, to the client: what a status bar shows of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StatusNotification {}

impl Notification for StatusNotification {
    type Params = StatusParams;
    const METHOD: &'static str = "antipasta/status";
}

/// What [`StatusNotification`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusParams {
    /// The document.
    pub uri: Url,
    /// The version of its text that this is about.
    pub version: i32,
    /// How many violations there are in it, of functions, of classes and of the file.
    pub violations: usize,
    /// The highest cyclomatic complexity of a function; `null` if there is none.
    pub worst_cyclomatic: Option<u32>,
    /// The highest cognitive complexity of a function; `null` if there is none.
    pub worst_cognitive: Option<u32>,
    /// Whether there are syntax errors, so that some of these are the last good values.
    pub is_stale: bool,
}

/// What is to be said of a snapshot. Costs what its document has of units, but little for each.
pub(crate) fn status(snapshot: &Snapshot) -> StatusParams {
    let document = &snapshot.document;
    let totals = document.totals();
    let mut whole = FunctionSummary::default();
    document.runs().for_each(|run| whole.merge(run.summary));
    let FunctionSummary {
        cyclomatic, cognitive, ..
    } = whole;
    let violations = snapshot.evaluation.violations.iter();
    StatusParams {
        uri: snapshot.uri.clone(),
        version: snapshot.version,
        violations: violations.filter(|violation| !violation.repeats_functions()).count(),
        worst_cyclomatic: (cyclomatic.count > 0).then_some(cyclomatic.maximum),
        worst_cognitive: (cognitive.count > 0 && !totals.is_refused_by_complexipy).then_some(cognitive.maximum),
        is_stale: document.is_stale(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, marked_snapshot, snapshot, text_at};
    use PositionEncoding::Utf16;
    use serde_json::{Value, json};

    const TEXT: &str = "\
import x

class Basket:
    @property
    def total(self, x):
        if x > 1 or x:
            pass

y = 1
";

    fn definition(snapshot: &Snapshot, line: u32) -> Option<DefinitionReport> {
        metrics_report(snapshot, Some(Position::new(line, 3)), Utf16).definition
    }

    #[test]
    fn any_line_of_a_definition_will_do() {
        let snapshot = snapshot(TEXT);
        let names = [0, 1, 2, 3, 4, 5, 6, 7, 8, 99]
            .map(|line| definition(&snapshot, line).map(|found| (found.kind, found.qualified_name)));
        let class = Some((DefinitionKind::Class, "Basket".to_owned()));
        let method = Some((DefinitionKind::Method, "Basket.total".to_owned()));
        let (none, class, method) = (|| None, || class.clone(), || method.clone());
        let expected = [
            none(),
            none(),
            class(),
            method(),
            method(),
            method(),
            method(),
            none(),
            none(),
            none(),
        ];
        assert_eq!(names, expected);
        let method = definition(&snapshot, 5).unwrap();
        assert_eq!(text_at(&snapshot, method.selection_range, Utf16), "total");
        assert!(text_at(&snapshot, method.range, Utf16).starts_with("@property"));
    }

    #[test]
    fn the_answer_is_plain_json() {
        let (snapshot, markers) = marked_snapshot(&TEXT.replace("total", "$0total"));
        let answer = metrics_report(&snapshot, Some(markers[0]), Utf16);
        let json = serde_json::to_value(&answer).unwrap();
        assert_eq!(json["uri"], "file:///shop.py");
        assert_eq!(json["version"], 7);
        let threshold = json!({"comparison": "<=", "limit": 2.0});
        let cyclomatic =
            json!({"metric": "cyclomatic_complexity", "value": 3.0, "threshold": threshold, "verdict": "violation"});
        assert_eq!(json["definition"]["values"][0], cyclomatic);
        assert_eq!(json["definition"]["kind"], "method");
        assert_eq!(json["definition"]["isStale"], false);
        assert_eq!(json["definition"].get("syntaxError"), None);
        let of_file = json["file"]["values"].as_array().unwrap();
        assert_eq!(of_file[0]["metric"], "maintainability_index");
        assert_eq!(of_file[0].get("verdict"), None);
        assert_eq!(serde_json::from_value::<MetricsReport>(json).unwrap(), answer);
    }

    #[test]
    fn without_a_position_the_answer_is_about_the_file() {
        let params: MetricsParams = serde_json::from_value(json!({"textDocument": {"uri": "file:///a.py"}})).unwrap();
        assert_eq!(params.position, None);
        let answer = metrics_report(&snapshot(TEXT), params.position, Utf16);
        assert_eq!(serde_json::to_value(answer).unwrap()["definition"], Value::Null);
    }

    #[test]
    fn last_good_values_are_said_to_be() {
        let snapshot = edited_snapshot(TEXT, "if x > 1", "if (x > 1");
        let method = definition(&snapshot, 5).unwrap();
        assert_eq!(method.values[0].value, 3.0);
        assert!(method.is_stale);
        assert_eq!(method.syntax_error.unwrap().line, 5);
        assert!(metrics_report(&snapshot, None, Utf16).file.is_stale);
        assert!(status(&snapshot).is_stale);
    }

    #[test]
    fn the_status_counts_what_an_editor_shows() {
        let text =
            "def f(x):\n    if x and x: pass\ndef g(x):\n    for y in x:\n        if y:\n            if y: pass\n";
        let params = status(&snapshot(text));
        let expected = StatusParams {
            uri: Url::parse("file:///shop.py").unwrap(),
            version: 7,
            // f's cyclomatic complexity, and both of g's.
            violations: 3,
            worst_cyclomatic: Some(4),
            worst_cognitive: Some(6),
            is_stale: false,
        };
        assert_eq!(params, expected);
        let json = serde_json::to_value(status(&snapshot("x = 1\n"))).unwrap();
        assert_eq!(
            (&json["worstCyclomatic"], &json["violations"]),
            (&Value::Null, &json!(0))
        );
    }
}

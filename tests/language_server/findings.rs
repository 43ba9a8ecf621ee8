//! What is wrong with a text, as the headless check says it and as diagnostics say it.

use antipasta_lsp_tests::Project;
use serde_json::Value;

use crate::client::Client;
use crate::document::Document;

/// One violation, by what both sides say of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The metric.
    pub metric: String,
    /// The function or class, without those around it; none for a file.
    pub name: Option<String>,
    /// The line, from 0, of a function; none for a class or a file.
    pub line: Option<u64>,
    /// The value, in as many digits as survive being read and written.
    pub value: String,
    /// The limit that it violates, likewise.
    pub limit: String,
}

impl Finding {
    /// A violation by its metric and its name.
    pub(crate) fn is(&self, metric: &str, name: &str) -> bool {
        self.metric == metric && self.name.as_deref() == Some(name)
    }
}

/// Metrics of functions. What a file's row of them says, a function's has said before; editors leave it out.
const OF_FUNCTIONS: [&str; 2] = ["cyclomatic_complexity", "cognitive_complexity"];

fn number(value: &Value) -> String {
    format!("{:.6}", value.as_f64().expect("a number"))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// What the check finds in a text, were it that of a file in the project, and an editor is to show, sorted. No function
/// may have decorators, for the metrics disagree about the lines of those that do.
#[track_caller]
pub(crate) fn checked(project: &Project, file: &str, source: &str) -> Vec<Finding> {
    let report = report(project, file, source);
    let violations = report["violations"].as_array().expect("an array").iter();
    let shown = violations
        .filter(|violation| !violation["function"].is_null() || !OF_FUNCTIONS.contains(&text(&violation["type"])));
    let mut findings: Vec<Finding> = shown
        .map(|violation| Finding {
            metric: text(&violation["type"]).to_owned(),
            name: violation["function"].as_str().map(own_name),
            line: violation["line_number"].as_u64().map(|line| line - 1),
            value: number(&violation["value"]),
            limit: number(&violation["threshold"]),
        })
        .collect();
    findings.sort();
    findings
}

/// What the check reports of a text, were it that of a file in the project.
#[track_caller]
pub(crate) fn report(project: &Project, file: &str, source: &str) -> Value {
    let arguments = ["--check", "-", "--stdin-filename", file, "--format", "json"];
    let run = project.run_with_input(&arguments, source.as_bytes());
    assert!(matches!(run.code, Some(0 | 2)), "{run:?}");
    let mut report: Value = serde_json::from_str(&run.stdout).expect("a report");
    report["reports"][0].take()
}

fn own_name(name: &str) -> String {
    let name = name.rsplit("::").next().unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name).to_owned()
}

/// What diagnostics say, sorted. Those of functions and classes are at their names.
#[track_caller]
pub(crate) fn shown(document: &Document, diagnostics: &Value) -> Vec<Finding> {
    let mut findings: Vec<Finding> = diagnostics
        .as_array()
        .expect("an array")
        .iter()
        // This is about what is no finding.
        .filter(|diagnostic| diagnostic["code"] != "not-judged")
        .map(|diagnostic| {
            let data = &diagnostic["data"];
            let is_of_file = data["line"].is_null();
            let start = &diagnostic["range"]["start"];
            if is_of_file {
                assert_eq!(start, &serde_json::json!({"line": 0, "character": 0}), "{diagnostic}");
            } else {
                assert_eq!(start["line"], data["line"], "{diagnostic}");
            }
            assert_eq!(diagnostic["source"], "antipasta", "{diagnostic}");
            assert_eq!(diagnostic["code"], data["metric"], "{diagnostic}");
            Finding {
                metric: text(&diagnostic["code"]).to_owned(),
                name: (!is_of_file).then(|| document.at(&diagnostic["range"]).to_owned()),
                line: data["line"]
                    .as_u64()
                    .filter(|_| diagnostic["code"] != "weighted_methods_per_class"),
                value: number(&data["value"]),
                limit: number(&data["limit"]),
            }
        })
        .collect();
    findings.sort();
    findings
}

/// The diagnostics of a document that were published, from the first to the last.
pub(crate) fn published<'a>(received: &'a [Value], uri: &str) -> Vec<&'a Value> {
    let all = received
        .iter()
        .filter(|message| message["method"] == "textDocument/publishDiagnostics");
    all.map(|message| &message["params"])
        .filter(|params| params["uri"] == uri)
        .collect()
}

/// Waits until the diagnostics that were published last of a document are those of its present version.
#[track_caller]
pub(crate) fn wait_for_version(client: &mut Client, document: &Document) -> Vec<Finding> {
    let what = format!("diagnostics of version {} of {}", document.version, document.uri);
    let diagnostics = client.wait_for(&what, |received| {
        let last = published(received, &document.uri).pop()?;
        (last["version"] == document.version).then(|| last["diagnostics"].clone())
    });
    shown(document, &diagnostics)
}

/// Waits until the server has published of a document's present text what is expected, in which `since` is the number of
/// messages that came before the text, or the configuration, was what it is.
#[track_caller]
pub(crate) fn wait_for_findings(client: &mut Client, since: usize, document: &Document, expected: &[Finding]) {
    let what = format!("such diagnostics of version {}: {expected:#?}", document.version);
    client.wait_for(&what, |received| {
        let last = published(&received[since..], &document.uri).pop()?;
        let is_of_version = last["version"] == document.version;
        (is_of_version && shown(document, &last["diagnostics"]) == expected).then_some(())
    });
}

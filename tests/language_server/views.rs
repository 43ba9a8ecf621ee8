//! What people look at: the answers to requests, as snapshots. Published clients look closer, in `tests/editor`.

use antipasta_lsp_tests::Project;
use antipasta_lsp_tests::fixture::marked;
use antipasta_lsp_tests::snapshot::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::client::{Client, folder, merged};
use crate::document::Document;
use crate::findings::{report, wait_for_version};
use crate::{pushed, strict_project};

/// Markers are on the names of a class, a method and a function, on a blank line and on a line of the function.
const MARKED: &str = "class $0変:\n    def $0m(self, x):  # 😀\n        for y in x:\n            if y: pass\n\n$0\ndef \
                      $0f(x):\n    $0if x and x.y or x.z: pass\n";

/// A session with an open document.
fn session(project: &Project, options: Value) -> (Client, Document) {
    let mut client = Client::start(project);
    let abilities = json!({
        "textDocument": {
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}}, "dataSupport": true},
        },
        "workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]}},
    });
    client.initialize_with(json!({
        "capabilities": merged(&pushed(), &abilities),
        "workspaceFolders": [folder(&project.path(""))],
        "initializationOptions": options,
    }));
    let document = Document::open(&mut client, &project.path("a.py"), &marked(MARKED).0);
    wait_for_version(&mut client, &document);
    (client, document)
}

/// The answers to a request at each marker, by its position.
fn answers(client: &mut Client, document: &Document, method: &str) -> Vec<(Value, Value)> {
    let (_, markers) = marked(MARKED);
    let mut ask = |marker| {
        let position = document.position(marker);
        let params = json!({"textDocument": document.identifier(), "position": position});
        (position, client.expect(method, params))
    };
    markers.into_iter().map(&mut ask).collect()
}

#[test]
fn hover_shows_the_metrics_of_the_name_under_it() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let mut shown = String::new();
    for (position, hover) in answers(&mut client, &document, "textDocument/hover") {
        let what = match &hover {
            Value::Null => "nothing",
            hover => document.at(&hover["range"]),
        };
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        shown.push_str(&format!(
            "===== {position}: {what}, {}\n{text}\n",
            hover["contents"]["kind"]
        ));
    }
    assert_snapshot(&project, "language_server/hover", &shown);
}

#[test]
fn code_lenses_are_above_functions_and_classes() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let lenses = client.expect("textDocument/codeLens", json!({"textDocument": document.identifier()}));
    assert_json_snapshot(&project, "language_server/code_lenses", &lenses);
    // What a lens offers can be done.
    for lens in lenses.as_array().expect("an array") {
        let command = json!({"command": lens["command"]["command"], "arguments": lens["command"]["arguments"]});
        client.expect("workspace/executeCommand", command);
    }
}

#[test]
fn symbols_are_nested_and_carry_their_metrics() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let params = json!({"textDocument": document.identifier()});
    let symbols = client.expect("textDocument/documentSymbol", params);
    assert_json_snapshot(&project, "language_server/document_symbols", &symbols);
}

#[test]
fn inlay_hints_are_shown_to_those_who_ask_for_them() {
    let project = strict_project();
    let hints = |options: Value| {
        let (mut client, document) = session(&project, options);
        let range = document.range(0..document.text.len());
        let params = json!({"textDocument": document.identifier(), "range": range});
        client.expect("textDocument/inlayHint", params)
    };
    assert_eq!(hints(Value::Null), json!([]));
    let shown = hints(json!({"inlayHints": true}));
    assert_json_snapshot(&project, "language_server/inlay_hints", &shown);
}

#[test]
fn code_actions_are_offered_for_a_diagnostic() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let published = crate::findings::published(&client.received, &document.uri);
    let diagnostics = &published.last().expect("diagnostics")["diagnostics"];
    assert_json_snapshot(&project, "language_server/diagnostics", diagnostics);
    let mut all = diagnostics.as_array().expect("an array").iter();
    let diagnostic = all
        .find(|one| one["code"] == "cyclomatic_complexity" && document.at(&one["range"]) == "m")
        .expect("a diagnostic");
    let params = json!({
        "textDocument": document.identifier(),
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    });
    let actions = client.expect("textDocument/codeAction", params);
    assert_json_snapshot(&project, "language_server/code_actions", &actions);
    let actions = actions.as_array().expect("an array").iter();
    for command in actions
        .map(|action| &action["command"])
        .filter(|command| command.is_object())
    {
        let params = json!({"command": command["command"], "arguments": command["arguments"]});
        client.expect("workspace/executeCommand", params);
    }
}

#[test]
fn the_metrics_of_a_place_are_given_on_request() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let answers = answers(&mut client, &document, "antipasta/metrics").into_iter();
    let shown: Vec<Value> = answers.map(|(_, answer)| answer["definition"].clone()).collect();
    assert_json_snapshot(&project, "language_server/metrics_of_definitions", &json!(shown));
    let of_file = client.expect("antipasta/metrics", json!({"textDocument": document.identifier()}));
    assert_json_snapshot(&project, "language_server/metrics_of_file", &of_file);
}

#[test]
fn what_the_server_can_do_is_announced() {
    let project = strict_project();
    let mut client = Client::start(&project);
    let result = client.initialize(&project, &pushed());
    assert_json_snapshot(&project, "language_server/initialize", &result);
}

#[test]
fn the_costs_of_lines_are_given_on_request() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let at = document.position(document.text.find("if x and").expect("a line of f"));
    let params = json!({"textDocument": document.identifier(), "position": at});
    let answer = client.expect("antipasta/lineCosts", params);
    assert_eq!(answer["qualifiedName"], "f", "{answer}");
    let lines = answer["lines"].as_array().expect("lines");
    let of_line = lines.iter().filter(|line| line["line"] == at["line"]);
    let amounts: Vec<_> = of_line.map(|line| (&line["metric"], &line["amount"])).collect();
    let expected = [
        (&json!("cyclomatic_complexity"), &json!(3)),
        (&json!("cognitive_complexity"), &json!(3)),
    ];
    assert_eq!(amounts, expected, "{answer}");
    let outside = json!({"textDocument": document.identifier(), "position": {"line": 9999, "character": 0}});
    assert_eq!(client.expect("antipasta/lineCosts", outside), Value::Null);
}

#[test]
fn a_status_is_sent_to_those_who_ask_for_it() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    client.catch_up(&document.uri);
    assert_eq!(client.of_method("antipasta/status").count(), 0);
    drop(client);
    let (mut client, mut document) = session(&project, json!({"status": true}));
    document.replace(&mut client, "x.z: pass", "x.z or x.zz: pass");
    let status = client.wait_for("status of the last version", |received| {
        let mut all = received
            .iter()
            .filter(|message| message["method"] == "antipasta/status");
        let last = all.next_back()?["params"].clone();
        (last["version"] == document.version).then_some(last)
    });
    assert_eq!(status["uri"], document.uri);
    let report = report(&project, "a.py", &document.text);
    let worst = |metric: &str| {
        let rows = report["metrics"].as_array().expect("an array").iter();
        let of_functions = rows.filter(|row| row["type"] == metric && !row["function_name"].is_null());
        of_functions
            .map(|row| row["value"].as_f64().expect("a value") as u64)
            .max()
    };
    assert_eq!(status["worstCyclomatic"].as_u64(), worst("cyclomatic_complexity"));
    assert_eq!(status["worstCognitive"].as_u64(), worst("cognitive_complexity"));
    let violations = crate::findings::checked(&project, "a.py", &document.text).len();
    assert_eq!(status["violations"], violations);
}

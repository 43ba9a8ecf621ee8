//! What people look at: that every request is answered with something of the right kind. Published clients look closer.

use std::collections::BTreeMap;

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, folder, merged};
use crate::document::Document;
use crate::findings::{report, wait_for_version};
use crate::{pushed, strict_project};

const TEXT: &str = "class 変:\n    def m(self, x):  # 😀\n        for y in x:\n            if y: pass\n\n\ndef f(x):\n    if x and x.y or x.z: pass\n";

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
    let document = Document::open(&mut client, &project.path("a.py"), TEXT);
    wait_for_version(&mut client, &document);
    (client, document)
}

/// The whole numbers that the check has for a metric, by the names of functions.
fn values(project: &Project, metric: &str) -> BTreeMap<String, u64> {
    let report = report(project, "a.py", TEXT);
    let rows = report["metrics"].as_array().expect("an array").iter();
    rows.filter(|row| row["type"] == metric)
        .filter_map(|row| {
            let name = row["function_name"].as_str()?.rsplit("::").next()?.to_owned();
            Some((name, row["value"].as_f64()? as u64))
        })
        .collect()
}

#[test]
fn hover_shows_the_metrics_of_the_name_under_it() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    for name in ["m", "f"] {
        let at = document.text.find(&format!("def {name}")).expect("a function") + 4;
        let params = json!({"textDocument": document.identifier(), "position": document.position(at)});
        let hover = client.expect("textDocument/hover", params);
        assert_eq!(hover["contents"]["kind"], "markdown");
        assert_eq!(document.at(&hover["range"]), name);
        let shown = hover["contents"]["value"].as_str().expect("a text").to_lowercase();
        for metric in ["cyclomatic", "cognitive"] {
            let value = values(&project, &format!("{metric}_complexity"))[name].to_string();
            let row = shown
                .lines()
                .find(|line| line.starts_with('|') && line.contains(metric));
            let row = row.unwrap_or_else(|| panic!("no {metric} in {shown}"));
            let has_value = row
                .split(|one: char| !one.is_ascii_digit() && one != '.')
                .any(|number| number.trim_end_matches(".00") == value);
            assert!(has_value, "{value}: {row}");
        }
    }
    let blank = json!({"textDocument": document.identifier(), "position": {"line": 5, "character": 0}});
    assert_eq!(client.expect("textDocument/hover", blank), Value::Null);
}

#[test]
fn code_lenses_are_above_functions_and_classes() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let lenses = client.expect("textDocument/codeLens", json!({"textDocument": document.identifier()}));
    let lenses = lenses.as_array().expect("an array");
    let lines: Vec<&Value> = lenses.iter().map(|lens| &lens["range"]["start"]["line"]).collect();
    assert_eq!(lines, [0, 1, 6]);
    let cyclomatic = values(&project, "cyclomatic_complexity");
    for (lens, name) in [(&lenses[1], "m"), (&lenses[2], "f")] {
        let title = lens["command"]["title"].as_str().expect("a title");
        assert!(title.contains(&cyclomatic[name].to_string()), "{title}");
        // What the lens offers can be done.
        let command = json!({"command": lens["command"]["command"], "arguments": lens["command"]["arguments"]});
        client.expect("workspace/executeCommand", command);
    }
}

#[test]
fn symbols_are_nested_and_carry_their_metrics() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let symbols = client.expect(
        "textDocument/documentSymbol",
        json!({"textDocument": document.identifier()}),
    );
    let all = [&symbols[0], &symbols[0]["children"][0], &symbols[1]];
    assert_eq!(symbols.as_array().expect("an array").len(), 2);
    assert_eq!(
        all.map(|symbol| symbol["name"].as_str().expect("a name")),
        ["変", "m", "f"]
    );
    let cyclomatic = values(&project, "cyclomatic_complexity");
    for symbol in all {
        let name = symbol["name"].as_str().expect("a name");
        assert_eq!(document.at(&symbol["selectionRange"]), name);
        assert!(
            document
                .at(&symbol["range"])
                .contains(document.at(&symbol["selectionRange"]))
        );
        let detail = symbol["detail"].as_str().expect("a detail");
        if let Some(value) = cyclomatic.get(name) {
            assert!(detail.contains(&value.to_string()), "{detail}");
        }
    }
}

#[test]
fn inlay_hints_are_shown_to_those_who_ask_for_them() {
    let project = strict_project();
    let hints = |options: Value| {
        let (mut client, document) = session(&project, options);
        let range = document.range(0..document.text.len());
        let params = json!({"textDocument": document.identifier(), "range": range});
        let hints = client.expect("textDocument/inlayHint", params);
        hints.as_array().cloned().expect("an array")
    };
    assert_eq!(hints(Value::Null), [] as [Value; 0]);
    let shown = hints(json!({"inlayHints": true}));
    let lines: Vec<&Value> = shown.iter().map(|hint| &hint["position"]["line"]).collect();
    assert_eq!(lines, [2, 3, 7]);
    let labels: Vec<&str> = shown
        .iter()
        .map(|hint| hint["label"].as_str().expect("a label").trim())
        .collect();
    assert!(
        labels[1].starts_with("+2") && labels[1].contains("nesting 1"),
        "{labels:?}"
    );
    assert!(labels.iter().all(|label| label.starts_with('+')), "{labels:?}");
}

#[test]
fn code_actions_are_offered_for_a_diagnostic() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let published = crate::findings::published(&client.received, &document.uri);
    let diagnostics = published.last().expect("diagnostics")["diagnostics"]
        .as_array()
        .expect("an array")
        .clone();
    let diagnostic = diagnostics
        .iter()
        .find(|one| one["code"] == "cyclomatic_complexity" && document.at(&one["range"]) == "m")
        .expect("a diagnostic");
    let params = json!({
        "textDocument": document.identifier(),
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    });
    let actions = client.expect("textDocument/codeAction", params);
    let actions = actions.as_array().expect("an array");
    assert!(actions.len() >= 3, "{actions:?}");
    for word in ["ignore", "explain", "threshold"] {
        let named = actions.iter().filter(|action| {
            action["title"]
                .as_str()
                .is_some_and(|title| title.to_lowercase().contains(word))
        });
        assert_eq!(named.count(), 1, "{word}: {actions:?}");
    }
    for action in actions.iter().filter(|action| action["command"].is_object()) {
        let command = &action["command"];
        let params = json!({"command": command["command"], "arguments": command["arguments"]});
        client.expect("workspace/executeCommand", params);
    }
}

#[test]
fn the_metrics_of_a_place_are_given_on_request() {
    let project = strict_project();
    let (mut client, document) = session(&project, Value::Null);
    let at = document.text.find("if x and").expect("a line of f");
    let params = json!({"textDocument": document.identifier(), "position": document.position(at)});
    let answer = client.expect("antipasta/metrics", params).to_string();
    assert!(answer.contains("\"f\""), "{answer}");
    for metric in ["cyclomatic_complexity", "cognitive_complexity", "lines_of_code"] {
        assert!(answer.contains(metric), "{metric}: {answer}");
    }
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

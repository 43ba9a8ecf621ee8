//! Floods, and messages that nobody would send.
//!
//! The environment variables `ANTIPASTA_TEST_MESSAGES` and `ANTIPASTA_TEST_NOTIFICATIONS` say how many; the defaults are
//! short. The README has the long runs.

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::Client;
use crate::document::Document;
use crate::findings::{checked, wait_for_findings};
use crate::{count_from_environment, function, pushed, strict_project};

/// A server may take so much more memory after a flood than before, in KiB.
const MOST_MEMORY: u64 = 64 << 10;

fn start(project: &Project) -> Client {
    let mut client = Client::start(project);
    client.initialize(project, &pushed());
    client
}

/// Messages of every kind that a client sends, about a document that is open and one that is not.
fn messages(document: &Document) -> Vec<Value> {
    let position = json!({"line": 1, "character": 4});
    let range = json!({"start": {"line": 0, "character": 0}, "end": position});
    let mut messages = Vec::new();
    for uri in [&*document.uri, "file:///nowhere/é.py"] {
        let identifier = json!({"uri": uri});
        for (method, params) in [
            ("textDocument/hover", json!({"position": position})),
            ("textDocument/documentSymbol", json!({})),
            ("textDocument/codeLens", json!({})),
            ("textDocument/inlayHint", json!({"range": range})),
            ("textDocument/diagnostic", json!({"previousResultId": "1"})),
            (
                "textDocument/codeAction",
                json!({"range": range, "context": {"diagnostics": []}}),
            ),
            ("antipasta/metrics", json!({"position": position})),
            ("antipasta/lineCosts", json!({"position": position})),
            ("textDocument/didSave", json!({"text": "x"})),
            ("textDocument/didClose", json!({})),
        ] {
            let mut params = params;
            params["textDocument"].clone_from(&identifier);
            messages.push(json!({"method": method, "params": params}));
        }
        let item = json!({"uri": uri, "languageId": "python", "version": 1, "text": "def f(x):\n    if x: pass\n"});
        messages.push(json!({"method": "textDocument/didOpen", "params": {"textDocument": item}}));
        let versioned = json!({"uri": uri, "version": 2});
        let changes = json!([{"range": range, "text": "def g():\n    é = 1\n"}, {"text": "x = 1\n"}]);
        messages.push(json!({
            "method": "textDocument/didChange",
            "params": {"textDocument": versioned, "contentChanges": changes},
        }));
    }
    for (method, params) in [
        ("workspace/diagnostic", json!({"previousResultIds": []})),
        ("antipasta/workspaceMetrics", json!({})),
        (
            "workspace/didChangeConfiguration",
            json!({"settings": {"antipasta": {"codeLens": {"enabled": true}}}}),
        ),
        (
            "workspace/didChangeWatchedFiles",
            json!({"changes": [{"uri": document.uri, "type": 2}]}),
        ),
        (
            "workspace/didChangeWorkspaceFolders",
            json!({"event": {"added": [], "removed": []}}),
        ),
        (
            "workspace/executeCommand",
            json!({"command": "antipasta.showReport", "arguments": [document.uri, 0]}),
        ),
        ("$/cancelRequest", json!({"id": 7})),
        ("$/setTrace", json!({"value": "verbose"})),
        ("window/workDoneProgress/cancel", json!({"token": "a"})),
    ] {
        messages.push(json!({"method": method, "params": params}));
    }
    messages
}

/// What may stand in the place of any value.
fn odd_value(random: &mut fastrand::Rng) -> Value {
    match random.u8(..10) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1e300),
        4 => json!(u64::MAX),
        5 => json!([]),
        6 => json!({}),
        7 => json!("\u{0}\u{202e}é"),
        8 => json!("x".repeat(10_000)),
        _ => json!(i32::MAX),
    }
}

/// Puts something odd in the place of a value, or takes one away.
fn mutate(value: &mut Value, random: &mut fastrand::Rng) {
    match value {
        Value::Object(members) if !members.is_empty() && random.u8(..8) > 0 => {
            let key = members
                .keys()
                .nth(random.usize(..members.len()))
                .cloned()
                .unwrap_or_default();
            match random.u8(..8) {
                0 => drop(members.remove(&key)),
                _ => mutate(&mut members[&key], random),
            }
        }
        Value::Array(items) if !items.is_empty() && random.u8(..8) > 0 => {
            let index = random.usize(..items.len());
            mutate(&mut items[index], random);
        }
        _ => *value = odd_value(random),
    }
}

#[test]
fn mutated_messages_cost_only_themselves() {
    let count = count_from_environment("ANTIPASTA_TEST_MESSAGES", 1500);
    let project = strict_project();
    let mut client = start(&project);
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    let messages = messages(&document);
    let mut random = fastrand::Rng::with_seed(count as u64);
    for number in 0..count {
        let mut message = messages[random.usize(..messages.len())].clone();
        message["jsonrpc"] = json!("2.0");
        if random.bool() {
            // Numbers that no request of the client's own has.
            message["id"] = json!(format!("mutated {number}"));
        }
        if random.u8(..4) > 0 {
            mutate(&mut message, &mut random);
        }
        if message["id"].is_number() {
            message["id"] = json!(format!("numbered {number}"));
        }
        let mut body = message.to_string().into_bytes();
        if random.u8(..4) == 0 {
            let at = random.usize(..body.len());
            body[at] = random.u8(..);
        }
        // Taking leave is for the end.
        let text = String::from_utf8_lossy(&body);
        if !text.contains("\"exit\"") && !text.contains("\"shutdown\"") {
            client.send_body(&body);
        }
        if number % 500 == 499 {
            client.catch_up("file:///nowhere/b.py");
            client.received.clear();
        }
    }
    let other = Document::open(&mut client, &project.path("other.py"), &function("g", 3));
    let expected = checked(&project, "other.py", &other.text);
    wait_for_findings(&mut client, 0, &other, &expected);
    assert!(!client.log().contains("panicked"), "{}", client.log());
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_flood_of_changes_takes_no_more_memory_and_none_is_lost() {
    let count = count_from_environment("ANTIPASTA_TEST_NOTIFICATIONS", 3000);
    let project = strict_project();
    let mut client = start(&project);
    let text: String = (0..40).map(|number| function(&format!("f{number}"), 3)).collect();
    let mut document = Document::open(&mut client, &project.path("a.py"), &text);
    client.catch_up(&document.uri);
    let before = client.memory();
    let mut random = fastrand::Rng::with_seed(count as u64);
    for number in 0..count {
        let at = document
            .text
            .match_indices("def f")
            .nth(random.usize(..40))
            .expect("a function")
            .0
            + 5;
        let digit = random.usize(..10).to_string();
        let change = document.splice(at..at + 1, &digit);
        document.tell_changes(&mut client, vec![change]);
        if number % 1000 == 999 {
            client.catch_up(&document.uri);
            client.received.clear();
        }
    }
    // A last change that is sure to be seen.
    let end = document.text.len();
    let change = document.splice(end..end, &function("last", 7));
    document.tell_changes(&mut client, vec![change]);
    let expected = checked(&project, "a.py", &document.text);
    wait_for_findings(&mut client, 0, &document, &expected);
    if let (Some(before), Some(after)) = (before, client.memory()) {
        assert!(after < before + MOST_MEMORY, "{before} KiB before, {after} KiB after");
    }
    assert_eq!(client.end(), Some(0));
}

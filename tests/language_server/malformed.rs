//! Messages that are none. Whatever comes, the server goes on, and what can be answered is answered.

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::Client;
use crate::document::Document;
use crate::findings::{checked, wait_for_findings, wait_for_version};
use crate::{function, pushed, strict_project};

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const INVALID_PARAMS: i64 = -32602;

/// A session with an open document.
fn session(project: &Project) -> (Client, Document) {
    let mut client = Client::start(project);
    client.initialize(project, &pushed());
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    (client, document)
}

/// Changes the document and sees that it is still looked at.
#[track_caller]
fn assert_alive(project: &Project, client: &mut Client, document: &mut Document, what: &str) {
    let mark = client.received.len();
    document.replace(client, "(x):\n", "(x):\n    if x: pass\n");
    let expected = checked(project, "a.py", &document.text);
    wait_for_findings(client, mark, document, &expected);
    assert!(!client.log().contains("panicked"), "{what}: {}", client.log());
}

/// The code of an error that answers nothing in particular.
#[track_caller]
fn error_code(client: &mut Client, mark: usize, what: &str) -> i64 {
    client.wait_for(&format!("error that answers {what}"), |received| {
        let error = received[mark..].iter().find_map(|message| message.get("error"))?;
        error["code"].as_i64()
    })
}

#[test]
fn what_is_no_json_is_a_parse_error() {
    let project = strict_project();
    let (mut client, mut document) = session(&project);
    let bodies: [&[u8]; 6] = [
        b"{",
        b"nonsense",
        b"{\"jsonrpc\": \"2.0\", \"id\": 1,",
        b"\xff\xfe{}",
        b"{\"jsonrpc\": \"2.0\", \"method\": \"\xc3\x28\"}",
        b"\0",
    ];
    for body in bodies {
        let mark = client.received.len();
        let what = String::from_utf8_lossy(body);
        client.send_body(body);
        assert_eq!(error_code(&mut client, mark, &what), PARSE_ERROR, "{what}");
        assert_alive(&project, &mut client, &mut document, &what);
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_is_json_but_no_message_is_an_invalid_request() {
    let project = strict_project();
    let (mut client, mut document) = session(&project);
    for body in [
        "42",
        "null",
        "[]",
        "{}",
        "\"shutdown\"",
        r#"{"jsonrpc": "2.0"}"#,
        r#"{"jsonrpc": "2.0", "method": 7}"#,
    ] {
        let mark = client.received.len();
        client.send_body(body.as_bytes());
        assert_eq!(error_code(&mut client, mark, body), INVALID_REQUEST, "{body}");
        assert_alive(&project, &mut client, &mut document, body);
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn deep_and_large_messages_are_survived() {
    let project = strict_project();
    let (mut client, mut document) = session(&project);
    let deep = format!(
        r#"{{"jsonrpc": "2.0", "method": "$/x", "params": {}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    client.send_body(deep.as_bytes());
    let large = json!({"jsonrpc": "2.0", "method": "$/x", "params": ["x".repeat(10_000_000)]});
    client.send(&large);
    assert_alive(&project, &mut client, &mut document, "deep and large");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn headers_are_read_as_the_protocol_says() {
    let project = strict_project();
    let (mut client, mut document) = session(&project);
    let body = r#"{"jsonrpc": "2.0", "id": "a name", "method": "antipasta/unknown"}"#;
    let length = body.len();
    for header in [
        format!("Content-Length: {length}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n"),
        format!("Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: {length}\r\n"),
        format!("Content-Type: application/vscode-jsonrpc\r\nContent-Length: {length}\r\n"),
        format!("content-length: {length}\r\n"),
        format!("Content-Length:{length}\r\n"),
        format!("X-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\nContent-Length: {length}\r\n"),
    ] {
        let mark = client.received.len();
        client.send_bytes(format!("{header}\r\n{body}").as_bytes());
        let id = client.wait_for(&format!("answer to {header:?}"), |received| {
            let answer = received[mark..].iter().find(|message| message.get("error").is_some())?;
            Some(answer["id"].clone())
        });
        assert_eq!(id, "a name", "{header:?}");
    }
    assert_alive(&project, &mut client, &mut document, "headers");
}

#[test]
fn a_header_without_a_length_is_an_error_and_the_next_message_is_read() {
    let project = strict_project();
    for header in [
        "X-Nothing: 1\r\n\r\n",
        "Content-Length: many\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n",
        "no header at all\r\n\r\n",
    ] {
        let (mut client, mut document) = session(&project);
        let mark = client.received.len();
        client.send_bytes(header.as_bytes());
        assert_alive(&project, &mut client, &mut document, header);
        let errors = client.received[mark..]
            .iter()
            .filter(|message| message.get("error").is_some());
        assert!(
            errors.count() > 0 || client.log().to_lowercase().contains("content-length"),
            "{header:?}: {}",
            client.log()
        );
        assert_eq!(client.end(), Some(0), "{header:?}");
    }
}

#[test]
fn a_message_may_come_in_pieces_and_several_at_once() {
    let project = strict_project();
    let (mut client, _) = session(&project);
    let mut bytes = Vec::new();
    for id in ["one", "two"] {
        let body =
            json!({"jsonrpc": "2.0", "id": id, "method": "antipasta/unknown", "params": {"text": "é😀"}}).to_string();
        bytes.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).bytes());
    }
    let mark = client.received.len();
    client.send_bytes(&bytes);
    for byte in &bytes {
        client.send_bytes(&[*byte]);
    }
    let mut ids = client.wait_for("four answers", |received| {
        let answers = received[mark..].iter().filter(|message| message.get("error").is_some());
        let ids: Vec<String> = answers.map(|answer| answer["id"].to_string()).collect();
        (ids.len() == 4).then_some(ids)
    });
    ids.sort();
    assert_eq!(ids, ["\"one\"", "\"one\"", "\"two\"", "\"two\""]);
}

#[test]
fn parameters_of_a_wrong_type_are_refused() {
    let project = strict_project();
    let (mut client, mut document) = session(&project);
    for method in [
        "textDocument/hover",
        "textDocument/codeLens",
        "textDocument/documentSymbol",
        "textDocument/codeAction",
        "textDocument/inlayHint",
        "textDocument/diagnostic",
        "workspace/executeCommand",
        "antipasta/metrics",
        "antipasta/lineCosts",
    ] {
        for params in [
            Value::Null,
            json!({}),
            json!([]),
            json!([1, 2]),
            json!({"textDocument": 7}),
            json!({"command": {}}),
        ] {
            assert_eq!(
                client.refused(method, params.clone()),
                INVALID_PARAMS,
                "{method} {params}"
            );
        }
    }
    let position = json!({"line": -1, "character": 1.5});
    let params = json!({"textDocument": document.identifier(), "position": position});
    assert_eq!(client.refused("textDocument/hover", params), INVALID_PARAMS);
    let params = json!({"textDocument": {"uri": "no URI"}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.refused("textDocument/hover", params), INVALID_PARAMS);
    assert_alive(&project, &mut client, &mut document, "wrong types");
}

#[test]
fn notifications_of_a_wrong_type_change_nothing() {
    let project = strict_project();
    let (mut client, mut document) = session(&project);
    let identifier = json!({"uri": document.uri, "version": 99});
    for method in [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "window/workDoneProgress/cancel",
        "$/cancelRequest",
        "$/setTrace",
        "initialized",
    ] {
        for params in [
            json!({}),
            json!([]),
            json!({"textDocument": identifier, "contentChanges": 7}),
            json!({"textDocument": identifier, "contentChanges": [{"range": {"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "x"}]}),
            json!({"textDocument": identifier, "contentChanges": [{"text": null}]}),
            json!({"changes": [{"uri": "::", "type": 9}], "event": 1, "id": {}, "value": []}),
        ] {
            if method == "textDocument/didClose" && params["textDocument"]["uri"] == document.uri {
                continue;
            }
            client.notify(method, params);
        }
    }
    assert_alive(&project, &mut client, &mut document, "wrong types");
    assert_eq!(client.end(), Some(0));
}

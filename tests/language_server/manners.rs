//! What a server owes to every client, and to those that err.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::client::{Client, merged, uri};
use crate::document::Document;
use crate::findings::{checked, published, wait_for_findings, wait_for_version};
use crate::{function, pulling, pushed, strict_project};

const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const REQUEST_CANCELLED: i64 = -32800;
const CONTENT_MODIFIED: i64 = -32801;

#[test]
fn unknown_requests_are_refused_and_unknown_notifications_ignored() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    for method in ["antipasta/unknown", "$/unknown", "", "workspace/😀"] {
        assert_eq!(client.refused(method, json!({})), METHOD_NOT_FOUND, "{method}");
        assert_eq!(client.refused(method, Value::Null), METHOD_NOT_FOUND, "{method}");
    }
    let mark = client.received.len();
    for method in [
        "$/unknown",
        "antipasta/unknown",
        "textDocument/willSave",
        "notebookDocument/didOpen",
    ] {
        client.notify(method, json!({"x": 1}));
    }
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    let errors = client.received[mark..]
        .iter()
        .filter(|message| message.get("error").is_some());
    assert_eq!(errors.count(), 0, "notifications have no answers");
}

#[test]
fn documents_that_are_not_open_are_asked_and_told_about_in_vain() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let mut stranger = Document {
        uri: crate::client::uri(&project.path("never_opened.py")),
        version: 1,
        text: function("g", 3),
        encoding: Default::default(),
    };
    stranger.replace(&mut client, "def g", "def h");
    stranger.close(&mut client);
    client.notify("textDocument/didSave", json!({"textDocument": stranger.identifier()}));
    let place = json!({"line": 0, "character": 5});
    let params = json!({
        "textDocument": stranger.identifier(),
        "position": place,
        "range": {"start": place, "end": place},
        "context": {"diagnostics": []},
    });
    for method in ["hover", "codeLens", "documentSymbol", "codeAction", "inlayHint"] {
        match client.request(&format!("textDocument/{method}"), params.clone()) {
            Ok(result) => assert!(
                result.is_null() || result.as_array().is_some_and(Vec::is_empty),
                "{result}"
            ),
            Err(refusal) => assert_eq!(refusal.code, INVALID_PARAMS, "{refusal:?}"),
        }
    }
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    let of_stranger = published(&client.received, &stranger.uri);
    assert!(
        of_stranger.iter().all(|params| params["diagnostics"] == json!([])),
        "{of_stranger:?}"
    );
    // It can still be opened, and is what it says it is.
    stranger.tell(&mut client);
    let expected = checked(&project, "a.py", &stranger.text);
    wait_for_findings(&mut client, 0, &stranger, &expected);
}

#[test]
fn odd_versions_and_ranges_are_survived() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    // The same version again, one that is older, one that is far ahead: the text is what the changes make of it.
    for version in [1, -7, 0, i32::MAX - 1, 5] {
        document.version = version - 1;
        document.replace(&mut client, "(x):\n", "(x):\n    if x: pass\n");
    }
    // A range the wrong way round is the same range.
    let text = document.text.replace("def f(", "def ok(");
    let change = json!({
        "range": {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 4}},
        "rangeLength": 77,
        "text": "ok",
    });
    document.text = text;
    document.version = 100;
    document.tell_changes(&mut client, vec![change]);
    // Places past the end are at the end.
    let (far, farther) = (
        json!({"line": 7000, "character": 9}),
        json!({"line": i32::MAX, "character": i32::MAX}),
    );
    let change = json!({"range": {"start": far, "end": farther}, "text": function("g", 4)});
    document.text.push_str(&function("g", 4));
    document.tell_changes(&mut client, vec![change]);
    document.tell_changes(&mut client, vec![]);
    let expected = checked(&project, "a.py", &document.text);
    client.wait_for("diagnostics of the text", |received| {
        let last = published(received, &document.uri).pop()?;
        (crate::findings::shown(&document, &last["diagnostics"]) == expected).then_some(())
    });
    // What is opened twice is what it was opened as last.
    document.text = function("twice", 3);
    document.version = 1;
    document.tell(&mut client);
    let expected = checked(&project, "a.py", &document.text);
    wait_for_findings(&mut client, 0, &document, &expected);
    document.close(&mut client);
    document.close(&mut client);
    client.catch_up(&document.uri);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn closing_a_document_takes_its_diagnostics_away() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    // It is no file: nothing is left to say of it.
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    assert!(!wait_for_version(&mut client, &document).is_empty());
    let mark = client.received.len();
    document.close(&mut client);
    client.wait_for("an empty set", |received| {
        let last = published(&received[mark..], &document.uri).pop()?;
        (last["diagnostics"] == json!([])).then_some(())
    });
}

#[test]
fn every_request_has_one_answer_even_if_it_is_cancelled() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2).repeat(500));
    client.notify("$/cancelRequest", json!({"id": 12345}));
    client.notify("$/cancelRequest", json!({"id": "a name"}));
    let mut asked = Vec::new();
    for method in [
        "textDocument/documentSymbol",
        "textDocument/codeLens",
        "textDocument/diagnostic",
    ]
    .repeat(20)
    {
        let id = client.ask(method, json!({"textDocument": document.identifier()}));
        client.notify("$/cancelRequest", json!({"id": id}));
        client.notify("$/cancelRequest", json!({"id": id}));
        asked.push(id);
    }
    for id in asked {
        if let Err(refusal) = client.answer(id) {
            assert_eq!(refusal.code, REQUEST_CANCELLED, "{refusal:?}");
        }
    }
    client.catch_up(&document.uri);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn requests_in_any_number_are_answered_while_the_client_answers_none() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.holds_answers = true;
    let abilities = merged(
        &pushed(),
        &json!({
            "workspace": {
                "configuration": true,
                "didChangeConfiguration": {"dynamicRegistration": true},
                "codeLens": {"refreshSupport": true},
                "inlayHint": {"refreshSupport": true},
            },
            "window": {"workDoneProgress": true},
        }),
    );
    client.initialize(&project, &abilities);
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    for _ in 0..300 {
        client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    }
    let asked: Vec<i64> = (0..300)
        .map(|_| {
            client.ask(
                "textDocument/documentSymbol",
                json!({"textDocument": document.identifier()}),
            )
        })
        .collect();
    // Answers that come before the requests that they answer are read: there is no end to what a server must take.
    client.give_answers();
    let answered: HashSet<String> = asked
        .into_iter()
        .map(|id| client.answer(id).expect("symbols").to_string())
        .collect();
    assert_eq!(answered.len(), 1, "{answered:?}");
    let expected = checked(&project, "a.py", &document.text);
    wait_for_findings(&mut client, 0, &document, &expected);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn results_that_an_edit_has_overtaken_are_not_sent() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f0", 2));
    for round in 0..100 {
        let id = client.ask(
            "textDocument/documentSymbol",
            json!({"textDocument": document.identifier()}),
        );
        document.replace(&mut client, &format!("f{round}("), &format!("f{}(", round + 1));
        match client.answer(id) {
            // What was asked before the change is answered by the text of then, or that of after it, or not at all.
            Ok(symbols) => {
                let name = symbols[0]["name"].as_str().expect("a name");
                assert!(
                    [format!("f{round}"), format!("f{}", round + 1)]
                        .iter()
                        .any(|expected| expected == name),
                    "{name}"
                );
            }
            Err(refusal) => assert_eq!(refusal.code, CONTENT_MODIFIED, "{refusal:?}"),
        }
        let symbols = client.expect(
            "textDocument/documentSymbol",
            json!({"textDocument": document.identifier()}),
        );
        assert_eq!(
            symbols[0]["name"],
            format!("f{}", round + 1),
            "what was asked after the change sees it"
        );
    }
}

#[test]
fn the_trace_says_what_is_going_on_as_long_as_it_is_wanted() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    assert_eq!(client.of_method("$/logTrace").count(), 0, "nobody has asked for it");
    client.notify("$/setTrace", json!({"value": "verbose"}));
    document.replace(&mut client, "def f", "def g");
    let trace = client.wait_for_method(0, "$/logTrace");
    assert!(trace["message"].is_string(), "{trace}");
    client.notify("$/setTrace", json!({"value": "off"}));
    client.catch_up(&document.uri);
    wait_for_version(&mut client, &document);
    client.catch_up(&document.uri);
    let mark = client.received.len();
    document.replace(&mut client, "def g", "def h");
    wait_for_version(&mut client, &document);
    client.catch_up(&document.uri);
    let after = client.received[mark..]
        .iter()
        .filter(|message| message["method"] == "$/logTrace");
    assert_eq!(after.count(), 0);
}

#[test]
fn changes_without_a_version_are_made() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    for (identifier, name) in [
        (json!({"uri": document.uri}), "g"),
        (json!({"uri": document.uri, "version": null}), "h"),
    ] {
        let change = document.splice(4..5, name);
        document.version += 1;
        let params = json!({"textDocument": identifier, "contentChanges": [change]});
        client.notify("textDocument/didChange", params);
        let expected = checked(&project, "a.py", &document.text);
        assert_eq!(wait_for_version(&mut client, &document), expected, "{identifier}");
    }
    document.replace(&mut client, "def h", "def i");
    let expected = checked(&project, "a.py", &document.text);
    assert_eq!(wait_for_version(&mut client, &document), expected);
}

#[test]
fn documents_are_called_as_the_client_calls_them() {
    let project = strict_project();
    let folder = uri(&project.path("")) + "/";
    let path = folder.strip_prefix("file://").expect("a file");
    for (number, uri) in [
        format!("file://{path}é 漢.py"),
        format!("file://localhost{path}local.py"),
        format!("FILE://{path}capitals.py"),
        format!("file://{path}a/../dots.py"),
        "untitled:Ünbenannt-1".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = Client::start(&project);
        client.initialize(&project, &pushed());
        let mut document = Document::open_uri(&mut client, &uri, &function("f", 2));
        document.replace(&mut client, "def f", "def g");
        let wait = |client: &mut Client, version: i32| {
            client.wait_for(&format!("diagnostics of {uri}"), |received| {
                let last = published(received, &uri).pop()?;
                (last["version"] == version).then(|| last["diagnostics"].clone())
            })
        };
        let diagnostics = wait(&mut client, document.version);
        let diagnostic = &diagnostics[0];
        let related = diagnostic["relatedInformation"][0]["location"]["uri"].as_str();
        assert!(related.is_none_or(|related| related == uri), "{diagnostic}");
        let report = client.expect("antipasta/metrics", json!({"textDocument": {"uri": uri}}));
        assert_eq!(report["uri"], uri);
        let params = json!({
            "textDocument": {"uri": uri},
            "range": diagnostic["range"],
            "context": {"diagnostics": diagnostics},
        });
        let actions = client.expect("textDocument/codeAction", params).to_string();
        let normalized = url::Url::parse(&uri).expect("a URI").to_string();
        assert!(
            normalized == uri || !actions.contains(&format!("\"{normalized}\"")),
            "{actions}"
        );
        document.close(&mut client);
        client.wait_for("the end of the diagnostics", |received| {
            let last = published(received, &uri).pop()?;
            last["diagnostics"].as_array()?.is_empty().then_some(())
        });
        let uris = client
            .of_method("textDocument/publishDiagnostics")
            .map(|params| &params["uri"]);
        let others: Vec<_> = uris
            .filter(|other| **other == normalized && normalized != uri)
            .collect();
        assert!(others.is_empty(), "{number}: {others:?}");
    }
}

#[test]
fn a_document_is_answered_while_others_take_long() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    // What tree-sitter takes long for, for the longest time that it is given.
    let text = "\\\n".repeat(100_000) + "x = (\n";
    let mut slow = ["a.py", "b.py", "c.py"].map(|name| Document::open(&mut client, &project.path(name), &text));
    let quick = Document::open(&mut client, &project.path("quick.py"), &function("f", 2));
    client.catch_up(&quick.uri);
    let symbols = slow.each_mut().map(|document| {
        let end = document.text.len();
        let change = document.splice(end..end, "(");
        document.tell_changes(&mut client, vec![change]);
        client.ask(
            "textDocument/documentSymbol",
            json!({"textDocument": document.identifier()}),
        )
    });
    let params = json!({"textDocument": quick.identifier(), "position": {"line": 0, "character": 5}});
    let hover = client.ask("textDocument/hover", params);
    assert!(client.answer(hover).is_ok_and(|hover| !hover.is_null()));
    assert!(
        symbols.iter().any(|&id| !client.has_answer(id)),
        "the answer about the short document came last"
    );
    for id in symbols {
        assert!(client.answer(id).is_ok());
    }
}

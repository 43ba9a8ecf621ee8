//! Diagnostics for clients that ask for them.

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::document::Document;
use crate::findings::{checked, published, shown};
use crate::{STRICT, function, pulling, strict_project};
use antipasta_lsp_tests::Project;

/// Of the protocol's `LSPErrorCodes`.
const SERVER_CANCELLED: i64 = -32802;

/// What the server answers when asked for a document's diagnostics, given that the client has those of `known`.
#[track_caller]
fn pull(client: &mut Client, document: &Document, known: Option<&Value>) -> Value {
    let mut params = json!({"textDocument": document.identifier()});
    if let Some(known) = known {
        params["previousResultId"] = known.clone();
    }
    client.expect("textDocument/diagnostic", params)
}

/// What the server answers when asked for the diagnostics of the workspace, given what the client has: (URI, result id).
#[track_caller]
pub(crate) fn pull_workspace(client: &mut Client, known: &[(&str, &Value)]) -> Vec<Value> {
    let known: Vec<Value> = known.iter().map(|(uri, id)| json!({"uri": uri, "value": id})).collect();
    let report = client.expect("workspace/diagnostic", json!({"previousResultIds": known}));
    report["items"].as_array().expect("an array").clone()
}

/// What was said of a file.
pub(crate) fn item_of<'a>(items: &'a [Value], uri: &str) -> Option<&'a Value> {
    let mut of_file = items.iter().filter(|item| item["uri"] == uri);
    let item = of_file.next();
    assert!(of_file.next().is_none(), "{uri} twice");
    item
}

#[test]
fn a_client_that_pulls_is_told_when_it_asks_and_not_before() {
    let project = strict_project();
    let mut client = Client::start(&project);
    let result = client.initialize(&project, &pulling());
    let provider = &result["capabilities"]["diagnosticProvider"];
    assert_eq!(provider["workspaceDiagnostics"], true, "{provider}");
    assert!(provider["interFileDependencies"].is_boolean(), "{provider}");
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
    let mut known: Option<Value> = None;
    for branches in 4..8 {
        let report = pull(&mut client, &document, known.as_ref());
        assert_eq!(report["kind"], "full");
        assert_ne!(report["resultId"].as_str(), None);
        assert_ne!(Some(&report["resultId"]), known.as_ref());
        assert_eq!(
            shown(&document, &report["items"]),
            checked(&project, "a.py", &document.text)
        );
        // As long as nothing changes, it has nothing new to say.
        let again = pull(&mut client, &document, Some(&report["resultId"]));
        assert_eq!(again, json!({"kind": "unchanged", "resultId": report["resultId"]}));
        assert_eq!(
            pull(&mut client, &document, Some(&json!("no such result")))["kind"],
            "full"
        );
        assert_eq!(pull(&mut client, &document, None)["items"], report["items"]);
        known = Some(report["resultId"].clone());
        document.replace(
            &mut client,
            "    pass\n",
            &format!("    pass\n    if x: pass  # {branches}\n"),
        );
    }
    assert_eq!(published(&client.received, &document.uri), [] as [&Value; 0]);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn an_edit_that_changes_no_diagnostic_may_leave_the_result_as_it_is() {
    let project = Project::new(&[(".antipasta.yaml", &crate::cyclomatic(2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    let mut document = Document::open(&mut client, &project.path("a.py"), &(function("f", 3) + "x = 1\n"));
    let first = pull(&mut client, &document, None);
    document.replace(&mut client, "x = 1", "x = 2");
    let second = pull(&mut client, &document, Some(&first["resultId"]));
    // Whichever it is, it must be true.
    match second["kind"].as_str() {
        Some("unchanged") => assert_eq!(second["resultId"], first["resultId"]),
        Some("full") => assert_eq!(second["items"], first["items"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_diagnostics_are_told_when_nobody_types() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    let functions: String = (0..150).map(|number| function(&format!("f{number}"), 3)).collect();
    let mut document = Document::open(&mut client, &project.path("a.py"), &functions);
    assert!(
        pull(&mut client, &document, None)["items"]
            .as_array()
            .is_some_and(|items| items.len() > 100)
    );
    // Not every client says what it has.
    let params = json!({"textDocument": document.identifier()});
    let asked: Vec<i64> = (0..20)
        .map(|_| {
            document.replace(&mut client, "def f7(x):\n", "def f7(x):\n    if x: pass\n");
            let id = client.ask("textDocument/diagnostic", params.clone());
            client.catch_up(&document.uri);
            id
        })
        .collect();
    let mut answers: Vec<_> = asked.into_iter().map(|id| client.answer(id)).collect();
    let last = answers.pop().expect("twenty answers").expect("nothing outran the last");
    assert_eq!(
        shown(&document, &last["items"]),
        checked(&project, "a.py", &document.text)
    );
    // Whoever is slow to ask sees some that nobody has outrun.
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    let codes: Vec<i64> = refused.map(|refusal| refusal.code).collect();
    assert!(!codes.is_empty());
    assert!(codes.iter().all(|code| *code == SERVER_CANCELLED), "{codes:?}");
}

#[test]
fn the_workspace_s_diagnostics_are_those_of_every_file_open_or_not() {
    let closed = function("closed", 4);
    let project = Project::new(&[
        (
            ".antipasta.yaml",
            &(STRICT.to_owned() + "ignore_patterns: ['left_out.py', 'vendor/']\n"),
        ),
        (".gitignore", "generated.py\n"),
        ("open.py", &function("of_the_file", 2)),
        ("sub/closed.py", &closed),
        ("clean.py", ""),
        ("broken.py", "def f(:\n"),
        ("left_out.py", &closed),
        ("vendor/v.py", &closed),
        ("generated.py", &closed),
        ("notes.txt", &closed),
    ]);
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    let open = Document::open(&mut client, &project.path("open.py"), &function("in_the_editor", 5));
    let items = pull_workspace(&mut client, &[]);
    let path_of = |name: &str| uri(&project.path(name));
    let item = item_of(&items, &path_of("sub/closed.py")).expect("a report");
    let file = Document {
        uri: path_of("sub/closed.py"),
        version: 0,
        text: closed.clone(),
        encoding: Default::default(),
    };
    assert_eq!(item["kind"], "full");
    assert_eq!(item["version"], Value::Null, "it is not open");
    assert_eq!(
        shown(&file, &item["items"]),
        checked(&project, "sub/closed.py", &closed)
    );
    let item = item_of(&items, &open.uri).expect("a report");
    assert_eq!(item["version"], open.version);
    assert_eq!(
        shown(&open, &item["items"]),
        checked(&project, "open.py", &open.text),
        "the editor's text, not the file's"
    );
    for name in ["left_out.py", "vendor/v.py", "generated.py", "notes.txt", "clean.py"] {
        let diagnostics = item_of(&items, &path_of(name)).map(|item| &item["items"]);
        assert!(
            diagnostics.is_none_or(|diagnostics| diagnostics == &json!([])),
            "{name}: {diagnostics:?}"
        );
    }
    // What the client knows already is not said again.
    let known: Vec<(&str, &Value)> = items
        .iter()
        .map(|item| (item["uri"].as_str().expect("a URI"), &item["resultId"]))
        .collect();
    let id = client.ask(
        "workspace/diagnostic",
        json!({"previousResultIds": known.iter().map(|(uri, id)| json!({"uri": uri, "value": id})).collect::<Vec<_>>()}),
    );
    let mut document = open;
    // A server may wait for something new before it answers.
    document.replace(&mut client, "    pass\n", "    if x: pass\n");
    let report = client.answer(id).expect("a report");
    for item in report["items"].as_array().expect("an array") {
        assert!(item["kind"] == "unchanged" || item["uri"] == document.uri, "{item}");
    }
    let items = pull_workspace(&mut client, &known);
    let item = item_of(&items, &document.uri).expect("a report");
    assert_eq!(item["kind"], "full");
    assert_eq!(
        shown(&document, &item["items"]),
        checked(&project, "open.py", &document.text)
    );
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_file_that_is_closed_is_again_what_is_on_the_disk() {
    let project = Project::new(&[(".antipasta.yaml", STRICT), ("a.py", &function("on_the_disk", 2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("in_the_editor", 5));
    let items = pull_workspace(&mut client, &[]);
    let known = item_of(&items, &document.uri).expect("a report")["resultId"].clone();
    document.close(&mut client);
    document.text = project.read("a.py");
    let uri = document.uri.clone();
    let items = pull_workspace(&mut client, &[(&uri, &known)]);
    let item = item_of(&items, &uri).expect("a report");
    assert_eq!(
        shown(&document, &item["items"]),
        checked(&project, "a.py", &document.text)
    );
}

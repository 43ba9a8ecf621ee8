//! The scan of the workspace.

use std::time::Instant;

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, merged, uri};
use crate::document::Document;
use crate::findings::{checked, published, wait_for_version};
use crate::{STRICT, function, pushed, strict_project};

fn large_project(files: usize) -> Project {
    let project = Project::new(&[(".antipasta.yaml", STRICT)]);
    let text = function("f", 9).repeat(30);
    for number in 0..files {
        project.write(&format!("package/m{number}.py"), text.as_bytes());
    }
    project
}

fn with_progress() -> Value {
    merged(&pushed(), &json!({"window": {"workDoneProgress": true}}))
}

/// What was said of progress: (kind, value), from its beginning to its end if it has ended.
fn progress(received: &[Value], token: &Value) -> Vec<Value> {
    let all = received.iter().filter(|message| message["method"] == "$/progress");
    let of_token = all.filter(|message| message["params"]["token"] == *token);
    of_token.map(|message| message["params"]["value"].clone()).collect()
}

/// The token that the server creates for its next progress.
#[track_caller]
fn token(client: &mut Client, mark: usize) -> Value {
    client.wait_for_method(mark, "window/workDoneProgress/create")["token"].clone()
}

#[track_caller]
fn wait_for_end(client: &mut Client, token: &Value) -> Vec<Value> {
    client.wait_for("end of the progress", |received| {
        let said = progress(received, token);
        (said.last()?["kind"] == "end").then_some(said)
    })
}

#[test]
fn a_scan_says_how_far_it_is() {
    let project = large_project(300);
    let mut client = Client::start(&project);
    client.initialize(&project, &with_progress());
    let token = token(&mut client, 0);
    let said = wait_for_end(&mut client, &token);
    assert_eq!(said[0]["kind"], "begin");
    assert!(
        said[0]["title"].as_str().is_some_and(|title| !title.is_empty()),
        "{}",
        said[0]
    );
    assert_eq!(said[0]["cancellable"], true);
    let reports = &said[1..said.len() - 1];
    assert!(reports.iter().all(|value| value["kind"] == "report"), "{said:?}");
    assert!(!reports.is_empty());
    let percentages: Vec<u64> = said.iter().filter_map(|value| value["percentage"].as_u64()).collect();
    assert!(
        percentages.is_sorted() && percentages.iter().all(|percentage| *percentage <= 100),
        "{percentages:?}"
    );
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_client_without_progress_is_not_bothered() {
    let project = large_project(50);
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    client.expect(
        "workspace/executeCommand",
        json!({"command": "antipasta.analyseWorkspace"}),
    );
    client.catch_up(&document.uri);
    assert_eq!(client.of_method("window/workDoneProgress/create").count(), 0);
    assert_eq!(client.of_method("$/progress").count(), 0);
}

#[test]
fn a_scan_that_is_cancelled_ends_and_the_server_goes_on() {
    let project = large_project(2000);
    let mut client = Client::start(&project);
    client.initialize(&project, &with_progress());
    let first = token(&mut client, 0);
    wait_for_end(&mut client, &first);
    let begin = Instant::now();
    let (cancelled, said) = loop {
        let mark = client.received.len();
        let id = client.ask(
            "workspace/executeCommand",
            json!({"command": "antipasta.analyseWorkspace"}),
        );
        let token = token(&mut client, mark);
        client.wait_for_method(mark, "$/progress");
        client.notify("window/workDoneProgress/cancel", json!({"token": token}));
        let said = wait_for_end(&mut client, &token);
        let summary = client.answer(id).expect("a summary");
        // The scan may have been through before it was told.
        if summary["isCancelled"] == true {
            break (token, said);
        }
        assert!(begin.elapsed() < *PATIENCE, "it is never cancelled: {summary}");
    };
    // Cancelling what has ended, or never was, is no matter.
    client.notify("window/workDoneProgress/cancel", json!({"token": cancelled}));
    client.notify("window/workDoneProgress/cancel", json!({"token": "no such token"}));
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    assert_eq!(
        wait_for_version(&mut client, &document),
        checked(&project, "a.py", &document.text)
    );
    assert_eq!(
        progress(&client.received, &cancelled).len(),
        said.len(),
        "nothing after the end"
    );
    // Asked to, it scans again.
    let mark = client.received.len();
    let summary = client.expect(
        "workspace/executeCommand",
        json!({"command": "antipasta.analyseWorkspace"}),
    );
    assert_eq!(
        (&summary["isCancelled"], &summary["files"]),
        (&json!(false), &json!(2000))
    );
    let second = token(&mut client, mark);
    assert_ne!(cancelled, second);
    wait_for_end(&mut client, &second);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn typing_goes_on_during_a_scan() {
    let project = large_project(1000);
    let mut client = Client::start(&project);
    client.initialize(&project, &with_progress());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    let token = token(&mut client, 0);
    let mut has_answered = 0;
    while progress(&client.received, &token)
        .last()
        .is_none_or(|value| value["kind"] != "end")
    {
        document.replace(&mut client, "    pass\n", "    if x: pass\n    pass\n");
        wait_for_version(&mut client, &document);
        has_answered += 1;
    }
    assert!(has_answered > 1, "it waited for the scan to end");
    let expected = checked(&project, "a.py", &document.text);
    assert_eq!(wait_for_version(&mut client, &document), expected);
}

#[test]
fn a_session_may_end_during_a_scan() {
    let project = large_project(2000);
    let mut client = Client::start(&project);
    client.initialize(&project, &with_progress());
    token(&mut client, 0);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn files_that_are_not_open_are_told_of_once_that_is_wanted_and_taken_back() {
    let project = strict_project();
    project.write("b.py", function("g", 2).as_bytes());
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    // The scan is through, and has told nothing.
    client.expect(
        "workspace/executeCommand",
        json!({"command": "antipasta.analyseWorkspace"}),
    );
    let other = uri(&project.path("b.py"));
    assert_eq!(published(&client.received, &other), [] as [&Value; 0]);
    for (mode, are) in [("workspace", true), ("openFilesOnly", false), ("workspace", true)] {
        let settings = json!({"settings": {"antipasta": {"diagnosticMode": mode}}});
        client.notify("workspace/didChangeConfiguration", settings);
        client.wait_for(&format!("diagnostics of b.py in mode {mode}"), |received| {
            let last = published(received, &other).pop()?["diagnostics"].as_array()?.clone();
            (last.is_empty() != are).then_some(())
        });
    }
}

//! The beginning and the end of a session, over every connection.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use antipasta_lsp_tests::{COMPLEX, Project};
use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, folder, merged};
use crate::document::Document;
use crate::findings::{checked, wait_for_version};
use crate::{pushed, strict_project, watching};

/// No request may be sent before the session has begun, or after it has ended (LSP 3.17, error codes).
const SERVER_NOT_INITIALIZED: i64 = -32002;
const INVALID_REQUEST: i64 = -32600;

fn hover() -> Value {
    json!({"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}})
}

#[test]
fn the_server_says_who_it_is_and_what_it_can_do() {
    let project = strict_project();
    let mut client = Client::start(&project);
    let result = client.initialize(&project, &pushed());
    assert_eq!(result["serverInfo"]["name"], "antipasta-lsp");
    let version = project.run(&["--version"]).stdout;
    let version = version.trim().rsplit(' ').next().expect("a word");
    assert_eq!(result["serverInfo"]["version"], version);
    let can = &result["capabilities"];
    let sync = &can["textDocumentSync"];
    assert_eq!(
        (&sync["openClose"], &sync["change"]),
        (&json!(true), &json!(2)),
        "incremental: {sync}"
    );
    for provider in [
        "hoverProvider",
        "codeLensProvider",
        "documentSymbolProvider",
        "codeActionProvider",
        "inlayHintProvider",
        "executeCommandProvider",
    ] {
        assert!(
            !matches!(can[provider], Value::Null | Value::Bool(false)),
            "{provider}: {can}"
        );
    }
    assert_eq!(can["workspace"]["workspaceFolders"]["supported"], true);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn every_connection_serves() {
    let project = Project::new(&[]);
    for name in ["no arguments", "--stdio", "--socket"] {
        let mut client = match name {
            "no arguments" => Client::run(project.command([] as [&str; 0])),
            "--stdio" => Client::start(&project),
            _ => Client::over_socket(&project),
        };
        client.initialize(&project, &pushed());
        let document = Document::open(&mut client, &project.path("a.py"), COMPLEX);
        assert_eq!(
            wait_for_version(&mut client, &document),
            checked(&project, "a.py", COMPLEX),
            "{name}"
        );
        assert_eq!(client.end(), Some(0), "{name}");
    }
}

#[test]
fn a_socket_that_nobody_listens_on_is_an_error() {
    let project = Project::new(&[]);
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = free.local_addr().expect("an address").port().to_string();
    drop(free);
    let run = project.run(&["--socket", &port]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains(&port), "{run:?}");
    for port in ["-1", "65536", "http"] {
        let run = project.run(&[&format!("--socket={port}")]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stderr.contains("--socket"), "{run:?}");
    }
}

#[test]
fn nothing_is_done_before_the_session_has_begun() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let mut client = Client::start(&project);
    assert_eq!(client.refused("textDocument/hover", hover()), SERVER_NOT_INITIALIZED);
    client.notify("textDocument/didChange", json!({}));
    let abilities = merged(
        &merged(&pushed(), &watching()),
        &json!({"window": {"workDoneProgress": true}}),
    );
    let params = json!({"capabilities": abilities, "workspaceFolders": [folder(&project.path(""))]});
    client.expect("initialize", params.clone());
    // The client has not said yet that it is ready.
    client.catch_up("file:///a.py");
    let received = client
        .received
        .iter()
        .map(|message| message["method"].as_str())
        .collect::<Vec<_>>();
    let allowed = [
        Some("window/logMessage"),
        Some("window/showMessage"),
        Some("telemetry/event"),
    ];
    assert!(received.iter().all(|method| allowed.contains(method)), "{received:?}");
    client.notify("initialized", json!({}));
    client.wait_for_method(0, "$/progress");
    client.wait_for_method(0, "client/registerCapability");
    assert_eq!(client.refused("initialize", params), INVALID_REQUEST, "once only");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn the_exit_code_says_whether_the_client_took_its_leave() {
    let project = strict_project();
    let start = || {
        let mut client = Client::start(&project);
        client.initialize(&project, &pushed());
        let document = Document::open(&mut client, &project.path("a.py"), COMPLEX);
        wait_for_version(&mut client, &document);
        client
    };
    let mut client = start();
    client.expect("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), Some(0), "shutdown and exit");

    let mut client = start();
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), Some(1), "exit alone");

    let mut client = Client::start(&project);
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), Some(1), "before the session has begun");

    let mut client = start();
    client.close_input();
    assert_eq!(client.exit_code(), Some(1), "the end of the input");

    let mut client = start();
    client.expect("shutdown", Value::Null);
    client.close_input();
    assert_eq!(client.exit_code(), Some(0), "shutdown and the end of the input");
    assert!(!client.log().contains("panicked"), "{}", client.log());
}

#[test]
fn requests_after_shutdown_are_refused() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    client.expect("shutdown", Value::Null);
    for (method, params) in [
        ("textDocument/hover", hover()),
        ("shutdown", Value::Null),
        ("initialize", json!({"capabilities": {}})),
    ] {
        assert_eq!(client.refused(method, params), INVALID_REQUEST, "{method}");
    }
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), Some(0));
}

#[test]
fn a_client_that_hangs_up_ends_the_server() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let mut command = project.command(["--stdio"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("the binary runs");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_client_may_open_a_single_file_or_an_old_style_root() {
    let project = strict_project();
    let root = crate::client::uri(&project.path(""));
    for params in [
        json!({"capabilities": pushed(), "processId": null, "rootUri": null}),
        json!({"capabilities": pushed(), "rootUri": root, "workspaceFolders": null}),
        json!({"capabilities": pushed(), "rootPath": project.path("")}),
        json!({"capabilities": {}, "workspaceFolders": [], "clientInfo": {"name": "x"}, "locale": "fr", "trace": "off"}),
    ] {
        let mut client = Client::start(&project);
        client.initialize_with(params);
        let mut document = Document::open(&mut client, &project.path("a.py"), &crate::function("f", 2));
        document.replace(&mut client, "def f", "def g");
        let expected = checked(&project, "a.py", &document.text);
        // A client that does not understand versions or data may be told less.
        client.wait_for("diagnostics of the last version", |received| {
            let last = crate::findings::published(received, &document.uri).pop()?;
            let diagnostics = last["diagnostics"].as_array().expect("an array");
            let is_of_last = diagnostics.iter().any(|one| document.at(&one["range"]) == "g");
            (diagnostics.len() == expected.len() && is_of_last).then_some(())
        });
        assert_eq!(client.end(), Some(0));
    }
}

#[test]
fn a_client_that_does_not_read_and_then_is_gone_ends_the_server() {
    let project = Project::new(&[]);
    let mut command = project.command(["--stdio"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut server = command.spawn().expect("the binary runs");
    let mut input = server.stdin.take().expect("a pipe");
    // Nobody reads from the output, which stays open. The answers fill it, and the queue before it.
    let output = server.stdout.take().expect("a pipe");
    let method = "x".repeat(1000);
    for id in 0..2000 {
        let body = json!({"jsonrpc": "2.0", "id": id, "method": method}).to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
    }
    drop(input);
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = server.try_wait().expect("a child") {
            break status;
        }
        if begin.elapsed() > *PATIENCE {
            let _ = server.kill();
            panic!("the server goes on");
        }
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(1));
    drop(output);
}

/// A process that does nothing until it is killed, and its id.
#[cfg(unix)]
fn process() -> (std::process::Child, u32) {
    let child = Command::new("sleep").arg("1000000").spawn().expect("a program");
    let id = child.id();
    (child, id)
}

#[cfg(unix)]
#[test]
fn the_server_ends_when_the_process_of_its_client_is_gone() {
    let project = Project::new(&[]);
    let (mut parent, id) = process();
    let mut client = Client::start(&project);
    client.initialize_with(json!({"capabilities": pushed(), "processId": id}));
    client.catch_up("file:///a.py");
    parent.kill().expect("a process");
    parent.wait().expect("a process");
    assert_eq!(client.exit_code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_process_that_is_not_of_this_machine_is_not_watched() {
    let project = Project::new(&[]);
    let (mut gone, id) = process();
    gone.kill().expect("a process");
    gone.wait().expect("a process");
    for id in [json!(id), json!(0), json!(u32::MAX), Value::Null] {
        let mut client = Client::start(&project);
        client.initialize_with(json!({"capabilities": pushed(), "processId": id}));
        client.catch_up("file:///a.py");
        assert_eq!(client.end(), Some(0), "{id}");
    }
}

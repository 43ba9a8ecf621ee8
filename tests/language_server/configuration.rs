//! Configurations and settings, and what follows from their changes.

use std::time::{Duration, Instant};

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, folder, merged, uri};
use crate::document::Document;
use crate::findings::{checked, published, shown, wait_for_findings, wait_for_version};
use crate::{cyclomatic, function, pushed, watching};

/// Says that files have changed: created is 1, changed 2, deleted 3.
pub(crate) fn tell_of_files(client: &mut Client, project: &Project, files: &[(&str, u8)]) {
    let changes: Vec<Value> = files
        .iter()
        .map(|(name, kind)| json!({"uri": uri(&project.path(name)), "type": kind}))
        .collect();
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
}

/// What a client is told last of a document, if anything.
fn told(client: &Client, document: &Document) -> Option<Value> {
    published(&client.received, &document.uri)
        .pop()
        .map(|params| params["diagnostics"].clone())
}

#[test]
fn a_changed_configuration_is_used_at_once() {
    let project = Project::new(&[(".antipasta.yaml", &cyclomatic(2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pushed(), &watching()));
    let registered = client.wait_for("registration of watched files", |received| {
        let requests = received
            .iter()
            .filter(|message| message["method"] == "client/registerCapability");
        let mut registrations =
            requests.flat_map(|request| request["params"]["registrations"].as_array().into_iter().flatten());
        registrations
            .find(|one| one["method"] == "workspace/didChangeWatchedFiles")
            .cloned()
    });
    let watchers = registered["registerOptions"]["watchers"].to_string();
    for name in [".antipasta.yaml", "pyproject.toml", ".gitignore", "*.py"] {
        assert!(watchers.contains(name), "{name} is not watched: {watchers}");
    }
    let document = Document::open(
        &mut client,
        &project.path("a.py"),
        &(function("f", 3) + &function("g", 6)),
    );
    assert_eq!(wait_for_version(&mut client, &document).len(), 2);
    let steps: [(&str, Option<String>, u8); 6] = [
        (".antipasta.yaml", Some(cyclomatic(5)), 2),
        (".antipasta.yaml", Some(cyclomatic(3)), 2),
        (".antipasta.yaml", None, 3),
        ("pyproject.toml", Some("[[tool.antipasta.languages]]\nname = 'python'\nmetrics = [{type = 'cyclomatic_complexity', threshold = 6, comparison = '<='}]\n".to_owned()), 1),
        (".antipasta.yaml", Some(cyclomatic(2)), 1),
        (".antipasta.yaml", Some(cyclomatic(2) + "ignore_patterns: ['a.py']\n"), 2),
    ];
    for (name, content, kind) in steps {
        match &content {
            Some(content) => project.write(name, content.as_bytes()),
            None => std::fs::remove_file(project.path(name)).expect("a file"),
        }
        let expected = match &content {
            // The check takes source on its standard input in whatever the patterns say.
            Some(content) if content.contains("ignore_patterns") => Vec::new(),
            _ => checked(&project, "a.py", &document.text),
        };
        let mark = client.received.len();
        let before = shown(&document, &told(&client, &document).expect("diagnostics"));
        assert_ne!(before, expected, "{name} {content:?}");
        tell_of_files(&mut client, &project, &[(name, kind)]);
        wait_for_findings(&mut client, mark, &document, &expected);
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn the_server_watches_itself_if_the_client_cannot() {
    let project = Project::new(&[(".antipasta.yaml", &cyclomatic(2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
    assert_eq!(wait_for_version(&mut client, &document).len(), 1);
    let begin = Instant::now();
    loop {
        // Nobody says when the server has begun to watch: what it has missed is written once more.
        project.write(".antipasta.yaml", cyclomatic(9).as_bytes());
        let noticed = client.wait_at_most(Duration::from_secs(1), |received| {
            let last = published(received, &document.uri).pop()?;
            (last["diagnostics"] == json!([])).then_some(())
        });
        if noticed.is_some() {
            break;
        }
        assert!(begin.elapsed() < *PATIENCE, "it does not watch: {}", client.log());
    }
    assert_eq!(
        client.of_method("client/registerCapability").count(),
        0,
        "the client cannot"
    );
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_broken_configuration_is_complained_about_and_the_last_good_one_stays() {
    let project = Project::new(&[(".antipasta.yaml", &cyclomatic(2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pushed(), &watching()));
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
    let before = wait_for_version(&mut client, &document);
    project.write(".antipasta.yaml", b"profil: strict\n");
    let mark = client.received.len();
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
    let message = client.wait_for_method(mark, "window/showMessage");
    assert_eq!(message["type"], 1, "an error: {message}");
    // It is judged as before, and the complaint is not repeated with every key.
    for name in ["g", "h"] {
        document.replace(&mut client, "def ", &format!("def {name}"));
        let findings = wait_for_version(&mut client, &document);
        assert_eq!(findings.len(), before.len());
        assert_eq!(findings[0].value, before[0].value);
    }
    client.catch_up(&document.uri);
    let complaints = client.received[mark..]
        .iter()
        .filter(|message| message["method"] == "window/showMessage");
    assert_eq!(complaints.count(), 1);
    project.write(".antipasta.yaml", cyclomatic(3).as_bytes());
    document.replace(&mut client, "    pass\n", "    if x: pass\n");
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
    let expected = checked(&project, "a.py", &document.text);
    assert_eq!(expected[0].limit, "3.000000");
    wait_for_findings(&mut client, mark, &document, &expected);
}

#[test]
fn a_configuration_that_is_broken_from_the_beginning_stops_nothing() {
    let project = Project::new(&[(".antipasta.yaml", "languages: 7\n")]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pushed(), &watching()));
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 30));
    client.wait_for_method(0, "window/showMessage");
    client.catch_up(&document.uri);
    let mark = client.received.len();
    project.write(".antipasta.yaml", cyclomatic(3).as_bytes());
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
    let expected = checked(&project, "a.py", &document.text);
    wait_for_findings(&mut client, mark, &document, &expected);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn every_folder_and_every_directory_has_its_own_configuration() {
    let project = Project::new(&[
        ("one/.antipasta.yaml", &cyclomatic(2)),
        ("two/.antipasta.yaml", &cyclomatic(4)),
        ("two/inner/.antipasta.yaml", &cyclomatic(1)),
        ("three/.antipasta.yaml", &cyclomatic(3)),
    ]);
    let mut client = Client::start(&project);
    let folders = ["one", "two"].map(|name| folder(&project.path(name)));
    client.initialize_with(json!({"capabilities": merged(&pushed(), &watching()), "workspaceFolders": folders}));
    let text = [1, 2, 3, 4, 5]
        .map(|branches| function(&format!("f{branches}"), branches))
        .concat();
    let open = |client: &mut Client, name: &str| {
        let document = Document::open(client, &project.path(name), &text);
        let expected = checked(&project, name, &text);
        assert_eq!(wait_for_version(client, &document), expected, "{name}");
        (document, expected.len())
    };
    let counts = ["one/a.py", "two/a.py", "two/inner/a.py", "three/a.py"].map(|name| open(&mut client, name).1);
    assert_eq!(counts, [4, 2, 5, 3]);
    // A change in one folder is none of the others' business.
    let mark = client.received.len();
    project.write("two/.antipasta.yaml", cyclomatic(5).as_bytes());
    tell_of_files(&mut client, &project, &[("two/.antipasta.yaml", 2)]);
    client.wait_for("diagnostics of two/a.py", |received| {
        let last = published(&received[mark..], &uri(&project.path("two/a.py"))).pop()?;
        (last["diagnostics"].as_array()?.len() == 1).then_some(())
    });
    for name in ["one/a.py", "two/inner/a.py", "three/a.py"] {
        client.catch_up(&uri(&project.path(name)));
        assert_eq!(
            published(&client.received[mark..], &uri(&project.path(name))),
            [] as [&Value; 0],
            "{name}"
        );
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn the_client_s_settings_are_asked_for_and_followed() {
    let project = Project::new(&[(".antipasta.yaml", &cyclomatic(2))]);
    let mut client = Client::start(&project);
    client.settings = json!({"antipasta": {"severity": "error", "inlayHints": true}});
    let abilities =
        json!({"workspace": {"configuration": true, "didChangeConfiguration": {"dynamicRegistration": true}}});
    client.initialize(&project, &merged(&pushed(), &abilities));
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
    wait_for_severity(&mut client, &document, 1);
    assert_eq!(hints(&mut client, &document), 3);
    client.settings = json!({"antipasta": {"severity": "hint", "inlayHints": false}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    wait_for_severity(&mut client, &document, 4);
    assert_eq!(hints(&mut client, &document), 0);
    // Settings that are none are complained about, and are as if they had been left out.
    client.settings = json!({"antipasta": {"severity": "dreadful", "inlayHint": true}});
    let mark = client.received.len();
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    let complaint = client.wait_for("complaint", |received| {
        let methods = ["window/showMessage", "window/logMessage"];
        let mut messages = received[mark..]
            .iter()
            .filter(|message| methods.iter().any(|method| message["method"] == *method));
        messages
            .find(|message| {
                message["params"]["message"]
                    .as_str()
                    .is_some_and(|text| text.contains("dreadful"))
            })
            .cloned()
    });
    assert!(
        matches!(complaint["params"]["type"].as_u64(), Some(1 | 2)),
        "{complaint}"
    );
    client.wait_for("word of an unknown setting", |received| {
        let said = "`antipasta.inlayHint` is no setting; did you mean `inlayHints`?";
        let mut texts = received[mark..]
            .iter()
            .filter_map(|message| message["params"]["message"].as_str());
        texts.find(|text| text.contains(said)).map(|_| ())
    });
    wait_for_severity(&mut client, &document, 2);
}

#[test]
fn settings_may_come_with_the_handshake_or_with_their_change() {
    let project = Project::new(&[(".antipasta.yaml", &cyclomatic(2))]);
    let mut client = Client::start(&project);
    client.initialize_with(json!({
        "capabilities": pushed(),
        "workspaceFolders": [folder(&project.path(""))],
        "initializationOptions": {"severity": "information", "inlayHints": true},
    }));
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
    wait_for_severity(&mut client, &document, 3);
    assert_eq!(hints(&mut client, &document), 3);
    let settings = json!({"settings": {"antipasta": {"severity": "error", "inlayHints": false}}});
    client.notify("workspace/didChangeConfiguration", settings);
    wait_for_severity(&mut client, &document, 1);
    assert_eq!(hints(&mut client, &document), 0);
}

/// Waits until all diagnostics of a document, of which there are some, are of a severity.
#[track_caller]
fn wait_for_severity(client: &mut Client, document: &Document, severity: u8) {
    client.wait_for(&format!("diagnostics of severity {severity}"), |received| {
        let last = published(received, &document.uri).pop()?;
        let diagnostics = last["diagnostics"].as_array()?;
        let all = diagnostics.iter().all(|diagnostic| diagnostic["severity"] == severity);
        (all && !diagnostics.is_empty()).then_some(())
    });
}

/// How many inlay hints a document has. Even if there are to be none, the answer is a list: some clients take `null` for no answer.
#[track_caller]
fn hints(client: &mut Client, document: &Document) -> usize {
    let range = document.range(0..document.text.len());
    let params = json!({"textDocument": document.identifier(), "range": range});
    client
        .expect("textDocument/inlayHint", params)
        .as_array()
        .expect("an array")
        .len()
}

#[test]
fn a_document_larger_than_the_configuration_allows_is_not_analyzed_and_that_is_said_once() {
    let limited = |size: &str| cyclomatic(2) + &format!("max_file_size: {size}\n");
    let project = Project::new(&[(".antipasta.yaml", &limited("200"))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pushed(), &watching()));
    let small = function("f", 3);
    let large = small.clone() + &"# large\n".repeat(30);
    let mut document = Document::open(&mut client, &project.path("a.py"), &large);
    assert_eq!(wait_for_version(&mut client, &document).len(), 0);
    document.replace(&mut client, &large, &small);
    assert_eq!(wait_for_version(&mut client, &document).len(), 1);
    document.replace(&mut client, &small, &large);
    assert_eq!(wait_for_version(&mut client, &document).len(), 0);
    let said = client.of_method("window/showMessage").count();
    assert_eq!(said, 1);
    project.write(".antipasta.yaml", limited("1 MB").as_bytes());
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
    client.wait_for("diagnostics of a document that is not too large any more", |received| {
        let published = published(received, &document.uri).pop()?;
        (!published["diagnostics"].as_array()?.is_empty()).then_some(())
    });
}

#[cfg(unix)]
#[test]
fn a_configuration_without_an_end_holds_nothing_up() {
    let project = Project::new(&[(".antipasta.yaml", &cyclomatic(2))]);
    let made = std::process::Command::new("mkfifo").arg(project.path("pipe")).status();
    assert!(made.expect("mkfifo runs").success());
    for configuration in ["pipe", "/dev/stdin", "/dev/zero", "/proc/kmsg", "."] {
        let mut client = Client::start(&project);
        client.initialize_with(json!({
            "capabilities": pushed(),
            "workspaceFolders": [folder(&project.path(""))],
            "initializationOptions": {"configuration": configuration},
        }));
        // The nearest one holds in its place.
        let document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
        assert_eq!(wait_for_version(&mut client, &document).len(), 1, "{configuration}");
        assert_eq!(client.end(), Some(0));
    }
}

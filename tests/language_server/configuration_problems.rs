//! What is wrong with configurations: diagnostics on their files, and one message.

use std::path::Path;

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, folder, merged, uri};
use crate::configuration::tell_of_files;
use crate::document::Document;
use crate::findings::{published, wait_for_version};
use crate::{cyclomatic, function, pulling, pushed, watching};

/// What a client can do that shows messages with buttons, and documents.
fn with_buttons() -> Value {
    json!({"window": {
        "showMessage": {"messageActionItem": {"additionalPropertiesSupport": true}},
        "showDocument": {"support": true},
    }})
}

fn start(project: &Project, abilities: &[Value]) -> Client {
    let mut client = Client::start(project);
    let capabilities = abilities.iter().fold(watching(), |all, one| merged(&all, one));
    client.initialize(project, &capabilities);
    client
}

/// Waits until the diagnostics of a configuration that came last satisfy something.
#[track_caller]
fn wait_for(client: &mut Client, path: &Path, what: &str, check: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let uri = uri(path);
    client.wait_for(&format!("{what} on {uri}"), |received| {
        let last = published(received, &uri).pop()?["diagnostics"].as_array()?.clone();
        check(&last).then_some(last)
    })
}

#[track_caller]
fn wait_until_clear(client: &mut Client, path: &Path) {
    wait_for(client, path, "no diagnostics", <[Value]>::is_empty);
}

/// Everything that was shown to the user.
fn messages(client: &Client) -> Vec<&Value> {
    let methods = ["window/showMessage", "window/showMessageRequest"];
    methods.iter().flat_map(|method| client.of_method(method)).collect()
}

/// Waits for the first message to the user: diagnostics may come before it.
#[track_caller]
fn wait_for_message(client: &mut Client) {
    client.wait_for("a message", |received| {
        let mut methods = received.iter().filter_map(|message| message["method"].as_str());
        methods
            .find(|method| method.starts_with("window/showMessage"))
            .map(drop)
    });
}

#[test]
fn errors_are_diagnostics_of_the_configuration_until_they_are_fixed() {
    for abilities in [pushed(), pulling()] {
        let project = Project::new(&[(
            ".antipasta.yaml",
            "profil: strict\n\"ü\": 1\nuse_gitignore: perhaps  # no\n",
        )]);
        let path = project.path(".antipasta.yaml");
        let mut client = start(&project, &[abilities]);
        let shown = wait_for(&mut client, &path, "errors", |shown| shown.len() == 3);
        let places = [(0, 0, 6), (1, 0, 3), (2, 15, 22)];
        for (diagnostic, (line, start, end)) in shown.iter().zip(places) {
            let place = |character: u32| json!({"line": line, "character": character});
            assert_eq!(diagnostic["range"], json!({"start": place(start), "end": place(end)}));
            assert_eq!(diagnostic["severity"], 1);
            assert_eq!(diagnostic["source"], "antipasta");
            assert_eq!(diagnostic["code"], "configuration-error");
        }
        let text = shown[0]["message"].as_str().expect("a message");
        assert!(
            text.starts_with("profil: unknown key; did you mean `profile`?"),
            "{text}"
        );
        // One of three is fixed, then all.
        project.write(".antipasta.yaml", b"profil: strict\nuse_gitignore: perhaps\n");
        tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
        wait_for(&mut client, &path, "two errors", |shown| shown.len() == 2);
        project.write(".antipasta.yaml", cyclomatic(2).as_bytes());
        tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
        wait_until_clear(&mut client, &path);
        wait_for_message(&mut client);
        assert_eq!(messages(&client).len(), 1, "{:?}", messages(&client));
        // The next time that there are errors is worth another message.
        let mark = client.received.len();
        project.write(".antipasta.yaml", b"profil: strict\n");
        tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
        client.wait_for_method(mark, "window/showMessage");
        std::fs::remove_file(&path).expect("a file");
        tell_of_files(&mut client, &project, &[(".antipasta.yaml", 3)]);
        wait_until_clear(&mut client, &path);
        assert_eq!(client.end(), Some(0));
    }
}

#[test]
fn a_table_of_a_pyproject_has_its_errors_until_it_is_overruled() {
    let text = "[project]\nname = 'é'\n\n[tool.antipasta]\nuse_gitignore = 'perhaps'\n";
    let project = Project::new(&[("pyproject.toml", text)]);
    let path = project.path("pyproject.toml");
    let mut client = start(&project, &[pushed()]);
    let shown = wait_for(&mut client, &path, "an error", |shown| shown.len() == 1);
    assert_eq!(
        shown[0]["range"],
        json!({"start": {"line": 4, "character": 16}, "end": {"line": 4, "character": 25}})
    );
    project.write(".antipasta.yaml", cyclomatic(2).as_bytes());
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 1)]);
    wait_until_clear(&mut client, &path);
    std::fs::remove_file(project.path(".antipasta.yaml")).expect("a file");
    project.write("pyproject.toml", b"[tool\n");
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 3), ("pyproject.toml", 2)]);
    let shown = wait_for(&mut client, &path, "a syntax error", |shown| shown.len() == 1);
    assert_eq!(shown[0]["range"]["start"]["line"], 0);
}

#[test]
fn what_is_odd_is_a_warning_without_a_message() {
    let text = "use_gitignore: true\nuse_gitignore: false\n";
    let project = Project::new(&[(".antipasta.yaml", text)]);
    let mut client = start(&project, &[pushed()]);
    let shown = wait_for(&mut client, &project.path(".antipasta.yaml"), "a warning", |shown| {
        shown.len() == 1
    });
    assert_eq!(shown[0]["severity"], 2);
    assert_eq!(shown[0]["code"], "configuration-warning");
    assert_eq!(shown[0]["range"]["start"]["line"], 0);
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    client.catch_up(&document.uri);
    assert_eq!(messages(&client), [] as [&Value; 0]);
}

#[test]
fn nested_configurations_are_found_by_the_scan_and_by_documents() {
    let project = Project::new(&[
        (".antipasta.yaml", &cyclomatic(2)),
        ("a/.antipasta.yaml", "profil: x\n"),
        ("a/a.py", "x = 1\n"),
        ("b/.antipasta.yaml", "profil: x\n"),
        ("b/b.py", "x = 1\n"),
    ]);
    let mut client = start(&project, &[pushed()]);
    wait_for(&mut client, &project.path("a/.antipasta.yaml"), "an error", |shown| {
        shown.len() == 1
    });
    let document = Document::open(&mut client, &project.path("b/b.py"), &function("f", 2));
    wait_for(&mut client, &project.path("b/.antipasta.yaml"), "an error", |shown| {
        shown.len() == 1
    });
    wait_for_version(&mut client, &document);
    wait_for_message(&mut client);
    assert_eq!(
        messages(&client).len(),
        1,
        "one message for all: {:?}",
        messages(&client)
    );
    // The folder is left.
    let event = json!({"event": {"added": [], "removed": [folder(&project.path(""))]}});
    document.close(&mut client);
    client.notify("workspace/didChangeWorkspaceFolders", event);
    for name in ["a", "b"] {
        wait_until_clear(&mut client, &project.path(name).join(".antipasta.yaml"));
    }
}

#[test]
fn a_configuration_outside_of_the_workspace_counts_while_a_document_needs_it() {
    let project = Project::new(&[("inside/a.py", ""), ("outside/.antipasta.yaml", "profil: x\n")]);
    let mut client = Client::start(&project);
    let folders = [folder(&project.path("inside"))];
    client.initialize_with(json!({"capabilities": merged(&pushed(), &watching()), "workspaceFolders": folders}));
    let path = project.path("outside/.antipasta.yaml");
    let document = Document::open(&mut client, &project.path("outside/b.py"), &function("f", 2));
    wait_for(&mut client, &path, "an error", |shown| shown.len() == 1);
    document.close(&mut client);
    wait_until_clear(&mut client, &path);
}

#[test]
fn a_configuration_that_the_settings_name_is_one_of_them() {
    let project = Project::new(&[("rules/strict.yaml", "profil: x\n"), (".antipasta.yaml", "profil: y\n")]);
    let mut client = Client::start(&project);
    client.settings = json!({"antipasta": {"configuration": "rules/strict.yaml"}});
    let abilities = json!({"workspace": {"configuration": true}});
    client.initialize(&project, &merged(&pushed(), &abilities));
    let (given, nearest) = (project.path("rules/strict.yaml"), project.path(".antipasta.yaml"));
    wait_for(&mut client, &given, "an error", |shown| shown.len() == 1);
    wait_for(&mut client, &nearest, "an error", |shown| shown.len() == 1);
    // Once it is sound, the nearest is not used any more.
    project.write("rules/strict.yaml", cyclomatic(2).as_bytes());
    tell_of_files(&mut client, &project, &[("rules/strict.yaml", 2)]);
    wait_until_clear(&mut client, &given);
    wait_until_clear(&mut client, &nearest);
}

#[test]
fn the_button_of_the_message_opens_the_configuration_at_its_error() {
    let project = Project::new(&[(".antipasta.yaml", "# rules\nprofil: x\n")]);
    let mut client = Client::start(&project);
    client.button = json!("Open Configuration");
    client.initialize(&project, &merged(&pushed(), &with_buttons()));
    let message = client.wait_for_method(0, "window/showMessageRequest");
    assert_eq!(message["actions"], json!([{"title": "Open Configuration"}]));
    let shown = client.wait_for_method(0, "window/showDocument");
    assert_eq!(shown["uri"], uri(&project.path(".antipasta.yaml")));
    assert_eq!(shown["selection"]["start"], json!({"line": 1, "character": 0}));
    // A message that nobody answers keeps nothing waiting, nor does one that is closed.
    let mut client = Client::start(&project);
    client.holds_answers = true;
    client.initialize(&project, &merged(&pushed(), &with_buttons()));
    client.wait_for_method(0, "window/showMessageRequest");
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 20));
    assert!(!wait_for_version(&mut client, &document).is_empty());
    client.give_answers();
    client.catch_up(&document.uri);
    assert_eq!(client.of_method("window/showDocument").count(), 0);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn neovim_is_asked_nothing_as_it_would_wait_for_the_answer() {
    let project = Project::new(&[(".antipasta.yaml", "profil: strict\n")]);
    let mut client = Client::start(&project);
    client.initialize_with(json!({
        "clientInfo": {"name": "Neovim", "version": "0.11.4"},
        "capabilities": merged(&pushed(), &with_buttons()),
        "workspaceFolders": [folder(&project.path(""))],
    }));
    client.wait_for_method(0, "window/showMessage");
    assert_eq!(client.of_method("window/showMessageRequest").count(), 0);
    assert_eq!(client.end(), Some(0));
}

/// The texts of the table that all editors are tested with.
fn hostile() -> Vec<String> {
    let table: Value = serde_json::from_str(include_str!("../editor/hostile.json")).expect("a table");
    let rows = table["texts"].as_array().expect("an array").iter();
    rows.map(|row| {
        let text = row["text"].as_str().expect("a text");
        text.repeat(row["repeat"].as_u64().unwrap_or(1) as usize)
    })
    .collect()
}

#[test]
fn nothing_of_a_configuration_is_in_a_message_and_all_of_it_is_escaped_elsewhere() {
    let texts = hostile();
    assert!(texts.len() > 50);
    // JSON is YAML.
    let keys: String = texts.iter().map(|text| format!("? {}\n: 1\n", json!(text))).collect();
    let values = texts
        .iter()
        .map(|text| json!({"name": "python", "metrics": [{"type": text, "threshold": text}]}));
    let values = json!({"languages": values.collect::<Vec<_>>(), "profile": texts}).to_string();
    for (content, most) in [(keys, 51), (values, 51)] {
        let project = Project::new(&[(".antipasta.yaml", &*content), ("a.py", "x = 1\n")]);
        let mut client = start(&project, &[pushed(), with_buttons()]);
        let shown = wait_for(&mut client, &project.path(".antipasta.yaml"), "errors", |shown| {
            !shown.is_empty()
        });
        assert!(shown.len() <= most, "{}", shown.len());
        let last = shown.last().expect("a diagnostic")["message"].as_str().expect("a text");
        assert!(last.starts_with("and ") && last.ends_with(" more problems"), "{last}");
        for diagnostic in &shown {
            let text = diagnostic["message"].as_str().expect("a text");
            assert!(text.chars().count() < 1200, "{text}");
            let is_safe =
                |letter: char| !letter.is_control() && !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2028}');
            assert!(text.chars().all(is_safe), "{text:?}");
        }
        let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
        wait_for_version(&mut client, &document);
        let messages = messages(&client);
        assert_eq!(messages.len(), 1, "{messages:?}");
        let text = messages[0].to_string().to_lowercase();
        assert!(!text.contains("pwned") && !text.contains("evil.example"), "{text}");
        for line in client.of_method("window/logMessage") {
            let text = line["message"].as_str().expect("a text");
            assert!(!text.contains(['\n', '\u{1b}', '\u{202e}']), "{text:?}");
        }
    }
}

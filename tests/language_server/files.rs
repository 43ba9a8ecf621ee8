//! Files and folders that come, change and go outside the editor.

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, folder, merged, uri};
use crate::configuration::tell_of_files;
use crate::document::Document;
use crate::findings::{checked, shown};
use crate::pull::{item_of, pull_workspace};
use crate::{STRICT, cyclomatic, function, pulling, watching};

/// Sees that the diagnostics of the workspace say of a file what the check says of it.
#[track_caller]
fn assert_reported(client: &mut Client, project: &Project, name: &str) {
    let text = project.read(name);
    let file = Document {
        uri: uri(&project.path(name)),
        version: 0,
        text,
        encoding: Default::default(),
    };
    let items = pull_workspace(client, &[]);
    let item = item_of(&items, &file.uri).unwrap_or_else(|| panic!("no {name}: {items:?}"));
    let expected = checked(project, name, &file.text);
    assert!(!expected.is_empty(), "nothing to see");
    assert_eq!(shown(&file, &item["items"]), expected);
}

/// Sees that the diagnostics of the workspace say nothing of a file.
#[track_caller]
fn assert_not_reported(client: &mut Client, project: &Project, name: &str) {
    let items = pull_workspace(client, &[]);
    let item = item_of(&items, &uri(&project.path(name)));
    assert!(item.is_none_or(|item| item["items"] == json!([])), "{item:?}");
}

#[test]
fn files_that_come_change_and_go_are_followed() {
    let project = Project::new(&[(".antipasta.yaml", STRICT), ("a.py", &function("a", 2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    assert_reported(&mut client, &project, "a.py");
    project.write("sub/b.py", function("b", 3).as_bytes());
    tell_of_files(&mut client, &project, &[("sub/b.py", 1)]);
    assert_reported(&mut client, &project, "sub/b.py");
    project.write("sub/b.py", function("c", 5).as_bytes());
    tell_of_files(&mut client, &project, &[("sub/b.py", 2)]);
    assert_reported(&mut client, &project, "sub/b.py");
    // What is renamed is deleted and created.
    std::fs::rename(project.path("sub/b.py"), project.path("sub/d.py")).expect("a file");
    tell_of_files(&mut client, &project, &[("sub/b.py", 3), ("sub/d.py", 1)]);
    assert_reported(&mut client, &project, "sub/d.py");
    assert_not_reported(&mut client, &project, "sub/b.py");
    // Told, as it is sometimes, of what is not so.
    tell_of_files(&mut client, &project, &[("sub/missing.py", 1), ("a.py", 3), ("sub", 2)]);
    assert_not_reported(&mut client, &project, "sub/missing.py");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_deleted_file_s_diagnostics_are_taken_away() {
    let project = Project::new(&[(".antipasta.yaml", STRICT), ("a.py", &function("a", 2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    let items = pull_workspace(&mut client, &[]);
    let uri = uri(&project.path("a.py"));
    let known = item_of(&items, &uri).expect("a report")["resultId"].clone();
    std::fs::remove_file(project.path("a.py")).expect("a file");
    tell_of_files(&mut client, &project, &[("a.py", 3)]);
    // A client keeps what it was told until it is told something else.
    let items = pull_workspace(&mut client, &[(&uri, &known)]);
    let item = item_of(&items, &uri).expect("a report of what the client knows");
    assert_eq!((&item["kind"], &item["items"]), (&json!("full"), &json!([])));
}

#[test]
fn an_open_document_is_what_the_editor_says_whatever_is_on_the_disk() {
    let project = Project::new(&[(".antipasta.yaml", STRICT), ("a.py", &function("on_the_disk", 2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    let document = Document::open(&mut client, &project.path("a.py"), &function("in_the_editor", 3));
    project.write("a.py", function("changed", 4).as_bytes());
    tell_of_files(&mut client, &project, &[("a.py", 2)]);
    let items = pull_workspace(&mut client, &[]);
    let item = item_of(&items, &document.uri).expect("a report");
    assert_eq!(
        shown(&document, &item["items"]),
        checked(&project, "a.py", &document.text)
    );
    std::fs::remove_file(project.path("a.py")).expect("a file");
    tell_of_files(&mut client, &project, &[("a.py", 3)]);
    let items = pull_workspace(&mut client, &[]);
    let item = item_of(&items, &document.uri).expect("a report");
    assert_eq!(
        shown(&document, &item["items"]),
        checked(&project, "a.py", &document.text)
    );
}

#[test]
fn gitignore_files_and_patterns_are_followed_as_they_change() {
    let project = Project::new(&[
        (".antipasta.yaml", STRICT),
        ("a.py", &function("a", 2)),
        ("b.py", &function("b", 2)),
    ]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    assert_reported(&mut client, &project, "a.py");
    project.write(".gitignore", b"a.py\n");
    tell_of_files(&mut client, &project, &[(".gitignore", 1)]);
    assert_not_reported(&mut client, &project, "a.py");
    assert_reported(&mut client, &project, "b.py");
    std::fs::remove_file(project.path(".gitignore")).expect("a file");
    tell_of_files(&mut client, &project, &[(".gitignore", 3)]);
    assert_reported(&mut client, &project, "a.py");
    project.write(
        ".antipasta.yaml",
        (STRICT.to_owned() + "ignore_patterns: ['b.py']\n").as_bytes(),
    );
    tell_of_files(&mut client, &project, &[(".antipasta.yaml", 2)]);
    assert_not_reported(&mut client, &project, "b.py");
    assert_reported(&mut client, &project, "a.py");
}

#[test]
fn folders_come_and_go() {
    let project = Project::new(&[
        ("one/.antipasta.yaml", &cyclomatic(1)),
        ("one/a.py", &function("a", 2)),
        ("two/.antipasta.yaml", &cyclomatic(3)),
        ("two/b.py", &function("b", 4)),
    ]);
    let mut client = Client::start(&project);
    let of = |name: &str| folder(&project.path(name));
    let abilities = merged(&pulling(), &watching());
    client.initialize_with(json!({"capabilities": abilities, "workspaceFolders": [of("one")]}));
    assert_reported(&mut client, &project, "one/a.py");
    assert_not_reported(&mut client, &project, "two/b.py");
    let change = |added: Vec<Value>, removed: Vec<Value>| json!({"event": {"added": added, "removed": removed}});
    client.notify("workspace/didChangeWorkspaceFolders", change(vec![of("two")], vec![]));
    assert_reported(&mut client, &project, "two/b.py");
    assert_reported(&mut client, &project, "one/a.py");
    client.notify("workspace/didChangeWorkspaceFolders", change(vec![], vec![of("one")]));
    assert_not_reported(&mut client, &project, "one/a.py");
    assert_reported(&mut client, &project, "two/b.py");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_is_said_of_the_workspace_without_waiting_is_done_in_order() {
    let names: Vec<String> = (0..20).map(|number| format!("folder{number}")).collect();
    let project = Project::new(&[]);
    for name in &names {
        project.write(&format!("{name}/.antipasta.yaml"), cyclomatic(1).as_bytes());
        project.write(&format!("{name}/a.py"), function("a", 2).as_bytes());
    }
    let mut client = Client::start(&project);
    client.initialize_with(json!({"capabilities": merged(&pulling(), &watching()), "workspaceFolders": []}));
    for name in &names {
        let event = json!({"added": [folder(&project.path(name))], "removed": []});
        client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    }
    // The last settings hold, and the last content of a file.
    for severity in ["error", "warning", "information"]
        .repeat(10)
        .into_iter()
        .chain(["hint"])
    {
        let settings = json!({"antipasta": {"severity": severity}});
        client.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
    }
    for branches in 2..30 {
        project.write("folder7/a.py", function("a", branches).as_bytes());
        tell_of_files(&mut client, &project, &[("folder7/a.py", 2)]);
    }
    let items = pull_workspace(&mut client, &[]);
    for name in &names {
        let name = format!("{name}/a.py");
        let item = item_of(&items, &uri(&project.path(&name))).unwrap_or_else(|| panic!("no {name}: {items:?}"));
        assert_eq!(item["items"][0]["severity"], 4, "{name}");
    }
    assert_reported(&mut client, &project, "folder7/a.py");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_file_that_changes_while_the_workspace_is_scanned_is_as_it_was_left() {
    let project = Project::new(&[(".antipasta.yaml", STRICT)]);
    for number in 0..300 {
        project.write(&format!("m{number}.py"), function("f", 9).repeat(30).as_bytes());
    }
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    for round in 2..60 {
        for name in ["m0.py", "m150.py", "m299.py"] {
            project.write(name, function("changed", round).as_bytes());
            tell_of_files(&mut client, &project, &[(name, 2)]);
        }
        if round % 20 == 0 {
            client.ask(
                "workspace/executeCommand",
                json!({"command": "antipasta.analyseWorkspace"}),
            );
        }
    }
    for name in ["m0.py", "m150.py", "m299.py"] {
        assert_reported(&mut client, &project, name);
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn names_that_need_escapes_are_found() {
    let project = Project::new(&[(".antipasta.yaml", STRICT)]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    for name in ["with space/ä%20#b.py", "変😀/[x]+&;.py"] {
        project.write(name, function("f", 2).as_bytes());
        tell_of_files(&mut client, &project, &[(name, 1)]);
        assert_reported(&mut client, &project, name);
    }
}

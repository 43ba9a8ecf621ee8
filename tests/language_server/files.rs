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

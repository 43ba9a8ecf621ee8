//! The cache that the scan of the workspace shares with all other runs.

use std::fs;

use antipasta_lsp_tests::{COMPLEX, Project};
use serde_json::{Value, json};

use crate::client::{Client, merged, uri};
use crate::configuration::tell_of_files;
use crate::document::Document;
use crate::pull::pull_workspace;
use crate::{STRICT, function, pulling, strict_project, watching};

/// What the statistics of the cache say.
#[track_caller]
fn statistics(project: &Project) -> Value {
    let run = project.run(&["cache", "stats", "--format", "json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// The diagnostics of the workspace as a new session finds them: the files' names and what is said of them, sorted.
#[track_caller]
fn scanned(project: &Project, arguments: &[&str]) -> Vec<(String, Value)> {
    let mut client = Client::run(project.command([&["--stdio"], arguments].concat()));
    client.initialize(project, &pulling());
    let items = pull_workspace(&mut client, &[]);
    let mut found: Vec<(String, Value)> = items
        .iter()
        .map(|item| (item["uri"].as_str().expect("a URI").to_owned(), item["items"].clone()))
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(client.end(), Some(0));
    found
}

/// Files with and without violations, broken ones, and two that are the same.
fn varied_project() -> Project {
    let project = Project::new(&[
        ("clean.py", "x = 1\n"),
        ("complex.py", COMPLEX),
        ("copy/complex.py", COMPLEX),
        ("partly.py", &(COMPLEX.to_owned() + "def g(:\n    pass\n")),
    ]);
    project.write("latin.py", b"x = '\xe9'\n");
    project
}

#[test]
fn what_is_scanned_is_the_same_with_and_without_a_cache() {
    let project = varied_project();
    let without = scanned(&project, &["--no-cache"]);
    let entries = fs::read_dir(project.cache()).expect("a folder").count();
    assert_eq!(entries, 0, "it was to do without");
    assert_eq!(without.len(), 4, "{without:?}");
    assert!(
        without.iter().filter(|(_, items)| *items != json!([])).count() >= 3,
        "{without:?}"
    );
    let cold = scanned(&project, &[]);
    let first = statistics(&project);
    assert_eq!(
        (&first["contents"], &first["misses"], &first["hits"]),
        (&json!(4), &json!(5), &json!(0))
    );
    let warm = scanned(&project, &[]);
    let second = statistics(&project);
    assert_eq!((&second["misses"], &second["hits"]), (&json!(5), &json!(5)), "{second}");
    assert_eq!(cold, without);
    assert_eq!(warm, without);
}

#[test]
fn the_check_knows_what_the_editor_has_scanned_and_the_reverse() {
    let project = varied_project();
    scanned(&project, &[]);
    let run = project.run(&["--check", "--statistics", "--force-analyze"]);
    assert!(run.stderr.contains("files analyzed"), "{run:?}");
    let misses = statistics(&project)["misses"].clone();
    assert_eq!(misses, 5, "what the editor had scanned, and no more");
    project.write("new.py", b"y = 1\n");
    project.run(&["--check", "--force-analyze"]);
    scanned(&project, &[]);
    assert_eq!(statistics(&project)["misses"], 6);
}

#[test]
fn text_that_is_not_saved_is_not_remembered() {
    let project = Project::new(&[(".antipasta.yaml", STRICT), ("a.py", &function("f", 2))]);
    let mut client = Client::start(&project);
    client.initialize(&project, &merged(&pulling(), &watching()));
    pull_workspace(&mut client, &[]);
    assert_eq!(statistics(&project)["contents"], 1);
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    document.replace(&mut client, "    pass\n", "    if x: pass\n    pass\n");
    client.catch_up(&document.uri);
    // Others have it scan meanwhile.
    tell_of_files(&mut client, &project, &[("a.py", 2)]);
    client.expect(
        "workspace/executeCommand",
        json!({"command": "antipasta.analyseWorkspace"}),
    );
    assert_eq!(statistics(&project)["contents"], 1);
    project.write("a.py", document.text.as_bytes());
    tell_of_files(&mut client, &project, &[("a.py", 2)]);
    pull_workspace(&mut client, &[]);
    assert_eq!(statistics(&project)["contents"], 2, "it is saved");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn the_cache_can_be_emptied_from_the_editor() {
    let project = strict_project();
    project.write("a.py", function("f", 2).as_bytes());
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    let before = pull_workspace(&mut client, &[]);
    assert_eq!(statistics(&project)["contents"], 1);
    let told = client.expect("workspace/executeCommand", json!({"command": "antipasta.clearCache"}));
    assert!(told.as_str().is_some_and(|text| text.contains("forgotten")), "{told}");
    assert_eq!(statistics(&project)["contents"], 0);
    client.expect(
        "workspace/executeCommand",
        json!({"command": "antipasta.analyseWorkspace"}),
    );
    assert_eq!(statistics(&project)["contents"], 1);
    let after = pull_workspace(&mut client, &[]);
    assert_eq!(after[0]["items"], before[0]["items"]);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn damage_and_a_missing_folder_are_said_once_and_change_nothing() {
    let project = varied_project();
    let expected = scanned(&project, &["--no-cache"]);
    project.write("cache", b"no folder");
    for damaged in [false, true] {
        let mut command = project.command(["--stdio"]);
        if damaged {
            fs::write(project.cache().join("metrics.sqlite3"), b"no database".repeat(999)).expect("a file");
        } else {
            command.env("ANTIPASTA_CACHE_DIR", project.path("cache/folder"));
        }
        let mut client = Client::run(command);
        client.initialize(&project, &pulling());
        for _ in 0..2 {
            let items = pull_workspace(&mut client, &[]);
            for (uri, expected) in &expected {
                let item = items.iter().find(|item| item["uri"] == **uri).expect("a report");
                assert_eq!(item["items"], *expected, "{uri}");
            }
            client.expect(
                "workspace/executeCommand",
                json!({"command": "antipasta.analyseWorkspace"}),
            );
        }
        let warnings = client
            .of_method("window/logMessage")
            .filter(|params| {
                params["message"]
                    .as_str()
                    .is_some_and(|text| text.contains("the cache in"))
            })
            .count();
        assert_eq!(warnings, 1, "{damaged}: {}", client.log());
        assert_eq!(client.end(), Some(0));
    }
}

#[test]
fn a_folder_that_is_removed_meanwhile_is_made_again() {
    let project = strict_project();
    project.write("a.py", function("f", 2).as_bytes());
    let mut client = Client::start(&project);
    client.initialize(&project, &pulling());
    pull_workspace(&mut client, &[]);
    fs::remove_dir_all(project.cache()).expect("a folder");
    let summary = client.expect(
        "workspace/executeCommand",
        json!({"command": "antipasta.analyseWorkspace"}),
    );
    assert_eq!(summary["files"], 1, "{summary}");
    assert_eq!(statistics(&project)["contents"], 1);
    let items = pull_workspace(&mut client, &[]);
    assert!(items.iter().any(|item| item["uri"] == uri(&project.path("a.py"))));
    assert_eq!(client.end(), Some(0));
}

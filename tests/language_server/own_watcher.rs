//! The folders that the server watches for a client that does not: on Linux, the system says how many they are.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use antipasta_lsp_tests::Project;
use serde_json::json;

use crate::client::{Client, PATIENCE, merged, uri};
use crate::findings::published;
use crate::{STRICT, function, pushed};

/// How many folders a process watches.
fn watched(process: u32) -> usize {
    let folder = format!("/proc/{process}/fdinfo");
    let files = fs::read_dir(folder).expect("a process").filter_map(Result::ok);
    let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
    texts.map(|text| text.matches("inotify wd:").count()).sum()
}

/// Waits until the server watches so many folders.
#[track_caller]
fn wait_for_watches(client: &mut Client, count: usize) {
    let begin = Instant::now();
    while watched(client.process()) != count {
        assert!(
            begin.elapsed() < *PATIENCE,
            "{} watches, not {count}: {}",
            watched(client.process()),
            client.log()
        );
        // Meanwhile the server's requests are answered.
        let _ = client.wait_at_most(Duration::from_millis(5), |_| None::<()>);
    }
}

#[test]
fn the_folders_that_a_scan_enters_are_watched_and_no_others() {
    let project = Project::new(&[
        (".antipasta.yaml", STRICT),
        (".gitignore", ".venv/\nnode_modules/\n"),
        ("pkg/deep/a.py", ""),
    ]);
    for number in 0..20 {
        for folder in [".venv", "node_modules", ".git/objects", "pkg/node_modules"] {
            project.write(&format!("{folder}/{number}/a.py"), b"");
        }
    }
    symlink("/usr", project.path("link")).unwrap();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    wait_for_watches(&mut client, 3);
    // What comes with a folder is seen, be it before the folder is watched.
    project.write("new/deep/b.py", function("b", 3).as_bytes());
    wait_for_watches(&mut client, 5);
    project.write("new/node_modules/c/c.py", b"");
    fs::rename(project.path("pkg"), project.path("moved")).unwrap();
    project.write("moved/last/d.py", b"");
    wait_for_watches(&mut client, 6);
    fs::remove_dir_all(project.path("new")).unwrap();
    wait_for_watches(&mut client, 4);
    // Other rules, other folders.
    project.write(".gitignore", b"node_modules/\n");
    wait_for_watches(&mut client, 25);
    project.write(".gitignore", b"*\n");
    wait_for_watches(&mut client, 1);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_comes_with_a_new_folder_is_told() {
    let project = Project::new(&[(".antipasta.yaml", STRICT), ("a.py", "x = 1\n")]);
    let mut client = Client::start(&project);
    client.settings = json!({"antipasta": {"diagnosticMode": "workspace"}});
    client.initialize(
        &project,
        &merged(&pushed(), &json!({"workspace": {"configuration": true}})),
    );
    wait_for_watches(&mut client, 1);
    project.write("new/b.py", function("b", 3).as_bytes());
    let uri = uri(&project.path("new/b.py"));
    client.wait_for("diagnostics of what came with a folder", |received| {
        let last = published(received, &uri).pop()?;
        (last["diagnostics"] != json!([])).then_some(())
    });
    assert_eq!(client.end(), Some(0));
}

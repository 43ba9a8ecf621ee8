//! What could not be looked at reaches the verdict, in every format.

use antipasta_lsp_tests::{COMPLEX, Project, Run};
use serde_json::Value;

/// A folder that no system call can reach by its whole path, whoever asks.
#[cfg(unix)]
fn project_with_folder_too_deep() -> Project {
    let project = Project::new(&[("a.py", "x = 1\n"), ("deep/b.py", "x = 1\n")]);
    let name = "n".repeat(250);
    let chain = [name.as_str(); 10].join("/");
    for folder in ["deep", "other"] {
        std::fs::create_dir_all(project.path(&format!("{folder}/{chain}"))).unwrap();
    }
    // Each half can be reached, and the whole cannot.
    std::fs::rename(project.path("other"), project.path(&format!("deep/{chain}/other"))).unwrap();
    project
}

#[track_caller]
fn assert_incomplete(project: &Project, path: &str) {
    let run = project.run(&["--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("Files that could not be analyzed: 1\n"), "{run:?}");
    assert!(run.stdout.contains("Code quality check INCOMPLETE"), "{run:?}");
    assert_eq!(run.stdout.matches(path).count(), 1, "{run:?}");
    assert!(
        !run.stdout.contains("os error") && !run.stderr.contains("os error"),
        "{run:?}"
    );
    assert_eq!(run.stderr, "");

    let report = project.report(&[]);
    let failed: Vec<_> = report["reports"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["error"].is_string())
        .collect();
    assert_eq!(failed.len(), 1, "{report}");
    assert_eq!(report["summary"]["success"], false);
    assert!(failed[0]["file"].as_str().unwrap().contains(path), "{report}");

    let sarif: Value = serde_json::from_str(&project.run(&["--check", "--format", "sarif"]).stdout).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(
        invocation["toolExecutionNotifications"][0]["descriptor"]["id"],
        "read-error"
    );

    assert_eq!(project.run(&["--check", "--on-error", "warn"]).code, Some(0));
    // Violations are what counts more.
    project.write("violating.py", COMPLEX.as_bytes());
    assert_eq!(project.run(&["--check"]).code, Some(2));
}

#[cfg(unix)]
#[test]
fn a_folder_with_too_long_a_path_makes_the_check_incomplete() {
    let project = project_with_folder_too_deep();
    let run = project.run(&["--check"]);
    let files = project.files(&[]).len() - 1;
    for expected in [
        format!("Analyzing {files} files"),
        format!("Total files analyzed: {files}\n"),
    ] {
        assert!(run.stdout.contains(&expected), "a folder is no file: {run:?}");
    }
    assert_incomplete(&project, &format!("deep/{}", "n".repeat(250)));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_makes_the_check_incomplete() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let project = Project::new(&[("a.py", "x = 1\n"), ("private/b.py", "x = 1\n")]);
    let private = project.path("private");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o000)).unwrap();
    // Root can read everything.
    if fs::read_dir(&private).is_err() {
        assert_incomplete(&project, "private");
        let run = project.run(&["--check", "private"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(
            run.stdout.contains("private: cannot be read: Permission denied"),
            "{run:?}"
        );
    }
    fs::set_permissions(&private, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_makes_the_check_incomplete() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for (link, target) in [("one.py", "two"), ("two", "one.py")] {
        std::os::unix::fs::symlink(target, project.path(link)).unwrap();
    }
    assert_incomplete(&project, "one.py");
}

/// Editors lock files by links that lead nowhere.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_file() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    std::os::unix::fs::symlink("me@host.1234", project.path(".#a.py")).unwrap();
    assert_eq!(project.run(&["--check"]).code, Some(0));
    assert_eq!(project.files(&[]), ["a.py"]);
}

/// A reader that has seen enough changes neither the verdict nor says anything.
#[test]
fn the_exit_code_does_not_depend_on_who_reads() {
    for (source, code) in [
        (COMPLEX.repeat(2000), 2),
        (COMPLEX.to_owned(), 2),
        ("x = 1\n".to_owned(), 0),
    ] {
        let project = Project::new(&[("a.py", &source)]);
        for format in ["text", "json", "concise", "sarif", "markdown"] {
            let mut child = project
                .command(["--check", "--format", format])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            drop(child.stdout.take());
            let run: Run = child.wait_with_output().unwrap().into();
            assert_eq!(run.code, Some(code), "{format}: {run:?}");
            assert!(!run.stderr.contains("error"), "{format}: {run:?}");
        }
    }
}

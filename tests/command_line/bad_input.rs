//! Input that no one would wish for: always a result or a clear error, never a crash.

use antipasta_lsp_tests::{COMPLEX, Project};

#[test]
fn one_bad_file_never_stops_the_others() {
    let project = Project::new(&[("a.py", "x = (\n"), ("nul.py", "x = 1\0\n"), ("z.py", COMPLEX)]);
    project.write("binary.py", &(0..=255).collect::<Vec<u8>>());
    project.write("latin.py", b"x = '\xe9'\n");
    project.write("cookie.py", b"# coding: no-such-encoding\n");
    let run = project.run(&["--check"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stdout.contains("❌ z.py:1 (f): Cyclomatic Complexity"));
    assert!(run.stdout.contains("Files that could not be analyzed: 5"));
    for expected in [
        "❌ a.py:",
        "❌ nul.py:1:6: syntax error: source code cannot contain null bytes",
        "❌ binary.py",
        "❌ latin.py: line 1: byte 0xe9 at offset 5 is not valid UTF-8",
        "❌ cookie.py: line 1: unknown encoding `no-such-encoding`",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    std::fs::remove_file(project.path("z.py")).unwrap();
    assert_eq!(project.run(&["--check"]).code, Some(1));
}

#[test]
fn depth_length_and_size_are_survived() {
    let project = Project::new(&[
        (
            "brackets.py",
            &format!("x = {}{}\n", "(".repeat(10_000), ")".repeat(10_000)),
        ),
        ("unclosed.py", &"[".repeat(100_000)),
        ("sum.py", &format!("x = {}1\n", "1 + ".repeat(100_000))),
        ("attributes.py", &format!("x = a{}\n", ".b".repeat(100_000))),
        ("line.py", &format!("x = '{}'\n", "y".repeat(5_000_000))),
        ("large.py", &COMPLEX.repeat(20_000_000 / COMPLEX.len() / 4)),
    ]);
    let run = project.run(&["--check", "--format", "json"]);
    assert!(matches!(run.code, Some(1 | 2)), "{run:?}");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for file in report["reports"].as_array().unwrap() {
        match (file["file"].as_str().unwrap(), file["error"].as_str()) {
            ("brackets.py" | "unclosed.py", Some(error)) => assert!(error.contains("nested too deeply"), "{error}"),
            ("sum.py" | "attributes.py" | "line.py" | "large.py", None) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn what_has_no_end_is_not_read() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let made = std::process::Command::new("mkfifo")
        .arg(project.path("pipe.py"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    for path in ["pipe.py", "/dev/null"] {
        for arguments in [&["a.py", path][..], &[path], &["--force-analyze", path]] {
            let run = project.run(&[&["--check"], arguments].concat());
            assert_eq!(run.code, Some(1), "{run:?}");
            let expected = format!("{path}: cannot be read: not a regular file");
            assert!(run.stdout.contains(&expected), "{run:?}");
        }
    }
    let met = project.run(&["--check"]);
    assert_eq!(met.code, Some(1), "{met:?}");
    assert!(
        met.stdout.contains("pipe.py: cannot be read: not a regular file"),
        "{met:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_configuration_without_end_is_an_error() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let made = std::process::Command::new("mkfifo")
        .arg(project.path(".antipasta.yaml"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    let run = project.run(&["--check"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr.contains(".antipasta.yaml: is no regular file"),
        "{}",
        run.stderr
    );
    for arguments in [
        &["--check", "--config", "/dev/zero"][..],
        &["config", "migrate", "/dev/zero"],
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(1));
        assert!(
            run.stderr.contains("/dev/zero: cannot be read: not a regular file"),
            "{}",
            run.stderr
        );
    }
}

/// `/dev/full` takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn that_nobody_hears_what_is_said_changes_nothing() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", "def f(): # antipasta: nonsense\n pass\n")]);
    let full = || std::fs::File::create("/dev/full").expect("a device");
    for (arguments, code) in [
        (&["--check", "--format", "json", "--statistics"][..], 2),
        (&["--check", "b.py", "-t", "cog=1"], 0),
        (&["--check", "missing.py"], 1),
        (&["--check", "-", "a.py"], 1),
        (&["--check", "--unknown"], 1),
        (&["config", "validate", "missing.yaml"], 1),
    ] {
        let run = project
            .command(arguments)
            .stderr(full())
            .output()
            .expect("the binary runs");
        assert_eq!(run.status.code(), Some(code), "{arguments:?}");
    }
    for arguments in [&["--check"][..], &["--help"], &["config", "schema"]] {
        let run = project
            .command(arguments)
            .stdout(full())
            .stderr(full())
            .output()
            .expect("the binary runs");
        assert_eq!(run.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn a_number_of_threads_is_at_least_one() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for number in ["0", "-1", "many", ""] {
        let run = project.run(&["--check", &format!("--jobs={number}")]);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("must be a whole number of at least 1"), "{run:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("a.py", "x = 1\n"), ("b.py", "x = 1\n")]);
    let locked = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(project.path("a.py"), locked).unwrap();
    if std::fs::read(project.path("a.py")).is_ok() {
        // The superuser reads everything.
        return;
    }
    let run = project.run(&["--check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("❌ a.py: cannot be read"));
}

#[cfg(unix)]
#[test]
fn a_directory_that_must_not_be_entered_never_stops_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[
        ("a.py", COMPLEX),
        ("listed/b.py", "x = 1\n"),
        ("closed/c.py", "x = 1\n"),
    ]);
    let set = |name: &str, mode| std::fs::set_permissions(project.path(name), std::fs::Permissions::from_mode(mode));
    set("listed", 0o444).unwrap();
    set("closed", 0o000).unwrap();
    // The superuser enters everything.
    if std::fs::metadata(project.path("listed/b.py")).is_err() {
        let run = project.run(&["--check"]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stdout.contains("❌ listed/b.py: cannot be read"), "{run:?}");
        assert!(run.stderr.contains("closed: Permission denied"), "{run:?}");
    }
    set("listed", 0o755).unwrap();
    set("closed", 0o755).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_could_not_be_checked() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("a.py", "x = 1\n")]);
    symlink("nowhere", project.path("x.py")).unwrap();
    let run = project.run(&["--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let expected = "x.py: cannot be read: a link that leads nowhere";
    assert!(run.stdout.contains(expected), "{run:?}");
    let named = project.run(&["--check", "x.py"]);
    assert_eq!(named.code, Some(1), "{named:?}");
    assert!(named.stderr.contains("x.py: a link that leads nowhere"), "{named:?}");
}

#[cfg(unix)]
#[test]
fn a_configuration_that_leads_nowhere_is_an_error() {
    use std::os::unix::fs::symlink;
    for name in [".antipasta.yaml", "pyproject.toml"] {
        let project = Project::new(&[("a.py", "x = 1\n")]);
        symlink("shared/c", project.path(name)).unwrap();
        for arguments in [
            &["--check"][..],
            &["--check", "--config", name],
            &["config", "validate"],
            &["config", "show"],
        ] {
            let run = project.run(arguments);
            assert_eq!(run.code, Some(1), "{arguments:?}: {run:?}");
            let expected = format!("{name}: cannot be read: a link that leads nowhere");
            assert!(run.stderr.contains(&expected), "{arguments:?}: {run:?}");
        }
    }
}

#[test]
fn a_named_folder_without_sources_is_warned_of() {
    let project = Project::new(&[("a.py", "x = 1\n"), ("e/notes.txt", ""), ("tests/t.py", "")]);
    let run = project.run(&["--check", "a.py", "e", "tests"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    for expected in [
        "warning: e: no Python files found\n",
        "warning: tests: no Python files found: tests/t.py is left out by the pattern",
    ] {
        assert!(run.stderr.replace('\\', "/").contains(expected), "{run:?}");
    }
    assert_eq!(project.run(&["--check", "e"]).code, Some(1));
}

#[test]
fn a_pointer_of_git_lfs_is_named() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n";
    let project = Project::new(&[("l.py", pointer)]);
    for run in [
        project.run(&["--check", "l.py"]),
        project.run(&["--check", "--no-cache", "l.py"]),
        project.run_with_input(&["--check", "-"], pointer.as_bytes()),
    ] {
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(
            run.stdout.contains(": a Git LFS pointer instead of its content"),
            "{run:?}"
        );
    }
}

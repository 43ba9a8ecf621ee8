//! What it comes to that something could not be checked.

use antipasta_lsp_tests::{COMPLEX, Project, Run};

use crate::git::Repository;

/// The exit codes and the standard errors of a check by default, and of one whose failures are to block nothing.
fn both(check: impl Fn(&[&str]) -> Run, arguments: &[&str]) -> [(Option<i32>, String); 2] {
    [&["--on-error", "fail"][..], &["--on-error", "warn"]].map(|on_error| {
        let run = check(&[&["--check", "--quiet"], on_error, arguments].concat());
        (run.code, run.stderr)
    })
}

#[test]
fn failures_pass_if_that_is_asked_for_and_violations_never_do() {
    let project = Project::new(&[("broken.py", "x = (\n"), ("good.py", "x = 1\n"), ("bad.py", COMPLEX)]);
    project.write("bytes.py", b"x = '\xff'\n");
    let check = |arguments: &[&str]| project.run(arguments);
    for arguments in [&["broken.py", "good.py"][..], &["bytes.py"]] {
        let [fail, warn] = both(check, arguments);
        assert_eq!((fail.0, warn.0), (Some(1), Some(0)), "{arguments:?}");
        assert!(!fail.1.contains("passes all the same"), "{fail:?}");
        assert!(warn.1.contains("passes all the same (`--on-error warn`)"), "{warn:?}");
    }
    assert_eq!(
        project.run(&["--check", "broken.py"]).code,
        Some(1),
        "it fails by default"
    );
    let [fail, warn] = both(check, &["broken.py", "bad.py"]);
    assert_eq!((fail.0, warn.0), (Some(2), Some(2)));
    let [fail, warn] = both(check, &["good.py"]);
    assert_eq!((fail, warn), ((Some(0), String::new()), (Some(0), String::new())));
}

#[test]
fn what_the_user_got_wrong_never_passes() {
    let project = Project::new(&[
        ("a.py", "x = 1\n"),
        ("wrong/.antipasta.yaml", "profil: x\n"),
        ("wrong/a.py", ""),
        ("wrong.jsonl", "x"),
        ("empty/x", ""),
    ]);
    for arguments in [
        &["none.py"][..],
        &["wrong"],
        &["empty"],
        &["--config", "none.yaml"],
        &["--baseline", "none.jsonl"],
        &["--baseline", "wrong.jsonl"],
        &["--diff=-x"],
        &["--no-such-option"],
    ] {
        let [fail, warn] = both(|arguments| project.run(arguments), arguments);
        assert_eq!((fail.0, warn.0), (Some(1), Some(1)), "{arguments:?}: {warn:?}");
        assert!(warn.1.contains("error: "), "{warn:?}");
    }
}

#[test]
fn git_that_fails_blocks_no_commit() {
    let repository = Repository::new(&[("a.py", "")]);
    repository.write("a.py", COMPLEX);
    repository.git(["add", "."]);
    let without_git = |arguments: &[&str]| -> Run {
        let mut command = repository.project.command(arguments);
        command
            .env("PATH", repository.project.path("nowhere"))
            .output()
            .unwrap()
            .into()
    };
    let [fail, warn] = both(without_git, &["--staged"]);
    assert_eq!((fail.0, warn.0), (Some(1), Some(0)));
    assert!(fail.1.starts_with("error: git cannot be run: "), "{fail:?}");
    assert!(warn.1.starts_with("warning: git cannot be run: "), "{warn:?}");
    std::fs::write(repository.project.path(".git/index"), "damaged").unwrap();
    let [fail, warn] = both(|arguments| repository.check(&arguments[2..]), &["--staged"]);
    assert_eq!((fail.0, warn.0), (Some(1), Some(0)), "{warn:?}");
}

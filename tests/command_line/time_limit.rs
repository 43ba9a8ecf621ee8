//! Checks that are to stop in time.

use antipasta_lsp_tests::{COMPLEX, Project};

const NO_TIME: &[&str] = &["--max-time", "0.000001"];

#[test]
fn what_there_is_no_time_for_is_said() {
    let names: Vec<String> = (10..20).map(|number| format!("f{number}.py")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), COMPLEX)).collect();
    let project = Project::new(&files);
    let run = project.run(&[&["--check"], NO_TIME].concat());
    assert_eq!(run.code, Some(1), "{run:?}");
    let warning = "warning: the time limit was reached; 10 of 10 files were not checked: f10.py, f11.py, f12.py, f13.py, f14.py and 5 more\n";
    assert!(run.stderr.contains(warning), "{run:?}");
    assert!(run.stdout.contains("Total files analyzed: 0\n"), "{run:?}");
    assert!(
        run.stdout.contains("Files not checked (time limit reached): 10\n"),
        "{run:?}"
    );
    assert!(run.stdout.contains("Code quality check INCOMPLETE"), "{run:?}");
    let report = project.report(NO_TIME);
    assert_eq!(report["unchecked"], serde_json::json!(names));
    assert_eq!(report["reports"][0]["error"], "not checked: the time was up");
    let sarif = project
        .run(&[&["--check", "--format", "sarif"], NO_TIME].concat())
        .stdout;
    assert!(sarif.contains("\"executionSuccessful\":false"), "{sarif}");
    let markdown = project
        .run(&[&["--check", "--format", "markdown"], NO_TIME].concat())
        .stdout;
    assert!(
        markdown.contains("0 files checked, no time for 10 more; no violations."),
        "{markdown}"
    );
    for format in ["concise", "github"] {
        let run = project.run(&[&["--check", "--format", format, "--quiet"], NO_TIME].concat());
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(1), ""),
            "a line for each would be noise: {run:?}"
        );
        assert!(run.stderr.contains("the time limit was reached"), "{run:?}");
    }
    let passes = project.run(&[&["--check", "--on-error", "warn"], NO_TIME].concat());
    assert_eq!(passes.code, Some(0));
    // Nothing was remembered that is not so.
    assert_eq!(project.run(&["--check"]).code, Some(2));
}

#[test]
fn with_enough_time_all_is_as_ever() {
    let project = Project::new(&[
        (".antipasta.yaml", "critical_paths: [b.py]\n"),
        ("a.py", COMPLEX),
        ("b.py", "x = (\n"),
        ("c.py", "x = 1\n"),
    ]);
    let report = project.report(&["--no-cache"]);
    assert_eq!(report["summary"]["total_files"], 3);
    for arguments in [&["--no-cache"][..], &[], &["--jobs", "1"]] {
        assert_eq!(project.report(&[&["--max-time", "1000"], arguments].concat()), report);
    }
    let from_stdin = project.run_with_input(&["--check", "-", "--max-time", "1000"], COMPLEX.as_bytes());
    assert_eq!(from_stdin.code, Some(2));
}

#[test]
fn entries_of_the_baseline_outlive_a_lack_of_time() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let baseline = ["--check", "--baseline", "base.jsonl", "--write-baseline"];
    project.run(&baseline);
    let written = project.read("base.jsonl");
    assert_eq!(project.run(&[&baseline[..], NO_TIME].concat()).code, Some(1));
    assert_eq!(project.read("base.jsonl"), written);
}

#[test]
fn times_that_are_none_are_errors() {
    let project = Project::new(&[("a.py", "")]);
    for time in ["0", "-1", "x", "nan", "inf", "1e9", ""] {
        let run = project.run(&["--check", &format!("--max-time={time}")]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{time}");
        assert!(run.stderr.contains("number of seconds above 0"), "{run:?}");
    }
}

/// A git that never says what is in a blob.
#[cfg(unix)]
#[test]
fn what_never_ends_is_given_up() {
    use crate::git::Repository;
    use std::os::unix::fs::PermissionsExt;

    let repository = Repository::new(&[("a.py", ""), ("b.py", "")]);
    repository.write("a.py", COMPLEX);
    repository.write("b.py", &COMPLEX.replace("def f", "def g"));
    repository.git(["add", "."]);
    let path = std::env::var("PATH").unwrap();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in\n*' cat-file '*) exec cat > /dev/null;;\nesac\nPATH='{path}' exec git \"$@\"\n"
    );
    repository.project.write("bin/git", script.as_bytes());
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(repository.project.path("bin/git"), executable).unwrap();
    let bin = repository.project.path("bin");
    let mut command = repository.command(&["--staged", "--max-time", "1"]);
    let output = command
        .env("PATH", format!("{}:{path}", bin.display()))
        .output()
        .unwrap();
    let run = antipasta_lsp_tests::Run::from(output);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(
        repository.check(&["--staged"]).code,
        Some(2),
        "nothing was remembered that is not so"
    );
}

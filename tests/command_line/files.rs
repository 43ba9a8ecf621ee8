//! Which files are looked at.

use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project};

/// Rules of every kind that git has, at several levels.
const TREE: [(&str, &str); 27] = [
    (
        ".gitignore",
        "# a comment\n/build\n*.gen.py\n!important.gen.py\ndeep/**/x.py\nsp ace/\n\\#odd.py\n[ab]only.py\n",
    ),
    ("build/a.py", ""),
    ("sub/build/a.py", ""),
    ("a.gen.py", ""),
    ("important.gen.py", ""),
    ("deep/x.py", ""),
    ("deep/er/x.py", ""),
    ("deep/er/y.py", ""),
    ("sp ace/a.py", ""),
    ("sub/sp ace/a.py", ""),
    ("#odd.py", ""),
    ("aonly.py", ""),
    ("conly.py", ""),
    (
        "sub/.gitignore",
        "!a.gen.py\nlocal.py\n/anchored.py\nkept/*\n!kept/b.py\n",
    ),
    ("sub/a.gen.py", ""),
    ("sub/local.py", ""),
    ("sub/deeper/local.py", ""),
    ("sub/anchored.py", ""),
    ("sub/deeper/anchored.py", ""),
    ("sub/kept/a.py", ""),
    ("sub/kept/b.py", ""),
    ("out/.gitignore", "*\n"),
    ("out/a.py", ""),
    (".hidden/a.py", ""),
    (".git/info/exclude", "excluded.py\n"),
    ("excluded.py", ""),
    ("notes.txt", ""),
];

#[test]
fn the_files_are_those_that_git_would_add() {
    let project = Project::new(&[]);
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(project.path(""))
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::remove_dir(project.path(".git")).unwrap();
    git(&["init", "--quiet"]);
    for (name, content) in TREE {
        // Windows has no file of this name.
        if !(cfg!(windows) && name.contains('*')) {
            project.write(name, content.as_bytes());
        }
    }
    let listed = git(&[
        "-c",
        "core.quotePath=off",
        "ls-files",
        "--others",
        "--cached",
        "--exclude-standard",
        "*.py",
    ]);
    let mut expected: Vec<_> = listed.lines().map(str::to_owned).collect();
    expected.sort();
    let mut found = project.files(&[]);
    found.sort();
    assert_eq!(found, expected);
    assert!(expected.len() >= 8, "{expected:?}");
}

#[test]
fn tests_are_left_out_unless_a_configuration_or_a_pattern_says_otherwise() {
    let project = Project::new(&[("a.py", ""), ("test_a.py", ""), ("tests/b.py", "")]);
    assert_eq!(project.files(&[]), ["a.py"]);
    assert_eq!(
        project.files(&["--include-pattern", "test_*.py"]),
        ["a.py", "test_a.py"]
    );
    assert_eq!(project.files(&["--force-analyze"]).len(), 3);
    assert_eq!(
        project.files(&["--force-analyze", "--exclude-pattern", "a.py"]).len(),
        3
    );
    assert_eq!(project.files(&["-i", "tests/", "-e", "a.py"]), ["tests/b.py"]);
    project.write(".antipasta.yaml", b"use_gitignore: true\n");
    assert_eq!(project.files(&[]).len(), 3);
}

#[test]
fn gitignore_can_be_disregarded() {
    let project = Project::new(&[(".gitignore", "a.py\n"), ("a.py", ""), ("b.py", "")]);
    assert_eq!(project.files(&[]), ["b.py"]);
    assert_eq!(project.files(&["--no-gitignore"]), ["a.py", "b.py"]);
    project.write(".antipasta.yaml", b"use_gitignore: false\n");
    assert_eq!(project.files(&[]), ["a.py", "b.py"]);
}

#[test]
fn paths_are_reported_as_they_were_given() {
    let project = Project::new(&[("pkg/a.py", ""), ("pkg/b.py", "")]);
    assert_eq!(project.files(&["./pkg/", "pkg/a.py"]), ["pkg/a.py", "pkg/b.py"]);
    let absolute = project.path("pkg/a.py");
    let absolute = absolute.to_str().unwrap();
    assert_eq!(project.files(&[absolute]), [absolute.replace('\\', "/")]);
}

#[test]
fn nothing_to_check_is_an_error() {
    let project = Project::new(&[("a.txt", "")]);
    let run = project.run(&["--check"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("No files found to analyze"));
    let run = project.run(&["--check", "none"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("error: none: "));
}

#[test]
fn that_all_files_that_are_named_are_left_out_is_no_error() {
    let project = Project::new(&[("tests/a.py", COMPLEX), ("b.py", COMPLEX), ("c.txt", "")]);
    for arguments in [&["tests/a.py"][..], &["b.py", "-e", "b.py"], &["c.txt"]] {
        let run = project.run(&[&["--check", "--format", "json"], arguments].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(report["summary"]["total_files"], 0);
        assert_eq!(report["summary"]["success"], true);
        assert_eq!(report["reports"], serde_json::json!([]));
    }
    assert_eq!(project.run(&["--check", "tests/a.py", "b.py"]).code, Some(2));
    assert_eq!(project.run(&["--check", "tests"]).code, Some(1));
}

#[test]
fn source_can_come_from_the_standard_input() {
    let project = Project::new(&[
        (".antipasta.yaml", "defaults: {max_cyclomatic_complexity: 11}\n"),
        ("strict/.antipasta.yaml", "defaults: {max_cyclomatic_complexity: 1}\n"),
    ]);
    let run = project.run_with_input(&["--check", "-"], COMPLEX.as_bytes());
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = project.run_with_input(&["--check", "-", "--stdin-filename", "strict/x.py"], COMPLEX.as_bytes());
    assert_eq!(run.code, Some(2));
    assert!(
        run.stdout
            .contains("strict/x.py:1 (f): Cyclomatic Complexity is 11.00 (threshold: <= 1.0)")
    );
}

#[cfg(unix)]
#[test]
fn links_to_folders_that_go_in_circles_are_no_trap() {
    let project = Project::new(&[("a/b.py", "")]);
    std::os::unix::fs::symlink("..", project.path("a/up")).unwrap();
    assert_eq!(project.files(&[]), ["a/b.py"]);
}

#[test]
fn a_pattern_that_is_none_is_an_error() {
    let project = Project::new(&[("a.py", "")]);
    for option in ["--exclude-pattern", "--include-pattern"] {
        let run = project.run(&["--check", option, "[z-a].py"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
        assert!(run.stderr.contains("invalid range"), "{}", run.stderr);
    }
}

#[test]
fn any_number_of_jobs_can_be_asked_for() {
    let project = Project::new(&[("a.py", COMPLEX), ("b/c.py", "")]);
    assert_eq!(project.files(&["--jobs", "1000000000"]), ["a.py", "b/c.py"]);
}

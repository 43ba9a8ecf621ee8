//! What the program says to people beside its reports: what is wrong, and what to do about it.

use antipasta_lsp_tests::snapshot::{assert_snapshot, transcript_of_errors};
use antipasta_lsp_tests::{COMPLEX, Project};

const BASELINE: &str = "base.jsonl";

#[test]
fn a_word_that_is_no_command_is_answered_with_the_right_line() {
    let project = Project::new(&[("src/a.py", "x = 1\n"), ("chek", "")]);
    let transcript = transcript_of_errors(
        &project,
        &[
            &["check", "src"],
            &["lint", "src", "-q"],
            &["src"],
            &["src/a.py"],
            &["confg", "init"],
            &["version"],
            &["--check", "--verbose"],
            &["--verbose"],
            &["stats"],
        ],
    );
    assert_snapshot(&project, "command_line/messages_no_command", &transcript);
    let help = project.run(&["help"]);
    assert_eq!(help.code, Some(0));
    assert_eq!(help.stdout, project.run(&["--help"]).stdout);
    assert!(project.run(&["help", "config"]).stdout.contains("validate"));
}

#[test]
fn words_of_antipasta_do_what_they_did() {
    let project = Project::new(&[
        ("src/a.py", COMPLEX),
        ("b.py", COMPLEX),
        ("other.yaml", "profile: relaxed\n"),
    ]);
    let expected = project.run(&["--check", "src", "--format", "json"]).stdout;
    assert!(expected.contains("src/a.py") || expected.contains("src\\\\a.py"));
    for arguments in [
        &["metrics", "-d", "src", "--format", "json"][..],
        &["metrics", "--directory", "src", "--format", "json"],
        &["--check", "-d", "src", "--format", "json"],
    ] {
        let run = project.run(arguments);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), expected.as_str()),
            "{arguments:?}"
        );
    }
    let files = project.run(&["metrics", "-f", "b.py", "--files", "src/a.py", "--format", "json"]);
    assert_eq!(
        files.stdout,
        project.run(&["--check", "b.py", "src/a.py", "--format", "json"]).stdout
    );
    assert_eq!(
        project.run(&["config", "view", "other.yaml"]).stdout,
        project.run(&["config", "show", "--config", "other.yaml"]).stdout
    );
    assert_eq!(
        project.run(&["config", "view", "--path", "other.yaml"]).stdout,
        project.run(&["config", "show", "--config", "other.yaml"]).stdout
    );
    assert_eq!(
        project.run(&["config", "generate", "--non-interactive"]).stdout,
        "Wrote .antipasta.yaml\n"
    );
}

#[test]
fn a_configuration_that_exists_is_not_replaced() {
    let project = Project::new(&[]);
    assert_eq!(project.run(&["config", "init"]).code, Some(0));
    let run = project.run(&["config", "init"]);
    let expected = "error: .antipasta.yaml exists already; `--force` replaces it\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), expected));
}

/// What the system calls an error by is a number for programs.
#[test]
fn no_message_has_the_number_of_an_error() {
    let project = Project::new(&[("a.py", COMPLEX), ("folder/b.py", "")]);
    for arguments in [
        &["--check", "none.py"][..],
        &["--check", "--config", "none.yaml"],
        &["--check", "--config", "folder"],
        &["--check", "--output", "a.py/report"],
        &["--check", "--baseline", "folder"],
        &["config", "validate", "none.yaml"],
        &["config", "show", "none"],
        &["config", "init", "--output", "none/a.yaml"],
        &["config", "migrate"],
        &["merge", "none.json"],
        &["merge", "folder"],
        &["cache", "import", "none"],
        &["cache", "export", "a.py/cache"],
        &["--check", "--write-baseline", "a.py/baseline"],
        &["merge", "a.py", "--output", "a.py/report"],
        &["verify", "--python", "none"],
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {run:?}");
        let said = run.stdout + &run.stderr;
        assert!(!said.is_empty() && !said.contains("os error"), "{arguments:?}: {said}");
    }
}

/// Values are refused in the words of the command line, not in those of a library.
#[test]
fn values_are_refused_with_what_they_must_be() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    project.write(
        BASELINE,
        b"{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n\
          {\"file\":\"a.py\",\"metric\":\"blank_lines\",\"values\":[\"13\"]}\n",
    );
    let transcript = transcript_of_errors(
        &project,
        &[
            &["cache", "gc", "--max-age", "x"],
            &["cache", "gc", "--max-size", "1.5"],
            &["--socket", "x"],
            &["--socket", "99999999"],
            &["--socket", "0"],
            &["--check", "--baseline", BASELINE],
            &["--check", "--max-time", "0"],
            &["--check", "-t", "cyc=99"],
        ],
    );
    assert_snapshot(&project, "command_line/messages_values", &transcript);
}

#[test]
fn an_empty_standard_input_passes_with_a_warning() {
    let project = Project::new(&[]);
    let run = project.run_with_input(&["--check", "-"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("warning: the standard input is empty\n"), "{run:?}");
}

/// Where a value is missing, nothing was judged: that is said.
#[test]
fn metrics_that_have_no_values_are_named() {
    let project = Project::new(&[("a.py", "x = '\u{2028}'\n"), ("b.py", "x = 1\n")]);
    let run = project.run(&["--check", "--quiet"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        run.stderr,
        "warning: a.py: not judged, as antipasta computes no value for this file: maintainability_index\n"
    );
}

#[test]
fn a_baseline_is_named_once() {
    let project = Project::new(&[("a.py", COMPLEX), ("src/b.py", COMPLEX)]);
    assert_eq!(project.run(&["--check", "--write-baseline", BASELINE]).code, Some(0));
    let alone = project.read(BASELINE);
    assert!(alone.contains("src/b.py"));
    for arguments in [
        &["--check", "--baseline", BASELINE, "--write-baseline"][..],
        &["--check", "--baseline", BASELINE, "--write-baseline", BASELINE],
        &["--check", "--write-baseline", BASELINE, "a.py", "src"],
        &["--check", "--baseline", BASELINE, "--write-baseline", "a.py", "src"],
    ] {
        std::fs::remove_file(project.path(BASELINE)).unwrap();
        let run = project.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {run:?}");
        assert_eq!(project.read(BASELINE), alone, "{arguments:?}");
    }
    project.write("a.py", b"x = 1\n");
    assert_eq!(project.run(&["--check", "--prune-baseline", BASELINE]).code, Some(0));
    assert!(!project.read(BASELINE).contains("a.py"));
    for option in ["--write-baseline", "--prune-baseline"] {
        for other in ["other.jsonl", "other"] {
            let run = project.run(&["--check", "--baseline", BASELINE, option, other]);
            let expected = format!("error: the baseline is named twice: --baseline {BASELINE} and {option} {other}\n");
            assert_eq!((run.code, run.stderr), (Some(1), expected));
        }
        let run = project.run(&["--check", option]);
        assert_eq!(run.code, Some(1));
        let expected = format!("error: {option} needs the name of the baseline: `{option} antipasta-baseline.jsonl`");
        assert!(run.stderr.contains(&expected), "{run:?}");
    }
}

#[test]
fn reports_to_files_alone_say_what_was_found_and_where_they_are() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", "x = 1\n"), ("c.py", "def f(:\n")]);
    let to_files = [
        "--check",
        "--output-format",
        "sarif:r.sarif",
        "--output-format",
        "junit:r.xml",
    ];
    let run = project.run(&to_files);
    let expected = "2 violations in 1 file (2 files checked, 1 could not be analyzed); reports: r.sarif, r.xml";
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert_eq!(run.stderr.lines().last(), Some(expected));
    let run = project.run(&["--check", "b.py", "--output", "r.txt"]);
    assert_eq!(
        run.stderr.lines().last(),
        Some("No violations (1 file checked); report: r.txt")
    );
    let quiet = project.run(&[&to_files[..], &["--quiet"]].concat());
    assert_eq!((quiet.code, quiet.stdout + &quiet.stderr), (Some(2), String::new()));
}

/// What leaves out a file that somebody names, and how to take it in.
#[test]
fn files_that_are_left_out_are_explained() {
    let project = Project::new(&[
        (".antipasta.yaml", "ignore_patterns: ['legacy/**', '!x']\n"),
        ("legacy/a.py", COMPLEX),
        ("b.py", "x = 1\n"),
    ]);
    let by_pattern = "legacy/a.py is left out by the pattern `legacy/**` of `ignore_patterns` in .antipasta.yaml; `--include-pattern";
    let run = project.run(&["--check", "legacy/a.py"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "Nothing to check.\n"));
    assert!(run.stderr.contains(by_pattern), "{run:?}");
    let run = project.run(&["--check", "legacy/a.py", "b.py"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stderr.contains(by_pattern) && run.stdout.contains("Total files analyzed: 1\n"),
        "{run:?}"
    );
    let run = project.run(&["--check", "b.py", "-e", "b.py"]);
    assert!(
        run.stderr.contains("b.py is left out by `--exclude-pattern b.py`"),
        "{run:?}"
    );

    let run = project.run(&["--check", "legacy"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr
            .starts_with("error: No files found to analyze: legacy/a.py is left out by the pattern"),
        "{run:?}"
    );
    // What is advised works, and takes in no other file of the name.
    let advice = run
        .stderr
        .split_once("`--include-pattern '")
        .unwrap()
        .1
        .split_once('\'')
        .unwrap()
        .0;
    assert_eq!(
        project.run(&["--check", "legacy", "--include-pattern", advice]).code,
        Some(2)
    );
    assert_eq!(advice, "legacy/a.py");
    let run = project.run(&["--check", "legacy/a.py"]);
    assert!(
        run.stderr.contains("`--include-pattern 'legacy/a.py'` checks it"),
        "{run:?}"
    );
    project.write(".gitignore", b"*.py\n");
    let run = project.run(&["--check", "."]);
    assert!(run.stderr.contains("--no-gitignore"), "{run:?}");
    assert_eq!(project.run(&["--check", ".", "--no-gitignore"]).code, Some(0));
    let empty = Project::new(&[]).run(&["--check"]);
    assert_eq!(
        (empty.code, empty.stderr.as_str()),
        (Some(1), "error: No files found to analyze\n")
    );
    // Hooks name every file of a commit: it is not all said.
    let names: Vec<_> = (0..20).map(|number| format!("legacy/{number}.py")).collect();
    names.iter().for_each(|name| project.write(name, b""));
    let arguments: Vec<_> = ["--check"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let run = project.run(&arguments);
    assert_eq!(run.stderr.lines().count(), 6, "{run:?}");
    assert!(
        run.stderr
            .ends_with("… and 15 more files that are named are not checked\n"),
        "{run:?}"
    );
}

/// Source on the standard input is judged as the file would be that it is named for.
#[test]
fn the_standard_input_is_left_out_as_its_file_would_be() {
    let project = Project::new(&[(".antipasta.yaml", "ignore_patterns: ['legacy/**']\n")]);
    let check =
        |arguments: &[&str]| project.run_with_input(&[&["--check", "-"], arguments].concat(), COMPLEX.as_bytes());
    let run = check(&["--stdin-filename", "legacy/a.py"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "Nothing to check.\n"));
    assert!(
        run.stderr
            .contains("legacy/a.py is left out by the pattern `legacy/**`"),
        "{run:?}"
    );
    assert_eq!(
        check(&["--stdin-filename", "legacy/a.py", "--include-pattern", "legacy/"]).code,
        Some(2)
    );
    assert_eq!(
        check(&["--stdin-filename", "legacy/a.py", "--force-analyze"]).code,
        Some(2)
    );
    assert_eq!(check(&["--stdin-filename", "src/a.py"]).code, Some(2));
    assert_eq!(check(&["--stdin-filename", "src/a.py", "-e", "src/"]).code, Some(0));
    assert_eq!(check(&["-e", "*"]).code, Some(2), "it has no name");
}

#[test]
fn nothing_staged_is_one_line() {
    let repository = crate::git::Repository::new(&[("a.py", COMPLEX)]);
    let project = &repository.project;
    let run = project.run(&["--check", "--staged"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "Nothing to check.\n"),
        "{run:?}"
    );
    assert_eq!(project.run(&["--check", "--staged", "--quiet"]).stdout, "");
    repository.write("tests/a.py", COMPLEX);
    repository.git(["add", "tests/a.py"]);
    let run = project.run(&["--check", "--staged", "tests/a.py"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "Nothing to check.\n"),
        "{run:?}"
    );
    assert!(
        run.stderr
            .contains("tests/a.py is left out by the pattern `**/tests/**` of `ignore_patterns` in the default"),
        "{run:?}"
    );
}

#[test]
fn options_that_do_nothing_are_warned_of() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for (arguments, expected) in [
        (&["-e", "["][..], "--exclude-pattern '[': `[` is not closed by a `]`"),
        (
            &["-e", "../x"],
            "--exclude-pattern '../x': matches nothing: patterns are relative to the working directory",
        ),
        (&["-i", ""], "--include-pattern '': is empty: it matches nothing"),
        (
            &["-t", "cyc=5", "-t", "cyc=50"],
            "--threshold cyclomatic_complexity: is given more than once; the last one counts",
        ),
        (
            &["--force-analyze", "-e", "b.py"],
            "--exclude-pattern has no effect with --force-analyze",
        ),
    ] {
        let run = project.run(&[&["--check", "."], arguments].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(run.stderr.matches("warning: ").count(), 1, "{run:?}");
        assert!(run.stderr.contains(&format!("warning: {expected}")), "{run:?}");
    }
}

#[test]
fn a_configuration_with_another_name_is_warned_of() {
    for name in [".antipasta.yml", "antipasta.yaml", "antipasta.yml"] {
        let project = Project::new(&[("a.py", "x = 1\n"), (name, "use_gitignore: true\n")]);
        let run = project.run(&["--check"]);
        let expected = format!("warning: {name} is not read: a configuration is called .antipasta.yaml");
        assert!(run.stderr.contains(&expected), "{run:?}");
        let given = project.run(&["--check", "--quiet", "--config", name]);
        assert_eq!(given.stderr, "");
        let run = project.run(&["config", "validate"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(
            run.stderr.contains(&format!("{name} is not read, so rename it")),
            "{run:?}"
        );
        project.write(".antipasta.yaml", b"use_gitignore: true\n");
        assert!(!project.run(&["--check"]).stderr.contains("is not read"));
    }
    let project = Project::new(&[("a.py", "x = 1\n"), ("pyproject.toml", "[tool.antipsta]\n")]);
    let run = project.run(&["--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let expected = "pyproject.toml:1:7: unknown table `[tool.antipsta]`; did you mean `[tool.antipasta]`?";
    assert!(run.stderr.contains(expected), "{run:?}");
}

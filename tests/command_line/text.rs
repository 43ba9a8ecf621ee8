//! The report for people, and the exit codes.

use antipasta_lsp_tests::snapshot::assert_snapshot;
use antipasta_lsp_tests::{COMPLEX, Project};

#[test]
fn a_clean_project_passes() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let run = project.run(&["--check"]);
    assert_snapshot(&project, "command_line/text_passed", &run.shown());
}

#[test]
fn violations_are_listed_with_what_to_do_and_fail() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", "x = 1\n")]);
    let run = project.run(&["--check", "."]);
    assert_snapshot(&project, "command_line/text_failed", &run.shown());
}

#[test]
fn quiet_shows_violations_only() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let run = project.run(&["--check", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    project.write("a.py", COMPLEX.as_bytes());
    let run = project.run(&["--check", "-q"]);
    assert_snapshot(&project, "command_line/text_quiet", &run.shown());
}

#[test]
fn colors_can_be_forced() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let run = project.run(&["--check", "--color", "always"]);
    let visible = run.shown().replace('\u{1b}', "\u{241b}");
    assert_snapshot(&project, "command_line/text_colored", &visible);
}

#[test]
fn thresholds_can_be_given() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    assert_eq!(project.run(&["--check", "-t", "cyc=11"]).code, Some(0));
    assert_eq!(
        project
            .run(&["--check", "--threshold", "cyclomatic_complexity=11"])
            .code,
        Some(0)
    );
    let run = project.run(&["--check", "-t", "cyc=11", "-t", "cog=1"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stderr
            .contains("warning: --threshold cognitive_complexity: has no effect")
    );
    let run = project.run(&["--check", "-t", "cyc=99"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr
            .contains("cyclomatic_complexity must be a whole number from 1 to 50, not 99.0")
    );
}

#[test]
fn a_report_can_be_written_to_a_file() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let run = project.run(&["--check", "--output", "report.txt", "--color", "always"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    let report = project.read("report.txt");
    assert!(report.contains("❌ a.py:1 (f)") && !report.contains('\u{1b}'));
    let run = project.run(&["--check", "--output", "a.py/report.txt"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("cannot be written"));
}

#[test]
fn statistics_say_what_the_run_cost() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", COMPLEX)]);
    let run = project.run(&["--check", "--format", "json", "--statistics"]);
    for name in [
        "files",
        "functions",
        "parsing",
        "measuring",
        "throughput",
        "peak memory",
    ] {
        assert!(run.stderr.contains(&format!("  {name}")), "{}", run.stderr);
    }
    assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok());
}

#[test]
fn wrong_commands_exit_with_one() {
    let project = Project::new(&[]);
    for arguments in [
        &["--check", "--no-such-option"][..],
        &["--check", "--jobs", "0"],
        &["--check", "-", "a.py"],
        &["--check", "--stdin-filename", "a.py", "."],
        &["--check", "--config", "none.yaml"],
        &["config", "no-such-command"],
        &["a.py"],
        &[],
    ] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(
        project.run(&["--version"]).stdout,
        format!("antipasta-lsp {}\n", env!("CARGO_PKG_VERSION"))
    );
}

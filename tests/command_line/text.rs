//! The report for people, and the exit codes.

use antipasta_lsp_tests::{COMPLEX, Project};

#[test]
fn a_clean_project_passes() {
    let run = Project::new(&[("a.py", "x = 1\n")]).run(&["--check"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("Analyzing 1 files..."));
    assert!(
        run.stdout
            .contains("Total files analyzed: 1\nFiles with violations: 0\nTotal violations: 0\n")
    );
    assert!(run.stdout.ends_with("\n✓ Code quality check PASSED\n"));
}

#[test]
fn violations_are_listed_with_what_to_do_and_fail() {
    let run = Project::new(&[("a.py", COMPLEX), ("b.py", "x = 1\n")]).run(&["--check", "."]);
    assert_eq!(run.code, Some(2));
    let message = "❌ a.py:1 (f): Cyclomatic Complexity is 11.00 (threshold: <= 10.0)\n   help: move branches";
    assert!(run.stdout.contains(message), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("Violations by type:\n  - cyclomatic_complexity: 2\n")
    );
    assert!(run.stdout.ends_with("\n✗ Code quality check FAILED\n"));
    assert!(!run.stdout.contains('\u{1b}'), "styles belong on terminals");
}

#[test]
fn quiet_shows_violations_only() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let run = project.run(&["--check", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    project.write("a.py", COMPLEX.as_bytes());
    let run = project.run(&["--check", "-q"]);
    assert!(!run.stdout.contains("help:") && !run.stdout.contains("SUMMARY"));
    assert!(run.stdout.contains("❌ a.py:1 (f)"));
}

#[test]
fn colours_can_be_forced() {
    let run = Project::new(&[("a.py", COMPLEX)]).run(&["--check", "--color", "always"]);
    assert!(run.stdout.contains("\u{1b}[31m"));
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
fn wrong_commands_exit_with_one_and_help_with_zero() {
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
    let run = project.run(&["--help"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("Exit codes of --check"));
    assert_eq!(
        project.run(&["--version"]).stdout,
        format!("antipasta-lsp {}\n", env!("CARGO_PKG_VERSION"))
    );
}

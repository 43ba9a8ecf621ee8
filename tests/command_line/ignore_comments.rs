//! Comments that suppress violations.

use antipasta_lsp_tests::{COMPLEX, Project};

fn commented(comment: &str) -> String {
    COMPLEX.replacen('\n', &format!("  # {comment}\n"), 1)
}

#[test]
fn an_ignore_comment_suppresses_and_a_ceiling_holds() {
    for (comment, code) in [
        ("antipasta: ignore", 0),
        ("antipasta: ignore[cyclomatic_complexity] it is a table", 0),
        ("antipasta: ignore[cyc<=11]", 0),
        ("antipasta: ignore[cyc<=10]", 2),
        ("antipasta: ignore[cognitive_complexity]", 2),
    ] {
        let run = Project::new(&[("a.py", &commented(comment))]).run(&["--check"]);
        assert_eq!(run.code, Some(code), "{comment}: {}", run.stdout);
    }
    let run = Project::new(&[("a.py", &commented("antipasta: ignore[cyc<=10]"))]).run(&["--check"]);
    assert!(run.stdout.contains("above the ceiling of its ignore comment: 10"));
}

#[test]
fn comments_that_cannot_be_read_are_warned_of() {
    let run = Project::new(&[("a.py", &commented("antipasta: ignore[cyclomatic]"))]).run(&["--check", "-q"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr
            .contains("warning: a.py:1: this ignore comment has no effect: unknown metric `cyclomatic`")
    );
}

#[test]
fn unused_comments_are_listed_on_request() {
    let project = Project::new(&[("a.py", "def f():  # antipasta: ignore\n    pass\n")]);
    assert!(!project.run(&["--check"]).stdout.contains("UNUSED"));
    let run = project.run(&["--check", "--report-unused-ignores"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("a.py:1: `# antipasta: ignore` suppresses nothing"));
    let report = project.report(&["--report-unused-ignores"]);
    assert_eq!(report["unused_ignores"][0]["line_number"], 1);
}

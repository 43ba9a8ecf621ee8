//! The report for programs.

use std::io::Write;
use std::process::{Command, Stdio};

use antipasta_lsp_tests::snapshot::assert_snapshot;
use antipasta_lsp_tests::{COMPLEX, Project};
use serde_json::Value;

#[test]
fn keys_and_their_order_are_the_references() {
    let project = Project::new(&[
        ("a.py", COMPLEX),
        ("b.py", "class C:\n    def m(self): return 'x' + 1\n"),
        ("c.py", "def f(:\n"),
    ]);
    let run = project.run(&["--check", "--format", "json"]);
    assert_snapshot(&project, "command_line/json", &run.stdout);
}

/// Scripts may compare reports as texts: they are what `json.dumps(report, indent=2)` writes.
#[test]
fn python_would_write_the_same_bytes() {
    let project = Project::new(&[
        ("pkg/é.py", COMPLEX),
        ("b.py", "def ü(): return 1 / 3\n"),
        ("c.py", "x = (\n"),
        ("d.py", ""),
    ]);
    let run = project.run(&["--check", "--format", "json", "--report-unused-ignores"]);
    let script = "import json, sys; sys.stdout.write(json.dumps(json.load(sys.stdin), indent=2) + '\\n')";
    let python =
        std::env::var("PYTHON").unwrap_or_else(|_| if cfg!(windows) { "python" } else { "python3" }.to_owned());
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    child.stdin.take().unwrap().write_all(run.stdout.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"),
        run.stdout
    );
}

#[test]
fn the_report_stands_alone_on_the_standard_output() {
    let run = Project::new(&[("a.py", "x = 1\n")]).run(&["--check", "--format", "json"]);
    assert!(run.stdout.starts_with("{\n  \"summary\": {"));
    assert!(run.stderr.contains("Analyzing 1 files..."));
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    let files: Vec<(String, String)> = (0..60)
        .map(|index| {
            (
                format!("p{}/m{index}.py", index % 7),
                COMPLEX.repeat(1 + index * 7 % 50),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let project = Project::new(&files);
    let one = project.run(&["--check", "--format", "json", "--jobs", "1"]);
    for jobs in ["2", "8"] {
        assert!(project.run(&["--check", "--format", "json", "--jobs", jobs]).stdout == one.stdout);
    }
    let report: Value = serde_json::from_str(&one.stdout).unwrap();
    let names: Vec<_> = report["reports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["file"].to_string())
        .collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
}

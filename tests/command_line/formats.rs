//! The formats of reports, and reports to several places at once. `tests/reports` validates them against the schemas of their
//! formats.

use std::collections::BTreeSet;

use antipasta_lsp_tests::snapshot::{assert_json_snapshot, assert_snapshot, transcript_of_errors};
use antipasta_lsp_tests::{COMPLEX, Project, Run};
use serde_json::{Value, json};

const STATEMENT: &str = "Cyclomatic Complexity is 11.00 (threshold: <= 10.0)";

/// A decorated function, a method, and their average; and a file that is no program.
fn project() -> Project {
    let method = COMPLEX.replace('\n', "\n    ");
    Project::new(&[
        ("src/a.py", &format!("@decorated\n{COMPLEX}class C:\n    {method}\n")),
        ("bad.py", "x = 1\ny = )\n"),
        ("ok.py", "x = 1\n"),
    ])
}

fn check(project: &Project, format: &str) -> Run {
    project.run(&["--check", "--output-format", format])
}

fn parsed(project: &Project, format: &str) -> Value {
    let run = check(project, format);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

fn results(project: &Project) -> Vec<Value> {
    let log = parsed(project, "sarif");
    log["runs"][0]["results"].as_array().unwrap().clone()
}

fn fingerprint(result: &Value) -> String {
    let fingerprints = &result["partialFingerprints"];
    let fingerprint = fingerprints["qualifiedNameAndMetric/v1"].as_str().unwrap();
    assert_eq!(fingerprints["primaryLocationLineHash"], fingerprint);
    fingerprint.to_owned()
}

/// The names of the formats, as the program lists them.
fn formats(project: &Project) -> Vec<String> {
    let run = project.run(&["--check", "--output-format", "none:a"]);
    let (_, allowed) = run.stderr.split_once("(allowed: ").expect("a list of formats");
    let (allowed, _) = allowed.split_once(')').expect("the end of the list");
    allowed
        .split(", ")
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

#[test]
fn every_format_has_its_snapshot() {
    let project = project();
    let formats = formats(&project);
    assert!(formats.len() >= 8, "{formats:?}");
    for format in formats {
        let run = check(&project, &format);
        assert_eq!(run.code, Some(2), "{run:?}");
        // Only Windows separates the names of a path by `\\`.
        let report = match cfg!(windows) {
            true => run.stdout.replace("src\\\\", "src/").replace("src\\", "src/"),
            false => run.stdout,
        };
        let name = format!("command_line/format_{format}");
        match serde_json::from_str(&report) {
            // All on one line, which nobody could review.
            Ok(json) if format != "json" => assert_json_snapshot(&project, &name, &json),
            _ => assert_snapshot(&project, &name, &report),
        }
    }
}

/// A path may not end a command, or begin another.
#[cfg(unix)]
#[test]
fn github_commands_are_escaped() {
    let project = Project::new(&[("a,b:c%0A\r\n::stop-commands::x.py", COMPLEX)]);
    let run = check(&project, "github");
    let expected = "::error file=a%2Cb%3Ac%250A%0D%0A%3A%3Astop-commands%3A%3Ax.py,line=1,";
    assert_eq!(run.stdout.lines().count(), 2);
    for line in run.stdout.lines() {
        assert!(line.starts_with(expected), "{line}");
    }
}

#[test]
fn gitlab_and_sarif_know_a_violation_by_the_same_fingerprint() {
    let project = project();
    let issues = parsed(&project, "gitlab");
    let of_violations = issues.as_array().unwrap().iter().skip(1);
    let fingerprints: Vec<_> = of_violations
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = results(&project).iter().map(fingerprint).collect();
    assert_eq!(fingerprints, expected);
}

/// The lines of a report in JSON Lines, each with its type.
fn lines(run: &Run) -> Vec<(String, Value)> {
    let parsed = run.stdout.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        (line["type"].as_str().unwrap().to_owned(), line)
    });
    parsed.collect()
}

#[test]
fn jsonl_has_an_object_on_a_line_for_each() {
    let project = project();
    let run = check(&project, "jsonl");
    assert_eq!(run.code, Some(2));
    let lines = lines(&run);
    let kinds: Vec<_> = lines.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["error", "violation", "violation", "violation"]);
    let error = &lines[0].1;
    assert_eq!(
        (
            &error["path"],
            &error["line"],
            &error["column"],
            &error["kind"],
            &error["level"]
        ),
        (
            &json!("bad.py"),
            &json!(2),
            &json!(5),
            &json!("syntax-error"),
            &json!("error")
        )
    );
    let fingerprints: Vec<String> = results(&project).iter().map(fingerprint).collect();
    let expected = [
        (json!(2), json!(12), "function", json!("f"), "f: "),
        (json!(14), json!(24), "function", json!("C.f"), "C::f: "),
        (json!(null), json!(null), "file", json!(null), ""),
    ];
    for (index, (line, end_line, subject, name, prefix)) in expected.into_iter().enumerate() {
        assert_eq!(
            lines[index + 1].1,
            json!({
                "type": "violation",
                "path": "src/a.py",
                "line": line,
                "end_line": end_line,
                "subject": subject,
                "qualified_name": name,
                "metric": "cyclomatic_complexity",
                "value": 11.0,
                "comparison": "<=",
                "threshold": 10.0,
                "base_value": null,
                "level": "error",
                "baselined": false,
                "fingerprint": fingerprints[index],
                "message": format!("{prefix}{STATEMENT}"),
            })
        );
    }
}

#[test]
fn jsonl_lists_what_the_baseline_allows_and_what_it_allows_needlessly() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", COMPLEX)]);
    let code = project.run(&["--check", "--write-baseline", "baseline.jsonl"]).code;
    assert_eq!(code, Some(0));
    project.write("b.py", b"x = 1\n");
    project.write("a.py", format!("{COMPLEX}    if x: pass\n").as_bytes());
    let run = project.run(&["--check", "--baseline", "baseline.jsonl", "--format", "jsonl"]);
    let worse = lines(&run);
    assert_eq!(
        (worse[0].1["baselined"].clone(), worse[0].1["base_value"].clone()),
        (json!(false), json!(11.0))
    );
    project.write("a.py", COMPLEX.as_bytes());
    let run = project.run(&["--check", "--baseline", "baseline.jsonl", "--format", "jsonl"]);
    assert_eq!(run.code, Some(0));
    let allowed = lines(&run);
    let kinds: Vec<_> = allowed.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["violation", "violation", "stale_baseline_entry", "stale_baseline_entry"]
    );
    for (_, violation) in &allowed[..2] {
        assert_eq!(
            (&violation["baselined"], &violation["level"]),
            (&json!(true), &json!("note"))
        );
    }
    let stale = &allowed[3].1;
    assert_eq!(
        (
            &stale["path"],
            &stale["qualified_name"],
            &stale["allowed"],
            &stale["needed"]
        ),
        (&json!("b.py"), &json!("f"), &json!(11.0), &json!(null))
    );
}

/// Every type of line is on the page, with every key.
#[test]
fn the_page_about_jsonl_has_every_key() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/jsonl.md");
    let page = std::fs::read_to_string(page).unwrap();
    let unused = "def g():  # antipasta: ignore\n    pass\n";
    let project = Project::new(&[
        ("a.py", COMPLEX),
        ("bad.py", "x = (\n"),
        ("c.py", COMPLEX),
        ("u.py", unused),
    ]);
    project.run(&["--check", "--write-baseline", "baseline.jsonl"]);
    project.write("c.py", b"x = 1\n");
    let arguments = [
        "--check",
        "--baseline",
        "baseline.jsonl",
        "--report-unused-ignores",
        "--format",
        "jsonl",
    ];
    let mut found = lines(&project.run(&arguments));
    found.extend(lines(&project.run(&[
        "--check",
        "--max-time",
        "0.000001",
        "--format",
        "jsonl",
    ])));
    let kinds: BTreeSet<_> = found.iter().map(|(kind, _)| kind.as_str()).collect();
    let expected = [
        "error",
        "stale_baseline_entry",
        "unchecked",
        "unused_ignore",
        "violation",
    ];
    assert_eq!(kinds, expected.into_iter().collect());
    for (kind, line) in &found {
        let (_, section) = page.split_once(&format!("\n## `{kind}`")).unwrap();
        let section = section.split("\n## ").next().unwrap_or_default();
        for key in line.as_object().unwrap().keys().filter(|key| *key != "type") {
            assert!(section.contains(&format!("| `{key}` |")), "{kind}: {key}");
        }
    }
}

#[test]
fn violations_are_known_again_wherever_their_lines_go() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let before: Vec<_> = results(&project).iter().map(fingerprint).collect();
    let worse = format!("# new\n\nx = 1\n\n{COMPLEX}    if x: pass\n");
    project.write("a.py", worse.as_bytes());
    let after = results(&project);
    assert_eq!(after[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 5);
    assert_eq!(after[0]["properties"]["value"], 12.0);
    assert_eq!(after.iter().map(fingerprint).collect::<Vec<_>>(), before);
    project.write("a.py", COMPLEX.replace("def f", "def g").as_bytes());
    let renamed: Vec<_> = results(&project).iter().map(fingerprint).collect();
    assert_ne!(renamed[0], before[0]);
    assert_eq!(renamed[1], before[1], "the file's average is of the file");
}

/// Namesakes are counted among all functions, so that one does not take another's place when the first is mended.
#[test]
fn namesakes_are_told_apart() {
    let project = Project::new(&[
        ("a.py", &COMPLEX.repeat(3)),
        ("b.py", COMPLEX),
        (
            ".antipasta.yaml",
            "languages:\n  - name: python\n    metrics:\n      - {type: cyclomatic_complexity, threshold: 10, comparison: '<='}\n      - {type: cognitive_complexity, threshold: 9, comparison: '<='}\n",
        ),
    ]);
    let all: Vec<_> = results(&project).iter().map(fingerprint).collect();
    assert_eq!(all.len(), 12);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 12);
    project.write("a.py", format!("def f(): pass\n{}", COMPLEX.repeat(2)).as_bytes());
    let left: Vec<_> = results(&project).iter().map(fingerprint).collect();
    assert!(left.iter().all(|fingerprint| all.contains(fingerprint)));
    assert!(!left.contains(&all[0]));
    assert!(left.contains(&all[1]) && left.contains(&all[2]));
}

#[cfg(unix)]
#[test]
fn paths_that_are_no_unicode_stay_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let project = Project::new(&[]);
    for name in [b"\xfe.py", b"\xff.py"] {
        let path = project.path("").join(OsStr::from_bytes(name));
        if std::fs::write(path, COMPLEX).is_err() {
            // Some file systems take Unicode only.
            return;
        }
    }
    let results = results(&project);
    let uris: Vec<_> = results
        .iter()
        .map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone())
        .collect();
    assert_eq!(uris, ["%FE.py", "%FE.py", "%FF.py", "%FF.py"]);
    let fingerprints: BTreeSet<_> = results.iter().map(fingerprint).collect();
    assert_eq!(fingerprints.len(), 4);
    for format in ["concise", "github", "gitlab", "junit", "markdown"] {
        let run = check(&project, format);
        assert_eq!(run.code, Some(2), "{format}: {run:?}");
        for name in ["\u{fffd}FE.py", "\u{fffd}FF.py"] {
            assert!(run.stdout.contains(name), "{format}: {run:?}");
        }
    }
}

/// The first result of a check that runs in a folder of the project.
fn first_result_in(project: &Project, folder: &str, argument: &str) -> Value {
    let mut command = project.command(["--check", "--format", "sarif", argument]);
    let run: Run = command
        .current_dir(project.path(folder))
        .output()
        .expect("the binary runs")
        .into();
    let log: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    log["runs"][0]["results"][0].clone()
}

/// What reads reports knows files by their paths in the repository.
#[test]
fn paths_are_those_in_the_repository_wherever_the_check_runs() {
    let project = Project::new(&[("pkg/src/a.py", COMPLEX), ("pkg/docs/conf.py", "")]);
    let from_top = first_result_in(&project, "", ".");
    let location = &from_top["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*location, json!({"uri": "pkg/src/a.py", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(first_result_in(&project, "pkg/src", "."), from_top);
    assert_eq!(first_result_in(&project, "pkg/docs", "../src/a.py"), from_top);
}

#[test]
fn files_elsewhere_have_whole_addresses() {
    let project = Project::new(&[("work/.git/HEAD", ""), ("work/empty.py", ""), ("other/a.py", COMPLEX)]);
    let result = first_result_in(&project, "work", "../other");
    let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = location["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/other/a.py") && !uri.contains(".."),
        "{uri}"
    );
    assert_eq!(location["uriBaseId"], Value::Null);
}

/// GitHub refuses comments of more than 65536 characters.
#[test]
fn markdown_fits_into_a_comment() {
    let project = Project::new(&[("a.py", &COMPLEX.repeat(1000))]);
    let run = check(&project, "markdown");
    assert!(run.stdout.contains("; 1001 violations in 1 file.\n"));
    assert!(run.stdout.len() < 65_536, "{}", run.stdout.len());
    let rows = run.stdout.lines().filter(|line| line.starts_with("| `")).count();
    let omitted = 1001 - rows;
    assert!(
        run.stdout.ends_with(&format!("\n\n… and {omitted} more.\n")),
        "{rows} rows"
    );
}

#[test]
fn what_is_clean_has_a_report_that_is_empty_and_valid() {
    let project = Project::new(&[("ok.py", "x = 1\n")]);
    for (format, expected) in [
        ("concise", ""),
        ("jsonl", ""),
        ("github", ""),
        ("gitlab", "[]\n"),
        (
            "markdown",
            "## ✅ Code quality check passed\n\n1 file checked; no violations.\n",
        ),
    ] {
        let run = check(&project, format);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), expected), "{format}");
    }
    let log = parsed(&project, "sarif");
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(
        log["runs"][0]["invocations"],
        json!([{"executionSuccessful": true, "toolExecutionNotifications": []}])
    );
}

#[test]
fn unused_ignore_comments_are_in_every_format() {
    let project = Project::new(&[("a.py", "def f():  # antipasta: ignore\n    pass\n")]);
    for format in ["concise", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"] {
        let run = check(&project, format);
        assert!(
            !run.stdout.contains("`# antipasta: ignore` suppresses nothing"),
            "{format}: {run:?}"
        );
        let run = project.run(&["--check", "--output-format", format, "--report-unused-ignores"]);
        assert!(
            run.stdout.contains("`# antipasta: ignore` suppresses nothing"),
            "{format}: {run:?}"
        );
        assert_eq!(run.code, Some(0), "{format}");
    }
}

#[test]
fn several_reports_are_written_at_once() {
    let project = project();
    let kinds = [
        "text", "json", "jsonl", "sarif", "junit", "concise", "github", "gitlab", "markdown",
    ];
    let mut arguments = vec!["--check".to_owned(), "--color".to_owned(), "always".to_owned()];
    for kind in kinds {
        arguments.extend(["--output-format".to_owned(), format!("{kind}:report.{kind}")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = project.run(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    for kind in kinds {
        let alone = check(&project, kind);
        let written = project.read(&format!("report.{kind}"));
        assert!(!written.contains('\x1b'), "{kind}");
        // Only in the text for people is what is said before the report on the standard output too.
        assert!(alone.stdout.ends_with(&written), "{kind}: {written}");
        assert_eq!(kind == "text", alone.stdout != written, "{kind}");
    }
    let run = project.run(&["--check", "--output-format", "text", "--output-format", "sarif:again"]);
    assert_eq!(run.stdout, check(&project, "text").stdout);
    assert_eq!(project.read("again"), project.read("report.sarif"));
    assert_eq!(
        project.run(&["--check", "--format", "sarif"]).stdout,
        project.read("again")
    );
    project.run(&["--check", "--output-format", "SARIF", "--output", "third"]);
    assert_eq!(project.read("third"), project.read("again"));
}

#[test]
fn reports_that_cannot_be_written_are_all_said_before_the_analysis() {
    let project = project();
    let run = project.run(&[
        "--check",
        "--on-error",
        "warn",
        "--output-format",
        "sarif:bad.py/a.sarif",
        "--output-format",
        "json:bad.py/a.json",
        "--output-format",
        "concise",
        "--output-format",
        "gitlab:a.gitlab",
    ]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout, "", "{run:?}");
    for file in ["a.sarif", "a.json"] {
        let expected = format!("{file}: cannot be written: ");
        assert_eq!(run.stderr.matches(&expected).count(), 1, "{run:?}");
    }
}

#[test]
fn what_makes_no_sense_is_an_error_that_says_so() {
    let project = project();
    let transcript = transcript_of_errors(
        &project,
        &[
            &["--check", "--format", "text", "--output-format", "sarif"],
            &["--check", "--output-format", "yaml:a"],
            &["--check", "--output-format", "sarif:"],
            &["--check", "--output-format", "text", "--output-format", "json"],
            &["--check", "--output-format", "text:a", "--output-format", "json:a"],
            &[
                "--check",
                "--output-format",
                "text",
                "--output-format",
                "json:a",
                "-o",
                "a",
            ],
            &["--check", "--output-format", "json:a", "--output", "b"],
        ],
    );
    assert_snapshot(&project, "command_line/messages_formats", &transcript);
    assert!(!project.path("a").exists());
}

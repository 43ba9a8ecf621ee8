//! The formats that pipelines read, and reports to several places at once. Whether they keep to the schemas of their formats
//! is for `tests/reports`.

use std::collections::BTreeSet;

use antipasta_lsp_tests::{COMPLEX, Project, Run};
use serde_json::{Value, json};

const HELP: &str =
    "move branches into functions of their own, or replace a chain of conditions by a table or by polymorphism";
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

#[test]
fn concise_has_a_line_for_each() {
    let run = check(&project(), "concise");
    assert_eq!(run.code, Some(2));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("bad.py:2:5: syntax error: "), "{run:?}");
    assert!(lines[0].ends_with(" [syntax-error]"), "{run:?}");
    let path = if cfg!(windows) { "src\\a.py" } else { "src/a.py" };
    assert_eq!(
        lines[1..],
        [
            format!("{path}:2:1: f: {STATEMENT} [cyclomatic_complexity]"),
            format!("{path}:14:1: C::f: {STATEMENT} [cyclomatic_complexity]"),
            format!("{path}:1:1: {STATEMENT} [cyclomatic_complexity]"),
        ]
    );
}

#[test]
fn github_gets_a_command_for_each() {
    let run = check(&project(), "github");
    assert_eq!(run.code, Some(2));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(
        lines[0].starts_with("::error file=bad.py,line=2,col=5,title=Not analyzed::syntax error"),
        "{run:?}"
    );
    assert_eq!(
        lines[1..],
        [(2, "f: "), (14, "C::f: "), (1, "")].map(|(line, name)| format!(
            "::error file=src/a.py,line={line},title=Cyclomatic Complexity::{name}{STATEMENT}%0Ahelp: {HELP}"
        ))
    );
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
fn gitlab_gets_an_issue_for_each() {
    let project = project();
    let issues = parsed(&project, "gitlab");
    assert_eq!(issues.as_array().unwrap().len(), 4);
    assert_eq!(issues[0]["check_name"], "syntax-error");
    assert_eq!(issues[0]["severity"], "critical");
    assert_eq!(
        issues[0]["location"],
        json!({"path": "bad.py", "lines": {"begin": 2, "end": 2}})
    );
    let fingerprints: Vec<String> = results(&project).iter().map(fingerprint).collect();
    let expected = [(2, 12, "f: "), (14, 24, "C::f: "), (1, 1, "")];
    for (index, (begin, end, name)) in expected.into_iter().enumerate() {
        assert_eq!(
            issues[index + 1],
            json!({
                "description": format!("{name}{STATEMENT}"),
                "check_name": "cyclomatic_complexity",
                "fingerprint": fingerprints[index],
                "severity": "major",
                "location": {"path": "src/a.py", "lines": {"begin": begin, "end": end}},
            })
        );
    }
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
fn sarif_says_what_and_where() {
    let log = parsed(&project(), "sarif");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules.iter().filter(|rule| rule["id"] != "unused-ignore") {
        let address = rule["helpUri"].as_str().unwrap();
        assert!(
            address.ends_with(&format!("docs/metrics.md#{}", rule["id"].as_str().unwrap())),
            "{address}"
        );
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    }
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "syntax-error");
    assert_eq!(
        notification["locations"][0]["physicalLocation"],
        json!({
            "artifactLocation": {"uri": "bad.py", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 2, "startColumn": 5},
        })
    );
    let method = &run["results"][1];
    assert_eq!(method["ruleId"], "cyclomatic_complexity");
    assert_eq!(method["message"]["text"], format!("C::f: {STATEMENT}"));
    assert_eq!(
        method["properties"],
        json!({"value": 11.0, "threshold": 10.0, "comparison": "<="})
    );
    assert_eq!(
        run["results"][0]["locations"],
        json!([{
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 2, "endLine": 2},
                "contextRegion": {"startLine": 1, "endLine": 12},
            },
            "logicalLocations": [{"name": "f", "fullyQualifiedName": "f", "kind": "function"}],
        }])
    );
    let average = &run["results"][2]["locations"][0];
    assert_eq!(average["physicalLocation"]["region"]["startLine"], 1);
    assert_eq!(average["logicalLocations"], Value::Null);
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

#[test]
fn junit_has_a_test_for_each_and_one_for_each_file_that_is_in_order() {
    let run = check(&project(), "junit");
    let expected = format!(
        "  <testcase classname=\"src/a.py\" name=\"C::f: cyclomatic_complexity\">
    <failure type=\"cyclomatic_complexity\" message=\"C::f: {statement}\">src/a.py:14: C::f: {statement}
help: {HELP}</failure>
  </testcase>
",
        statement = STATEMENT.replace('<', "&lt;")
    );
    assert!(run.stdout.contains(&expected), "{run:?}");
    for expected in [
        "<testsuites name=\"antipasta-lsp\" tests=\"5\" failures=\"3\" errors=\"1\">",
        "<testsuite name=\"bad.py\" tests=\"1\" failures=\"0\" errors=\"1\">",
        "<error type=\"syntax-error\" message=\"syntax error: ",
        "<testcase classname=\"ok.py\" name=\"metrics\"/>",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {run:?}");
    }
}

#[test]
fn markdown_says_it_at_the_top_and_lists_it_in_a_table() {
    let run = check(&project(), "markdown");
    for expected in [
        "## ❌ Code quality check failed\n\n3 files checked, 1 of them not analyzed; 3 violations in 1 file.\n",
        "- `bad.py:2:5`: `syntax error: unmatched ')'`\n",
        "\n| `src/a.py:14` | `C::f` | [cyclomatic_complexity](https://",
        " | 11.00 | `<= 10.0` |\n",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
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
    for (arguments, expected) in [
        (
            vec!["--format", "text", "--output-format", "sarif"],
            "'--format <FORMAT>' cannot be used with '--output-format",
        ),
        (
            vec!["--output-format", "yaml:a"],
            "`yaml` is no kind of report (allowed: `text`, `json`, `jsonl`, `concise`, `sarif`, ",
        ),
        (vec!["--output-format", "sarif:"], "a file is missing after the `:`"),
        (
            vec!["--output-format", "text", "--output-format", "json"],
            "only one report can go to the standard output",
        ),
        (
            vec!["--output-format", "text:a", "--output-format", "json:a"],
            "two reports cannot go to one file, a",
        ),
        (
            vec!["--output-format", "text", "--output-format", "json:a", "-o", "a"],
            "two reports cannot go to one file, a",
        ),
        (
            vec!["--output-format", "json:a", "--output", "b"],
            "--output has no use",
        ),
    ] {
        let run = project.run(&[&["--check"], arguments.as_slice()].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
    assert!(!project.path("a").exists());
}

//! Names, keys and arguments that would take over a terminal, a log or a pipeline: whatever shows them, they stay text.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run};
use serde_json::{Value, json};

/// What begins a line that a name would forge, if its newline were one.
const FORGED: &str = "FORGED";

/// Texts that are trouble for terminals and logs. Those for editors are added to them.
const TEXTS: [&str; 36] = [
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}c",
    "\u{1b}[31mred",
    "\u{9b}2J",
    "\u{9d}0;title\u{9c}",
    "\u{90}q\u{9c}",
    "\u{85}FORGED",
    "a\nFORGED",
    "a\n✓ FORGED",
    "a\r\nFORGED",
    "a\rFORGED",
    "a\u{b}FORGED\u{c}",
    "a\u{2028}FORGED\u{2029}",
    "a\u{8}\u{8}\u{8}b",
    "\u{7f}",
    "a\tb",
    "\u{202e}yp.evil",
    "\u{2066}\u{202d}x\u{2069}",
    "\u{200f}\u{61c}\u{200e}",
    "::error::FORGED",
    "::error file=x,line=1::FORGED",
    " \u{a0}::stop-commands::token",
    "a\n::error file=x::FORGED",
    "a\n  ::add-mask::FORGED",
    "##[error]FORGED",
    "a##[add-matcher]m.json",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[testFailed name='x']",
    "###[group]",
    "<b>&amp;]]>",
    "a|b`c``d",
    "[a](command:b)",
    "\u{fffe}\u{ffff}",
    "-e .;'\"$(x)`y`",
];

/// Several of them at once, for places that there are many of.
const MESSAGES: [&str; 5] = [
    "::error::FORGED",
    " \u{a0}::stop-commands::x",
    "##vso[x]\n::error::FORGED\n##[error]FORGED",
    "\u{1b}]8;;http://e\u{1b}\\\u{9b}2J\u{1b}c\r\u{85}FORGED\u{202e}\u{2066}\t\u{7f}",
    "a\nFORGED\r\n✓ FORGED\u{2028}FORGED",
];

/// All texts that can be the name of a file.
fn texts() -> Vec<String> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/editor/hostile.json");
    let table: Value = serde_json::from_str(&fs::read_to_string(table).unwrap()).unwrap();
    let of_editors = table["texts"].as_array().unwrap().iter();
    let of_editors = of_editors.map(|row| row["text"].as_str().unwrap().to_owned());
    let all = TEXTS.map(str::to_owned).into_iter().chain(of_editors);
    let all: Vec<_> = all
        .filter(|text| text.len() < 200 && !text.contains(['/', '\0']))
        .collect();
    assert!(all.len() >= 50, "{}", all.len());
    all
}

/// The formats that there are, of those who know: a new one is tested without a word here.
fn formats() -> Vec<String> {
    let run = Project::new(&[]).run(&["--check", "--format", "none"]);
    let names = run.stderr.split_once("[possible values: ").unwrap().1;
    let names = names.split_once(']').unwrap().0.split(", ");
    names.map(str::to_owned).collect()
}

/// What is trouble in something that was written, if anything is.
fn trouble(written: &str, may_command: bool) -> Option<String> {
    let reorders = |letter| matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unsafe = |letter: char| letter.is_control() || reorders(letter) || matches!(letter, '\u{fffe}' | '\u{ffff}');
    written.split('\n').find_map(|line| {
        let start = line.trim_start();
        let why = if let Some(letter) = line.chars().find(|letter| is_unsafe(*letter)) {
            format!("{letter:?}")
        } else if start.starts_with("::") && !(may_command && is_annotation(line)) {
            "a workflow command".to_owned()
        } else if line.contains("##[") || line.contains("##v") || line.contains("##t") {
            "a command of a log".to_owned()
        } else if start.trim_start_matches(['✓', ' ']).starts_with(FORGED) {
            "a forged line".to_owned()
        } else {
            return None;
        };
        Some(format!("{why} in {line:?}"))
    })
}

/// Whether a line is a workflow command of the format `github`, which ends the name of the file with `,line=`.
fn is_annotation(line: &str) -> bool {
    let rest = line
        .strip_prefix("::error file=")
        .or_else(|| line.strip_prefix("::warning file="));
    let (file, _) = rest.and_then(|rest| rest.split_once(",line=")).unwrap_or(("::", ""));
    !file.contains([':', ','])
}

/// Styles are ours.
fn without_styles(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        let end = after.find(|letter: char| !letter.is_ascii_digit() && letter != ';');
        match end.filter(|&end| after[end..].starts_with('m')) {
            Some(end) => {
                plain += before;
                rest = &after[end + 1..];
            }
            None => {
                plain += before;
                plain += "\x1b[";
                rest = after;
            }
        }
    }
    plain + rest
}

#[track_caller]
fn assert_inert(what: &str, written: &str, may_command: bool) {
    if let Some(trouble) = trouble(written, may_command) {
        panic!("{what}: {trouble}");
    }
}

#[track_caller]
fn assert_run_is_inert(what: &str, run: &Run) {
    assert!(!run.stderr.contains("panicked"), "{what}: {run:?}");
    assert_inert(&format!("{what}: stdout"), &run.stdout, false);
    assert_inert(&format!("{what}: stderr"), &run.stderr, false);
}

/// A project of a file for each text, named by it.
fn project_of(names: &[String], content: &str) -> Project {
    let project = Project::new(&[]);
    for name in names {
        project.write(&format!("{name}.py"), content.as_bytes());
    }
    project
}

#[cfg(unix)]
#[test]
fn names_of_files_are_text_in_every_format_wherever_it_goes() {
    let hostile = texts();
    let harmless: Vec<_> = (0..hostile.len()).map(|number| format!("a{number}")).collect();
    let unused = "def g():  # antipasta: ignore\n    pass\n";
    let violating = format!("{unused}{COMPLEX}");
    let cases: [(&str, &str, &[&str]); 3] = [
        ("violations", &violating, &["--report-unused-ignores"]),
        ("failures", "x = (\n", &[]),
        ("no time", COMPLEX, &["--max-time", "0.000001"]),
    ];
    for (case, content, options) in cases {
        let (project, other) = (project_of(&hostile, content), project_of(&harmless, content));
        for format in formats() {
            let what = format!("{case}, {format}");
            let arguments = [&["--check", "--format", &format], options].concat();
            let run = project.run(&arguments);
            assert_inert(&format!("{what}, pipe"), &run.stdout, format == "github");
            assert_inert(&format!("{what}, standard error"), &run.stderr, false);
            assert_eq!(
                run.stdout.lines().count(),
                other.run(&arguments).stdout.lines().count(),
                "{what}"
            );

            let report = other.path("report");
            let to_file = [&arguments[..], &["--output", report.to_str().unwrap()]].concat();
            project.run(&to_file);
            assert_inert(
                &format!("{what}, file"),
                &fs::read_to_string(report).unwrap(),
                format == "github",
            );

            let written = without_styles(&on_terminal(project.command(&arguments)));
            assert_inert(&format!("{what}, terminal"), &written, format == "github");
        }
    }
}

/// What a command writes to the terminal that it runs in.
#[cfg(unix)]
fn on_terminal(mut command: Command) -> String {
    use std::io::Read;
    use std::process::Stdio;

    let pty = nix::pty::openpty(None, None).expect("a terminal");
    let (mut terminal, inside) = (fs::File::from(pty.master), pty.slave);
    let copy = || Stdio::from(inside.try_clone().expect("a handle"));
    command.stdin(copy()).stdout(copy()).stderr(copy());
    let mut child = command
        .env("TERM", "xterm")
        .env("COLUMNS", "500")
        .spawn()
        .expect("the binary runs");
    // Nobody but the child may hold the terminal open.
    drop(command);
    drop(inside);
    let mut written = Vec::new();
    let mut buffer = [0; 4096];
    // Linux answers with an error when the last who could write has gone.
    while let Ok(count @ 1..) = terminal.read(&mut buffer) {
        written.extend_from_slice(&buffer[..count]);
    }
    child.wait().expect("the binary ends");
    String::from_utf8(written).expect("UTF-8").replace("\r\n", "\n")
}

/// JSON means the real names.
#[cfg(unix)]
#[test]
fn json_keeps_the_names() {
    let names = texts();
    let project = project_of(&names, COMPLEX);
    let expected: BTreeSet<_> = names.iter().map(|name| format!("{name}.py")).collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let report = project.report(&[]);
    let files = report["reports"].as_array().unwrap().iter();
    assert_eq!(files.map(|file| text(&file["file"])).collect::<BTreeSet<_>>(), expected);
    let issues: Value = serde_json::from_str(&project.run(&["--check", "--format", "gitlab"]).stdout).unwrap();
    let issues = issues.as_array().unwrap().iter();
    let paths = issues.map(|issue| text(&issue["location"]["path"]));
    assert_eq!(paths.collect::<BTreeSet<_>>(), expected);
}

/// Names that are no Unicode stay apart: the baseline of one allows nothing in the other, and reports can be merged.
#[cfg(unix)]
#[test]
fn names_that_are_no_unicode_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let project = Project::new(&[]);
    let path = |name: &[u8]| project.path("").join(OsStr::from_bytes(name));
    let baseline = |option| project.run(&["--check", "--format", "concise", option, "base.jsonl"]);
    std::fs::write(path(b"caf\xe9.py"), COMPLEX).unwrap();
    assert_eq!(baseline("--write-baseline").code, Some(0));
    assert_eq!(baseline("--baseline").code, Some(0));
    std::fs::rename(path(b"caf\xe9.py"), path(b"caf\xe8.py")).unwrap();
    let run = baseline("--baseline");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stdout.starts_with("caf\u{fffd}E8.py:1:1: "), "{run:?}");
    assert!(run.stderr.contains(" stale;"), "it is gone: {run:?}");
    baseline("--prune-baseline");
    assert!(!project.read("base.jsonl").contains("caf"));

    std::fs::copy(path(b"caf\xe8.py"), path(b"caf\xe9.py")).unwrap();
    for format in ["json", "gitlab", "junit", "sarif"] {
        let report = project.run(&["--check", "--format", format]).stdout;
        for byte in ["E8", "E9"] {
            let mark = match format {
                "json" => "\\ufffd",
                "sarif" => "%",
                _ => "\u{fffd}",
            };
            let name = format!("caf{mark}{byte}.py");
            assert!(report.contains(&name), "{format}: {name}: {report}");
        }
    }
    for format in ["json", "sarif"] {
        let part = |part: &str, file: &str| {
            project.run(&["--check", "--shard", part, "--format", format, "--output", file]);
        };
        part("1/2", "1");
        part("2/2", "2");
        let merged = project.run(&["merge", "1", "2"]);
        let whole = project.run(&["--check", "--format", format]);
        assert_eq!((merged.code, merged.stdout), (Some(0), whole.stdout), "{format}");
    }
}

/// Whatever the arguments are, the messages about them are text.
#[test]
fn arguments_are_text_in_every_message() {
    let project = Project::new(&[("a.py", COMPLEX), (".antipasta.yaml", "")]);
    for text in MESSAGES {
        let file = format!("no/{text}");
        let commands: [&[&str]; 26] = [
            &["--check", text],
            &["--check", "a.py", &file],
            &["--check", "--config", text],
            &["--check", "--format", text],
            &["--check", "--output-format", text],
            &["--check", "--output-format", &format!("json:{file}")],
            &["--check", "--output", &file],
            &["--check", "--threshold", text],
            &["--check", "--threshold", &format!("cyc={text}")],
            &["--check", "--exclude-pattern", text],
            &["--check", "--diff", text],
            &["--check", "--diff", &format!("{text}..HEAD")],
            &["--check", "--shard", text],
            &["--check", "--jobs", text],
            &["--check", "--max-time", text],
            &["--check", "--baseline", text],
            &["--check", "--on-error", text],
            &[text],
            &["config", text],
            &["config", "validate", text],
            &["config", "show", text],
            &["config", "init", "--output", &file],
            &["config", "migrate", text],
            &["merge", text],
            &["cache", "import", text],
            &["verify", "--python", text],
        ];
        for command in commands {
            assert_run_is_inert(&format!("{command:?}"), &project.run(command));
        }
    }
}

/// What a repository's configuration, baseline and reports hold is text in the messages about it.
#[test]
fn contents_are_text_in_every_message() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    for text in MESSAGES {
        let quoted = json!(text).to_string();
        let entry = json!({"file": text, "name": text, "metric": "cyclomatic_complexity", "values": [99]});
        let header = "{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n";
        for configuration in [
            format!(
                "{quoted}: 1\ndefaults: {{{quoted}: 1}}\nprofile: {quoted}\nuse_gitignore: {quoted}\nlanguages: [{{name: {quoted}}}, \
                 {{name: python, metrics: [{{type: {quoted}, threshold: {quoted}}}]}}]\n"
            ),
            format!("ignore_patterns: [{quoted}]\n"),
            format!("- !<{text}> x\n"),
        ] {
            project.write(".antipasta.yaml", configuration.as_bytes());
            for command in [
                &["--check"][..],
                &["config", "validate"],
                &["config", "show"],
                &["config", "show", "--format", "json"],
            ] {
                assert_run_is_inert(&format!("{command:?} {configuration:?}"), &project.run(command));
            }
        }
        fs::remove_file(project.path(".antipasta.yaml")).unwrap();
        for baseline in [
            format!("{header}{entry}\n"),
            format!("{header}{{{quoted}: 1}}\n"),
            format!("{header}{{\"file\": \"a\", \"metric\": {quoted}, \"values\": [1]}}\n"),
        ] {
            project.write("baseline", baseline.as_bytes());
            for command in [&["--check", "--baseline", "baseline"][..], &["merge", "baseline"]] {
                assert_run_is_inert(&format!("{command:?} {baseline:?}"), &project.run(command));
            }
        }
        fs::remove_file(project.path("baseline")).unwrap();
    }
}

/// So are names of folders: those of the working directory, of the cache and of hooks.
#[cfg(unix)]
#[test]
fn folders_are_text_in_every_message() {
    let top = tempfile::tempdir().unwrap();
    for (number, text) in MESSAGES.iter().enumerate() {
        let folder = top.path().join(number.to_string()).join(text);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(".antipasta.yaml"), "profil: x\n").unwrap();
        fs::write(folder.join("a.py"), COMPLEX).unwrap();
        let git = Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(&folder)
            .status();
        assert!(git.unwrap().success());
        let project = Project::new(&[]);
        for command in [
            &["--check"][..],
            &["config", "validate"],
            &["config", "show"],
            &["hook", "status"],
            &["hook", "install"],
            &["hook", "status"],
            &["hook", "status", "--format", "json"],
            &["hook", "uninstall"],
            &["cache", "path"],
            &["cache", "stats"],
            &["cache", "stats", "--format", "json"],
            &["cache", "clear"],
        ] {
            let mut command_line = project.command(command);
            command_line
                .current_dir(&folder)
                .env("ANTIPASTA_CACHE_DIR", folder.join("cache"));
            let run: Run = command_line.output().unwrap().into();
            assert_run_is_inert(&format!("{command:?} in {folder:?}"), &run);
        }
    }
}

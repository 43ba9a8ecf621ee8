//! Baselines: what is tolerated as long as it gets no worse.

use antipasta_lsp_tests::{COMPLEX, Project, Run};

use crate::git::{Repository, function};

const BASELINE: &[&str] = &["--check", "--format", "concise", "--baseline", "base.jsonl"];
const HEADER: &str = "{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n";

fn check(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[BASELINE, arguments].concat())
}

/// A file of functions, of which most are simple so that its average keeps to its threshold.
fn file(functions: &[(&str, usize)]) -> String {
    let simple = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"].map(|name| (name, 1));
    let all = simple.iter().chain(functions);
    all.map(|(name, complexity)| function(name, *complexity) + "    pass\n")
        .collect()
}

fn entry(file: &str, name: &str, values: &str) -> String {
    format!("{{\"file\":\"{file}\",\"name\":\"{name}\",\"metric\":\"cyclomatic_complexity\",\"values\":[{values}]}}\n")
}

/// The names and deltas of what violates.
fn violations(run: &Run) -> Vec<String> {
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(run.code, Some(if lines.is_empty() { 0 } else { 2 }), "{run:?}");
    let name_and_delta = |line: &&str| {
        let name = line.split(": ").nth(1).unwrap();
        let delta = line.split_once("; ").map(|(_, rest)| rest.rsplit_once(" [").unwrap().0);
        [name, delta.unwrap_or("new")].join(" ")
    };
    lines.iter().map(name_and_delta).collect()
}

#[test]
fn what_is_in_the_baseline_is_tolerated_until_it_gets_worse() {
    let project = Project::new(&[("src/a.py", &file(&[("f", 12), ("g", 15)]))]);
    let run = check(&project, &["--write-baseline"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(
        run.stderr.contains("Wrote base.jsonl: 2 violations are allowed\n"),
        "{run:?}"
    );
    let written = project.read("base.jsonl");
    assert_eq!(
        written,
        [HEADER, &entry("src/a.py", "f", "12"), &entry("src/a.py", "g", "15")].concat()
    );
    // Lines move, functions change their places, one gets better.
    project.write("src/a.py", format!("\n\n{}", file(&[("g", 14), ("f", 12)])).as_bytes());
    assert_eq!(violations(&check(&project, &[])), [""; 0]);
    project.write("src/a.py", file(&[("f", 17), ("g", 15), ("h", 11)]).as_bytes());
    assert_eq!(violations(&check(&project, &[])), ["f 12 -> 17", "h new"]);
    assert_eq!(project.read("base.jsonl"), written, "a check writes nothing");
    let text = project.run(&["--check", "--baseline", "base.jsonl"]).stdout;
    assert!(text.contains("   got worse: 12 -> 17\n"), "{text}");
    assert!(
        text.contains("Total violations: 2\nViolations allowed by the baseline: 1\n"),
        "{text}"
    );
    let report = project.report(&["--baseline", "base.jsonl"]);
    assert_eq!(report["baseline"]["tolerated_violations"], 1);
    assert_eq!(report["reports"][0]["violations"][0]["base_value"], 12.0);
    assert_eq!(report["reports"][0]["violations"][0]["delta"], "12 -> 17");
    assert_eq!(report["summary"]["total_violations"], 2);
    for (format, expected) in [
        ("sarif", "; 12 -> 17"),
        ("markdown", "| 12 -> 17 |"),
        ("junit", "12 -&gt; 17"),
    ] {
        let run = project.run(&["--check", "--format", format, "--baseline", "base.jsonl"]);
        assert!(run.stdout.contains(expected), "{format}: {run:?}");
    }
}

#[test]
fn paths_start_at_the_baseline_wherever_the_check_runs() {
    let project = Project::new(&[("src/a.py", &file(&[("f", 12)])), ("other/b.py", &file(&[("f", 12)]))]);
    let in_folder = |arguments: &[&str]| -> Run {
        let mut command = project.command(["--check", "--format", "concise", "--quiet"]);
        command.args(arguments).current_dir(project.path("src"));
        command.output().unwrap().into()
    };
    let path = project.path("other/base.jsonl");
    let absolute = path.to_str().unwrap();
    assert_eq!(
        in_folder(&["a.py", "../other/b.py", "--baseline", absolute, "--write-baseline"]).code,
        Some(0)
    );
    assert_eq!(
        project.read("other/base.jsonl"),
        [HEADER, &entry("../src/a.py", "f", "12"), &entry("b.py", "f", "12")].concat()
    );
    let from_top = project.run(&[
        "--check",
        "src/../src/a.py",
        "./other",
        "--baseline",
        "other/base.jsonl",
    ]);
    assert_eq!(from_top.code, Some(0), "{from_top:?}");
    assert_eq!(in_folder(&["--baseline", "../other/base.jsonl"]).code, Some(0));
}

#[test]
fn of_several_functions_of_one_name_as_many_are_tolerated() {
    let namesakes = |complexities: &[usize]| {
        let functions: Vec<_> = complexities.iter().map(|complexity| ("f", *complexity)).collect();
        file(&functions)
    };
    let project = Project::new(&[("a.py", &namesakes(&[20, 3, 12]))]);
    check(&project, &["--write-baseline"]);
    assert_eq!(
        project.read("base.jsonl"),
        [HEADER, &entry("a.py", "f", "12,20")].concat()
    );
    for (now, expected) in [
        (&[20, 12][..], &[][..]),
        (&[12, 20], &[]),
        (&[3, 20], &[]),
        (&[12], &[]),
        (&[17, 20], &["f 12 -> 17"]),
        (&[11, 12, 20], &["f new"]),
        (&[21, 20], &["f 12 -> 21"]),
    ] {
        project.write("a.py", namesakes(now).as_bytes());
        assert_eq!(violations(&check(&project, &[])), expected, "{now:?}");
    }
}

#[test]
fn values_of_files_and_classes_have_entries_too() {
    let config = "languages: [{name: python, metrics: [{type: weighted_methods_per_class, threshold: 1}, \
                  {type: maintainability_index, threshold: 99, comparison: '>='}]}]";
    let class = "class C:\n    def m(self, x):\n        return x if x else 2 * x\n";
    let project = Project::new(&[(".antipasta.yaml", config), ("a.py", class)]);
    assert_eq!(check(&project, &["--write-baseline"]).code, Some(0));
    let written = project.read("base.jsonl");
    let lines: Vec<_> = written.lines().skip(1).collect();
    assert!(
        lines[0].starts_with("{\"file\":\"a.py\",\"metric\":\"maintainability_index\",\"values\":["),
        "{written}"
    );
    let class_entry = "{\"file\":\"a.py\",\"name\":\"C\",\"metric\":\"weighted_methods_per_class\",\"values\":[2]}";
    assert_eq!(lines[1..], [class_entry]);
    assert_eq!(check(&project, &[]).code, Some(0));
    project.write("a.py", format!("{class}        y = x * x + x\n").as_bytes());
    let run = check(&project, &[]);
    assert!(run.stdout.contains("a.py:1:1: Maintainability Index is"), "{run:?}");
}

#[test]
fn what_is_tolerated_needlessly_is_listed_and_pruned() {
    let project = Project::new(&[
        (
            "better.py",
            &file(&[("f", 20), ("worse", 12), ("mended", 12), ("gone", 12)]),
        ),
        ("gone.py", &file(&[("f", 12)])),
        ("other/unchecked.py", &file(&[("f", 12)])),
        ("broken.py", &file(&[("f", 12)])),
    ]);
    check(&project, &["--write-baseline"]);
    project.write(
        "better.py",
        file(&[("f", 15), ("worse", 17), ("mended", 2), ("new", 13)]).as_bytes(),
    );
    std::fs::remove_file(project.path("gone.py")).unwrap();
    project.write("other/unchecked.py", b"");
    project.write("broken.py", b"x = (\n");
    let arguments = ["better.py", "broken.py"];
    let text = project.run(&["--check", "--baseline", "base.jsonl", "better.py", "broken.py"]);
    let expected = "\
better.py: f: cyclomatic_complexity of 20 is allowed; 15 would be enough
better.py: gone: cyclomatic_complexity of 12 is allowed; there is no violation any more
better.py: mended: cyclomatic_complexity of 12 is allowed; there is no violation any more
gone.py: f: cyclomatic_complexity of 12 is allowed; the file is gone
";
    let (_, listed) = text.stdout.split_once("STALE BASELINE ENTRIES:\n").unwrap();
    assert!(listed.contains(&format!("-\n{expected}\n")), "{text:?}");
    let warning = "warning: base.jsonl: 4 entries are stale; `--prune-baseline` removes what is no longer needed\n";
    assert!(text.stderr.contains(warning), "{text:?}");
    let report = project.report(&["--baseline", "base.jsonl", "better.py"]);
    assert_eq!(
        report["baseline"]["unneeded"][0],
        serde_json::json!({"file": "better.py", "function": "f", "type": "cyclomatic_complexity", "tolerated": 20.0, "needed": 15.0})
    );
    let pruned = check(&project, &[&["--prune-baseline"], &arguments[..]].concat());
    assert_eq!(pruned.code, Some(2), "what is worse or new still violates");
    assert!(
        pruned
            .stderr
            .contains("Pruned base.jsonl: removed 3 values, lowered 1 value\n"),
        "{pruned:?}"
    );
    let expected = [
        HEADER,
        &entry("better.py", "f", "15"),
        &entry("better.py", "worse", "12"),
        &entry("broken.py", "f", "12"),
        &entry("other/unchecked.py", "f", "12"),
    ];
    assert_eq!(project.read("base.jsonl"), expected.concat());
    let again = check(&project, &["--prune-baseline", "better.py"]);
    assert!(again.stderr.contains("removed 0 values, lowered 0 values"), "{again:?}");
    assert_eq!(project.read("base.jsonl"), expected.concat());
}

#[test]
fn writing_it_again_changes_only_what_was_checked() {
    let project = Project::new(&[
        ("a.py", &file(&[("f", 12)])),
        ("b.py", &file(&[("f", 12)])),
        ("c.py", &file(&[("f", 12)])),
        ("d.py", &file(&[("f", 12)])),
    ]);
    check(&project, &["--write-baseline"]);
    project.write("a.py", file(&[("f", 14), ("g", 11)]).as_bytes());
    project.write("b.py", file(&[("f", 14)]).as_bytes());
    std::fs::remove_file(project.path("c.py")).unwrap();
    project.write("d.py", b"x = (\n");
    let run = check(&project, &["--write-baseline", "a.py", "d.py"]);
    assert_eq!(run.code, Some(1), "one could not be analyzed: {run:?}");
    let expected = [
        HEADER,
        &entry("a.py", "f", "14"),
        &entry("a.py", "g", "11"),
        &entry("b.py", "f", "12"),
        &entry("d.py", "f", "12"),
    ];
    assert_eq!(project.read("base.jsonl"), expected.concat());
    assert_eq!(violations(&check(&project, &["b.py"])), ["f 12 -> 14"]);
}

#[test]
fn entries_of_files_that_a_sparse_checkout_leaves_out_stay() {
    let repository = Repository::new(&[
        ("keep/k.py", &file(&[("f", 12)])),
        ("out/o.py", &file(&[("g", 12)])),
        ("gone.py", &file(&[("h", 12)])),
        ("ok.py", ""),
    ]);
    let project = &repository.project;
    check(project, &["--write-baseline"]);
    repository.commit();
    let written = project.read("base.jsonl");
    repository.git(["sparse-checkout", "set", "keep"]);
    assert!(!project.path("out").exists());
    let run = check(project, &[]);
    assert!(run.code == Some(0) && !run.stderr.contains("stale"), "{run:?}");
    for option in ["--prune-baseline", "--write-baseline"] {
        check(project, &[option]);
        assert_eq!(project.read("base.jsonl"), written, "{option}");
    }
    // What was deleted is gone, also where a file has taken the place of its folder.
    std::fs::remove_file(project.path("gone.py")).unwrap();
    std::fs::remove_dir_all(project.path("keep")).unwrap();
    project.write("keep", b"");
    assert!(
        check(project, &["--prune-baseline"])
            .stderr
            .contains("removed 2 values")
    );
    assert_eq!(
        project.read("base.jsonl"),
        [HEADER, &entry("out/o.py", "g", "12")].concat()
    );
    // Where git cannot say, nothing is taken out, and nothing is passed over in silence.
    let index = project.path(".git/index");
    std::fs::write(index, "none").unwrap();
    let run = check(project, &["--prune-baseline"]);
    assert!(
        run.stderr
            .contains("warning: base.jsonl: entries of files that are not on disk stay"),
        "{run:?}"
    );
    assert_eq!(
        project.read("base.jsonl"),
        [HEADER, &entry("out/o.py", "g", "12")].concat()
    );
}

#[test]
fn other_thresholds_make_other_violations() {
    let project = Project::new(&[("a.py", &file(&[("f", 12), ("g", 9)]))]);
    check(&project, &["--write-baseline"]);
    assert_eq!(violations(&check(&project, &["-t", "cyc=8"])), ["g new"]);
    let looser = check(&project, &["-t", "cyc=15"]);
    assert_eq!(violations(&looser), [""; 0]);
    assert!(looser.stderr.contains("1 entry is stale"), "{looser:?}");
}

#[test]
fn bad_baselines_are_errors_that_say_where() {
    let project = Project::new(&[("a.py", COMPLEX), ("folder/x", "")]);
    let error = |baseline: &str, arguments: &[&str]| {
        let run = project.run(&[&["--check", "--baseline", baseline], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:?}");
        run.stderr
    };
    let missing = error("none.jsonl", &[]);
    assert!(
        missing.contains("error: none.jsonl: there is no such baseline; `--write-baseline` writes one"),
        "{missing}"
    );
    assert!(error("none.jsonl", &["--prune-baseline"]).contains("there is no such baseline"));
    for (content, expected) in [
        (&b""[..], "error: bad.jsonl:1: this is no baseline"),
        (b"a.py 12\n", "error: bad.jsonl:1: this is no baseline"),
        (b"\xff", "error: bad.jsonl: cannot be read: it is not UTF-8"),
        (
            b"{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n<<<<<<< HEAD\n",
            "error: bad.jsonl:2: a merge conflict that is not resolved",
        ),
        (
            b"{\"kind\":\"antipasta-lsp baseline\",\"version\":9}\n",
            "error: bad.jsonl:1: version 9 of the format is not known",
        ),
    ] {
        project.write("bad.jsonl", content);
        for arguments in [&[][..], &["--write-baseline"], &["--prune-baseline"]] {
            let message = error("bad.jsonl", arguments);
            assert!(message.contains(expected), "{message}");
        }
        assert_eq!(
            std::fs::read(project.path("bad.jsonl")).unwrap(),
            content,
            "it is not touched"
        );
    }
    for arguments in [&[][..], &["--write-baseline"]] {
        let message = error("folder", arguments);
        assert!(
            message.contains("error: folder: cannot be read: a directory, not a file"),
            "{message}"
        );
    }
    let unwritable = error("a.py/b.jsonl", &["--write-baseline", "--quiet"]);
    assert!(
        unwritable.contains("error: a.py/b.jsonl: cannot be written: Not a directory"),
        "{unwritable}"
    );
    for arguments in [
        &["--check", "--write-baseline"][..],
        &["--check", "--baseline", "b", "--write-baseline", "--staged"],
        &["--check", "--baseline", "b", "--prune-baseline", "--diff", "HEAD"],
        &["--check", "--baseline", "b", "--write-baseline", "--prune-baseline"],
        &["--check", "--baseline", "b", "--write-baseline", "-"],
    ] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(run.stderr.starts_with("error: "), "{run:?}");
    }
}

#[test]
fn source_on_the_standard_input_is_held_against_it() {
    let project = Project::new(&[("a.py", &file(&[("f", 12)]))]);
    check(&project, &["--write-baseline"]);
    let run = |complexity| {
        let arguments = [BASELINE, &["-", "--stdin-filename", "a.py"]].concat();
        project.run_with_input(&arguments, file(&[("f", complexity)]).as_bytes())
    };
    assert_eq!(violations(&run(12)), [""; 0]);
    assert_eq!(violations(&run(13)), ["f 12 -> 13"]);
}

#[test]
fn commits_are_held_against_the_baseline_that_they_have() {
    let repository = Repository::new(&[("a.py", &file(&[("f", 12)])), ("b.py", "")]);
    let project = &repository.project;
    let baseline = |arguments: &[&str]| repository.check(&[&["--baseline", "base.jsonl"], arguments].concat());
    assert_eq!(baseline(&["--write-baseline"]).code, Some(0));
    repository.commit();
    repository.write("a.py", &file(&[("f", 12), ("g", 11)]));
    repository.git(["add", "."]);
    repository.write("a.py", "");
    assert_eq!(violations(&baseline(&["--staged"])), ["g new"]);
    // A baseline that tolerates it does not count until it is staged as well.
    repository.write("a.py", &file(&[("f", 12), ("g", 11)]));
    assert_eq!(baseline(&["--write-baseline"]).code, Some(0));
    assert_eq!(violations(&baseline(&["--staged"])), ["g new"]);
    assert_eq!(violations(&baseline(&["--diff", "HEAD"])), [""; 0]);
    repository.git(["add", "."]);
    assert_eq!(violations(&baseline(&["--staged"])), [""; 0]);
    repository.commit();
    std::fs::remove_file(project.path("base.jsonl")).unwrap();
    assert_eq!(violations(&baseline(&["--diff", "HEAD~1..HEAD"])), [""; 0]);
    repository.git(["checkout", "--quiet", "base.jsonl"]);
    // With --changed-only, both must hold it against a violation.
    repository.write("a.py", &file(&[("f", 13), ("g", 11), ("h", 11)]));
    repository.commit();
    repository.write("a.py", &(file(&[("f", 13), ("g", 12), ("h", 11)]) + "x = 1\n"));
    assert_eq!(
        violations(&baseline(&["--diff", "HEAD"])),
        ["f 12 -> 13", "g 11 -> 12", "h new"]
    );
    assert_eq!(
        violations(&baseline(&["--diff", "HEAD", "--changed-only"])),
        ["g 11 -> 12"]
    );
}

#[test]
fn a_baseline_is_bounded_and_so_is_what_is_said_of_it() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let header = "{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n";
    let values = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    let entry = |metric: &str, count: usize| {
        format!(
            "{{\"file\":\"a.py\",\"metric\":\"{metric}\",\"values\":{}}}\n",
            values(count)
        )
    };
    let check = || project.run(&["--check", ".", "--baseline", "b.jsonl"]);
    project.write("b.jsonl", (header.to_owned() + &entry("blank_lines", 51)).as_bytes());
    let run = check();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stdout.matches("blank_lines of 1 is allowed").count(), 50, "{run:?}");
    assert!(run.stdout.contains("\n… and 1 more\n"), "{run:?}");
    project.write(
        "b.jsonl",
        (header.to_owned() + &entry("blank_lines", 10_001)).as_bytes(),
    );
    let run = check();
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:?}");
    assert!(
        run.stderr.contains("b.jsonl:2: ") && run.stderr.contains("more than 10000 values"),
        "{run:?}"
    );
    let large = std::fs::File::create(project.path("b.jsonl")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    let run = check();
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("larger than 67108864 bytes"), "{run:?}");
}

#[test]
fn branches_that_add_entries_merge() {
    let repository = Repository::new(&[
        ("a.py", &file(&[("f", 12)])),
        ("m.py", &file(&[("f", 12)])),
        ("z.py", &file(&[("f", 12)])),
    ]);
    let write = || repository.check(&["--baseline", "base.jsonl", "--write-baseline"]);
    write();
    repository.commit();
    repository.git(["checkout", "--quiet", "-b", "other"]);
    repository.write("c.py", &file(&[("f", 12)]));
    write();
    repository.commit();
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("n.py", &file(&[("f", 12)]));
    write();
    repository.commit();
    repository.git(["merge", "--quiet", "--no-edit", "other"]);
    let merged = repository.project.read("base.jsonl");
    assert_eq!(merged.lines().count(), 6);
    write();
    assert_eq!(
        repository.project.read("base.jsonl"),
        merged,
        "it is what one would write now"
    );
}

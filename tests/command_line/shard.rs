//! Parts of the files for several jobs, and their reports as one.

use std::path::Path;
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run};

use crate::git::{Repository, function};

/// Files of many sizes in folders whose order depends on how it is made; some with violations, some broken, one that ignores
/// nothing, one that is Unicode and one that has no text.
fn project() -> Project {
    let project = Project::new(&[
        ("a/z.py", COMPLEX),
        ("a-b/a.py", &COMPLEX.repeat(3)),
        ("a.py", "def f(): pass\n"),
        ("b/broken.py", "x = (\n"),
        ("b/also broken.py", "def f(:\n"),
        ("c/unused.py", "def f():  # antipasta: ignore\n    pass\n"),
        ("c/\u{e9} [x].py", &COMPLEX.repeat(2)),
        ("d/empty.py", ""),
    ]);
    for number in 0..30 {
        let content = function("f", 2 + number % 14).repeat(1 + number % 5);
        project.write(&format!("e/{number}.py"), content.as_bytes());
    }
    project.write("f/bytes.py", b"x = '\xff'\n");
    project
}

fn checked(run: &Run) -> &Run {
    assert!(
        matches!(run.code, Some(0..=2)) && !run.stderr.contains("error"),
        "{run:?}"
    );
    run
}

/// The report of one run, and that merged of several. The latter are given to `merge` in a changed order.
fn whole_and_merged(project: &Project, format: &str, count: usize, arguments: &[&str]) -> (String, String) {
    let whole = project
        .run(&[&["--check", "--format", format], arguments].concat())
        .stdout;
    let mut files: Vec<String> = (1..=count).map(|part| format!("{part}-of-{count}.{format}")).collect();
    for (index, file) in files.iter().enumerate() {
        let shard = format!("{}/{count}", index + 1);
        let shard_arguments = ["--check", "--shard", &shard, "--format", format, "--output", file];
        let run = project.run(&[&shard_arguments, arguments].concat());
        assert_eq!(checked(&run).stdout, "");
    }
    files.rotate_left(1);
    files.reverse();
    let mut merge = vec!["merge"];
    merge.extend(files.iter().map(String::as_str));
    let merged = project.run(&merge);
    assert_eq!((merged.code, merged.stderr.as_str()), (Some(0), ""));
    let to_file = project.run(&[&merge[..], &["-o", "merged"]].concat());
    assert_eq!((to_file.code, to_file.stdout.as_str()), (Some(0), ""));
    assert_eq!(project.read("merged"), merged.stdout);
    (whole, merged.stdout)
}

#[test]
fn parts_that_are_merged_equal_one_run_byte_for_byte() {
    let project = project();
    for format in ["json", "sarif"] {
        for (count, arguments) in [
            (4, &[][..]),
            (1, &[]),
            (50, &["--report-unused-ignores"]),
            (4, &["--max-time", "0.000001"]),
            (3, &["--no-cache", "-t", "cyc=3"]),
        ] {
            let (whole, merged) = whole_and_merged(&project, format, count, arguments);
            assert!(whole.contains("also broken.py") || whole.contains("also%20broken.py"));
            assert!(merged == whole, "{format} of {count} {arguments:?}\n{merged}\n{whole}");
        }
    }
}

#[test]
fn parts_of_a_check_in_a_folder_and_of_several_paths_merge_too() {
    let repository = Repository::empty();
    for (name, content) in [
        ("a.py", COMPLEX),
        ("sub/m.py", COMPLEX),
        ("sub-x/n.py", COMPLEX),
        ("z.py", "x = (\n"),
        ("z/y.py", COMPLEX),
    ] {
        repository.write(name, content);
    }
    repository.git(["add", "."]);
    let elsewhere = Project::new(&[("other.py", COMPLEX)]);
    let absolute = elsewhere.path("other.py");
    for format in ["json", "sarif"] {
        for arguments in [&["--staged"][..], &["..", absolute.to_str().unwrap()]] {
            let run_in_sub = |more: &[&str]| -> Run {
                let mut command = repository.project.command(["--check", "--format", format]);
                command
                    .args(arguments)
                    .args(more)
                    .current_dir(repository.project.path("sub"));
                for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
                    command.env_remove(variable);
                }
                command.output().unwrap().into()
            };
            let whole = run_in_sub(&[]).stdout;
            let parts = ["1/3", "2/3", "3/3"].map(|shard| run_in_sub(&["--shard", shard]).stdout);
            let files = ["1", "2", "3"].map(|name| elsewhere.path(name));
            for (file, part) in files.iter().zip(&parts) {
                std::fs::write(file, part).unwrap();
            }
            let mut merge = elsewhere.command(["merge"]);
            let merged = Run::from(merge.args(files).output().unwrap());
            assert_eq!(merged.stdout, whole, "{format} {arguments:?} {}", merged.stderr);
        }
    }
}

#[test]
fn parts_depend_on_nothing_but_the_files() {
    let project = project();
    let part = |arguments: &[&str]| project.files(&[&["--shard", "2/3"], arguments].concat());
    let cold = part(&[]);
    assert_eq!(part(&[]), cold, "the cache is warm now");
    assert_eq!(part(&["--no-cache"]), cold);
    assert_eq!(part(&["--jobs", "1"]), cold);
    assert_eq!(part(&["f", "e", "d", "c", "b", "a", "a-b", "a.py"]), cold);
    let other = Project::new(&[]);
    copy(&project.path("."), &other.path("."));
    assert_eq!(other.files(&["--shard", "2/3"]), cold);
    let all: usize = ["1/3", "2/3", "3/3"]
        .iter()
        .map(|shard| project.files(&["--shard", shard]).len())
        .sum();
    assert_eq!(all, project.files(&[]).len());
    // A part may be empty.
    assert_eq!(project.run(&["--check", "a.py", "--shard", "2/2"]).code, Some(0));
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-r").arg(from.join(".")).arg(to).status();
    assert!(status.unwrap().success());
}

#[test]
fn what_the_baseline_tolerates_is_merged() {
    let project = project();
    let baseline = ["--check", "--baseline", "base.jsonl"];
    project.run(&[&baseline[..], &["--write-baseline"]].concat());
    std::fs::remove_file(project.path("a/z.py")).unwrap();
    project.write("e/13.py", b"x = 1\n");
    project.write("e/12.py", function("f", 30).as_bytes());
    let (whole, merged) = whole_and_merged(&project, "json", 4, &["--baseline", "base.jsonl"]);
    let report: serde_json::Value = serde_json::from_str(&whole).unwrap();
    let unneeded = report["baseline"]["unneeded"].as_array().unwrap();
    assert!(unneeded.iter().any(|entry| entry["file"] == "a/z.py"), "{unneeded:?}");
    assert!(unneeded.iter().any(|entry| entry["file"] == "e/13.py"), "{unneeded:?}");
    assert_eq!(merged, whole);
}

/// Whoever can write a report of one part must not have the pipeline of the merging job run commands.
#[test]
fn what_is_merged_of_a_forged_report_is_inert() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let arguments = ["--check", "--report-unused-ignores", "--baseline", "base.jsonl"];
    project.run(&[&arguments[..], &["--write-baseline"]].concat());
    project.write("a.py", b"x = 1\n");
    project.write("b.py", COMPLEX.as_bytes());
    for format in ["json", "sarif"] {
        let file = format!("report.{format}");
        project.run(&[&arguments[..], &["--format", format, "-o", &file]].concat());
        let report = project.read(&file);
        assert!(report.contains("b.py"), "{report}");
        // Also as it is after an editor of another system.
        let forged = report.replace(".py", ".##[error]\u{9b}py").replace('\n', "\r\n\t");
        project.write(&file, forged.as_bytes());
        let merged = project.run(&["merge", &file]);
        assert_eq!(merged.code, Some(0), "{merged:?}");
        assert!(
            !merged.stdout.contains("##") && !merged.stdout.contains(['\u{9b}', '\r', '\t']),
            "{merged:?}"
        );
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&merged.stdout), read(&forged));
    }
}

#[test]
fn reports_that_are_too_large_together_are_not_merged() {
    let project = Project::new(&[]);
    for name in ["one.json", "two.json"] {
        let file = std::fs::File::create(project.path(name)).unwrap();
        file.set_len((256 << 20) + 1).unwrap();
    }
    let merged = project.run(&["merge", "one.json", "two.json"]);
    assert_eq!(
        (merged.code, merged.stderr.as_str()),
        (
            Some(1),
            "error: two.json: the reports up to this one have more than 536870912 bytes, the most that can be merged\n"
        )
    );
}

#[test]
fn what_cannot_be_merged_is_an_error_that_says_why() {
    let project = Project::new(&[
        ("a.py", COMPLEX),
        ("b.py", "x = 1\n"),
        ("text", "Total files analyzed: 1\n"),
        ("other.json", "{\"x\": 1}"),
        ("list.json", "[1]"),
        ("wrong.json", "{\"summary\": {},\n \"reports\": [{\"file\": 1}]}"),
        (
            "old.sarif",
            "{\"runs\":[{\"tool\":{\"driver\":{\"name\":\"other\"}},\"invocations\":[],\"results\":[]}]}",
        ),
    ]);
    for (arguments, file) in [
        (&["--shard", "1/2"][..], "1.json"),
        (&["--shard", "2/2"], "2.json"),
        (&["--shard", "2/2", "--report-unused-ignores"], "unused.json"),
        (&["--shard", "2/3"], "third.json"),
        (&["--shard", "2/2", "a.py"], "foreign.json"),
        (&[], "whole.json"),
    ] {
        project.run(&[&["--check", "--format", "json", "--output", file], arguments].concat());
    }
    project.run(&["--check", "--format", "sarif", "--output", "all.sarif"]);
    project.run(&["--check", "--format", "sarif", "--output", "1.sarif", "--shard", "1/2"]);
    let many = "{\"summary\": {}, \"reports\": [], \"shard\": {\"index\": 99999999999, \"count\": 999999999999999999, \"files\": \"\"}}";
    project.write("many.json", many.as_bytes());
    project.write("cut.json", &project.read("1.json").as_bytes()[..60]);
    for (files, expected) in [
        (&["none.json"][..], "error: none.json: cannot be read"),
        (&["text"], "error: text:1:1: no report: expected value"),
        (&["cut.json"], "error: cut.json:4:21: no report: EOF"),
        (&["list.json"], "error: list.json:1:"),
        (&["other.json"], "error: other.json: no report that can be merged"),
        (
            &["wrong.json"],
            "error: wrong.json: no report: invalid type: integer `1`",
        ),
        (&["1.json"], "error: 1 of 2 parts missing: 2/2"),
        (&["1.sarif"], "error: 1 of 2 parts missing: 2/2"),
        (
            &["1.json", "foreign.json"],
            "error: 1.json and foreign.json are parts of different checks",
        ),
        (
            &["1.json", "third.json"],
            "error: 1.json and third.json are parts of different checks",
        ),
        (
            &["1.json", "whole.json"],
            "error: 1.json is the report of a part, and whole.json is not",
        ),
        (
            &["whole.json", "1.json"],
            "error: 1.json is the report of a part, and whole.json is not",
        ),
        (
            &["many.json"],
            "error: many.json and many.json are parts of different checks",
        ),
        (&["old.sarif"], "error: old.sarif: it is no report of antipasta-lsp "),
        (
            &["1.json", "all.sarif"],
            "error: 1.json and all.sarif are not of one format",
        ),
        (
            &["1.json", "2.json", "1.json"],
            "error: 1.json and 1.json are both of part 1/2",
        ),
        (
            &["1.json", "unused.json"],
            "error: 1.json and unused.json were not made with the same options",
        ),
        (
            &["1.json", "2.json", "--output", "text/report"],
            "error: text/report: cannot be written: Not a directory",
        ),
        (&[], "error: the following required arguments"),
    ] {
        let run = project.run(&[&["merge"], files].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{files:?}");
        assert!(run.stderr.starts_with(expected), "{expected}: {run:?}");
    }
    for shard in ["0/4", "5/4", "x", "1/0", ""] {
        let run = project.run(&["--check", &format!("--shard={shard}")]);
        assert_eq!(run.code, Some(1), "{shard}");
        assert!(run.stderr.contains("must be I/N, such as 1/4"), "{run:?}");
    }
}

/// Parts that one check would not have had: other thresholds, options, configurations, contents.
#[test]
fn parts_of_different_checks_are_refused() {
    let other = "defaults: {max_cyclomatic_complexity: 50}\n";
    let project = Project::new(&[
        ("a.py", COMPLEX),
        ("b.py", COMPLEX),
        ("c.py", COMPLEX),
        ("d.py", COMPLEX),
        ("other.yaml", other),
    ]);
    project.run(&["--check", "--write-baseline", "base.jsonl"]);
    for format in ["json", "sarif"] {
        let part = |part: &str, arguments: &[&str]| {
            let file = &part[..1];
            project.run(
                &[
                    &["--check", "--shard", part, "--format", format, "--output", file],
                    arguments,
                ]
                .concat(),
            );
        };
        let merge = || project.run(&["merge", "1", "2"]);
        part("1/2", &[]);
        part("2/2", &["--quiet", "--jobs", "1", "--no-cache"]);
        assert_eq!(merge().code, Some(0), "they differ in nothing that matters");
        let assert_refused = |what: &str, expected: &str| {
            let run = merge();
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{format} {what}");
            assert!(run.stderr.contains(expected), "{format} {what}: {run:?}");
        };
        let settings = "error: 1 and 2 were not made with the same options, configuration, baseline and version";
        for arguments in [
            &["-t", "cyc=50"][..],
            &["-c", "other.yaml"],
            &["-e", "x"],
            &["--no-gitignore"],
            &["--report-unused-ignores"],
            &["--baseline", "base.jsonl"],
        ] {
            part("2/2", arguments);
            assert_refused(&format!("{arguments:?}"), settings);
        }
        project.write(".antipasta.yaml", other.as_bytes());
        part("2/2", &[]);
        assert_refused("another configuration", settings);
        std::fs::remove_file(project.path(".antipasta.yaml")).unwrap();
        let same_size = COMPLEX.replace("def f", "def g");
        project.write("a.py", same_size.as_bytes());
        part("2/2", &[]);
        assert_refused("another content", "error: 1 and 2 are parts of different checks");
        project.write("a.py", COMPLEX.as_bytes());
    }
}

/// Of each format that cannot be merged, it is said.
#[test]
fn reports_of_other_formats_are_called_by_their_names() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", "def f(:\n")]);
    for (format, name) in [
        ("text", "text"),
        ("concise", "concise"),
        ("jsonl", "JSON Lines"),
        ("github", "GitHub"),
        ("gitlab", "GitLab"),
        ("junit", "JUnit"),
        ("markdown", "Markdown"),
    ] {
        for path in ["a.py", "b.py"] {
            project.run(&["--check", path, "--format", format, "--output", "report"]);
            let run = project.run(&["merge", "report", "report"]);
            let expected = format!("error: report: {name} reports cannot be merged; those of `--format json` and ");
            assert_eq!(run.code, Some(1));
            assert!(run.stderr.starts_with(&expected), "{expected}: {run:?}");
        }
    }
}

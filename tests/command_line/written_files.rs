//! The files that commands write: reports, baselines, configurations.

use std::fs;

use antipasta_lsp_tests::{COMPLEX, Project};

#[test]
fn folders_of_reports_are_made() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let [sarif, json] = ["sarif:out/deep/r.sarif", "json:out/r.json"];
    let run = project.run(&["--check", ".", "--output-format", sarif, "--output-format", json]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(project.read("out/deep/r.sarif").contains("\"runs\""));
    assert!(project.read("out/r.json").contains("\"reports\""));
}

#[test]
fn a_report_that_cannot_be_written_is_found_out_before_the_analysis() {
    let project = Project::new(&[("a.py", COMPLEX), ("file", "")]);
    for place in ["file/r.sarif", ".git", "."] {
        let sarif = format!("sarif:{place}");
        let run = project.run(&["--check", ".", "--output-format", "text", "--output-format", &sarif]);
        assert_eq!(run.code, Some(1), "{place}: {run:?}");
        assert_eq!(run.stdout, "", "{place}");
        assert!(run.stderr.contains("cannot be written"), "{place}: {run:?}");
    }
}

/// Whatever is to be written, its folders are made, and what cannot be written is found out first.
#[test]
fn folders_of_all_that_is_written_are_made() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    for arguments in [
        &["--check", "--write-baseline", "new/b.jsonl"][..],
        &["cache", "export", "newer/cache"],
    ] {
        assert_eq!(project.run(arguments).code, Some(0), "{arguments:?}");
    }
    assert!(project.path("new/b.jsonl").is_file() && project.path("newer/cache").is_file());
    let report = ["--check", "--format", "json", "--output", "1.json"];
    assert_eq!(project.run(&report).code, Some(2));
    assert_eq!(
        project.run(&["merge", "1.json", "--output", "newest/m.json"]).code,
        Some(0)
    );
    assert_eq!(project.read("newest/m.json"), project.read("1.json"));
    let run = project.run(&["--check", "--write-baseline", "a.py/b.jsonl"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert_eq!(run.stderr, "error: a.py/b.jsonl: cannot be written: Not a directory\n");
}

#[test]
fn no_report_takes_the_place_of_source() {
    let project = Project::new(&[("a.py", COMPLEX), ("1.json", "")]);
    for arguments in [
        &["--check", "--output-format", "sarif:a.py"][..],
        &["--check", "1.json", "--output", "./a.py"],
        &["merge", "1.json", "--output", "a.py"],
    ] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(
            run.stderr
                .contains("a.py: cannot be written: it is a Python file, which a report does not replace"),
            "{run:?}"
        );
    }
    assert_eq!(project.read("a.py"), COMPLEX);
}

#[cfg(unix)]
#[test]
fn no_command_writes_through_a_link_out_of_the_repository() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    let project = Project::new(&[("a.py", COMPLEX)]);
    symlink(&victim, project.path("link")).unwrap();
    symlink(outside.path(), project.path("folder")).unwrap();
    let report = project.run(&["--check", ".", "--format", "json", "--output", "report.json"]);
    assert_eq!(report.code, Some(2), "{report:?}");
    for content in [None, Some("precious\n"), Some("{\"version\": 1, \"files\": {}}\n")] {
        if let Some(content) = content {
            fs::write(&victim, content).unwrap();
        }
        for path in ["link", "folder/victim"] {
            for arguments in [
                &["--check", ".", "--output", path][..],
                &["--check", ".", "--output-format", &format!("json:{path}")],
                &["--check", ".", "--baseline", path, "--write-baseline"],
                &["config", "init", "--force", "--output", path],
                &["merge", "report.json", "--output", path],
            ] {
                let run = project.run(arguments);
                assert_eq!(run.code, Some(1), "{arguments:?}: {run:?}");
                assert!(run.stderr.contains("error: "), "{arguments:?}: {run:?}");
            }
        }
        assert_eq!(fs::read_to_string(&victim).ok().as_deref(), content);
    }
}

#[cfg(unix)]
#[test]
fn links_in_the_repository_devices_and_pipes_are_written_to() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("a.py", "x = 1\n"), ("reports/1.json", "old")]);
    symlink("reports/1.json", project.path("latest.json")).unwrap();
    let check = |output: &str| project.run(&["--check", ".", "--quiet", "--format", "json", "--output", output]);
    assert_eq!(check("latest.json").code, Some(0));
    assert!(project.path("latest.json").is_symlink());
    assert!(project.read("reports/1.json").contains("\"reports\""));
    assert_eq!(check("/dev/null").code, Some(0));
    let run = check("/dev/stdout");
    assert!(run.code == Some(0) && run.stdout.contains("\"reports\""), "{run:?}");
    // What else is written to the file stays.
    let file = fs::File::create(project.path("all")).unwrap();
    let mut command = project.command(["--check", ".", "--quiet", "--format", "json", "--output", "/dev/stdout"]);
    assert!(command.stdout(file).status().unwrap().success());
    assert!(project.read("all").contains("\"reports\""));
    // `cat` reads the pipe that the check writes.
    let script = "mkfifo p && { cat p & \"$0\" --check . --quiet --format json --output p; wait; }";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script]).arg(antipasta_lsp_tests::binary());
    let output = command
        .current_dir(project.path(""))
        .env("ANTIPASTA_NO_CACHE", "1")
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("\"reports\""),
        "{output:?}"
    );
}

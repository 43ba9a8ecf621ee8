//! The files that commands write: reports, baselines, configurations.

use std::fs;

use antipasta_lsp_tests::{COMPLEX, Project, Run};

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

/// What an archive brought is no repository, and the check need not be started in it.
#[cfg(unix)]
#[test]
fn no_command_writes_through_a_link_out_of_a_folder_that_is_named() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[
        ("start/x", ""),
        ("outside/victim.py", COMPLEX),
        ("outside/report", "precious\n"),
    ]);
    // It is no repository.
    fs::remove_dir(project.path(".git")).unwrap();
    fs::create_dir(project.path("tree")).unwrap();
    symlink("../outside/victim.py", project.path("tree/a.py")).unwrap();
    symlink("../outside/report", project.path("tree/report")).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.current_dir(project.path("start"));
        Run::from(command.output().unwrap())
    };
    let run_added = run(&["--check", "--add-ignores", "../tree"]);
    assert_eq!(run_added.code, Some(2), "{run_added:?}");
    assert!(run_added.stderr.contains("a link leads out of "), "{run_added:?}");
    for arguments in [
        &["--check", "../tree", "--format", "json", "-o", "../tree/report"][..],
        &["--check", "../tree", "--write-baseline", "../tree/report"],
    ] {
        assert_eq!(run(arguments).code, Some(1), "{arguments:?}");
    }
    // The folder is the smaller tree, even if the working directory is around it.
    let from_above = project.run(&["--check", "tree", "--add-ignores"]);
    assert_eq!(from_above.code, Some(2), "{from_above:?}");
    assert_eq!(project.read("outside/victim.py"), COMPLEX);
    assert_eq!(project.read("outside/report"), "precious\n");
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_reads_holds_no_command_up() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for name in ["r.json", ".antipasta.yaml"] {
        let made = std::process::Command::new("mkfifo").arg(project.path(name)).status();
        assert!(made.unwrap().success());
    }
    for arguments in [
        &["--check", "a.py", "-c", "c.yaml", "--format", "json", "-o", "r.json"][..],
        &["--check", "a.py", "-c", "c.yaml", "--output-format", "sarif:r.json"],
        &["config", "init", "--force"],
    ] {
        project.write("c.yaml", b"");
        let run = project.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {run:?}");
        assert!(
            run.stderr.contains("it is a pipe that nobody reads"),
            "{arguments:?}: {run:?}"
        );
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

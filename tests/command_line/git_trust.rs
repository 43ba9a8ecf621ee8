//! What git runs of what a repository's configuration names: as little as the answers allow.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use antipasta_lsp_tests::{COMPLEX, Run};

use crate::git::{Repository, SIMPLE, isolated, run};

/// A program that tells that it was run, and passes on what it reads.
struct Trap {
    folder: tempfile::TempDir,
}

impl Trap {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let trap = Self { folder };
        let script = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", trap.log().display());
        fs::write(trap.program(), script).unwrap();
        fs::set_permissions(trap.program(), fs::Permissions::from_mode(0o755)).unwrap();
        trap
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("trap")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// What was run since the last time.
    fn sprung(&self) -> Vec<String> {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let _ = fs::remove_file(self.log());
        log.lines().map(str::to_owned).collect()
    }

    /// Has the configuration of a repository name the program wherever git looks for one.
    fn set_in(&self, repository: &Repository) {
        let program = self.program();
        let program = program.to_str().unwrap();
        for key in [
            "core.fsmonitor",
            "core.pager",
            "core.editor",
            "core.askPass",
            "core.sshCommand",
            "core.gitProxy",
            "core.alternateRefsCommand",
            "credential.helper",
            "diff.external",
            "diff.trap.textconv",
            "diff.trap.command",
            "filter.trap.clean",
            "filter.trap.smudge",
            "gpg.program",
            "pager.diff",
            "pager.log",
            "sequence.editor",
            "uploadpack.packObjectsHook",
        ] {
            repository.git(["config", key, program]);
        }
        repository.git(["config", "alias.diff", &format!("!{program}")]);
        repository.git(["config", "log.showSignature", "true"]);
        let hooks = self.folder.path().join("hooks");
        fs::create_dir_all(&hooks).unwrap();
        repository.git(["config", "core.hooksPath", hooks.to_str().unwrap()]);
        for hook in [
            "post-index-change",
            "fsmonitor-watchman",
            "reference-transaction",
            "query-watchman",
        ] {
            fs::copy(self.program(), hooks.join(hook)).unwrap();
        }
    }
}

fn check(repository: &Repository, arguments: &[&str]) -> Run {
    run(&mut repository.command(arguments))
}

/// Git looks into files that were changed after the index was written, and at the same time.
fn make_older(path: &Path) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(1)).unwrap();
}

#[test]
fn nothing_that_the_configuration_names_is_run() {
    let repository = Repository::new(&[("a.py", SIMPLE), (".gitattributes", "* filter=trap diff=trap\n")]);
    repository.write("a.py", COMPLEX);
    repository.commit();
    repository.write("a.py", &format!("{COMPLEX}    if x: pass\n"));
    repository.write("b.py", COMPLEX);
    for name in ["a.py", "b.py", ".gitattributes"] {
        make_older(&repository.project.path(name));
    }
    repository.git(["add", "."]);
    let trap = Trap::new();
    trap.set_in(&repository);
    trap.sprung();
    for arguments in [
        &["--staged"][..],
        &["--staged", "--changed-only"],
        &["--diff", "HEAD~1"],
        &["--diff", "HEAD~1", "--changed-only"],
        &["--diff", "HEAD~1..HEAD", "--changed-only"],
        &["--diff", "HEAD~1...HEAD"],
        &["."],
        &[".", "--max-time", "100"],
    ] {
        assert_eq!(check(&repository, arguments).code, Some(2), "{arguments:?}");
        assert_eq!(trap.sprung(), [""; 0], "{arguments:?}");
    }
    repository.git(["config", "--unset", "core.hooksPath"]);
    for command in ["install", "status", "uninstall"] {
        let mut command = repository.project.command(["hook", command]);
        assert_eq!(run(isolated(&mut command)).code, Some(0));
        assert_eq!(trap.sprung(), [""; 0], "hook {command:?}");
    }
}

/// Git LFS and its like: only the filter knows whether a file that was written anew is another one.
#[test]
fn the_working_tree_is_compared_through_its_filters() {
    let repository = Repository::new(&[(".gitattributes", "*.py filter=case\n")]);
    repository.git(["config", "filter.case.clean", "tr A-Z a-z"]);
    repository.write("a.py", &COMPLEX.to_uppercase().replace("\n    ", "\n\t"));
    repository.write("b.py", COMPLEX);
    repository.commit();
    // What is in the repository is not what is in the working tree, and nobody has changed it.
    for name in ["a.py", "b.py"] {
        make_older(&repository.project.path(name));
    }
    assert_eq!(check(&repository, &["--diff", "HEAD"]).stdout, "");
    repository.write("b.py", &format!("{COMPLEX}    if x: pass\n"));
    let run = check(&repository, &["--diff", "HEAD"]);
    assert!(
        run.stdout.starts_with("b.py:") && !run.stdout.contains("a.py"),
        "{run:?}"
    );
}

#[test]
fn a_bare_repository_that_somebody_committed_is_not_used() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let trap = Trap::new();
    let inner = repository.project.path("pkg");
    let bare = Command::new("git")
        .args(["init", "--quiet", "--bare"])
        .arg(&inner)
        .status();
    assert!(bare.unwrap().success());
    for (key, value) in [
        ("core.bare", "false"),
        ("core.worktree", ".."),
        ("core.fsmonitor", trap.program().to_str().unwrap()),
    ] {
        let config = inner.join("config");
        repository.git(["config", "--file", config.to_str().unwrap(), key, value]);
    }
    repository.write("pkg/b.py", COMPLEX);
    for arguments in [&["--staged"][..], &["--diff", "HEAD"]] {
        let run = run(repository.command(arguments).current_dir(&inner));
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(
            run.stderr.contains("this folder is in a bare git repository"),
            "{run:?}"
        );
    }
    assert_eq!(trap.sprung(), [""; 0]);
    // Where somebody names it, they mean it.
    let mut command = repository.command(&["--staged"]);
    command
        .env("GIT_DIR", repository.project.path(".git"))
        .current_dir(&inner);
    assert_eq!(run(&mut command).code, Some(0));
}

/// A clone without the contents of old commits, and where it was cloned from.
fn partial_clone() -> (Repository, Repository) {
    let origin = Repository::new(&[("a.py", &format!("{COMPLEX}# as it was\n")), ("b.py", SIMPLE)]);
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    origin.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    origin.write("a.py", &format!("{COMPLEX}\n\nx = 1\n"));
    origin.write("b.py", COMPLEX);
    origin.commit();
    let clone = Repository::empty();
    fs::remove_dir_all(clone.project.path(".git")).unwrap();
    let url = format!("file://{}", origin.project.path("").display());
    clone.git(["clone", "--quiet", "--filter=blob:none", &url, "."]);
    (origin, clone)
}

#[test]
fn a_check_of_a_partial_clone_fetches_and_says_so() {
    for range in ["HEAD~1", "HEAD~1..HEAD"] {
        let (_origin, clone) = partial_clone();
        let run = check(&clone, &["--diff", range, "--changed-only"]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(
            run.stdout.starts_with("b.py:1:1: f:") && !run.stdout.contains("a.py"),
            "{run:?}"
        );
        assert!(
            run.stderr
                .contains("this clone is partial: git asked its remote for what it lacks"),
            "{run:?}"
        );
        let again = check(&clone, &["--diff", range, "--changed-only"]);
        assert_eq!((again.code, &*again.stderr), (Some(2), ""), "it has all now");
    }
}

#[test]
fn what_a_partial_clone_lacks_for_a_rename_is_fetched_or_said() {
    let (origin, _) = partial_clone();
    let long = format!("{COMPLEX}{}", "x = 1\n".repeat(100));
    origin.write("c.py", &long);
    origin.commit();
    origin.git(["mv", "c.py", "d.py"]);
    origin.write("d.py", &format!("{long}x = 2\n"));
    origin.commit();
    let url = format!("file://{}", origin.project.path("").display());
    for (is_in_hook, code) in [(true, 2), (false, 0)] {
        let clone = Repository::empty();
        fs::remove_dir_all(clone.project.path(".git")).unwrap();
        clone.git(["clone", "--quiet", "--filter=blob:none", &url, "."]);
        let mut command = clone.command(&["--diff", "HEAD~1", "--changed-only"]);
        if is_in_hook {
            command.env("GIT_PREFIX", "");
        }
        let run = run(&mut command);
        assert_eq!(run.code, Some(code), "{run:?}");
        assert_eq!(
            run.stderr.contains("lacks what git needs to recognize renamed files"),
            is_in_hook,
            "{run:?}"
        );
    }
}

#[test]
fn nothing_is_fetched_in_a_hook_nor_for_what_is_staged() {
    let (_origin, clone) = partial_clone();
    let trap = Trap::new();
    clone.git(["config", "remote.origin.uploadpack", trap.program().to_str().unwrap()]);
    for variable in ["GIT_PREFIX", "PRE_COMMIT"] {
        let mut command = clone.command(&["--diff", "HEAD~1", "--changed-only"]);
        let run = run(command.env(variable, "1"));
        assert_eq!(run.code, Some(1), "{run:?}");
        let expected =
            "a.py:1:1: cannot be compared with what it was before the change: cannot be read: git has no object ";
        assert!(run.stdout.starts_with(expected), "{run:?}");
        assert_eq!(trap.sprung(), [""; 0]);
    }
    clone.git(["reset", "--quiet", "--soft", "HEAD~1"]);
    let run = check(&clone, &["--staged", "--changed-only"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("b.py:1:1: cannot be compared"), "{run:?}");
    assert_eq!(trap.sprung(), [""; 0]);
}

#[test]
fn a_remote_that_is_gone_is_asked_once_and_said() {
    let (origin, clone) = partial_clone();
    drop(origin);
    let run = check(&clone, &["--diff", "HEAD~1", "--changed-only"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    for (line, file) in lines.iter().zip(["a.py", "b.py"]) {
        assert!(line.starts_with(&format!(
            "{file}:1:1: cannot be compared with what it was before the change: "
        )));
        assert!(line.contains("could not fetch"), "{line}");
    }
    let passes = check(&clone, &["--diff", "HEAD~1", "--changed-only", "--on-error", "warn"]);
    assert_eq!(passes.code, Some(0), "{passes:?}");
    assert_eq!(
        check(&clone, &["--diff", "HEAD~1"]).code,
        Some(2),
        "what is here can be checked"
    );
}

//! What a change in git does not show: files that git cannot look at, does not track, or that are left out. Each is said.

use crate::git::{Repository, SIMPLE, run};
#[cfg(unix)]
use crate::git::{copy_program, isolated};
use antipasta_lsp_tests::{COMPLEX, Run};

impl Repository {
    /// A check that says what it leaves out.
    fn talkative(&self, arguments: &[&str]) -> Run {
        run(&mut self.project.command([&["--check"], arguments].concat()))
    }
}

#[cfg(unix)]
#[test]
fn a_file_in_a_folder_that_may_not_be_entered_is_no_deleted_one() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let repository = Repository::new(&[("sec/s.py", SIMPLE), ("gone.py", SIMPLE)]);
    repository.write("sec/new.py", COMPLEX);
    repository.git(["add", "sec/new.py"]);
    std::fs::remove_file(repository.project.path("gone.py")).unwrap();
    let folder = repository.project.path("sec");
    let set = |path: &std::path::Path, mode| set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set(&folder, 0o000);
    let is_superuser = folder.join("s.py").symlink_metadata().is_ok();
    for paths in [&[][..], &["sec"], &["sec/s.py", "sec/new.py"]] {
        let arguments = [&["--diff", "HEAD"], paths].concat();
        let mut command = repository.command(&arguments);
        if is_superuser {
            // Who may enter every folder becomes somebody else, who may only read what others may.
            set(&repository.project.path(""), 0o755);
            let program = repository.project.path("program");
            copy_program(antipasta_lsp_tests::binary(), &program);
            command = std::process::Command::new(program);
            isolated(&mut command)
                .args(["--check", "--output-format", "concise", "--quiet", "--no-cache"])
                .args(&arguments)
                .current_dir(repository.project.path(""))
                .envs([
                    ("GIT_CONFIG_COUNT", "1"),
                    ("GIT_CONFIG_KEY_0", "safe.directory"),
                    ("GIT_CONFIG_VALUE_0", "*"),
                ])
                .uid(65534)
                .gid(65534);
        }
        let run = run(&mut command);
        assert_eq!(run.code, Some(1), "{run:?}");
        let lines: Vec<_> = run.stdout.lines().collect();
        assert_eq!(lines.len(), 2, "{run:?}");
        for (line, name) in lines.iter().zip(["sec/new.py", "sec/s.py"]) {
            let expected = format!("{name}:1:1: cannot be read: Permission denied");
            assert!(line.starts_with(&expected), "{run:?}");
        }
    }
    set(&folder, 0o755);
}

#[cfg(unix)]
#[test]
fn what_lies_beyond_a_link_is_deleted() {
    let repository = Repository::new(&[("sub/s.py", COMPLEX)]);
    std::fs::remove_dir_all(repository.project.path("sub")).unwrap();
    std::os::unix::fs::symlink("sub", repository.project.path("sub")).unwrap();
    let run = repository.check(&["--diff", "HEAD"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_link_in_git_is_followed_on_disk() {
    let repository = Repository::new(&[("a.py", SIMPLE), ("sub/b.py", SIMPLE)]);
    let link = repository.project.path("sub/.antipasta.yaml");
    std::os::unix::fs::symlink("../shared.yaml", &link).unwrap();
    repository.write("sub/b.py", COMPLEX);
    repository.commit();
    let changes = [&["--staged"][..], &["--diff", "HEAD~1..HEAD"], &["--diff", "HEAD~1"]];
    let says = |expected: &str, changes: &[&[&str]]| {
        for arguments in changes {
            let run = repository.check(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}: {run:?}");
            let expected = format!("sub/.antipasta.yaml: cannot be read: {expected}");
            assert!(run.stderr.contains(&expected), "{arguments:?}: {run:?}");
        }
    };
    repository.git(["reset", "--quiet", "--soft", "HEAD~1"]);
    says("a link that leads nowhere", &changes[..1]);
    repository.git(["commit", "--quiet", "--message", "More"]);
    says("a link that leads nowhere", &changes[1..]);
    std::fs::remove_file(&link).unwrap();
    says("a symbolic link in git that is not in the working tree", &changes[1..2]);
    std::os::unix::fs::symlink("../shared.yaml", &link).unwrap();
    repository.write("shared.yaml", "defaults: {max_cyclomatic_complexity: 20}\n");
    assert_eq!(repository.check(changes[1]).code, Some(0));
}

#[test]
fn named_paths_that_have_no_part_in_a_change_are_warned_of() {
    let repository = Repository::new(&[("a.py", SIMPLE), ("seen.py", SIMPLE)]);
    repository.write("u.py", COMPLEX);
    repository.write("empty/u.txt", "");
    repository.write("notes.txt", "");
    repository.git(["add", "notes.txt"]);
    repository.write("b.py", SIMPLE);
    for (arguments, expected) in [
        (
            &["--diff", "HEAD", "u.py", "seen.py"][..],
            "warning: u.py: not checked: git does not track it (`git add` adds it)\n",
        ),
        (
            &["--staged", "u.py"],
            "warning: u.py: not checked: git does not track it (`git add` adds it)\n",
        ),
        (
            &["--diff", "HEAD", "empty"],
            "warning: empty: not checked: git tracks nothing in it\n",
        ),
        (
            &["--diff", "HEAD..HEAD", "u.py", "seen.py"],
            "warning: u.py: not checked: HEAD does not have it\n",
        ),
        (
            &["--staged", "notes.txt"],
            "warning: notes.txt: not analyzed: no Python file (.py, .pyw, .pyi)\n",
        ),
        (&["--diff", "HEAD", "seen.py"], ""),
        (&["--staged"], ""),
        (&["--diff", "HEAD", "."], ""),
    ] {
        let run = repository.check(arguments);
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), expected),
            "{arguments:?}: {run:?}"
        );
    }
    for mark in ["assume-unchanged", "skip-worktree"] {
        repository.git(["update-index", &format!("--{mark}"), "a.py"]);
        repository.write("a.py", COMPLEX);
        let run = repository.check(&["--diff", "HEAD", "a.py"]);
        let expected = format!(
            "warning: a.py: git does not look for changes in it (`git update-index --no-{mark}` makes it look)\n"
        );
        assert_eq!((run.code, run.stderr), (Some(0), expected));
        repository.git(["update-index", &format!("--no-{mark}"), "a.py"]);
        assert_eq!(repository.check(&["--diff", "HEAD", "a.py"]).code, Some(2));
    }
}

#[test]
fn changed_files_that_are_left_out_are_explained() {
    let repository = Repository::new(&[(".antipasta.yaml", "ignore_patterns: [legacy/]\nuse_gitignore: true\n")]);
    repository.write("legacy/l.py", COMPLEX);
    repository.write("legacy/m.py", COMPLEX);
    repository.git(["add", "."]);
    let one = "legacy/l.py is left out by the pattern `legacy/` of `ignore_patterns` in .antipasta.yaml";
    let both = format!("2 changed files are left out: {one}");
    for (paths, expected) in [(&[][..], &*both), (&["legacy"], &*both), (&["legacy/l.py"], one)] {
        let run = repository.talkative(&[&["--staged"], paths].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.starts_with(expected), "{paths:?}: {run:?}");
        assert!(run.stdout.contains("Nothing to check."), "{run:?}");
    }
    repository.commit();
    repository.write("u.py", COMPLEX);
    repository.git(["add", "u.py"]);
    repository.write(".gitignore", "u.py\n");
    let run = repository.talkative(&["--staged"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.starts_with("u.py is left out by an ignore file"), "{run:?}");
}

#[test]
fn what_is_no_commit_is_said_to_be_none() {
    let repository = Repository::new(&[("a.py", SIMPLE), ("src/b.py", COMPLEX)]);
    for (name, object) in [("blob", "HEAD:a.py"), ("tree", "HEAD:src")] {
        repository.git(["tag", name, object]);
    }
    repository.git(["tag", "--annotate", "--message", "x", "note", "HEAD:src"]);
    for (revisions, expected) in [
        ("blob", "`blob` is no commit: it is a file"),
        ("tree", "`tree` is no commit: it is a folder"),
        ("note", "`note` is no commit: it is the tag of something else"),
        ("HEAD..tree", "`tree` is no commit: it is a folder"),
        ("tree..HEAD", "`tree` is no commit: it is a folder"),
        ("HEAD...note", "`note` is no commit: it is the tag of something else"),
        ("HEAD:src", "`HEAD:src` is no commit: it is a folder"),
        ("HEAD:no", "no revision `HEAD:no`: `HEAD` has no such file or folder"),
        ("HEAD^!", "`HEAD^!` is no commit: it stands for several"),
        (
            "HEAD^2",
            "no revision `HEAD^2`: `HEAD` is there, but has no such parent\n",
        ),
        (
            "HEAD~1",
            "no revision `HEAD~1`: `HEAD` is there, but has no such parent\n",
        ),
        ("mian~1", "no revision `mian~1`: see `git branch --all` and `git tag`"),
    ] {
        let run = repository.check(&["--diff", revisions]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{revisions}: {run:?}");
        assert!(run.stderr.contains(expected), "{revisions}: {run:?}");
    }
    assert_eq!(repository.check(&["--diff", "HEAD..:/More"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_shallow_clone_is_advised_by_what_it_lacks() {
    let origin = Repository::new(&[("a.py", SIMPLE)]);
    origin.commit();
    let clone = Repository::empty();
    std::fs::remove_dir_all(clone.project.path(".git")).unwrap();
    let url = format!("file://{}", origin.project.path("").display());
    clone.git(["clone", "--quiet", "--depth", "1", &url, "."]);
    for (revision, expected) in [
        (
            "origin/main~1",
            "`origin/main` is there, but has no such parent; it is a shallow clone",
        ),
        ("mian", "or see `git branch --all` and `git tag` for the right name"),
        (
            "upstream/main",
            "or see `git branch --all` and `git tag` for the right name",
        ),
    ] {
        let run = clone.check(&["--diff", revision]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stderr.contains(expected), "{revision}: {run:?}");
        assert!(!run.stderr.contains("refs/remotes"), "{revision}: {run:?}");
    }
}

#[test]
fn what_git_warns_of_is_passed_on() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    repository.git(["tag", "twice"]);
    repository.git(["branch", "twice"]);
    for revisions in ["twice", "twice..HEAD", "twice...HEAD"] {
        let run = repository.check(&["--diff", revisions]);
        let expected = "warning: git: refname 'twice' is ambiguous.\n";
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), expected), "{revisions}");
    }
    let run = repository.check(&["--diff", "HEAD@{20 years ago}"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stderr
            .starts_with("warning: git: log for 'HEAD' only goes back to "),
        "{run:?}"
    );
}

/// Linux has names of any bytes; other systems have Unicode only.
#[cfg(target_os = "linux")]
#[test]
fn git_is_asked_for_the_bytes_of_a_name_that_is_no_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let name = OsStr::from_bytes(b"caf\xe9.py");
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let path = repository.project.path("").join(name);
    std::fs::write(&path, SIMPLE).unwrap();
    repository.git(["add", "--all"]);
    repository.git(["commit", "--quiet", "--message", "raw"]);
    repository.write("a.py", COMPLEX);
    let check = |revisions: &str| {
        let mut command = repository.command(&["--diff", revisions, "a.py"]);
        command.arg(name);
        run(&mut command)
    };
    // It is tracked, but has not changed.
    let unchanged = check("HEAD");
    assert_eq!(unchanged.code, Some(2), "{unchanged:?}");
    assert!(!unchanged.stderr.contains("does not track"), "{unchanged:?}");
    // It is in the commit, though not on disk.
    std::fs::remove_file(path).unwrap();
    let of_commits = check("HEAD..HEAD");
    assert_eq!(of_commits.code, Some(0), "{of_commits:?}");
    assert!(!of_commits.stderr.contains("no such file"), "{of_commits:?}");
}

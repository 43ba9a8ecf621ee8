//! The hook: it comes, has git refuse commits, and goes as if it had never been there.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run, binary};
use serde_json::{Value, json};

use crate::git::{Repository, SIMPLE, isolated, run};

const HOOK: &str = ".git/hooks/pre-commit";
const KEPT: &str = ".git/hooks/pre-commit.before-antipasta";

/// Runs `antipasta-lsp hook` in a folder of a repository.
fn hook_in(repository: &Repository, folder: &Path, arguments: &[&str]) -> Run {
    let mut command = repository.project.command([&["hook"], arguments].concat());
    run(isolated(&mut command).current_dir(folder))
}

fn hook(repository: &Repository, arguments: &[&str]) -> Run {
    hook_in(repository, &repository.project.path(""), arguments)
}

fn install(repository: &Repository) -> Run {
    succeeded(hook(repository, &["install"]))
}

fn succeeded(run: Run) -> Run {
    assert_eq!(run.code, Some(0), "{run:?}");
    run
}

/// That a command fails; what it says.
fn failure(run: Run) -> String {
    assert_eq!((run.code, &*run.stdout), (Some(1), ""), "{run:?}");
    run.stderr
}

fn status(repository: &Repository) -> Value {
    let run = succeeded(hook(repository, &["status", "--format", "json"]));
    serde_json::from_str(&run.stdout).unwrap()
}

/// Stages everything in a folder and commits it.
fn commit_in(repository: &Repository, folder: &Path, arguments: &[&str]) -> Run {
    let git = || {
        let mut command = repository.git_command();
        command
            .current_dir(folder)
            .env("ANTIPASTA_CACHE_DIR", repository.project.cache());
        command
    };
    succeeded(run(git().args(["add", "--all"])));
    run(git().args(["commit", "--quiet", "--message", "More"]).args(arguments))
}

fn commit(repository: &Repository, arguments: &[&str]) -> Run {
    commit_in(repository, &repository.project.path(""), arguments)
}

/// Writes a hook that somebody has.
fn write_hook(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    set_mode(path, 0o755);
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.symlink_metadata().unwrap().permissions().mode() & 0o777
}

/// A copy of the binary that can be taken away.
fn copy(folder: &Path) -> PathBuf {
    let copy = folder.join(binary().file_name().unwrap());
    #[cfg(unix)]
    crate::git::copy_program(binary(), &copy);
    #[cfg(not(unix))]
    fs::copy(binary(), &copy).unwrap();
    copy
}

#[test]
fn a_commit_with_violations_is_refused() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    install(&repository);

    repository.write("a.py", COMPLEX);
    let refused = commit(&repository, &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("a.py:1 (f): Cyclomatic Complexity is 11.00"),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("'git commit --no-verify'"), "{refused:?}");
    assert_eq!(repository.git(["rev-list", "--count", "HEAD"]), "1\n");

    // What is staged counts, whatever the working tree has.
    repository.git(["add", "a.py"]);
    repository.write("a.py", SIMPLE);
    let mut staged = repository.git_command();
    assert_eq!(
        run(staged.args(["commit", "--quiet", "--message", "Staged"])).code,
        Some(1)
    );

    let accepted = succeeded(commit(&repository, &["--allow-empty"]));
    assert_eq!((&*accepted.stdout, &*accepted.stderr), ("", ""));
    repository.write("notes.txt", "no Python\n");
    succeeded(commit(&repository, &[]));
    repository.write("a.py", COMPLEX);
    succeeded(commit(&repository, &["--no-verify"]));
}

#[test]
fn it_holds_from_the_first_commit_on() {
    let repository = Repository::empty();
    install(&repository);
    repository.write("a.py", COMPLEX);
    assert_eq!(commit(&repository, &[]).code, Some(1));
    repository.write("a.py", SIMPLE);
    succeeded(commit(&repository, &[]));
}

#[test]
fn only_a_working_tree_has_one() {
    let folder = Project::new(&[]);
    fs::remove_dir(folder.path(".git")).unwrap();
    let hook = |arguments: &[&str]| {
        let mut command = folder.command(arguments);
        isolated(&mut command).env("GIT_CEILING_DIRECTORIES", folder.path("..").canonicalize().unwrap());
        failure(run(&mut command))
    };
    for command in ["install", "uninstall", "status"] {
        assert!(hook(&["hook", command]).contains("not a git repository"));
    }
    let init = Command::new("git")
        .args(["init", "--quiet", "--bare"])
        .arg(folder.path(""))
        .status();
    assert!(init.unwrap().success());
    for command in ["install", "uninstall", "status"] {
        assert!(hook(&["hook", command]).contains("there is no working tree"));
    }
}

#[test]
fn names_of_folders_can_be_anything() {
    let repository = Repository::empty();
    let inner = repository.project.path("it's a $HOME; \"folder\" (of) mine");
    // Not every system has all of these characters.
    let inner = if cfg!(windows) {
        repository.project.path("it's $HOME")
    } else {
        inner
    };
    fs::create_dir_all(inner.join("sub")).unwrap();
    let git = |arguments: &[&str]| succeeded(run(repository.git_command().current_dir(&inner).args(arguments)));
    git(&["init", "--quiet"]);
    git(&["config", "user.name", "A"]);
    git(&["config", "user.email", "a@example.org"]);
    // The binary too is in such a folder.
    let copy = copy(&inner.join("sub"));
    let mut command = Command::new(&copy);
    isolated(&mut command)
        .args(["hook", "install"])
        .current_dir(inner.join("sub"));
    succeeded(run(&mut command));
    let status = succeeded(hook_in(&repository, &inner, &["status", "--format", "json"]));
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["binary_exists"], true, "{status}");
    fs::write(inner.join("a.py"), COMPLEX).unwrap();
    git(&["add", "a.py"]);
    let without_path = |arguments: &[&str]| {
        let mut command = repository.git_command();
        run(command.current_dir(&inner).args(arguments))
    };
    let refused = without_path(&["commit", "--quiet", "--message", "a"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("a.py:1 (f)"), "{refused:?}");
}

#[test]
fn worktrees_have_it_in_common() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let linked = repository.project.path("linked tree");
    repository.git(["worktree", "add", "--quiet", "-b", "linked", "linked tree"]);
    succeeded(hook_in(&repository, &linked, &["install"]));
    assert!(repository.project.path(HOOK).is_file());

    fs::write(linked.join("a.py"), COMPLEX).unwrap();
    let refused = commit_in(&repository, &linked, &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("a.py:1 (f)"), "{refused:?}");
    succeeded(hook(&repository, &["uninstall"]));
    succeeded(commit_in(&repository, &linked, &[]));
}

#[test]
fn it_is_where_git_is_told_to_look() {
    let repository = Repository::new(&[("sub/a.py", SIMPLE)]);
    repository.git(["config", "core.hooksPath", "my hooks"]);
    repository.write(".gitignore", "my hooks/\n");
    succeeded(hook_in(&repository, &repository.project.path("sub"), &["install"]));
    assert!(repository.project.path("my hooks/pre-commit").is_file());
    assert!(!repository.project.path(HOOK).exists());
    repository.write("sub/a.py", COMPLEX);
    assert_eq!(
        commit_in(&repository, &repository.project.path("sub"), &[]).code,
        Some(1)
    );
    succeeded(hook(&repository, &["uninstall"]));
    assert!(!repository.project.path("my hooks/pre-commit").exists());
}

/// Others get it, and have the binary elsewhere.
#[test]
fn one_that_git_tracks_names_no_path_of_this_machine() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    repository.git(["config", "core.hooksPath", ".githooks"]);
    let installed = install(&repository);
    assert!(
        installed.stderr.contains("runs the antipasta-lsp on the PATH"),
        "{installed:?}"
    );
    let script = repository.project.read(".githooks/pre-commit");
    let folder = binary().parent().unwrap().to_str().unwrap();
    assert!(!script.contains(folder), "{script}");
    let found = status(&repository);
    assert_eq!((&found["installed"], &found["binary"]), (&json!(true), &Value::Null));
    assert!(
        succeeded(hook(&repository, &["status"]))
            .stdout
            .contains("from the PATH")
    );
    repository.write("a.py", COMPLEX);
    repository.git(["add", "--all"]);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(binary().parent().unwrap().to_owned()).chain(std::env::split_paths(&path));
    let mut commit = repository.git_command();
    commit
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("ANTIPASTA_CACHE_DIR", repository.project.cache());
    let refused = run(commit.args(["commit", "--quiet", "--message", "More"]));
    assert_eq!(refused.code, Some(1), "{refused:?}");
}

#[test]
fn others_may_look_there_too() {
    let repository = Repository::empty();
    let elsewhere = Project::new(&[]);
    let folder = elsewhere.path("hooks");
    repository.git([OsStr::new("config"), OsStr::new("core.hooksPath"), folder.as_os_str()]);
    let installed = install(&repository);
    assert!(installed.stderr.contains("outside of this repository"), "{installed:?}");
    assert!(folder.join("pre-commit").is_file());
    let own = Repository::empty();
    let installed = install(&own);
    assert_eq!(installed.stderr, "");
}

#[test]
fn hooks_may_be_turned_off() {
    let repository = Repository::empty();
    for path in ["/dev/null", ""] {
        repository.git(["config", "core.hooksPath", path]);
        #[cfg(unix)]
        assert!(failure(hook(&repository, &["install"])).contains("hooks are turned off"));
    }
    assert!(!repository.project.path("pre-commit").exists());
}

#[test]
fn a_hook_that_is_there_comes_first_and_comes_back() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    // One that ends the script, and whose last line has no end.
    let own = "#!/bin/sh\necho 'own hook' >&2\n[ ! -e forbidden ] || exit 7\nexit 0\n\n# \r";
    write_hook(&repository.project.path(HOOK), own);
    let installed = install(&repository);
    assert!(
        installed.stdout.contains("pre-commit.before-antipasta"),
        "{installed:?}"
    );
    assert_eq!(
        status(&repository)["keeps"],
        json!(repository.project.path(KEPT).canonicalize().unwrap())
    );

    repository.write("forbidden", "");
    repository.write("a.py", COMPLEX);
    let refused = commit(&repository, &[]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("own hook") && !refused.stderr.contains("Cyclomatic"),
        "{refused:?}"
    );
    fs::remove_file(repository.project.path("forbidden")).unwrap();
    let refused = commit(&repository, &[]);
    assert!(
        refused.stderr.contains("own hook") && refused.stderr.contains("Cyclomatic"),
        "{refused:?}"
    );
    repository.write("a.py", "x = 1\n");
    assert!(succeeded(commit(&repository, &[])).stderr.contains("own hook"));

    // A second time changes nothing.
    let before = repository.project.read(HOOK);
    assert!(install(&repository).stdout.contains("already"));
    assert_eq!(repository.project.read(HOOK), before);
    succeeded(hook(&repository, &["uninstall"]));
    assert_eq!(repository.project.read(HOOK), own);
    assert!(!repository.project.path(KEPT).exists());
    let again = succeeded(hook(&repository, &["uninstall"]));
    assert!(
        again
            .stdout
            .starts_with("Nothing to remove: antipasta-lsp did not make "),
        "{again:?}"
    );
    assert_eq!(repository.project.read(HOOK), own);
}

#[cfg(unix)]
#[test]
fn what_is_kept_stays_what_it_is() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let hooks = repository.project.path(".git/hooks");
    let hook_path = repository.project.path(HOOK);
    // One that git does not run.
    write_hook(&hook_path, "#!/bin/sh\nexit 1\n");
    set_mode(&hook_path, 0o640);
    install(&repository);
    repository.write("a.py", "x = 1\n");
    succeeded(commit(&repository, &[]));
    succeeded(hook(&repository, &["uninstall"]));
    assert_eq!(mode(&hook_path), 0o640);
    // A link, and one that leads nowhere.
    for target in ["real-hook", "nothing"] {
        write_hook(&hooks.join("real-hook"), "#!/bin/sh\necho linked >&2\n");
        fs::remove_file(&hook_path).unwrap();
        std::os::unix::fs::symlink(target, &hook_path).unwrap();
        install(&repository);
        let committed = succeeded(commit(&repository, &["--allow-empty"]));
        assert_eq!(committed.stderr.contains("linked"), target == "real-hook");
        succeeded(hook(&repository, &["uninstall"]));
        assert_eq!(fs::read_link(&hook_path).unwrap(), Path::new(target));
        assert_eq!(
            fs::read_to_string(hooks.join("real-hook")).unwrap(),
            "#!/bin/sh\necho linked >&2\n"
        );
    }
    // A program, not a script.
    fs::remove_file(&hook_path).unwrap();
    fs::copy("/bin/true", &hook_path).unwrap();
    let program = fs::read(&hook_path).unwrap();
    install(&repository);
    succeeded(commit(&repository, &["--allow-empty"]));
    succeeded(hook(&repository, &["uninstall"]));
    assert_eq!(fs::read(&hook_path).unwrap(), program);
}

#[cfg(unix)]
#[test]
fn it_is_executable() {
    let repository = Repository::empty();
    install(&repository);
    let path = repository.project.path(HOOK);
    assert_eq!(mode(&path), 0o755);
    set_mode(&path, 0o644);
    assert_eq!(status(&repository)["executable"], false);
    let text = succeeded(hook(&repository, &["status"])).stdout;
    assert!(text.contains("not executable"), "{text}");
    assert!(install(&repository).stdout.starts_with("Renewed"));
    assert_eq!(mode(&path), 0o755);
    assert!(!repository.project.path(KEPT).exists());
}

#[test]
fn nothing_that_was_kept_is_lost() {
    let repository = Repository::empty();
    let (path, kept) = (repository.project.path(HOOK), repository.project.path(KEPT));
    write_hook(&path, "#!/bin/sh\n# first\n");
    install(&repository);
    // Somebody overwrites ours.
    write_hook(&path, "#!/bin/sh\n# second\n");
    for _ in 0..2 {
        assert!(failure(hook(&repository, &["install"])).contains("is in the way"));
        assert_eq!(repository.project.read(HOOK), "#!/bin/sh\n# second\n");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "#!/bin/sh\n# first\n");
        succeeded(hook(&repository, &["uninstall"]));
    }
    fs::remove_file(&path).unwrap();
    assert!(failure(hook(&repository, &["install"])).contains("is in the way"));
    assert!(!path.exists());
}

#[test]
fn hooks_of_other_programs_are_theirs() {
    for (manager, content, advice) in [
        (
            "pre-commit",
            "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n",
            "- id: antipasta",
        ),
        (
            "prek",
            "#!/bin/sh\n# File generated by prek: https://example.org\n",
            "- id: antipasta",
        ),
        (
            "lefthook",
            "#!/bin/sh\ncall_lefthook()\n{\n}\n",
            "run: antipasta-lsp --check --staged",
        ),
    ] {
        let repository = Repository::empty();
        write_hook(&repository.project.path(HOOK), content);
        let message = failure(hook(&repository, &["install"]));
        assert!(message.contains(manager) && message.contains(advice), "{message}");
        succeeded(hook(&repository, &["uninstall"]));
        assert_eq!(repository.project.read(HOOK), content);
        assert_eq!(status(&repository)["manager"], manager);
        assert!(succeeded(hook(&repository, &["status"])).stdout.contains(advice));
    }
    // Husky has no file there before it needs one.
    let repository = Repository::empty();
    repository.git(["config", "core.hooksPath", ".husky/_"]);
    let message = failure(hook(&repository, &["install"]));
    assert!(message.contains("add to .husky/pre-commit"), "{message}");
    assert!(!repository.project.path(".husky").exists());
}

#[test]
fn without_its_binary_it_takes_the_one_on_the_path_or_warns() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let elsewhere = Project::new(&[]);
    let copy = copy(&elsewhere.path(""));
    let mut command = Command::new(&copy);
    isolated(&mut command)
        .args(["hook", "install"])
        .current_dir(repository.project.path(""));
    succeeded(run(&mut command));
    assert_eq!(status(&repository)["binary_exists"], true);
    fs::remove_file(&copy).unwrap();
    assert_eq!(status(&repository)["binary_exists"], false);
    assert!(
        succeeded(hook(&repository, &["status"]))
            .stdout
            .contains("from the PATH")
    );

    repository.write("a.py", COMPLEX);
    repository.git(["add", "a.py"]);
    let commit_with = |path: &OsStr| {
        let mut command = repository.git_command();
        command
            .env("ANTIPASTA_CACHE_DIR", repository.project.cache())
            .env("PATH", path);
        run(command.args(["commit", "--quiet", "--message", "More"]))
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let with_binary = std::iter::once(binary().parent().unwrap().to_owned()).chain(std::env::split_paths(&path));
    assert_eq!(commit_with(&std::env::join_paths(with_binary).unwrap()).code, Some(1));

    let name = binary().file_name().unwrap();
    let without = std::env::split_paths(&path).filter(|folder| !folder.join(name).exists());
    let committed = succeeded(commit_with(&std::env::join_paths(without).unwrap()));
    assert!(
        committed.stderr.contains("antipasta-lsp is not on the PATH"),
        "{committed:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_crash_refuses_nothing() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    install(&repository);
    let script = repository.project.read(HOOK);
    let broken = repository.project.path(".git/broken");
    write_hook(&broken, "#!/bin/sh\nkill -SEGV $$\n");
    let line = script.lines().find(|line| line.starts_with("antipasta=")).unwrap();
    write_hook(
        &repository.project.path(HOOK),
        &script.replace(line, &format!("antipasta='{}'", broken.display())),
    );
    repository.write("a.py", COMPLEX);
    let committed = succeeded(commit(&repository, &[]));
    assert!(committed.stderr.contains("is not checked"), "{committed:?}");
}

#[test]
fn what_cannot_be_checked_refuses_nothing_unless_it_is_to() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    install(&repository);
    repository.write("broken.py", "def f(:\n");
    let run = succeeded(commit(&repository, &[]));
    assert!(run.stderr.contains("broken.py"), "{run:?}");
    succeeded(hook(&repository, &["install", "--", "--on-error", "fail"]));
    repository.write("broken.py", "def g(:\n");
    let run = commit(&repository, &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("broken.py"), "{run:?}");
}

#[test]
fn it_runs_with_what_the_user_adds() {
    let repository = Repository::new(&[("a.py", COMPLEX)]);
    succeeded(hook(&repository, &["install", "--", "--changed-only", "-t", "cyc=5"]));
    repository.write("a.py", &format!("\n{COMPLEX}"));
    succeeded(commit(&repository, &[]));
    repository.write(
        "b.py",
        &COMPLEX
            .lines()
            .take(8)
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
    );
    assert_eq!(commit(&repository, &[]).code, Some(1));
    // Another set of them takes the place of these.
    assert!(install(&repository).stdout.starts_with("Renewed"));
    succeeded(commit(&repository, &[]));

    let before = repository.project.read(HOOK);
    for arguments in [&["--no-such"][..], &["--format", "xyz"], &["--check"], &["--jobs", "0"]] {
        let message = failure(hook(&repository, &[&["install", "--"], arguments].concat()));
        assert!(message.contains("could not check with these arguments"), "{message}");
    }
    // All of what is wrong is said, not its first line.
    let message = failure(hook(&repository, &["install", "--", "--write-baseline", "x"]));
    assert!(message.contains("cannot be used with: --staged"), "{message}");
    assert_eq!(repository.project.read(HOOK), before);
}

#[test]
fn status_says_what_is_there() {
    let repository = Repository::empty();
    let is_installed = |text: &str| succeeded(hook(&repository, &["status"])).stdout.starts_with(text);
    assert!(is_installed("not installed: there is no "));
    assert_eq!(status(&repository)["installed"], false);
    install(&repository);
    assert!(is_installed("installed: "));
    let found = status(&repository);
    assert_eq!(found["installed"], true);
    assert_eq!(found["arguments"], "--check --staged --quiet --on-error warn");
    assert_eq!(found["keeps"], Value::Null);
    assert_eq!(found["manager"], Value::Null);
    let named = PathBuf::from(found["binary"].as_str().unwrap());
    assert_eq!(named.canonicalize().unwrap(), binary().canonicalize().unwrap());
    succeeded(hook(&repository, &["install", "--", "--changed-only", "-t", "cyc=5"]));
    let text = succeeded(hook(&repository, &["status"])).stdout;
    assert!(
        text.contains(" --check --staged --quiet --on-error warn --changed-only -t cyc=5\n"),
        "{text}"
    );
    succeeded(hook(&repository, &["uninstall"]));
    let again = succeeded(hook(&repository, &["uninstall"])).stdout;
    assert!(again.starts_with("Nothing to remove: there is no hook "), "{again}");
    assert!(is_installed("not installed"));
    write_hook(&repository.project.path(HOOK), "#!/bin/sh\n");
    assert!(is_installed("not installed"));
    assert_eq!(status(&repository)["installed"], false);
}

/// Git says what to do about that, in a line that can be copied.
#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_said_to_be_one() {
    let repository = Repository::new(&[("a.py", COMPLEX)]);
    for arguments in [&["hook", "install"][..], &["hook", "status"], &["--check", "--staged"]] {
        let mut command = repository.project.command(arguments);
        // As if it were.
        isolated(&mut command).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
        let message = failure(run(&mut command));
        assert!(message.contains("belongs to another user"), "{message}");
        let (_, advice) = message.split_once("run: ").unwrap();
        assert!(
            advice.starts_with("git config --global --add safe.directory /") && advice.lines().count() == 1,
            "{message}"
        );
    }
}

/// Ours may be there twice, such as one that somebody has changed.
#[test]
fn one_that_was_changed_by_hand_does_not_call_itself() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    install(&repository);
    let changed = repository.project.read(HOOK).replacen('\n', "\n# mine\n", 1);
    write_hook(&repository.project.path(HOOK), &changed);
    install(&repository);
    assert!(repository.project.path(KEPT).exists());
    repository.write("a.py", COMPLEX);
    assert_eq!(commit(&repository, &[]).code, Some(1));
    repository.write("a.py", "x = 1\n");
    succeeded(commit(&repository, &[]));
}

//! A git that hangs, dies, prints nonsense or without end, and one that asks for a password: each call has an end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use antipasta_lsp_tests::{COMPLEX, Run};

use crate::git::{Repository, SIMPLE, copy_program, isolated, run};

/// What has not ended by then hangs.
const FOR_EVER: Duration = Duration::from_mins(2);

/// A repository with a git of its own, which fails in one of its calls.
struct Faulty {
    repository: Repository,
}

/// What that git does in place of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Hangs,
    HangsWithChildren,
    Drips,
    DiesHalfWay,
    PrintsNonsense,
    PrintsWithoutEnd,
}

impl Fault {
    fn script(self) -> &'static str {
        match self {
            Self::Hangs => "exec sleep 1000",
            Self::HangsWithChildren => "trap '' TERM; sleep 1000 & sleep 1000; sleep 1000",
            Self::Drips => "while :; do echo; sleep 0.02; done",
            Self::DiesHalfWay => "git \"$@\" < /dev/null | head -c 9; kill -9 $$",
            Self::PrintsNonsense => "echo 'no such thing'; exit 0",
            Self::PrintsWithoutEnd => "exec yes",
        }
    }
}

impl Faulty {
    fn new() -> Self {
        let repository = Repository::new(&[
            (".antipasta.yaml", "use_gitignore: true\n"),
            (".gitignore", "bin/\ncalls/\n"),
            ("a.py", SIMPLE),
        ]);
        repository.write("a.py", COMPLEX);
        repository.commit();
        repository.write("a.py", &format!("{COMPLEX}    if x: pass\n"));
        repository.write("base.jsonl", "{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n");
        repository.git(["add", "--all"]);
        Self { repository }
    }

    /// Has the git of this repository run a script in its call of this number, from 1. Returns the `PATH` that has it.
    fn fails_in_call(&self, number: usize, script: &str) -> String {
        let path = std::env::var("PATH").unwrap();
        let calls = self.calls_folder();
        let _ = fs::remove_dir_all(&calls);
        fs::create_dir(&calls).unwrap();
        // Two calls at once have two numbers.
        let script = format!(
            "#!/bin/sh\nPATH='{path}'\ncalls='{calls}'\ncall=1\n\
             while ! mkdir \"$calls/$call\" 2> /dev/null; do call=$((call + 1)); done\n\
             echo \"$*\" > \"$calls/$call/arguments\"\n\
             if [ $call -eq {number} ]; then\n    {script}\nfi\nexec git \"$@\"\n",
            calls = calls.display(),
        );
        let project = &self.repository.project;
        project.write("bin/script", script.as_bytes());
        copy_program(&project.path("bin/script"), &project.path("bin/git"));
        fs::set_permissions(project.path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
        format!("{}:{path}", project.path("bin").display())
    }

    fn calls_folder(&self) -> PathBuf {
        self.repository.project.path("calls")
    }

    /// The arguments of the calls of git since it was told when to fail.
    fn calls(&self) -> Vec<String> {
        let call = |number: usize| self.calls_folder().join(number.to_string()).join("arguments");
        (1..)
            .map_while(|number| fs::read_to_string(call(number)).ok())
            .collect()
    }

    /// Runs the binary while git runs a script in its call of this number.
    fn run(&self, arguments: &[&str], number: usize, script: &str, timeout: &str) -> Run {
        let mut command = self.repository.project.command(arguments);
        isolated(&mut command)
            .env("PATH", self.fails_in_call(number, script))
            .env("ANTIPASTA_GIT_TIMEOUT", timeout);
        in_time(&mut command)
    }

    /// Each call of git that a run makes fails in each of some ways: the run ends, and says which call of git it was.
    fn each_call_may_fail(&self, arguments: &[&str], faults: &[Fault], code: i32) {
        let sound = self.run(arguments, 0, ":", "100");
        assert_eq!(sound.code, Some(code), "{arguments:?}: {sound:?}");
        let calls = self.calls();
        assert!(!calls.is_empty());
        for (number, call) in (1..).zip(&calls) {
            for fault in faults {
                // A setting can be any text.
                if *fault == Fault::PrintsNonsense && call.contains(" config ") {
                    continue;
                }
                let run = self.run(arguments, number, fault.script(), "0.2");
                assert_eq!(run.code, Some(1), "{arguments:?}: {fault:?} in `{call}`: {run:?}");
                let said = [&*run.stderr, &*run.stdout].concat();
                assert!(said.contains("git"), "{arguments:?}: {fault:?} in `{call}`: {run:?}");
                if matches!(fault, Fault::Hangs | Fault::HangsWithChildren) {
                    let expected = "was stopped: it wrote nothing for 0.2 s; run `git status` to see if git works here";
                    assert!(said.contains(expected), "{arguments:?}: {fault:?} in `{call}`: {run:?}");
                }
            }
        }
    }
}

fn in_time(command: &mut Command) -> Run {
    let begun = Instant::now();
    let run = run(command);
    assert!(begun.elapsed() < FOR_EVER, "{command:?}: {run:?}");
    run
}

const USUAL: [Fault; 3] = [Fault::Hangs, Fault::DiesHalfWay, Fault::PrintsNonsense];

#[test]
fn each_call_of_a_check_of_what_is_staged_has_an_end() {
    let all = [
        Fault::Hangs,
        Fault::HangsWithChildren,
        Fault::Drips,
        Fault::DiesHalfWay,
        Fault::PrintsNonsense,
        Fault::PrintsWithoutEnd,
    ];
    Faulty::new().each_call_may_fail(&["--check", "--staged"], &all, 2);
}

#[test]
fn each_call_of_a_check_of_what_got_worse_has_an_end() {
    let faulty = Faulty::new();
    faulty.each_call_may_fail(&["--check", "--staged", "--changed-only"], &USUAL, 2);
    let baseline = ["--check", "--staged", "--baseline", "base.jsonl"];
    faulty.each_call_may_fail(&baseline, &USUAL, 2);
}

#[test]
fn each_call_of_a_check_of_a_branch_has_an_end() {
    let faulty = Faulty::new();
    faulty.each_call_may_fail(&["--check", "--diff", "HEAD~1", "--changed-only"], &USUAL, 2);
    faulty.each_call_may_fail(&["--check", "--diff", "HEAD~1..HEAD", "--changed-only"], &USUAL, 2);
    faulty.each_call_may_fail(&["--check", "--diff", "HEAD~1...HEAD", "a.py"], &USUAL, 2);
    // Each of these has git say what is wrong.
    let faults = [Fault::Hangs];
    faulty.each_call_may_fail(&["--check", "--diff", "origin/nosuch"], &faults, 1);
    faulty.each_call_may_fail(&["--check", "--staged", "nosuch.py"], &faults, 1);
}

#[test]
fn each_call_of_the_hook_commands_has_an_end() {
    let faulty = Faulty::new();
    for command in ["install", "status", "uninstall"] {
        faulty.each_call_may_fail(&["hook", command], &USUAL, 0);
    }
    faulty.repository.git(["config", "core.hooksPath", "hooks"]);
    faulty.each_call_may_fail(&["hook", "status"], &[Fault::Hangs], 0);
}

/// A commit holds up nobody for longer than the limit, whatever git does in the hook.
#[test]
fn a_commit_has_an_end() {
    let faulty = Faulty::new();
    let repository = &faulty.repository;
    for (arguments, is_committed) in [(&[][..], true), (&["--", "--on-error", "fail"], false)] {
        let install = [&["hook", "install"], arguments].concat();
        assert_eq!(run(isolated(&mut repository.project.command(install))).code, Some(0));
        let path = faulty.fails_in_call(2, Fault::Hangs.script());
        // Git puts its own folder before the others, so the hook has to put ours there.
        let hook = repository.project.read(".git/hooks/pre-commit");
        let hook = hook.replace(
            "\"$antipasta\" --check",
            &format!("PATH='{path}' \"$antipasta\" --check"),
        );
        repository.project.write(".git/hooks/pre-commit", hook.as_bytes());
        let mut commit = repository.git_command();
        commit
            .env("ANTIPASTA_CACHE_DIR", repository.project.cache())
            .env("ANTIPASTA_GIT_TIMEOUT", "0.2")
            .args(["commit", "--quiet", "--message", "More"]);
        let committed = in_time(&mut commit);
        assert_eq!(committed.code, Some(i32::from(!is_committed)), "{committed:?}");
        assert!(committed.stderr.contains("`git diff` was stopped"), "{committed:?}");
        if is_committed {
            repository.git(["reset", "--quiet", "--soft", "HEAD~1"]);
        }
    }
}

#[test]
fn the_limit_is_never_longer_than_the_time_of_the_check() {
    let faulty = Faulty::new();
    for number in 1..=3 {
        let arguments = ["--check", "--staged", "--max-time", "1"];
        let run = faulty.run(&arguments, number, Fault::Hangs.script(), "1000");
        assert_eq!(run.code, Some(1), "{run:?}");
        let said = [&*run.stderr, &*run.stdout].concat();
        assert!(
            said.contains("was stopped: the time limit was reached (--max-time)"),
            "{run:?}"
        );
    }
    // A git that takes long in each call has no more time for that.
    let path = faulty.fails_in_call(0, ":");
    let slow = faulty
        .repository
        .project
        .read("bin/git")
        .replace("exec git", "sleep 0.7\nexec git");
    faulty.repository.project.write("bin/git", slow.as_bytes());
    let mut command = faulty.repository.command(&["--staged", "--max-time", "1"]);
    let run = in_time(command.env("PATH", path));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("--max-time"), "{run:?}");
}

/// The history says in which order files are checked, no more.
#[test]
fn a_check_in_limited_time_needs_no_history() {
    let faulty = Faulty::new();
    let arguments = ["--check", ".", "--max-time", "100"];
    assert_eq!(faulty.run(&arguments, 0, ":", "100").code, Some(2));
    let calls = faulty.calls();
    assert_eq!(calls.len(), 2, "{calls:?}");
    for number in 1..=calls.len() {
        for fault in [
            Fault::Hangs,
            Fault::DiesHalfWay,
            Fault::PrintsNonsense,
            Fault::PrintsWithoutEnd,
        ] {
            let run = faulty.run(&arguments, number, fault.script(), "0.2");
            assert_eq!(run.code, Some(2), "{fault:?} in call {number}: {run:?}");
            if fault == Fault::Hangs {
                assert!(run.stderr.contains("large files come first"), "{run:?}");
            }
        }
    }
}

#[test]
fn a_git_that_fails_is_a_failure_that_can_pass() {
    let faulty = Faulty::new();
    let arguments = ["--check", "--staged", "--on-error", "warn"];
    let run = faulty.run(&arguments, 1, Fault::Hangs.script(), "0.2");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("`git rev-parse` was stopped"), "{run:?}");
    assert!(run.stderr.contains("the check passes"), "{run:?}");
}

#[test]
fn a_process_that_git_leaves_behind_is_not_waited_for() {
    let faulty = Faulty::new();
    let arguments = ["--check", "--staged", "--changed-only"];
    assert_eq!(faulty.run(&arguments, 0, ":", "100").code, Some(2));
    for number in 1..=faulty.calls().len() {
        let run = faulty.run(&arguments, number, "sleep 130 &", "100");
        assert_eq!(run.code, Some(2), "call {number}: {run:?}");
    }
}

#[test]
fn the_timeout_is_an_option_and_a_variable() {
    let faulty = Faulty::new();
    let arguments = ["--check", "--staged", "--git-timeout", "0.3"];
    let run = faulty.run(&arguments, 1, Fault::Hangs.script(), "100");
    assert!(run.stderr.contains("it wrote nothing for 0.3 s"), "{run:?}");
    for (text, arguments) in [
        ("x", &["--check", "--staged", "--on-error", "warn"][..]),
        ("-1", &["hook", "status"]),
    ] {
        let run = faulty.run(arguments, 0, ":", text);
        assert_eq!(run.code, Some(1), "{run:?}");
        let expected = "ANTIPASTA_GIT_TIMEOUT: must be a number of seconds above 0";
        assert!(run.stderr.contains(expected), "{run:?}");
    }
}

/// Git would ask on the terminal or in a window, and wait.
#[test]
fn nobody_is_asked_for_a_password() {
    let faulty = Faulty::new();
    let environment = faulty.repository.project.path("bin/environment");
    let script = format!("env >> '{}'", environment.display());
    for arguments in [
        &["--check", "--staged", "--changed-only"][..],
        &["--check", "--diff", "HEAD~1", "--changed-only"],
        &["--check", ".", "--max-time", "100"],
        &["hook", "status"],
    ] {
        faulty.run(arguments, 0, ":", "100");
        let calls = faulty.calls();
        for (number, call) in (1..).zip(&calls) {
            let _ = fs::remove_file(&environment);
            faulty.run(arguments, number, &script, "100");
            let variables = fs::read_to_string(&environment).unwrap();
            for expected in [
                "GIT_TERMINAL_PROMPT=0",
                "GIT_OPTIONAL_LOCKS=0",
                "GIT_ASKPASS=",
                "SSH_ASKPASS_REQUIRE=force",
                "GCM_INTERACTIVE=never",
            ] {
                let mut lines = variables.lines();
                assert!(
                    lines.any(|line| line == expected),
                    "{call}: {expected} is not in {variables}"
                );
            }
            assert!(
                call.starts_with("-c core.fsmonitor=false -c safe.bareRepository=explicit "),
                "{call}"
            );
        }
    }
}

#[test]
fn input_without_an_end_is_waited_for_unless_time_is_limited() {
    let repository = Repository::empty();
    for (on_error, code) in [("fail", 1), ("warn", 0)] {
        let arguments = ["--check", "-", "--max-time", "0.3", "--on-error", on_error];
        let mut command = repository.project.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let begun = Instant::now();
        let run: Run = child.wait_with_output().unwrap().into();
        drop(stdin);
        assert!(begun.elapsed() < FOR_EVER);
        assert_eq!(run.code, Some(code), "{run:?}");
        assert!(run.stderr.contains("the standard input has not ended"), "{run:?}");
    }
}

/// The Python that `verify` is told to ask.
#[test]
fn a_python_that_hangs_is_stopped() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let python = repository.project.path("python");
    let script = |when_checking: &str| {
        let name = "antipasta 1.2.0, radon 6.0.1, complexipy 8.3.0, CPython 3.11";
        format!("#!/bin/sh\ncase \"$*\" in\n*' metrics '*) {when_checking};;\n*) echo '{name}';;\nesac\n")
    };
    for script in [
        "#!/bin/sh\nexec sleep 1000\n".to_owned(),
        script("exec sleep 1000"),
        script("exec yes"),
    ] {
        write_program(&python, &script);
        let arguments = [
            "verify",
            "--timeout",
            "0.5",
            "--python",
            python.to_str().unwrap(),
            "a.py",
        ];
        let run = in_time(&mut repository.project.command(arguments));
        assert_eq!(run.code, Some(1), "{script}: {run:?}");
        assert!(run.stderr.contains("was stopped"), "{script}: {run:?}");
    }
}

fn write_program(path: &Path, script: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, script).unwrap();
    copy_program(&draft, path);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

//! Files that are no files, have no end, or are larger than anybody writes: where one is expected, the check ends and says
//! so.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run, binary};

/// The address space that a check may take, in KiB: what it reserves for the stacks of its threads, and little more.
const ADDRESS_SPACE: u32 = 1_500_000;

/// Runs the binary with one thread and so little memory that reading without an end soon ends.
fn bounded(project: &Project, arguments: &[&str]) -> Run {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {ADDRESS_SPACE}; exec \"$@\""), "sh"])
        .arg(binary())
        .args(arguments);
    command.current_dir(project.path("")).env("ANTIPASTA_NO_CACHE", "1");
    command.output().expect("a shell runs").into()
}

fn pipe(project: &Project, name: &str) {
    let made = Command::new("mkfifo").arg(project.path(name)).status();
    assert!(made.expect("mkfifo runs").success());
}

#[test]
fn an_ignore_file_is_a_file_and_no_link() {
    for target in ["/dev/zero", "/dev/urandom", "rules", "nowhere", ".gitignore", ".."] {
        let project = Project::new(&[("a.py", "x = 1\n"), ("rules", "a.py\n")]);
        symlink(target, project.path(".gitignore")).unwrap();
        let run = bounded(&project, &["--check", ".", "--jobs", "1"]);
        assert_eq!(run.code, Some(0), "{target}: {run:?}");
        assert!(run.stdout.contains("Analyzing 1 files"), "{target}: {run:?}");
        assert!(
            run.stderr.contains(".gitignore: not heeded: a symbolic link"),
            "{target}: {run:?}"
        );
    }
}

#[test]
fn no_ignore_file_holds_the_check_up() {
    let project = Project::new(&[("a.py", "x = 1\n"), ("sub/b.py", "x = 1\n"), (".git/info/x", "")]);
    for name in [".gitignore", "sub/.gitignore", ".git/info/exclude"] {
        pipe(&project, name);
    }
    let run = bounded(&project, &["--check", ".", "--jobs", "1"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        run.stderr.matches("not heeded: not a regular file").count(),
        3,
        "{run:?}"
    );
    // A worktree's `.git` is a file.
    fs::remove_dir_all(project.path(".git")).unwrap();
    for target in ["/dev/zero", "/dev/null"] {
        symlink(target, project.path(".git")).unwrap();
        assert_eq!(
            bounded(&project, &["--check", ".", "--jobs", "1"]).code,
            Some(0),
            "{target}"
        );
        fs::remove_file(project.path(".git")).unwrap();
    }
}

#[test]
fn the_user_s_own_ignore_file_may_be_a_link_but_must_be_a_file() {
    let project = Project::new(&[("a.py", "x = 1\n"), ("b.py", "x = 1\n"), ("home/rules", "a.py\n")]);
    let excludes = project.path("home/ignore");
    project.write(
        "home/.gitconfig",
        format!("[core]\n\texcludesFile = {}\n", excludes.display()).as_bytes(),
    );
    let check = || -> Run {
        let mut command = project.command(["--check", "."]);
        command
            .env("HOME", project.path("home"))
            .env_remove("GIT_CONFIG_GLOBAL");
        command.output().expect("the binary runs").into()
    };
    symlink("rules", &excludes).unwrap();
    assert!(check().stdout.contains("Analyzing 1 files"));
    fs::remove_file(&excludes).unwrap();
    pipe(&project, "home/ignore");
    let run = check();
    assert!(run.stdout.contains("Analyzing 2 files"), "{run:?}");
    assert!(run.stderr.contains("not heeded: not a regular file"), "{run:?}");
}

#[test]
fn large_ignore_files_are_said_and_not_heeded() {
    let patterns = "*a\n".repeat(300_000);
    let project = Project::new(&[("a.py", COMPLEX), (".gitignore", &patterns), ("sub/b.py", COMPLEX)]);
    for text in [&patterns, &"*a".repeat(500_000), &"a.py\n".repeat(2_000_000)] {
        project.write(".gitignore", text.as_bytes());
        let run = bounded(&project, &["--check", ".", "--jobs", "1"]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stdout.contains("Analyzing 2 files"), "{run:?}");
    }
}

#[test]
fn a_source_that_is_too_large_could_not_be_checked() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let large = fs::File::create(project.path("large.py")).unwrap();
    large.set_len((32 << 20) + 1).unwrap();
    symlink("large.py", project.path("link.py")).unwrap();
    for arguments in [&["--check", "."][..], &["--check", "large.py", "link.py"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(1), "{run:?}");
        for name in ["large.py", "link.py"] {
            let expected = format!("{name}: too large: 33554433 bytes, and `max_file_size` is 33554432");
            assert!(run.stdout.contains(&expected), "{run:?}");
        }
        let passes = project.run(&[arguments, &["--on-error", "warn"]].concat());
        assert_eq!(passes.code, Some(0), "{passes:?}");
    }
    let run = project.run_with_input(&["--check", "-"], &vec![b'\n'; (32 << 20) + 1]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("too large"), "{run:?}");
}

#[test]
fn the_largest_size_is_a_key_of_the_configuration() {
    let project = Project::new(&[
        ("a.py", "x = 1\n"),
        ("sub/.antipasta.yaml", "max_file_size: 1 KB\n"),
        ("sub/small.py", "x = 1\n"),
        ("sub/large.py", &"x = 1\n".repeat(200)),
    ]);
    let run = project.run(&["--check", "."]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout
            .contains("large.py: too large: 1200 bytes, and `max_file_size` is 1024"),
        "{run:?}"
    );
    assert!(!run.stdout.contains("small.py"), "{run:?}");
    assert_eq!(project.run(&["--check", ".", "--on-error", "warn"]).code, Some(0));
    project.write("sub/.antipasta.yaml", b"max_file_size: 2 kB\n");
    assert_eq!(project.run(&["--check", "."]).code, Some(0));
    let shown = project.run(&["config", "show", "sub"]);
    assert!(shown.stdout.contains("max_file_size: 2048\n"), "{shown:?}");
}

#[test]
fn only_a_configuration_that_is_named_lifts_the_limit_far() {
    let text = "max_file_size: 1 GB\n";
    let project = Project::new(&[(".antipasta.yaml", text)]);
    let large = fs::File::create(project.path("large.py")).unwrap();
    large.set_len((32 << 20) + 1).unwrap();
    let run = bounded(&project, &["--check", ".", "--jobs", "1"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout
            .contains("large.py: too large: 33554433 bytes, and `max_file_size` is 33554432"),
        "{run:?}"
    );
    assert!(
        run.stderr
            .contains(".antipasta.yaml:1:16: max_file_size: is more than 32 MB, so 32 MB is used; "),
        "{run:?}"
    );
    // The same in the other format, of standard input, and in what is shown.
    fs::remove_file(project.path(".antipasta.yaml")).unwrap();
    project.write("pyproject.toml", b"[tool.antipasta]\nmax_file_size = 1_073_741_824\n");
    let run = bounded(&project, &["--check", "large.py", "--jobs", "1"]);
    assert!(run.stderr.contains("pyproject.toml:2:17: "), "{run:?}");
    let shown = project.run(&["config", "show"]);
    assert!(shown.stdout.contains("max_file_size: 33554432\n"), "{shown:?}");
    large.set_len(4).unwrap();
    project.write("named.yaml", text.as_bytes());
    let run = project.run(&["--check", ".", "--config", "named.yaml"]);
    assert!(!run.stderr.contains("max_file_size"), "{run:?}");
    let shown = project.run(&["config", "show", "--config", "named.yaml"]);
    assert!(shown.stdout.contains("max_file_size: 1073741824\n"), "{shown:?}");
}

#[test]
fn files_of_the_kernel_end_too() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for (index, target) in ["/proc/kmsg", "/proc/kcore", "/proc/self/mem"].iter().enumerate() {
        symlink(target, project.path(&format!("link{index}.py"))).unwrap();
    }
    let run = bounded(&project, &["--check", ".", "--jobs", "1"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("link2.py: "), "{run:?}");
}

#[test]
fn a_configuration_of_git_without_an_end_is_not_read() {
    let project = Project::new(&[("a.py", "x = 1\n"), ("home/x", "")]);
    let check = |what: &str| {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" --check a.py . --jobs 1"),
        ]);
        command
            .arg(binary())
            .current_dir(project.path(""))
            .env("ANTIPASTA_NO_CACHE", "1");
        command
            .env("HOME", project.path("home"))
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("GIT_CONFIG_GLOBAL");
        let run = Run::from(command.output().expect("a shell runs"));
        assert_eq!(run.code, Some(0), "{what}: {run:?}");
        assert!(
            run.stderr.contains(&format!("{what}: not heeded: not a regular file")),
            "{what}: {run:?}"
        );
    };
    pipe(&project, "home/.gitconfig");
    check(".gitconfig");
    fs::remove_file(project.path("home/.gitconfig")).unwrap();
    symlink("/dev/zero", project.path("home/.gitconfig")).unwrap();
    check(".gitconfig");
    fs::remove_file(project.path("home/.gitconfig")).unwrap();
    project.write("home/.config/git/x", b"");
    pipe(&project, "home/.config/git/config");
    check(".config/git/config");
}

#[test]
fn what_a_command_is_given_is_a_file() {
    let project = Project::new(&[("a.json", "{}")]);
    pipe(&project, "pipe");
    for arguments in [
        &["--check", "--config", "pipe"][..],
        &["--check", ".", "--baseline", "pipe"],
        &["config", "validate", "pipe"],
        &["config", "show", "--config", "/dev/zero"],
        &["config", "migrate", "pipe"],
        &["merge", "a.json", "pipe"],
        &["merge", "/dev/zero", "a.json"],
    ] {
        let run = bounded(&project, arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {run:?}");
        assert!(
            run.stderr.contains("cannot be read: not a regular file"),
            "{arguments:?}: {run:?}"
        );
    }
}

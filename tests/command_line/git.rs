//! What a commit contains, in repositories that git made.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run};

pub(super) const SIMPLE: &str = "def f(x):\n    return x\n";

/// A repository.
pub(super) struct Repository {
    pub(super) project: Project,
}

/// Has a command know nothing of the repository that the tests may run in, nor of the user's settings.
pub(super) fn isolated(command: &mut Command) -> &mut Command {
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "PRE_COMMIT",
        "PRE_COMMIT_FROM_REF",
        "PRE_COMMIT_TO_REF",
        "ANTIPASTA_GIT_TIMEOUT",
    ] {
        command.env_remove(variable);
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
}

impl Repository {
    /// A repository without a commit.
    pub(super) fn empty() -> Self {
        let repository = Self {
            project: Project::new(&[]),
        };
        std::fs::remove_dir(repository.project.path(".git")).unwrap();
        repository.git(["init", "--quiet", "--initial-branch=main"]);
        for (key, value) in [
            ("user.name", "A"),
            ("user.email", "a@example.org"),
            ("core.autocrlf", "false"),
        ] {
            repository.git(["config", key, value]);
        }
        repository
    }

    /// A repository with a commit of some files.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self::empty();
        for (name, content) in files {
            repository.write(name, content);
        }
        repository.commit();
        repository
    }

    pub(super) fn write(&self, name: &str, content: &str) {
        self.project.write(name, content.as_bytes());
    }

    pub(super) fn git_command(&self) -> Command {
        let mut command = Command::new("git");
        isolated(&mut command).current_dir(self.project.path(""));
        command
    }

    /// Runs git. Returns what it says.
    pub(super) fn git(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let output = self.git_command().args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits everything.
    pub(super) fn commit(&self) {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message", "More"]);
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self
            .project
            .command(["--check", "--output-format", "concise", "--quiet"]);
        isolated(&mut command).args(arguments);
        command
    }

    pub(super) fn check(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// The files with violations.
    fn violating(&self, arguments: &[&str]) -> Vec<String> {
        violating(&self.check(arguments))
    }

    fn staged(&self) -> Vec<String> {
        self.violating(&["--staged"])
    }
}

/// Copies a program or a script that is to be run. Another process has it open for writing meanwhile: a program that this one
/// has open may be held by a child of another test, and cannot be run then.
#[cfg(unix)]
pub(super) fn copy_program(from: &Path, to: &Path) {
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
}

pub(super) fn run(command: &mut Command) -> Run {
    command.output().expect("the binary runs").into()
}

/// The files with violations, each once.
fn violating(run: &Run) -> Vec<String> {
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(run.code, Some(if lines.is_empty() { 0 } else { 2 }), "{run:?}");
    let mut files: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(file, _)| file.replace('\\', "/"))
        .collect();
    files.dedup();
    files
}

#[test]
fn what_is_staged_counts_and_not_what_is_in_the_working_tree() {
    let repository = Repository::new(&[("a.py", SIMPLE), ("b.py", COMPLEX), ("same.py", COMPLEX)]);
    repository.write("a.py", COMPLEX);
    repository.write("b.py", SIMPLE);
    assert_eq!(repository.staged(), [""; 0], "nothing is staged");
    repository.git(["add", "."]);
    repository.write("a.py", SIMPLE);
    repository.write("b.py", COMPLEX);
    assert_eq!(repository.staged(), ["a.py"]);
    std::fs::remove_file(repository.project.path("a.py")).unwrap();
    assert_eq!(repository.staged(), ["a.py"], "it is still staged");
}

#[test]
fn what_is_staged_of_a_file_counts_and_not_the_rest() {
    let g = COMPLEX.replace("def f", "def g");
    let between = "\n# There is no context\n".repeat(10);
    let repository = Repository::new(&[("a.py", &format!("{SIMPLE}{between}def g(x): pass\n"))]);
    repository.write("a.py", &format!("{COMPLEX}{between}{g}"));
    let patch = repository.git(["diff"]);
    let hunks: Vec<_> = patch.match_indices("\n@@ ").map(|(start, _)| start + 1).collect();
    assert_eq!(hunks.len(), 2);
    repository.project.write(
        "second.patch",
        [&patch[..hunks[0]], &patch[hunks[1]..]].concat().as_bytes(),
    );
    repository.git(["apply", "--cached", "second.patch"]);
    let run = repository.check(&["--staged"]);
    assert_eq!(run.code, Some(2));
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 1, "{run:?}");
    assert!(lines[0].starts_with("a.py:23:1: g: Cyclomatic"), "{run:?}");
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let repository = Repository::empty();
    assert_eq!(repository.staged(), [""; 0]);
    repository.write("a.py", COMPLEX);
    repository.write("b.py", COMPLEX);
    repository.git(["add", "a.py"]);
    assert_eq!(repository.staged(), ["a.py"]);
}

#[test]
fn renamed_files_are_checked_and_deleted_ones_are_not() {
    let long = format!("{COMPLEX}{}", "x = 1\n".repeat(100));
    let repository = Repository::new(&[("a.py", &long), ("b.py", COMPLEX), ("c.py", &COMPLEX.repeat(2))]);
    repository.git(["mv", "a.py", "moved.py"]);
    repository.git(["rm", "--quiet", "b.py"]);
    repository.git(["rm", "--quiet", "--cached", "c.py"]);
    assert!(repository.git(["status", "--short"]).contains("R  a.py -> moved.py"));
    assert_eq!(repository.staged(), ["moved.py"]);
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_none_of_our_files() {
    let repository = Repository::new(&[("a.py", COMPLEX), ("was_link.py", "")]);
    let link = |name: &str| {
        let path = repository.project.path(name);
        let _ = std::fs::remove_file(&path);
        std::os::unix::fs::symlink("a.py", path).unwrap();
    };
    link("was_link.py");
    repository.commit();
    link("link.py");
    link("a.py");
    std::fs::remove_file(repository.project.path("was_link.py")).unwrap();
    repository.write("was_link.py", COMPLEX);
    repository.git(["add", "--all"]);
    let head = repository.git(["rev-parse", "HEAD"]);
    let module = format!("160000,{},module.py", head.trim());
    repository.git(["update-index", "--add", "--cacheinfo", &module]);
    assert_eq!(repository.staged(), ["was_link.py"]);
    assert_eq!(repository.violating(&["--diff", "HEAD"]), ["was_link.py"]);
}

#[test]
fn a_merge_that_is_not_resolved_is_an_error() {
    let repository = Repository::new(&[("a.py", "x = 1\n"), ("sub/b.py", "x = 1\n")]);
    repository.git(["checkout", "--quiet", "-b", "other"]);
    repository.write("sub/b.py", "x = 2\n");
    repository.commit();
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("sub/b.py", "x = 3\n");
    repository.commit();
    let merge = repository.git_command().args(["merge", "other"]).output().unwrap();
    assert_eq!(merge.status.code(), Some(1));
    let run = repository.check(&["--staged"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    let expected = "error: the index holds a merge that is not resolved: sub/b.py";
    assert!(run.stderr.replace('\\', "/").contains(expected), "{run:?}");
    repository.write("sub/b.py", COMPLEX);
    repository.git(["add", "."]);
    assert_eq!(repository.staged(), ["sub/b.py"]);
}

#[test]
fn a_worktree_has_an_index_of_its_own() {
    let repository = Repository::new(&[("a.py", SIMPLE), (".antipasta.yaml", "use_gitignore: true\n")]);
    let elsewhere = tempfile::tempdir().unwrap();
    let tree = elsewhere.path().join("tree");
    repository.git([
        OsStr::new("worktree"),
        "add".as_ref(),
        "--quiet".as_ref(),
        tree.as_ref(),
    ]);
    std::fs::write(tree.join("a.py"), COMPLEX).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = repository.git_command();
        assert!(command.args(arguments).current_dir(&tree).status().unwrap().success());
    };
    git(&["add", "a.py"]);
    assert_eq!(repository.staged(), [""; 0]);
    let run = run(repository.command(&["--staged"]).current_dir(&tree));
    assert_eq!(violating(&run), ["a.py"]);
}

#[test]
fn the_index_of_the_environment_counts() {
    let repository = Repository::new(&[("a.py", SIMPLE), ("b.py", SIMPLE)]);
    repository.write("b.py", COMPLEX);
    repository.git(["add", "b.py"]);
    repository.write("a.py", COMPLEX);
    let index = repository.project.path("other.index");
    for arguments in [["read-tree", "HEAD"], ["add", "a.py"]] {
        let mut command = repository.git_command();
        command.env("GIT_INDEX_FILE", &index).args(arguments);
        assert!(command.status().unwrap().success());
    }
    let run = run(repository.command(&["--staged"]).env("GIT_INDEX_FILE", &index));
    assert_eq!(violating(&run), ["a.py"]);
    assert_eq!(repository.staged(), ["b.py"]);
}

#[test]
fn the_repository_of_the_environment_counts() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    repository.write("a.py", COMPLEX);
    repository.git(["add", "a.py"]);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::rename(repository.project.path(".git"), elsewhere.path().join("store")).unwrap();
    let run = run(repository
        .command(&["--staged"])
        .env("GIT_DIR", elsewhere.path().join("store")));
    assert_eq!(violating(&run), ["a.py"]);
}

/// The way that commits go: git runs the hook with an index of its own making.
#[cfg(unix)]
#[test]
fn a_hook_lets_a_commit_through_or_not() {
    use std::os::unix::fs::PermissionsExt;

    let repository = Repository::new(&[("a.py", SIMPLE), ("b.py", SIMPLE)]);
    let hook = format!(
        "#!/bin/sh\nANTIPASTA_CACHE_DIR='{}' exec '{}' --check --staged --quiet --format concise\n",
        repository.project.cache().display(),
        antipasta_lsp_tests::binary().display(),
    );
    repository.write(".git/hooks/pre-commit", &hook);
    let path = repository.project.path(".git/hooks/pre-commit");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |arguments: &[&str]| {
        let mut command = repository.git_command();
        command.args(["commit", "--quiet", "--message", "More"]).args(arguments);
        let output = command.output().unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap(),
        )
    };
    repository.write("a.py", COMPLEX);
    repository.write("b.py", "def f(x):\n    return 2 * x\n");
    let (is_done, said) = commit(&["--all"]);
    assert!(!is_done && said.contains("a.py:1:1: f: Cyclomatic"), "{said}");
    let (is_done, said) = commit(&["b.py"]);
    assert!(is_done, "only b.py is in this commit: {said}");
    let (is_done, said) = commit(&["a.py"]);
    assert!(!is_done && said.contains("a.py:1:1: f: Cyclomatic"), "{said}");
    repository.write("notes.txt", "");
    repository.git(["add", "notes.txt"]);
    assert!(commit(&[]).0, "there is nothing for us to check");
}

#[cfg(target_os = "linux")]
#[test]
fn names_may_hold_any_bytes() {
    use std::os::unix::ffi::OsStrExt;

    let repository = Repository::empty();
    let names: [&[u8]; 5] = [
        b"-o.py",
        b"new\nline/a.py",
        b"q\"u'o\\te.py",
        b"raw\xff.py",
        b"t\tab \xc3\xa9.py",
    ];
    for name in names {
        let path = repository.project.path("").join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, COMPLEX).unwrap();
    }
    repository.write(
        "new\nline/.antipasta.yaml",
        "defaults: {max_cyclomatic_complexity: 3}\n",
    );
    repository.write("new\nline/.gitignore", "ig*\n");
    repository.write("new\nline/ignored.py", COMPLEX);
    repository.git(["add", "--force", "--all"]);
    std::fs::remove_dir_all(repository.project.path("new\nline")).unwrap();
    let run = repository.check(&["--staged"]);
    let files: std::collections::BTreeSet<_> = run
        .stdout
        .lines()
        .filter_map(|line| line.split(".py:").next())
        .collect();
    assert_eq!(
        files.into_iter().collect::<Vec<_>>(),
        [
            "-o",
            "new\\nline/a",
            "new\\nline/ignored",
            "q\"u'o\\te",
            "raw\u{fffd}FF",
            "t\\tab é"
        ],
        "{run:?}"
    );
    assert!(
        run.stdout
            .contains("line/a.py:1:1: f: Cyclomatic Complexity is 11.00 (threshold: <= 3.0)")
    );
}

#[test]
fn what_is_only_intended_to_be_added_is_not_in_the_commit() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    repository.write("new.py", COMPLEX);
    repository.git(["add", "--intent-to-add", "new.py"]);
    assert_eq!(repository.staged(), [""; 0]);
    assert_eq!(repository.violating(&["--diff", "HEAD"]), ["new.py"]);
}

#[test]
fn the_configuration_is_the_one_that_is_staged() {
    let limit = |limit: u32| format!("defaults: {{max_cyclomatic_complexity: {limit}}}\n");
    let repository = Repository::new(&[("pkg/a.py", SIMPLE), (".antipasta.yaml", &limit(20))]);
    repository.write("pkg/a.py", COMPLEX);
    repository.git(["add", "pkg"]);
    repository.write(".antipasta.yaml", &limit(3));
    assert_eq!(repository.staged(), [""; 0], "the limit of 3 is not staged");
    repository.git(["add", "."]);
    repository.write(".antipasta.yaml", &limit(20));
    assert_eq!(repository.staged(), ["pkg/a.py"]);
    repository.git(["rm", "--quiet", "--cached", "--force", ".antipasta.yaml"]);
    assert_eq!(
        repository.staged(),
        [""; 0],
        "what git does not track is read from disk"
    );
    std::fs::remove_file(repository.project.path(".antipasta.yaml")).unwrap();
    assert_eq!(repository.staged(), ["pkg/a.py"], "there is none any more");
    repository.write(
        "pkg/pyproject.toml",
        "[tool.antipasta.defaults]\nmax_cyclomatic_complexity = 20\n",
    );
    repository.git(["add", "pkg"]);
    repository.write("pkg/pyproject.toml", "[tool.antipasta]\nprofil = 1\n");
    assert_eq!(repository.staged(), [""; 0]);
    repository.git(["add", "pkg"]);
    let run = repository.check(&["--staged"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("profil: unknown key"), "{run:?}");
    repository.write("given.yaml", &limit(20));
    assert_eq!(repository.violating(&["--staged", "--config", "given.yaml"]), [""; 0]);
}

#[test]
fn what_a_search_would_leave_out_is_left_out() {
    let repository = Repository::new(&[("a.py", SIMPLE), (".gitignore", "build/\n*.gen.py\n")]);
    for name in [
        "a.py",
        "build/b.py",
        "c.gen.py",
        "tests/d.py",
        "e.pyi",
        "f.txt",
        "pkg/tests/g.py",
        "pkg/h.py",
    ] {
        repository.write(name, COMPLEX);
    }
    repository.git(["add", "--force", "--all"]);
    assert_eq!(repository.staged(), ["a.py", "pkg/h.py"]);
    for arguments in [
        &["--no-gitignore"][..],
        &["--force-analyze"],
        &["--include-pattern", "tests"],
        &["pkg"],
        &["e.pyi", "f.txt"],
        &["--exclude-pattern", "pkg"],
    ] {
        let staged = repository.violating(&[&["--staged"], arguments].concat());
        let searched = match arguments[0].starts_with('-') {
            true => repository.violating(&[&["."], arguments].concat()),
            false => repository.violating(arguments),
        };
        assert_eq!(staged, searched, "{arguments:?}");
    }
}

#[test]
fn paths_choose_among_the_files_and_are_seen_from_the_working_directory() {
    let repository = Repository::empty();
    for name in ["a.py", "sub/b.py", "sub/deep/c.py", "other/d.py"] {
        repository.write(name, COMPLEX);
    }
    repository.git(["add", "."]);
    assert_eq!(
        repository.violating(&["--staged", "sub", "a.py"]),
        ["a.py", "sub/b.py", "sub/deep/c.py"]
    );
    let in_sub = |arguments: &[&str]| {
        let mut command = repository.command(arguments);
        violating(&run(command.current_dir(repository.project.path("sub"))))
    };
    assert_eq!(
        in_sub(&["--staged"]),
        ["../a.py", "../other/d.py", "b.py", "deep/c.py"],
        "all of the commit"
    );
    assert_eq!(in_sub(&["--staged", "."]), ["b.py", "deep/c.py"]);
    assert_eq!(in_sub(&["--staged", "../other"]), ["../other/d.py"]);
}

#[test]
fn contents_are_those_that_git_keeps() {
    let repository = Repository::new(&[(".gitattributes", "*.py working-tree-encoding=UTF-16 eol=crlf\n")]);
    let utf_16: Vec<u8> = "\u{feff}x = 1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    repository.project.write("a.py", &utf_16);
    repository.git(["add", "a.py"]);
    assert_eq!(repository.staged(), [""; 0]);
    assert_eq!(
        repository.check(&["a.py"]).code,
        Some(1),
        "Python cannot read it either"
    );
}

#[test]
fn settings_of_the_user_change_nothing() {
    let long = format!("{COMPLEX}{}", "x = 1\n".repeat(100));
    let repository = Repository::new(&[
        ("sub/a.py", SIMPLE),
        ("b.py", &long),
        (".antipasta.yaml", "use_gitignore: true\n"),
    ]);
    repository.write("sub/a.py", COMPLEX);
    repository.git(["mv", "b.py", "c.py"]);
    repository.git(["add", "."]);
    for (key, value) in [
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("diff.renames", "copies"),
        ("core.quotePath", "true"),
        ("diff.noprefix", "true"),
    ] {
        repository.git(["config", key, value]);
    }
    let mut command = repository.command(&["--staged"]);
    command
        .current_dir(repository.project.path("sub"))
        .env("GIT_LITERAL_PATHSPECS", "1");
    assert_eq!(violating(&run(&mut command)), ["../c.py", "a.py"]);
}

/// The main branch goes on while another is being worked on.
fn branched() -> Repository {
    let repository = Repository::new(&[("a.py", SIMPLE), ("b.py", SIMPLE), ("c.py", SIMPLE)]);
    repository.git(["checkout", "--quiet", "-b", "work"]);
    repository.write("a.py", COMPLEX);
    repository.commit();
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("b.py", COMPLEX);
    repository.commit();
    repository.git(["checkout", "--quiet", "work"]);
    repository
}

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let repository = branched();
    assert_eq!(repository.violating(&["--diff", "main"]), ["a.py"]);
    repository.write("c.py", COMPLEX);
    repository.write("untracked.py", COMPLEX);
    assert_eq!(
        repository.violating(&["--diff", "main"]),
        ["a.py", "c.py"],
        "what is not committed counts"
    );
    repository.write("a.py", SIMPLE);
    assert_eq!(
        repository.violating(&["--diff", "main"]),
        ["c.py"],
        "the working tree is what is checked"
    );
    std::fs::remove_file(repository.project.path("a.py")).unwrap();
    assert_eq!(repository.violating(&["--diff", "main"]), ["c.py"]);
}

#[test]
fn ranges_are_of_commits() {
    let repository = branched();
    repository.write("a.py", SIMPLE);
    repository.write("c.py", COMPLEX);
    repository.git(["add", "."]);
    assert_eq!(repository.violating(&["--diff", "main...work"]), ["a.py"]);
    assert_eq!(
        repository.violating(&["--diff", "main.."]),
        ["a.py"],
        "b.py is simple in this branch"
    );
    assert_eq!(repository.violating(&["--diff", "work..main"]), ["b.py"]);
    repository.git(["checkout", "--quiet", "--force", "main"]);
    assert_eq!(repository.violating(&["--diff", "main...work"]), ["a.py"]);
    repository.write(".antipasta.yaml", "defaults: {max_cyclomatic_complexity: 20}\n");
    repository.commit();
    repository.write(".antipasta.yaml", "defaults: {max_cyclomatic_complexity: 3}\n");
    assert_eq!(
        repository.violating(&["--diff", "HEAD~2..HEAD"]),
        [""; 0],
        "the commit has its configuration"
    );
}

#[test]
fn a_branch_without_a_beginning_is_compared_with_the_revision_itself() {
    let repository = Repository::new(&[("a.py", SIMPLE), ("b.py", COMPLEX)]);
    repository.git(["checkout", "--quiet", "--orphan", "other"]);
    repository.write("a.py", COMPLEX);
    repository.commit();
    let run = repository.check(&["--diff", "main"]);
    assert_eq!(violating(&run), ["a.py"]);
    let expected = "warning: main and HEAD have no common commit here, so the comparison is with main itself";
    assert!(run.stderr.contains(expected), "{run:?}");
}

#[test]
fn what_cannot_be_compared_is_an_error_that_says_why() {
    let repository = Repository::new(&[("a.py", COMPLEX)]);
    for (arguments, expected) in [
        (
            &["--diff", "nosuch"][..],
            "error: this clone has no revision `nosuch`: ",
        ),
        (
            &["--diff", "nosuch..HEAD"],
            "error: this clone has no revision `nosuch`: ",
        ),
        (
            &["--diff", "HEAD..nosuch"],
            "error: this clone has no revision `nosuch`: ",
        ),
        (
            &["--diff", "nosuch...HEAD"],
            "error: this clone has no revision `nosuch`: ",
        ),
        (&["--diff=-x"], "`-x` is no revision and no range of revisions"),
        (&["--diff", "a..b..c"], "`a..b..c` is no revision"),
        (&["--staged", "--diff", "HEAD"], "cannot be used with"),
        (&["--staged", "-"], "cannot be combined with --staged"),
    ] {
        for on_error in ["fail", "warn"] {
            let run = repository.check(&[arguments, &["--on-error", on_error]].concat());
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
            assert!(run.stderr.contains(expected), "{arguments:?}: {run:?}");
        }
    }
    let in_folder = |folder: &Path| run(repository.command(&["--staged"]).current_dir(folder));
    let bare = in_folder(&repository.project.path(".git"));
    assert_eq!(bare.code, Some(1));
    assert!(bare.stderr.contains("there is no working tree"), "{bare:?}");
    let nowhere = tempfile::tempdir().unwrap();
    let nowhere = in_folder(nowhere.path());
    assert_eq!(nowhere.code, Some(1));
    assert!(
        nowhere.stderr.contains("error: git: not a git repository"),
        "{nowhere:?}"
    );
    let mut without_git = repository.command(&["--staged"]);
    let without_git = run(without_git.env("PATH", repository.project.path("sub")));
    assert_eq!(without_git.code, Some(1));
    assert!(
        without_git.stderr.contains("error: git cannot be run: "),
        "{without_git:?}"
    );
}

#[test]
fn contents_that_are_known_are_not_analyzed_again() {
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    repository.write("a.py", COMPLEX);
    repository.git(["add", "a.py"]);
    let known = |arguments: &[&str]| {
        let run = repository.check(arguments);
        let line = run.stderr.lines().find(|line| line.contains("contents known")).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    assert_eq!(known(&["--staged", "--statistics"]), "0");
    assert_eq!(known(&["--staged", "--statistics"]), "1");
    assert_eq!(known(&["a.py", "--statistics"]), "1", "the same content on disk");
    assert_eq!(known(&["--staged", "--statistics", "--no-cache"]), "0");
}

/// A function of some cyclomatic complexity.
pub(super) fn function(name: &str, complexity: usize) -> String {
    format!("def {name}(x):\n{}", "    if x: pass\n".repeat(complexity - 1))
}

#[test]
fn only_what_a_change_made_counts_if_that_is_asked_for() {
    let old = function("old", 12) + &function("worse", 12) + &function("better", 20) + "x = 1\n";
    let repository = Repository::new(&[("a.py", &old), ("untouched.py", &old), ("broken.py", "x = (\n")]);
    repository.git(["mv", "a.py", "b.py"]);
    let now = function("new", 12) + &function("better", 15) + &function("old", 12) + &function("worse", 17) + "x = 1\n";
    repository.write("b.py", &now);
    repository.write("broken.py", COMPLEX);
    repository.git(["add", "--all"]);
    assert!(repository.git(["status", "--short"]).contains("R  a.py -> b.py"));
    let run = repository.check(&["--staged", "--changed-only"]);
    assert_eq!(run.code, Some(2));
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "b.py:1:1: new: Cyclomatic Complexity is 12.00 (threshold: <= 10.0) [cyclomatic_complexity]",
            "b.py:40:1: worse: Cyclomatic Complexity is 17.00 (threshold: <= 10.0); 12 -> 17 [cyclomatic_complexity]",
            "broken.py:1:1: cannot be compared with what it was before the change: syntax error: line 1, column 5: '(' was \
             never closed [base-error]",
        ],
        "the average is better than it was"
    );
    let in_format = |format: &str| {
        let mut command = repository
            .project
            .command(["--check", "--format", format, "--staged", "--changed-only"]);
        run_of(&mut command)
    };
    let text = in_format("text");
    assert!(
        text.contains("(threshold: <= 10.0)\n   got worse: 12 -> 17\n   help: "),
        "{text}"
    );
    assert!(text.contains("Violations from before the change: 3\n"), "{text}");
    assert!(in_format("markdown").contains(" | 12 -> 17 | `<= 10.0` |\n"));
    let report: serde_json::Value = serde_json::from_str(&in_format("json")).unwrap();
    let violations = report["reports"][0]["violations"].as_array().unwrap();
    assert_eq!(violations.len(), 2);
    assert_eq!(violations[0].get("base_value"), None);
    assert_eq!(
        (&violations[1]["base_value"], &violations[1]["delta"]),
        (&12.0.into(), &"12 -> 17".into())
    );
    repository.commit();
    repository.write("b.py", &now.replace("x = 1", "x = 2"));
    assert_eq!(repository.violating(&["--diff", "HEAD"]), ["b.py"]);
    assert_eq!(repository.violating(&["--diff", "HEAD", "--changed-only"]), [""; 0]);
    assert_eq!(
        repository.violating(&["--diff", "HEAD~1..HEAD", "--changed-only"]),
        ["b.py", "broken.py"]
    );
    let run = repository.check(&["--changed-only"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("required arguments were not provided"), "{run:?}");
}

fn run_of(command: &mut Command) -> String {
    run(isolated(command)).stdout
}

#[test]
fn what_cannot_be_compared_is_no_violation_and_no_green_light() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n";
    for (base, reason) in [
        ("print \"x\"\n", "syntax error: "),
        ("x = 1\0\n", "syntax error: "),
        (pointer, "a Git LFS pointer instead of its content"),
    ] {
        let repository = Repository::new(&[("a.py", base), ("b.py", SIMPLE), ("c.py", base)]);
        repository.write("a.py", COMPLEX);
        repository.write("b.py", "x = 1\n");
        repository.write("c.py", SIMPLE);
        repository.commit();
        for arguments in [&["--diff", "HEAD~1"][..], &["--diff", "HEAD~1..HEAD"]] {
            let arguments = [arguments, &["--changed-only"]].concat();
            let run = repository.check(&arguments);
            assert_eq!(run.code, Some(1), "{base:?}: {run:?}");
            let expected = format!("a.py:1:1: cannot be compared with what it was before the change: {reason}");
            assert!(run.stdout.starts_with(&expected), "{base:?}: {run:?}");
            assert_eq!(
                run.stdout.lines().count(),
                1,
                "c.py has no violation, old or new: {run:?}"
            );
            let passes = repository.check(&[&arguments[..], &["--on-error", "warn"]].concat());
            assert_eq!(passes.code, Some(0), "{passes:?}");
        }
        assert_eq!(repository.violating(&["--diff", "HEAD~1"]), ["a.py"]);
    }
    let repository = Repository::new(&[]);
    repository.write("a.py", pointer);
    repository.git(["add", "a.py"]);
    let run = repository.check(&["--staged"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("a.py:1:1: a Git LFS pointer"), "{run:?}");
}

#[test]
fn a_path_that_is_neither_on_disk_nor_in_git_is_an_error() {
    let repository = Repository::new(&[
        ("src/app/a.py", SIMPLE),
        ("gone.py", SIMPLE),
        ("old.py", &"x = 1\n".repeat(50)),
    ]);
    repository.git(["rm", "--quiet", "gone.py"]);
    repository.git(["mv", "old.py", "new.py"]);
    repository.write("src/app/a.py", COMPLEX);
    repository.git(["add", "."]);
    let outside = repository.project.path("..");
    for change in [&["--staged"][..], &["--diff", "HEAD"], &["--diff", "HEAD..HEAD"]] {
        for (path, expected) in [
            (
                "scr/app",
                "error: scr/app: no such file or folder, neither on disk nor in git",
            ),
            ("src/app/a.py/b.py", "no such file or folder"),
            (outside.to_str().unwrap(), "outside of the repository"),
            ("../nosuch.py", "outside of the repository"),
        ] {
            let run = repository.check(&[change, &["--on-error", "warn", "src", path]].concat());
            assert_eq!((run.code, &*run.stdout), (Some(1), ""), "{change:?} {path}: {run:?}");
            assert!(run.stderr.contains(expected), "{change:?} {path}: {run:?}");
        }
        for path in ["gone.py", "old.py", "new.py", "src"] {
            let run = repository.check(&[change, &["-t", "cyc=50", path]].concat());
            let expected = match (change, path) {
                (["--diff", "HEAD..HEAD"], "new.py") => "warning: new.py: not checked: HEAD does not have it\n",
                _ => "",
            };
            assert_eq!(
                (run.code, &*run.stderr),
                (Some(0), expected),
                "{change:?} {path}: {run:?}"
            );
        }
    }
    // What is not on disk may be in the commits.
    repository.commit();
    std::fs::remove_dir_all(repository.project.path("src")).unwrap();
    assert_eq!(
        repository.violating(&["--diff", "HEAD~1..HEAD", "src/app"]),
        ["src/app/a.py"]
    );
    assert_eq!(repository.violating(&["--diff", "HEAD~1", "src/app"]), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_path_may_lead_through_a_link() {
    let repository = Repository::new(&[("src/a.py", SIMPLE)]);
    std::os::unix::fs::symlink("src", repository.project.path("link")).unwrap();
    repository.write("src/a.py", COMPLEX);
    assert_eq!(repository.violating(&["--diff", "HEAD", "link"]), ["src/a.py"]);
    assert_eq!(repository.violating(&["--diff", "HEAD", "link/a.py"]), ["src/a.py"]);
}

#[test]
fn in_a_sparse_checkout_the_index_has_what_is_not_on_disk() {
    let limit = "defaults: {max_cyclomatic_complexity: 3}\n";
    let repository = Repository::new(&[
        ("keep/a.py", SIMPLE),
        ("out/old.py", SIMPLE),
        ("out/strict/b.py", SIMPLE),
        ("out/strict/.antipasta.yaml", limit),
    ]);
    repository.write("out/old.py", COMPLEX);
    repository.write("out/strict/b.py", &function("g", 5));
    repository.write("keep/a.py", COMPLEX);
    repository.commit();
    let whole = repository.violating(&["--diff", "HEAD~1"]);
    assert_eq!(whole, ["keep/a.py", "out/old.py", "out/strict/b.py"]);
    repository.git(["sparse-checkout", "set", "keep"]);
    assert!(!repository.project.path("out/old.py").exists());
    assert_eq!(repository.violating(&["--diff", "HEAD~1"]), whole);
    assert_eq!(repository.violating(&["--diff", "HEAD~1..HEAD"]), whole);
    assert_eq!(
        repository.violating(&["--diff", "HEAD~1", "out/strict"]),
        ["out/strict/b.py"]
    );
    assert_eq!(repository.violating(&["--diff", "HEAD~1", "--changed-only"]), whole);
}

#[test]
fn a_revision_that_is_not_in_the_clone_is_an_error_that_says_what_to_fetch() {
    let origin = Repository::new(&[("a.py", SIMPLE)]);
    origin.write("a.py", COMPLEX);
    origin.commit();
    origin.git(["branch", "other"]);
    let clone = Repository::empty();
    std::fs::remove_dir_all(clone.project.path(".git")).unwrap();
    let url = format!("file://{}", origin.project.path("").display());
    clone.git(["clone", "--quiet", "--depth", "1", "--single-branch", &url, "."]);
    for (revision, advice) in [
        (
            "origin/other",
            "fetch it with `git fetch origin other:refs/remotes/origin/other`",
        ),
        ("origin/other...HEAD", "fetch-depth: 0"),
        ("HEAD~1", "`git fetch --unshallow`"),
        ("HEAD~1..HEAD", "`git fetch --unshallow`"),
    ] {
        for on_error in ["fail", "warn"] {
            let run = clone.check(&["--diff", revision, "--on-error", on_error]);
            assert_eq!((run.code, &*run.stdout), (Some(1), ""), "{revision}: {run:?}");
            assert!(
                run.stderr.contains("error: this clone has no revision `"),
                "{revision}: {run:?}"
            );
            assert!(run.stderr.contains(advice), "{revision}: {run:?}");
        }
    }
    // What it says works.
    clone.git([
        "fetch",
        "--quiet",
        "--depth",
        "1",
        "origin",
        "other:refs/remotes/origin/other",
    ]);
    assert_eq!(clone.violating(&["--diff", "origin/other"]), [""; 0]);
    let unborn = Repository::empty();
    let run = unborn.check(&["--diff", "HEAD"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("there is no commit yet"), "{run:?}");
}

#[test]
fn under_pre_commit_its_revisions_are_what_is_checked() {
    let repository = branched();
    let in_pre_commit = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = repository.command(arguments);
        command.env("PRE_COMMIT", "1").envs(variables.iter().copied());
        run(&mut command)
    };
    let refs = [("PRE_COMMIT_FROM_REF", "main"), ("PRE_COMMIT_TO_REF", "HEAD")];
    let run = in_pre_commit(&refs, &["--staged", "--changed-only"]);
    assert_eq!(violating(&run), ["a.py"]);
    assert!(run.stderr.contains("pre-commit compares main...HEAD"), "{run:?}");
    let wrong = [("PRE_COMMIT_FROM_REF", "nosuch"), ("PRE_COMMIT_TO_REF", "HEAD")];
    let run = in_pre_commit(&wrong, &["--staged", "--changed-only", "--on-error", "warn"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    // With `--all-files`, pre-commit says nothing of what it compares, and nothing is staged.
    let mut command = repository.project.command(["--check", "--staged", "--quiet"]);
    let run = crate::git::run(isolated(&mut command).env("PRE_COMMIT", "1"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stderr
            .starts_with("Nothing to check: nothing is staged. With --all-files and --files, pre-commit has nothing"),
        "{run:?}"
    );
}

#[test]
fn a_repository_with_sha_256_is_one_like_any_other() {
    let repository = Repository::empty();
    std::fs::remove_dir_all(repository.project.path(".git")).unwrap();
    repository.git(["init", "--quiet", "--object-format=sha256", "--initial-branch=main"]);
    repository.git(["config", "user.name", "A"]);
    repository.git(["config", "user.email", "a@example.org"]);
    repository.write("a.py", SIMPLE);
    repository.commit();
    repository.git(["checkout", "--quiet", "--detach"]);
    repository.write("a.py", COMPLEX);
    repository.git(["add", "."]);
    for change in [&["--staged"][..], &["--diff", "main"], &["--staged", "--changed-only"]] {
        assert_eq!(repository.violating(change), ["a.py"], "{change:?}");
    }
    repository.commit();
    assert_eq!(
        repository.violating(&["--diff", "main..HEAD", "--changed-only"]),
        ["a.py"]
    );
}

#[test]
fn a_path_in_a_submodule_is_not_one_of_this_repository() {
    let inner = Repository::new(&[("b.py", SIMPLE)]);
    let repository = Repository::new(&[("a.py", SIMPLE)]);
    let url = inner.project.path("");
    let mut add = repository.git_command();
    add.args(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"]);
    assert!(add.arg(&url).arg("module").status().unwrap().success());
    repository.commit();
    repository.write("module/b.py", COMPLEX);
    let run_it = repository.check(&["--diff", "HEAD", "module/b.py"]);
    assert_eq!(run_it.code, Some(1), "{run_it:?}");
    assert!(
        run_it.stderr.contains("error: module/b.py: in the repository "),
        "{run_it:?}"
    );
    let mut command = repository.command(&["--diff", "HEAD"]);
    assert_eq!(
        violating(&run(command.current_dir(repository.project.path("module")))),
        ["b.py"]
    );
}

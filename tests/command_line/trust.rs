//! What our programs start, with a trap in place of every program that a repository could bring: the rows of the table in
//! SECURITY.md, each of which names its test.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run, binary};
use tempfile::TempDir;

use crate::git::{Repository, SIMPLE, copy_program, isolated, run};

/// The top of the repository that this is in.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Programs that ours start, and those that one could think of.
const PROGRAMS: [&str; 21] = [
    "antipasta",
    "antipasta-lsp",
    "bash",
    "cat",
    "cp",
    "curl",
    "dirname",
    "env",
    "gh",
    "git",
    "mkdir",
    "mktemp",
    "mv",
    "node",
    "python",
    "python3",
    "radon",
    "sha256sum",
    "sh",
    "tar",
    "uname",
];

/// Modules that a Python finds where it is started.
const MODULES: [&str; 6] = [
    "antipasta.py",
    "antipasta_lsp.py",
    "json.py",
    "platform.py",
    "radon.py",
    "sitecustomize.py",
];

/// Folders of a repository that have programs, or that a `PATH` could name.
const FOLDERS: [&str; 5] = ["", "bin", ".venv/bin", "venv/bin", "node_modules/.bin"];

/// Traps in a project, and what they have caught.
struct Traps {
    folder: TempDir,
}

impl Traps {
    /// Plants a trap of every name in every folder of a project.
    fn plant(project: &Project) -> Self {
        let traps = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let log = traps.log().display().to_string();
        let trap = traps.folder.path().join("trap");
        write_program(&trap, &format!("echo \"$0\" >>'{log}'"));
        for folder in FOLDERS {
            for program in PROGRAMS {
                let path = project.path(folder).join(program);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                symlink(&trap, path).unwrap();
            }
        }
        for module in MODULES {
            project.write(
                module,
                format!("open({log:?}, 'a').write(__file__ + '\\n')\n").as_bytes(),
            );
        }
        traps
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// What was run, a path a line.
    fn sprung(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }
}

fn write_program(path: &Path, script: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    copy_program(&draft, path);
}

/// A `PATH` whose entries lead into the current directory, before those of the machine.
fn hostile_path() -> String {
    let path = std::env::var("PATH").unwrap();
    format!(":.:./:bin:.venv/bin:./node_modules/.bin:{path}:")
}

/// A repository with a commit, something staged and something else in the working tree, and traps.
fn repository() -> (Repository, Traps) {
    let repository = Repository::new(&[("a.py", SIMPLE), ("b.py", SIMPLE)]);
    repository.write("a.py", COMPLEX);
    repository.git(["add", "a.py"]);
    repository.write("b.py", COMPLEX);
    let traps = Traps::plant(&repository.project);
    (repository, traps)
}

#[test]
fn a_trap_is_sprung_by_who_looks_in_the_current_directory() {
    let (repository, traps) = repository();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "git --version; python3 -c 'import radon'"]);
    shell
        .current_dir(repository.project.path(""))
        .env("PATH", hostile_path());
    run(&mut shell);
    let sprung = traps.sprung();
    assert!(sprung.contains("git\n") && sprung.contains("python3\n"), "{sprung}");
}

#[test]
fn a_check_of_files_starts_no_program() {
    let project = Project::new(&[("a.py", COMPLEX), ("src/b.py", SIMPLE)]);
    let traps = Traps::plant(&project);
    let report = project.run(&["--check", "src", "--format", "json"]).stdout;
    project.write("report.json", report.as_bytes());
    // Whatever is started by its name is a trap.
    let path = project.path("bin");
    for arguments in [
        &["--check", "."][..],
        &[
            "--check",
            "a.py",
            "--output-format",
            "github",
            "--output-format",
            "sarif:r.sarif",
            "--statistics",
        ],
        &["--check", ".", "--baseline", "baseline.json", "--write-baseline"],
        &["--check", ".", "--baseline", "baseline.json"],
        &["--check", ".", "--shard", "1/2"],
        &["--check", "a.py", "--add-ignores"],
        &["config", "init"],
        &["config", "show"],
        &["config", "validate"],
        &["config", "schema"],
        &["cache", "stats"],
        &["cache", "warm"],
        &["cache", "verify"],
        &["cache", "gc"],
        &["cache", "clear"],
        &["merge", "report.json"],
        &["--version"],
        &["--help"],
    ] {
        let run = run(project.command(arguments).env("PATH", &path));
        assert!(
            run.code.is_some_and(|code| code == 0 || code == 2),
            "{arguments:?}: {run:?}"
        );
        assert_eq!(traps.sprung(), "", "{arguments:?}");
    }
    let run = project.run_with_input(&["--check", "-", "--stdin-filename", "a.py"], COMPLEX.as_bytes());
    assert_eq!((run.code, &*traps.sprung()), (Some(2), ""));
}

#[test]
fn git_is_looked_for_in_absolute_folders_only() {
    let (repository, traps) = repository();
    for (arguments, code) in [
        (&["--check", "--staged"][..], 2),
        (&["--check", "--staged", "--changed-only"], 2),
        (&["--check", "--diff", "HEAD", "a.py", "b.py"], 2),
        (&["--check", "a.py", "--max-time", "600"], 2),
        (&["hook", "status"], 0),
        (&["hook", "install"], 0),
        (&["hook", "uninstall"], 0),
    ] {
        let mut command = repository.project.command(arguments);
        let run = run(isolated(&mut command).env("PATH", hostile_path()));
        assert_eq!((run.code, &*traps.sprung()), (Some(code), ""), "{arguments:?}: {run:?}");
    }
    // Where there is none but in the current directory, there is none.
    let mut command = repository.project.command(["--check", "--staged"]);
    let run = run(isolated(&mut command).env("PATH", ":.:bin"));
    assert_eq!((run.code, &*traps.sprung()), (Some(1), ""), "{run:?}");
    assert!(run.stderr.contains("git cannot be run"), "{run:?}");
}

#[test]
fn a_hook_runs_what_was_installed_and_nothing_of_the_repository() {
    let (repository, traps) = repository();
    let mut install = repository.project.command(["hook", "install"]);
    assert_eq!(run(isolated(&mut install)).code, Some(0));
    let commit = || {
        let mut git = repository.git_command();
        git.args(["commit", "--quiet", "--message", "x"]);
        git.env("ANTIPASTA_CACHE_DIR", repository.project.cache());
        git
    };
    let refused = run(&mut commit());
    assert_eq!((refused.code, &*traps.sprung()), (Some(1), ""), "{refused:?}");
    // Where that is gone, it is the one on the PATH, but not one in the current directory.
    let hook = repository.project.path(".git/hooks/pre-commit");
    let script = fs::read_to_string(&hook).unwrap();
    let gone = script.replace(binary().to_str().unwrap(), "/nowhere/antipasta-lsp");
    assert_ne!(script, gone);
    fs::write(&hook, gone).unwrap();
    let path = format!("{}:.:bin", std::env::var("PATH").unwrap());
    let done = run(commit().env("PATH", path));
    assert_eq!((done.code, &*traps.sprung()), (Some(0), ""), "{done:?}");
    assert!(done.stderr.contains("antipasta-lsp is not on the PATH"), "{done:?}");
}

#[test]
fn verify_starts_no_python_of_the_repository() {
    let (repository, traps) = repository();
    let verify = |arguments: &[&str]| {
        let mut command = repository.project.command([&["verify"], arguments, &["a.py"]].concat());
        run(isolated(&mut command)
            .env("PATH", hostile_path())
            .env_remove("VIRTUAL_ENV"))
    };
    // There may be an antipasta on the machine; it is the one that is run then.
    verify(&[]);
    assert_eq!(traps.sprung(), "");
    // Nor are modules of the repository those of a Python from elsewhere.
    verify(&["--python", "/usr/bin/python3"]);
    assert_eq!(traps.sprung(), "");
    let mut command = repository.project.command(["verify", "a.py"]);
    isolated(&mut command).env("PATH", ":.:bin").env("VIRTUAL_ENV", ".venv");
    let run = run(&mut command);
    assert_eq!((run.code, &*traps.sprung()), (Some(1), ""), "{run:?}");
}

#[test]
fn the_module_of_the_wheel_is_not_taken_from_the_current_directory() {
    let project = Project::new(&[]);
    let traps = Traps::plant(&project);
    let mut python = Command::new("python3");
    // There is no binary beside the sources.
    python.args(["-P", "-m", "antipasta_lsp", "--version"]);
    python
        .env("PYTHONPATH", Path::new(TOP).join("server/python"))
        .current_dir(project.path(""));
    run(&mut python);
    assert_eq!(traps.sprung(), "");
}

/// A folder with programs of ours: a `curl` that gives what a release has, without a network.
fn release() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for target in [
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "aarch64-apple-darwin",
    ] {
        let name = format!("antipasta-lsp-{target}");
        fs::create_dir(at(&name)).unwrap();
        write_program(
            &at(&name).join("antipasta-lsp"),
            &format!("exec '{}' \"$@\"", binary().display()),
        );
        let script = format!(
            "tar -czf {name}.tar.gz {name} && (sha256sum {name}.tar.gz || shasum -a 256 {name}.tar.gz) >{name}.tar.gz.sha256"
        );
        let packed = run(Command::new("/bin/sh").args(["-c", &script]).current_dir(folder.path()));
        assert_eq!(packed.code, Some(0), "{packed:?}");
    }
    fs::copy(Path::new(TOP).join(".github/install.sh"), at("install.sh")).unwrap();
    fs::create_dir(at("bin")).unwrap();
    // One that is logged in, and is content with every archive.
    write_program(&at("bin/gh"), "exit 0");
    let source = folder.path().display();
    write_program(
        &at("bin/curl"),
        &format!(
            "while [ $# -gt 1 ]; do [ \"$1\" = --output ] && to=$2; shift; done\ncp \"{source}/$(basename \"$1\")\" \"$to\""
        ),
    );
    folder
}

/// Runs a shell's script in a repository with traps, with a release at hand.
fn run_script(shell: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let (repository, traps) = repository();
    let (release, scratch) = (release(), tempfile::tempdir().unwrap());
    let mut command = Command::new(shell);
    command.args(arguments).current_dir(repository.project.path(""));
    let path = format!("{}/bin:{}", release.path().display(), std::env::var("PATH").unwrap());
    isolated(&mut command)
        .env("PATH", path)
        .env("TMPDIR", scratch.path())
        .env("RUNNER_TEMP", scratch.path())
        .env("GITHUB_STEP_SUMMARY", scratch.path().join("summary"))
        .env("GITHUB_OUTPUT", scratch.path().join("output"))
        .env("ANTIPASTA_CACHE_DIR", repository.project.cache())
        .envs(variables.iter().copied());
    let run = run(&mut command);
    assert_eq!(traps.sprung(), "", "{run:?}");
    run
}

#[test]
fn the_installer_starts_programs_of_the_machine_alone() {
    let installer = Path::new(TOP).join(".github/install.sh");
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("antipasta");
    let done = run_script(
        "/bin/sh",
        &[installer.to_str().unwrap(), "0.1.0", to.to_str().unwrap()],
        &[],
    );
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(to.join("antipasta-lsp").is_file());
}

#[test]
fn the_action_starts_what_it_installed() {
    let script = Path::new(TOP).join(".github/check.sh");
    let installed = tempfile::tempdir().unwrap();
    symlink(binary(), installed.path().join("antipasta-lsp")).unwrap();
    // The action puts its folder on the PATH.
    let path = format!("{}:{}", installed.path().display(), std::env::var("PATH").unwrap());
    let variables = [
        ("PATH", &*path),
        ("CHECK_ARGUMENTS", "--diff HEAD"),
        ("CHECK_PATHS", "a.py\n"),
        ("CHECK_SARIF", "true"),
    ];
    let done = run_script("/bin/bash", &[script.to_str().unwrap()], &variables);
    assert_eq!(done.code, Some(2), "{done:?}");
}

/// The shell's part of GitLab's job, with the lines of a key such as `script`.
fn lines_of(recipe: &str, key: &str) -> String {
    let begin = format!("  {key}:");
    let lines = recipe.lines().skip_while(|line| *line != begin).skip(1);
    let lines = lines.take_while(|line| line.starts_with("    "));
    let lines = lines.map(|line| line.strip_prefix("    - ").unwrap_or(line).trim_start());
    lines.filter(|line| *line != "|").collect::<Vec<_>>().join("\n")
}

#[test]
fn gitlabs_job_starts_what_it_installed() {
    let recipe = fs::read_to_string(Path::new(TOP).join("docs/gitlab-ci.yml")).unwrap();
    let script = format!(
        "set -e\n{}\n{}",
        lines_of(&recipe, "before_script"),
        lines_of(&recipe, "script")
    );
    let variables = [
        ("ANTIPASTA_VERSION", "0.1.0"),
        ("ANTIPASTA_ARGUMENTS", ""),
        ("ANTIPASTA_BRANCH_ARGUMENTS", ""),
        ("ANTIPASTA_DOWNLOADS", "https://example.org"),
        ("ANTIPASTA_CACHE_POLICY", "pull-push"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "HEAD"),
    ];
    let done = run_script("/bin/sh", &["-c", &script], &variables);
    assert_eq!(done.code, Some(2), "{done:?}");
}

/// The rows of the table in SECURITY.md: their cells.
fn rows() -> Vec<Vec<String>> {
    let text = fs::read_to_string(Path::new(TOP).join("SECURITY.md")).unwrap();
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("| program | starts |"))
        .skip(2);
    let lines = lines.take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

#[test]
fn every_row_of_the_table_has_its_tests() {
    let rows = rows();
    assert!(rows.len() >= 12, "{rows:?}");
    let mut named = Vec::new();
    for row in &rows {
        assert_eq!(row.len(), 6, "{row:?}");
        let tests: Vec<_> = row[5].split("<br>").map(str::trim).collect();
        for test in tests {
            let (file, name) = test.split_once(": ").unwrap_or_else(|| panic!("no test: {row:?}"));
            let path = Path::new(TOP).join("tests").join(file.trim_matches('`'));
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = name.trim_matches('`');
            let is_there = match path.extension().and_then(|extension| extension.to_str()) {
                Some("rs") => text.contains(&format!("#[test]\nfn {name}() {{")),
                _ => text.contains(&format!("test(\"{name}\"")),
            };
            assert!(is_there, "{} has no test `{name}`", path.display());
            named.push(name.to_owned());
        }
    }
    // Every test here is of a row, but this one and that of the traps.
    let here = include_str!("trust.rs");
    for name in here
        .split("#[test]\nfn ")
        .skip(1)
        .filter_map(|text| text.split('(').next())
    {
        let is_about_the_tests =
            name.starts_with("every_row") || name.starts_with("a_trap") || name.starts_with("programs");
        assert!(
            is_about_the_tests || named.iter().any(|test| test == name),
            "no row has {name}"
        );
    }
}

/// The files of a folder whose text has one of some words, as paths from the top.
fn files_with(folder: &str, extension: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(TOP).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                // What follows is tests of the file's own.
                let code = text.split("#[cfg(test)]").next().unwrap();
                if words.iter().any(|word| code.contains(word)) {
                    found.push(path.strip_prefix(TOP).unwrap().display().to_string());
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn programs_are_started_nowhere_else() {
    let words = ["process::{C", "process::Command"];
    let rust = [
        files_with("server/src", "rs", &words),
        files_with("server/crates", "rs", &words),
    ]
    .concat();
    let lua = files_with(
        "editors/neovim",
        "lua",
        &[
            "vim.system",
            "jobstart",
            "rpc.start",
            "fn.system",
            "os.execute",
            "io.popen",
        ],
    );
    let typescript = files_with("editors/vscode/src", "ts", &["child_process", "extends LanguageClient"]);
    let expected = "\
        editors/neovim/lua/antipasta/health.lua editors/neovim/lua/antipasta/server.lua \
        editors/vscode/src/languageClient.ts \
        server/crates/workspace/src/child_process.rs server/crates/workspace/src/git/command.rs \
        server/src/commands/verify/mod.rs server/src/commands/verify/reference.rs";
    let mut found = [lua, typescript, rust].concat();
    found.sort();
    assert_eq!(
        found.join(" "),
        expected,
        "SECURITY.md has what is started: has it this, too?"
    );
}

//! Black-box tests that drive the `antipasta-lsp` binary; what they share.

pub mod fixture;
pub mod hostile_configurations;
pub mod snapshot;

use std::ffi::OsStr;
use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A function of cyclomatic complexity 11 and cognitive complexity 10, which the default configuration finds too complex.
pub const COMPLEX: &str = "def f(x):\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n    if x: pass\n";

/// For how long to wait for what must come. On a machine with nothing else to do it comes at once: only a hang is found out by
/// this, so it is long, and longer where the machine is slow just now.
pub fn patience() -> Duration {
    Duration::from_mins(1).mul_f64(slowness())
}

/// How many times slower than usual this machine is just now: 1 to 20.
fn slowness() -> f64 {
    /// What the loop takes on a machine that has nothing else to do, in seconds.
    const USUAL: f64 = 0.05;
    let begin = Instant::now();
    let mut number = 1_u64;
    for _ in 0..25_000_000 {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
    (begin.elapsed().as_secs_f64() / USUAL).clamp(1.0, 20.0)
}

/// The binary, which cargo builds before it runs the tests of its package.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("a test is a program");
        let folder = test.ancestors().nth(2);
        let folder = folder.expect("a test is two folders below its profile's");
        let binary = folder.join(format!("antipasta-lsp{}", std::env::consts::EXE_SUFFIX));
        assert!(binary.is_file(), "there is no {}", binary.display());
        binary
    })
}

/// A folder to run the binary in.
pub struct Project {
    folder: TempDir,
    /// The folder of its cache.
    cache: TempDir,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
}

impl Project {
    /// A folder with the given files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            cache: tempfile::tempdir().expect("a temporary folder"),
        };
        // What lies above the folder is none of its business.
        fs::create_dir(project.path(".git")).expect("a folder");
        for (name, content) in files {
            project.write(name, content.as_bytes());
        }
        project
    }

    /// The path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the cache.
    pub fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// Writes a file, and the folders it is in.
    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file of text")
    }

    /// A command that runs the binary in the folder.
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.folder.path());
        command
            .env("ANTIPASTA_CACHE_DIR", self.cache.path())
            .env_remove("ANTIPASTA_NO_CACHE");
        command
    }

    /// Runs the binary in the folder.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().expect("the binary runs").into()
    }

    /// Runs the binary in the folder, with something on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // It may end without reading to the end.
        let _ = stdin.write_all(input);
        drop(stdin);
        child.wait_with_output().expect("the binary ends").into()
    }

    /// Checks the folder, and gives the report for programs.
    pub fn report(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[&["--check", "--format", "json"], arguments].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }

    /// The files that a check of the folder looks at.
    pub fn files(&self, arguments: &[&str]) -> Vec<String> {
        let report = self.report(arguments);
        let files = report["reports"].as_array().expect("an array").iter();
        files
            .map(|file| file["file"].as_str().expect("a text").replace('\\', "/"))
            .collect()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

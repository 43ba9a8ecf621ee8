//! The Python antipasta that is installed.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};

use super::report::ComparedReport;
use crate::console;
use antipasta_analysis::cache::NO_CACHE_VARIABLE;
use antipasta_rules::escape;
use antipasta_workspace::child_process::{self, ChildError, Limits};
use antipasta_workspace::search_path;

/// The versions whose numbers this program has.
const EXPECTED: &str = "antipasta 1.2.0, radon 6.0.1, complexipy 8.3.0, CPython 3.11";

/// A Python program that prints the versions of an interpreter in the same form. It fails if antipasta is not installed.
const NAME: &str = "\
import platform
from importlib.metadata import version
parts = [f'{name} {version(name)}' for name in ('antipasta', 'radon', 'complexipy')]
print(', '.join([*parts, ' '.join([platform.python_implementation(), *platform.python_version().rsplit('.', 1)[:1]])]))
";

/// A Python program that runs antipasta, wherever its script is.
const RUN: &str = "import sys; sys.argv[0] = 'antipasta'; from antipasta.cli.main import main; sys.exit(main())";

/// The option with which Python imports no modules from the working directory, which may have the names of its own.
const OUTSIDE: &str = "-P";

/// The most bytes of file names on a command line. Windows allows 32,767 characters in all.
const MAX_NAMES: usize = if cfg!(windows) { 20_000 } else { 100_000 };

/// An installed Python antipasta.
pub(super) struct Reference {
    /// The program and its first arguments.
    command: Vec<OsString>,
    name: String,
    limits: Limits,
}

impl Reference {
    /// Finds the antipasta of `python`, or else of the active virtual environment, or else on the `PATH`.
    ///
    /// # Errors
    ///
    /// There is none that can be run.
    pub(super) fn find(python: Option<&Path>, timeout: Duration) -> anyhow::Result<Self> {
        let limits = Limits {
            silence: timeout,
            deadline: None,
        };
        let found = match python {
            Some(python) => Self::of_python(python, limits)
                .with_context(|| format!("{} has no antipasta that can be run", escape::path(python)))?,
            None => env::var_os("VIRTUAL_ENV")
                .map(PathBuf::from)
                .filter(|folder| folder.is_absolute())
                .map(|folder| interpreter_of(&folder))
                .and_then(|python| Self::of_python(&python, limits).ok())
                .map_or_else(|| Self::on_path(limits), Ok)?,
        };
        if found.name != EXPECTED {
            console::warning(format_args!(
                "this is {}, while our numbers are those of {EXPECTED}: they may differ for that reason",
                found.name
            ));
        }
        Ok(found)
    }

    fn of_python(python: &Path, limits: Limits) -> anyhow::Result<Self> {
        let said = said(Command::new(python).args([OUTSIDE, "-c", NAME]), limits)?;
        Ok(Self {
            command: vec![python.into(), OUTSIDE.into(), "-c".into(), RUN.into()],
            name: said,
            limits,
        })
    }

    fn on_path(limits: Limits) -> anyhow::Result<Self> {
        let name = format!("antipasta{}", env::consts::EXE_SUFFIX);
        let mut programs = search_path::folders().into_iter().map(|folder| folder.join(&name));
        let program = programs.find(|program| program.is_file()).context(
            "there is no antipasta in an active virtual environment or on the PATH: \
             `pip install antipasta==1.2.0` installs it, and `--python` names the Python that has it",
        )?;
        let version = said(Command::new(&program).arg("--version"), limits)
            .with_context(|| format!("{} cannot be run", escape::path(&program)))?;
        // The interpreter in the same folder can tell more versions.
        let folder = program.parent().unwrap_or(Path::new(""));
        let python = folder.join(format!("python{}", env::consts::EXE_SUFFIX));
        let name = said(Command::new(python).args([OUTSIDE, "-c", NAME]), limits).unwrap_or(version);
        Ok(Self {
            command: vec![program.into()],
            name,
            limits,
        })
    }

    /// The versions of antipasta, of its dependencies and of Python.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Runs antipasta on files. It ignores none of them.
    ///
    /// # Errors
    ///
    /// It fails, or its report cannot be parsed.
    pub(super) fn check(&self, files: &[String], config: &Path) -> anyhow::Result<ComparedReport> {
        let mut all = ComparedReport::default();
        let mut rest = files;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |file: &&String| {
                bytes += file.len() + 4;
                bytes <= MAX_NAMES
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (now, later) = rest.split_at(count);
            all.reports.extend(self.check_some(now, config)?.reports);
            rest = later;
        }
        Ok(all)
    }

    fn check_some(&self, files: &[String], config: &Path) -> anyhow::Result<ComparedReport> {
        let mut command = Command::new(&self.command[0]);
        command
            .args(&self.command[1..])
            .args([
                "metrics",
                "--format",
                "json",
                "--force-analyze",
                "--no-gitignore",
                "--config",
            ])
            .arg(config);
        for file in files {
            command.arg("--files").arg(operand(file));
        }
        // Without its cache, and with a report in UTF-8.
        command.env(NO_CACHE_VARIABLE, "1").env("PYTHONUTF8", "1");
        let output = child_process::output(&mut command, Vec::new(), self.limits).map_err(|error| match error {
            ChildError::Stopped(why) => anyhow!("antipasta was stopped: {why}; `--timeout SECONDS` allows more"),
            ChildError::Io(error) => anyhow::Error::new(error).context("antipasta cannot be run"),
        })?;
        if !matches!(output.status.code(), Some(0 | 2)) {
            bail!("antipasta failed: {}", last_words(&output.stderr));
        }
        ComparedReport::parse(&output.stdout).context("the report of antipasta cannot be read")
    }
}

/// A path as an argument that cannot be taken for an option.
fn operand(path: &str) -> OsString {
    if path.starts_with('-') {
        return format!("./{path}").into();
    }
    path.into()
}

/// The interpreter of a virtual environment.
fn interpreter_of(folder: &Path) -> PathBuf {
    match cfg!(windows) {
        true => folder.join("Scripts").join("python.exe"),
        false => folder.join("bin").join("python"),
    }
}

/// The output of a command that succeeds in time.
fn said(command: &mut Command, limits: Limits) -> anyhow::Result<String> {
    let output = child_process::output(command, Vec::new(), limits)?;
    if !output.status.success() {
        bail!("{}", last_words(&output.stderr));
    }
    Ok(escape::one_line(String::from_utf8_lossy(&output.stdout).trim()).into_owned())
}

/// The last line of the output of a program that has failed.
fn last_words(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    escape::one_line(last.unwrap_or("it does not say why")).into_owned()
}

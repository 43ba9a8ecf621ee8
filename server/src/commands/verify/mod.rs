//! `antipasta-lsp verify`: compare the values with those of the Python antipasta on the same files.

mod comparison;
mod reference;
mod report;

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;

use crate::console;
use antipasta_analysis::cache::NO_CACHE_VARIABLE;
use antipasta_rules::config::{self, Overrides};
use antipasta_rules::escape;
use antipasta_workspace::child_process::{self, Limits};
use antipasta_workspace::discovery::{Configs, PYPROJECT, read_config};
use antipasta_workspace::regular_file;
use antipasta_workspace::replace_file::{Trees, replace_file};
use antipasta_workspace::seconds;
use comparison::ReportComparison;
use reference::Reference;
use report::{ComparedFiles, ComparedReport};

/// The largest report of the reference that is read, in bytes.
const MAX_REPORT_BYTES: u64 = 1 << 30;

/// The arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyCommand {
    /// Files and directories, by default this directory.
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    paths: Vec<PathBuf>,

    /// The Python whose antipasta to run [default: that of the active virtual environment, else `antipasta` on the PATH].
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,

    /// The configuration for both [default: the configuration for this directory].
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How long a program may write nothing before it is stopped, in seconds. Antipasta writes its report when it is done.
    #[arg(long, value_name = "SECONDS", value_parser = seconds::parse, default_value = "3600")]
    timeout: Duration,
}

impl VerifyCommand {
    /// Runs the comparison. Exit code 0 if all values are equal, 2 if some differ, 1 if they cannot be compared.
    pub(crate) fn run(self) -> ExitCode {
        match self
            .compare()
            .and_then(|(text, is_same)| Ok((console::print(&text)?, is_same)))
        {
            Ok(((), true)) => ExitCode::SUCCESS,
            Ok(((), false)) => ExitCode::from(2),
            Err(error) => {
                console::error_with_details(console::with_causes(&error));
                ExitCode::from(1)
            }
        }
    }

    /// A text about the differences, and whether there are none.
    fn compare(self) -> anyhow::Result<(String, bool)> {
        let directory = env::current_dir().context("the working directory is not known")?;
        let reference = Reference::find(self.python.as_deref(), self.timeout)?;
        let scratch = tempfile::tempdir().context("a temporary folder cannot be made")?;
        let config = self.config_for_both(&directory, scratch.path())?;

        let (ours, our_time) = self.ours(&directory, &config, scratch.path())?;
        console::say(format_args!("Running antipasta on {} files...", ours.len()));
        let begun = Instant::now();
        let paths: Vec<_> = ours.values().map(|report| report.file.clone()).collect();
        let theirs = by_path(reference.check(&paths, &config)?, &directory);
        let their_time = begun.elapsed();

        let comparison = ReportComparison::new(&theirs, &ours);
        let text = format!(
            "{comparison}\n{:<15} {:>9}  {}\n{:<15} {:>9}  {}\n",
            "antipasta",
            seconds(their_time),
            reference.name(),
            "antipasta-lsp",
            seconds(our_time),
            env!("CARGO_PKG_VERSION"),
        );
        Ok((text, comparison.is_same()))
    }

    /// The configuration file for both sides.
    fn config_for_both(&self, directory: &Path, scratch: &Path) -> anyhow::Result<PathBuf> {
        let config = match &self.config {
            Some(path) => read_config(path)?,
            None => {
                let configs = Configs::nearest(directory, Overrides::default());
                let found = configs.of_directory(directory)?;
                (*found).clone()
            }
        };
        match config.path {
            Some(path) if path.file_name() != Some(OsStr::new(PYPROJECT)) => Ok(path),
            // Antipasta reads only YAML. Without a file, it has thresholds for more metrics than the default configuration.
            _ => {
                let path = scratch.join("antipasta.yaml");
                let text = config::to_yaml(&config.settings);
                let written = replace_file(&path, &Trees::default(), text.as_bytes());
                written.with_context(|| format!("{}: cannot be written", escape::path(&path)))?;
                Ok(path)
            }
        }
    }

    /// Our results, and how long they took. Like antipasta, this program runs in a process of its own.
    fn ours(&self, directory: &Path, config: &Path, scratch: &Path) -> anyhow::Result<(ComparedFiles, Duration)> {
        let binary = env::current_exe().context("the path of this program is not known")?;
        let output = scratch.join("ours.json");
        let options = ["--check", "--quiet", "--format", "json"].map(OsStr::new);
        let files = [
            OsStr::new("--config"),
            config.as_os_str(),
            OsStr::new("--output"),
            output.as_os_str(),
        ];
        let mut command = Command::new(binary);
        command.args(options).args(files).arg("--").args(&self.paths);
        let begun = Instant::now();
        let limits = Limits {
            silence: self.timeout,
            deadline: None,
        };
        let done = child_process::output(command.env(NO_CACHE_VARIABLE, "1"), Vec::new(), limits);
        let time = begun.elapsed();
        let done = done.context("our own check cannot be run")?;
        let Ok(json) = regular_file::read(&output, MAX_REPORT_BYTES) else {
            let words = String::from_utf8_lossy(&done.stderr);
            bail!("{}", words.trim().trim_start_matches("error: "));
        };
        let report = ComparedReport::parse(&json).context("our report cannot be read")?;
        Ok((by_path(report, directory), time))
    }
}

/// The files of a report by their absolute paths.
fn by_path(report: ComparedReport, directory: &Path) -> ComparedFiles {
    let absolute = |file: &str| antipasta_workspace::discovery::normalized(&directory.join(file));
    let reports = report.reports.into_iter();
    reports.map(|report| (absolute(&report.file), report)).collect()
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

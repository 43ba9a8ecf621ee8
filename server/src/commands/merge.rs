//! `antipasta-lsp merge`: make one report of the reports of several jobs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::console;
use crate::report;
use antipasta_workspace::replace_file::{Trees, replace_file};

/// The arguments of `merge`.
#[derive(Debug, Args)]
pub(crate) struct MergeCommand {
    /// The reports of all parts, in JSON or SARIF.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write the report to this file instead of the standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl MergeCommand {
    /// Merges the reports. Exit code 0 if that succeeded, else 1. It does not depend on violations in the reports.
    pub(crate) fn run(self) -> ExitCode {
        match self.merge() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                console::error(console::with_causes(&error));
                ExitCode::from(1)
            }
        }
    }

    fn merge(&self) -> anyhow::Result<()> {
        let unwritable = |path: &Path| format!("{}: cannot be written", path.display());
        if let Some(path) = &self.output {
            report::prepare_report(path, &Trees::default()).with_context(|| unwritable(path))?;
        }
        let mut merged = Vec::new();
        report::merge(&self.files, &mut merged)?;
        match &self.output {
            Some(path) => replace_file(path, &Trees::default(), &merged).with_context(|| unwritable(path)),
            None => console::print_bytes(&merged),
        }
    }
}

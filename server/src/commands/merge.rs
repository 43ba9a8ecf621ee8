//! `antipasta-lsp merge`: the reports of several jobs as one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::console;
use crate::report;
use antipasta_workspace::replace_file::{Trees, replace_file};

/// What to merge.
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
    /// Merges. Exit code 0 if it worked, whatever the reports say, else 1.
    pub(crate) fn run(self) -> ExitCode {
        match self.merge() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                console::error(failure);
                ExitCode::from(1)
            }
        }
    }

    fn merge(&self) -> Result<(), String> {
        let unwritable = |path: &Path, error| format!("{}: cannot be written: {error}", path.display());
        if let Some(path) = &self.output {
            report::prepare_report(path, &Trees::default()).map_err(|error| unwritable(path, error))?;
        }
        let mut merged = Vec::new();
        report::merge(&self.files, &mut merged).map_err(|error| error.to_string())?;
        match &self.output {
            Some(path) => {
                let written = replace_file(path, &Trees::default(), &merged);
                written.map_err(|error| unwritable(path, error))
            }
            None => match io::stdout().write_all(&merged) {
                // Whoever reads has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                done => done.map_err(|error| format!("the standard output: {error}")),
            },
        }
    }
}

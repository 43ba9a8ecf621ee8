//! The output formats. A new one is a file with a [`Format`], and a line in each table here.

use std::io::{self, Write};

use super::json::Json;
use super::report::{Outcome, Report};
use super::text::Text;

/// How a check reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// For people: a summary, the violations, and what to do about them.
    #[default]
    Text,
    /// For programs: every value and every violation, as antipasta writes them.
    Json,
}

impl OutputFormat {
    pub(super) fn of(self, quiet: bool) -> Box<dyn Format> {
        match self {
            Self::Text => Box::new(Text { quiet }),
            Self::Json => Box::new(Json),
        }
    }
}

/// One output format.
pub(super) trait Format: Sync {
    /// Whether what it writes is styled for terminals.
    fn is_styled(&self) -> bool;

    /// What one file contributes. Called on the thread that analysed the file, so that formatting is as parallel as the
    /// analysis, and metrics need not be kept.
    fn file(&self, path: &str, outcome: &Outcome) -> String;

    /// Writes the whole report.
    fn write(&self, report: &Report, output: &mut dyn Write) -> io::Result<()>;
}

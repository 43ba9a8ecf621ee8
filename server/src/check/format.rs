//! The output formats. A new one is a file with a [`Format`], and a line in each table here.

use std::io::{self, Write};
use std::slice::Chunks;
use std::vec::IntoIter;

use super::concise::Concise;
use super::github::Github;
use super::gitlab::Gitlab;
use super::json::Json;
use super::junit::Junit;
use super::markdown::Markdown;
use super::report::{FileReport, Outcome, Report};
use super::reported_path::ReportedPath;
use super::sarif::Sarif;
use super::text::Text;
use antipasta_analysis::AnalysisError;
use antipasta_pool::Pool;

/// How a check reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people: a summary, the violations, and what to do about them.
    #[default]
    Text,
    /// For programs: every value and every violation, as antipasta writes them.
    Json,
    /// One line for each violation, which editors and terminals turn into a link: `PATH:LINE:COLUMN: MESSAGE [METRIC]`.
    Concise,
    /// SARIF 2.1.0, for GitHub's code scanning and other tools.
    Sarif,
    /// Annotations on a pull request, by the commands of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit's XML, for programs that show tests.
    Junit,
    /// Markdown, for a comment on a pull request.
    Markdown,
}

impl OutputFormat {
    pub(super) fn of(self, quiet: bool) -> Box<dyn Format> {
        match self {
            Self::Text => Box::new(Text { quiet }),
            Self::Json => Box::new(Json),
            Self::Concise => Box::new(Concise),
            Self::Sarif => Box::new(Sarif),
            Self::Github => Box::new(Github),
            Self::Gitlab => Box::new(Gitlab),
            Self::Junit => Box::new(Junit),
            Self::Markdown => Box::new(Markdown),
        }
    }
}

/// One output format.
pub(super) trait Format: Sync {
    /// Whether what it writes is styled for terminals.
    fn is_styled(&self) -> bool;

    /// What one file contributes.
    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String;

    /// Writes the whole report. `files` gives what each file contributes, in the order of the report.
    fn write(&self, report: &Report, files: &mut dyn Iterator<Item = String>, output: &mut dyn Write)
    -> io::Result<()>;
}

/// So many files are formatted at once: enough to keep threads busy, few enough that their texts take little memory.
const BATCH: usize = 256;

/// What each file of a report contributes to it, formatted on all threads of a pool, a batch at a time as it is asked for.
pub(super) struct Formatted<'a> {
    format: &'a dyn Format,
    pool: &'a Pool,
    batches: Chunks<'a, FileReport>,
    ready: IntoIter<String>,
}

impl<'a> Formatted<'a> {
    pub(super) fn new(report: &'a Report, format: &'a dyn Format, pool: &'a Pool) -> Self {
        Self {
            format,
            pool,
            batches: report.files.chunks(BATCH),
            ready: Vec::new().into_iter(),
        }
    }
}

impl Iterator for Formatted<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if let Some(text) = self.ready.next() {
            return Some(text);
        }
        let format = self.format;
        let size = |file: &FileReport| file.outcome.metrics.functions.len() as u64;
        let work = |file: &FileReport, (): &mut ()| format.file(&file.path, &file.outcome);
        let rescue =
            |file: &FileReport, panic| format.file(&file.path, &Outcome::failed(AnalysisError::Panicked(panic)));
        let files = self.batches.next()?;
        let texts = self.pool.map(files, size, || (), work, rescue);
        // Threads that cannot be started are done without.
        let alone = |_| files.iter().map(|file| work(file, &mut ())).collect();
        self.ready = texts.unwrap_or_else(alone).into_iter();
        self.ready.next()
    }
}

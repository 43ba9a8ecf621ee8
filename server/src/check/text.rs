//! The report for people, after the reference's.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::format::Format;
use super::notices::NOTHING_TO_CHECK;
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use antipasta_analysis::AnalysisError;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// How many unchecked files are listed.
const MOST_UNCHECKED: usize = 10;

/// How many stale entries of the baseline are listed.
const MOST_STALE: usize = 50;

/// The report for people. Styles are written always; what is no terminal takes them out.
pub(super) struct Text {
    pub quiet: bool,
}

impl Format for Text {
    fn is_styled(&self) -> bool {
        true
    }

    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let mut text = String::new();
        for violation in &outcome.evaluation.violations {
            let message = violation.message(&path.to_string());
            let _ = writeln!(text, "❌ {RED}{message}{RED:#}");
            if let Some(ceiling) = violation.ceiling {
                let _ = writeln!(
                    text,
                    "   {YELLOW}above the ceiling of its ignore comment: {ceiling}{YELLOW:#}"
                );
            }
            if let Some(delta) = violation.delta() {
                let _ = writeln!(text, "   {YELLOW}got worse: {delta}{YELLOW:#}");
            }
            if !self.quiet {
                let advice = violation.metric().info().advice;
                let _ = writeln!(text, "   {DIM}help: {advice}{DIM:#}");
            }
        }
        text
    }

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let violations = report.violations();
        let is_needless = report.unneeded.as_ref().is_none_or(Vec::is_empty);
        if report.files.is_empty() && is_needless {
            return match self.quiet {
                true => Ok(()),
                false => writeln!(output, "{NOTHING_TO_CHECK}"),
            };
        }
        if !self.quiet {
            write_summary(report, violations, output)?;
        }
        if violations > 0 {
            heading("VIOLATIONS FOUND:", '-', output)?;
            for file in files {
                output.write_all(file.as_bytes())?;
            }
        }
        if report.failures().next().is_some() {
            heading("FILES THAT COULD NOT BE ANALYZED:", '-', output)?;
            for (path, error) in report.failures() {
                write_failure(path, error, output)?;
            }
        }
        if report.unchecked().next().is_some() {
            heading("NOT CHECKED (time limit reached):", '-', output)?;
            for path in report.unchecked().take(MOST_UNCHECKED) {
                writeln!(output, "{path}")?;
            }
            match report.unchecked().skip(MOST_UNCHECKED).count() {
                0 => {}
                others => writeln!(output, "… and {others} more")?,
            }
        }
        if report.lists_unused_ignores {
            heading("UNUSED IGNORE COMMENTS:", '-', output)?;
            for (path, note) in report.unused_ignores() {
                writeln!(output, "{path}:{}: {}", note.line, note.message)?;
            }
        }
        if let Some(unneeded) = report
            .unneeded
            .as_ref()
            .filter(|unneeded| !unneeded.is_empty() && !self.quiet)
        {
            heading("STALE BASELINE ENTRIES:", '-', output)?;
            for entry in unneeded.iter().take(MOST_STALE) {
                writeln!(output, "{}", entry.message())?;
            }
            match unneeded.len().saturating_sub(MOST_STALE) {
                0 => {}
                others => writeln!(output, "… and {others} more")?,
            }
        }
        if violations > 0 {
            writeln!(output, "\n{RED}✗ Code quality check FAILED{RED:#}")
        } else if report.failures().next().is_some() || report.unchecked().next().is_some() {
            writeln!(output, "\n{RED}✗ Code quality check INCOMPLETE{RED:#}")
        } else if !self.quiet {
            writeln!(output, "\n{GREEN}✓ Code quality check PASSED{GREEN:#}")
        } else {
            Ok(())
        }
    }
}

fn write_summary(report: &Report, violations: usize, output: &mut dyn Write) -> io::Result<()> {
    heading("METRICS ANALYSIS SUMMARY", '=', output)?;
    writeln!(output, "Total files analyzed: {}", report.analyzed())?;
    writeln!(output, "Files with violations: {}", report.files_with_violations())?;
    writeln!(output, "Total violations: {violations}")?;
    if report.standing() > 0 {
        writeln!(output, "Violations from before the change: {}", report.standing())?;
    }
    if report.tolerated() > 0 {
        writeln!(output, "Violations allowed by the baseline: {}", report.tolerated())?;
    }
    let failures = report.failures().count();
    if failures > 0 {
        writeln!(output, "Files that could not be analyzed: {failures}")?;
    }
    let unchecked = report.unchecked().count();
    if unchecked > 0 {
        writeln!(output, "Files not checked (time limit reached): {unchecked}")?;
    }
    if violations > 0 {
        writeln!(output, "\nViolations by type:")?;
        for (metric, count) in report.violations_by_type() {
            writeln!(output, "  - {metric}: {count}")?;
        }
    }
    Ok(())
}

fn heading(title: &str, line: char, output: &mut dyn Write) -> io::Result<()> {
    let line = String::from(line).repeat(70);
    writeln!(output, "\n{line}\n{BOLD}{title}{BOLD:#}\n{line}")
}

/// A failure as compilers write it, so that terminals and editors make it a link.
fn write_failure(path: &ReportedPath, error: &AnalysisError, output: &mut dyn Write) -> io::Result<()> {
    match error {
        AnalysisError::Syntax(error) => writeln!(
            output,
            "❌ {RED}{path}:{}:{}: syntax error: {}{RED:#}",
            error.line, error.column, error.message
        ),
        error => writeln!(output, "❌ {RED}{path}: {error}{RED:#}"),
    }
}

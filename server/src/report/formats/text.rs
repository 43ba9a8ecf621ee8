//! The report for people, like that of the reference.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::report::file_texts::file_texts;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use crate::report::reported_path::ReportedPath;
use crate::report::stale_entry::StaleEntry;
use antipasta_analysis::AnalysisError;
use antipasta_pool::Pool;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// The most unchecked files that are listed.
const MOST_UNCHECKED: usize = 10;

/// The most stale entries of the baseline that are listed.
const MOST_STALE: usize = 50;

/// The line that a report for people has if there are no files.
pub(crate) const NOTHING_TO_CHECK: &str = "Nothing to check.";

/// The report for people, with styles.
pub(super) struct TextFormat;

impl Format for TextFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        let stale_entries = report.stale_entries.as_deref().unwrap_or_default();
        if report.files.is_empty() && stale_entries.is_empty() {
            return match report.is_quiet {
                true => Ok(()),
                false => writeln!(output, "{NOTHING_TO_CHECK}"),
            };
        }
        if !report.is_quiet {
            write_summary(report, output)?;
        }
        if report.violations() > 0 {
            heading("VIOLATIONS FOUND:", '-', output)?;
            for violations in file_texts(&report.files, pool, |file| violations_of(file, report.is_quiet)) {
                output.write_all(violations.as_bytes())?;
            }
        }
        write_failures(report, output)?;
        write_unchecked(report, output)?;
        if report.lists_unused_ignores {
            heading("UNUSED IGNORE COMMENTS:", '-', output)?;
            for (path, note) in report.unused_ignores() {
                writeln!(output, "{path}:{}: {}", note.line, note.message)?;
            }
        }
        if !stale_entries.is_empty() && !report.is_quiet {
            write_stale_entries(stale_entries, output)?;
        }
        write_verdict(report, output)
    }

    fn is_styled(&self) -> bool {
        true
    }

    fn recognizes(&self, text: &str) -> bool {
        let verdicts = ["FAILED", "INCOMPLETE", "PASSED"].map(|verdict| format!("Code quality check {verdict}"));
        text.contains("METRICS ANALYSIS SUMMARY") || verdicts.iter().any(|verdict| text.contains(verdict))
    }
}

fn violations_of(file: &FileReport, is_quiet: bool) -> String {
    let mut text = String::new();
    let path = file.path.to_string();
    for violation in file.violations() {
        let message = violation.message(&path);
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
        if !is_quiet {
            let advice = violation.metric().info().advice;
            let _ = writeln!(text, "   {DIM}help: {advice}{DIM:#}");
        }
    }
    text
}

fn write_failures(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    if report.failures().next().is_none() {
        return Ok(());
    }
    heading("FILES THAT COULD NOT BE ANALYZED:", '-', output)?;
    for (path, error) in report.failures() {
        write_failure(path, error, output)?;
    }
    Ok(())
}

fn write_unchecked(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    if report.unchecked().next().is_none() {
        return Ok(());
    }
    heading("NOT CHECKED (time limit reached):", '-', output)?;
    for path in report.unchecked().take(MOST_UNCHECKED) {
        writeln!(output, "{path}")?;
    }
    write_others(report.unchecked().skip(MOST_UNCHECKED).count(), output)
}

fn write_stale_entries(entries: &[StaleEntry], output: &mut dyn Write) -> io::Result<()> {
    heading("STALE BASELINE ENTRIES:", '-', output)?;
    for entry in entries.iter().take(MOST_STALE) {
        writeln!(output, "{}", entry.message())?;
    }
    write_others(entries.len().saturating_sub(MOST_STALE), output)
}

/// Writes how many more items a list has.
fn write_others(count: usize, output: &mut dyn Write) -> io::Result<()> {
    match count {
        0 => Ok(()),
        count => writeln!(output, "… and {count} more"),
    }
}

fn write_verdict(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    if report.violations() > 0 {
        writeln!(output, "\n{RED}✗ Code quality check FAILED{RED:#}")
    } else if report.failures().next().is_some() || report.unchecked().next().is_some() {
        writeln!(output, "\n{RED}✗ Code quality check INCOMPLETE{RED:#}")
    } else if !report.is_quiet {
        writeln!(output, "\n{GREEN}✓ Code quality check PASSED{GREEN:#}")
    } else {
        Ok(())
    }
}

fn write_summary(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    heading("METRICS ANALYSIS SUMMARY", '=', output)?;
    writeln!(output, "Total files analyzed: {}", report.analyzed())?;
    writeln!(output, "Files with violations: {}", report.files_with_violations())?;
    let violations = report.violations();
    writeln!(output, "Total violations: {violations}")?;
    if report.pre_existing() > 0 {
        writeln!(output, "Violations from before the change: {}", report.pre_existing())?;
    }
    if report.allowed() > 0 {
        writeln!(output, "Violations allowed by the baseline: {}", report.allowed())?;
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

/// Writes a failure as compilers do, so that terminals and editors make it a link.
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

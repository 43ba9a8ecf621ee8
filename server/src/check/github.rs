//! GitHub's workflow commands: what a job prints to annotate a pull request.
//!
//! See "Workflow commands for GitHub Actions", "Setting an error message". GitHub shows ten annotations of a kind for each
//! step; the rest stand in the log.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::failure::Failure;
use super::format::Format;
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use antipasta_rules::escape::one_line;

/// The report for GitHub Actions.
pub(super) struct Github;

/// Where an annotation stands, and its title.
struct Properties<'a> {
    path: &'a str,
    line: u32,
    column: Option<u32>,
    title: &'a str,
}

impl Format for Github {
    fn is_styled(&self) -> bool {
        false
    }

    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let mut commands = String::new();
        let path = &path.portable();
        for violation in &outcome.evaluation.violations {
            let metric = violation.metric();
            let properties = Properties {
                path,
                line: violation.subject.line(),
                column: None,
                title: metric.info().title,
            };
            let message = format!("{}\nhelp: {}", violation.named_statement(), metric.info().advice);
            push_command("error", &properties, &message, &mut commands);
        }
        if let Some(error) = outcome.failure() {
            let failure = Failure::of(error);
            let properties = Properties {
                path,
                line: failure.position.map_or(1, |(line, _)| line),
                column: failure.position.map(|(_, column)| column),
                title: "Not analyzed",
            };
            push_command("error", &properties, &failure.message, &mut commands);
        }
        commands
    }

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        for commands in files {
            output.write_all(commands.as_bytes())?;
        }
        if report.lists_unused_ignores {
            let mut commands = String::new();
            for (path, note) in report.unused_ignores() {
                let properties = Properties {
                    path: &path.portable(),
                    line: note.line,
                    column: None,
                    title: "Unused ignore comment",
                };
                push_command("warning", &properties, &note.message, &mut commands);
            }
            output.write_all(commands.as_bytes())?;
        }
        Ok(())
    }
}

fn push_command(name: &str, properties: &Properties<'_>, message: &str, commands: &mut String) {
    let _ = write!(
        commands,
        "::{name} file={},line={}",
        escape_property(properties.path),
        properties.line
    );
    if let Some(column) = properties.column {
        let _ = write!(commands, ",col={column}");
    }
    let title = escape_property(properties.title);
    let _ = writeln!(commands, ",title={title}::{}", escape_message(message));
}

/// What GitHub's runner takes for the text, where a message ends with the line.
fn escape_message(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    one_line(&text).into_owned()
}

/// The same where, in addition, `:` and `,` end the value of a property.
fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

//! GitHub's workflow commands: what a job prints to annotate a pull request.
//!
//! See "Workflow commands for GitHub Actions", "Setting an error message". GitHub shows ten annotations of a kind for each
//! step; the others are in the log only.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::report::failure::Failure;
use crate::report::file_texts::file_texts;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use antipasta_pool::Pool;
use antipasta_rules::escape::one_line;

/// The report for GitHub Actions.
pub(super) struct GithubFormat;

/// The place of an annotation, and its title.
struct Annotation<'a> {
    path: &'a str,
    line: u32,
    column: Option<u32>,
    title: &'a str,
}

impl Format for GithubFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        for commands in file_texts(&report.files, pool, commands_of) {
            output.write_all(commands.as_bytes())?;
        }
        for (path, note) in report.unused_ignores() {
            let annotation = Annotation {
                path: &path.portable(),
                line: note.line,
                column: None,
                title: "Unused ignore comment",
            };
            output.write_all(annotation.command("warning", &note.message).as_bytes())?;
        }
        Ok(())
    }

    fn recognizes(&self, text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with("::error ") || text.starts_with("::warning ")
    }
}

fn commands_of(file: &FileReport) -> String {
    let mut commands = String::new();
    let path = &file.path.portable();
    for violation in file.violations() {
        let metric = violation.metric().info();
        let annotation = Annotation {
            path,
            line: violation.subject.line(),
            column: None,
            title: metric.title,
        };
        let message = format!("{}\nhelp: {}", violation.named_statement(), metric.advice);
        commands += &annotation.command("error", &message);
    }
    if let Some(error) = file.failure() {
        let failure = Failure::new(error);
        let annotation = Annotation {
            path,
            line: failure.position.map_or(1, |(line, _)| line),
            column: failure.position.map(|(_, column)| column),
            title: "Not analyzed",
        };
        commands += &annotation.command("error", &failure.message);
    }
    commands
}

impl Annotation<'_> {
    /// The command that makes the annotation, as a line. `name` is `error` or `warning`.
    fn command(&self, name: &str, message: &str) -> String {
        let mut command = format!("::{name} file={},line={}", escape_property(self.path), self.line);
        if let Some(column) = self.column {
            let _ = write!(command, ",col={column}");
        }
        let title = escape_property(self.title);
        let _ = writeln!(command, ",title={title}::{}", escape_message(message));
        command
    }
}

/// Escapes a message for GitHub's runner, which reads it up to the end of the line.
fn escape_message(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    one_line(&text).into_owned()
}

/// Escapes the value of a property, which a `:` or `,` would end.
fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

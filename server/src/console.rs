//! What the modes say to people on the standard error, and what commands print.
//!
//! A message may hold names from a repository, so it is escaped here and stays one line. Nothing in it reaches a terminal or
//! a log as a control, and it cannot begin a line that a pipeline takes for a command.
//!
//! Nobody may be listening on the standard error. Unlike `eprintln!`, none of these functions panics if it is closed or full:
//! the report and the exit code stay the same.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use antipasta_rules::config::{Problem, first_of};
use antipasta_rules::escape;
use antipasta_workspace::system_error::{reason, without_numbers};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Says why the run cannot go on.
pub(crate) fn error(message: impl Display) {
    write_line(format_args!(
        "{ERROR}error{ERROR:#}: {}",
        escape::one_line(&without_numbers(&message.to_string()))
    ));
}

/// As [`error`], for a message of which each line is an error, such as the problems of a configuration.
pub(crate) fn errors(message: impl Display) {
    message.to_string().lines().for_each(error);
}

/// As [`error`], for a message of several lines of which those behind the first say more of it. Names are escaped already.
pub(crate) fn error_with_details(message: impl Display) {
    let message = message.to_string();
    let mut lines = message.lines();
    error(lines.next().unwrap_or_default());
    lines.for_each(say);
}

/// Says what the user may want to fix.
pub(crate) fn warning(message: impl Display) {
    write_line(format_args!(
        "{WARNING}warning{WARNING:#}: {}",
        escape::one_line(&without_numbers(&message.to_string()))
    ));
}

/// Warns of the problems of a configuration, as far as they are worth reading.
pub(crate) fn problems(problems: &[Problem]) {
    let (first, more) = first_of(problems);
    first.iter().for_each(warning);
    more.iter().for_each(warning);
}

/// Says something.
pub(crate) fn say(message: impl Display) {
    write_line(escape::whole_line(&message.to_string()));
}

/// Writes a line. Styles are taken out if the standard error is no terminal.
fn write_line(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// A number of something: `counted(1, "file", "files")` is `1 file`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Writes the lines of a command's result to the standard output.
///
/// # Errors
///
/// It cannot be written; why, for people. But whoever reads may leave when they have seen enough.
pub(crate) fn print(text: &str) -> Result<(), String> {
    let lines: String = text
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => format!("{}\n", escape::whole_line(line)),
            None => escape::whole_line(line).into_owned(),
        })
        .collect();
    write_out(&lines)
}

/// Writes a command's result to the standard output, as JSON.
///
/// # Errors
///
/// As [`print()`].
pub(crate) fn print_json(value: &Value) -> Result<(), String> {
    write_out(&escape::json(format!("{value:#}\n")))
}

fn write_out(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| format!("the standard output: {}", reason(&error))),
    }
}

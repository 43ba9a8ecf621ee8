//! Messages for people on the standard error, and what commands print.
//!
//! A message may contain names from a repository, so it is escaped here and stays on one line. No control character in it reaches a
//! terminal or a log, and it cannot begin a line that a pipeline takes for a command.
//!
//! Unlike `eprintln!`, these functions do not panic if the standard error is closed or full: the report and the exit code stay the
//! same.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use serde_json::Value;

use antipasta_rules::config::{Problem, first_of};
use antipasta_rules::escape;
use antipasta_workspace::system_error::without_numbers;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Prints an error: why the run cannot go on.
pub(crate) fn error(message: impl Display) {
    write_line(format_args!(
        "{ERROR}error{ERROR:#}: {}",
        escape::one_line(&without_numbers(&message.to_string()))
    ));
}

/// Prints each line of a message as an error, such as the problems of a configuration.
pub(crate) fn errors(message: impl Display) {
    message.to_string().lines().for_each(error);
}

/// Prints an error whose first line is the message, and whose other lines explain it. Names in it are escaped already.
pub(crate) fn error_with_details(message: impl Display) {
    let message = message.to_string();
    let mut lines = message.lines();
    error(lines.next().unwrap_or_default());
    lines.for_each(say);
}

/// Prints a warning: something that the user may want to fix.
pub(crate) fn warning(message: impl Display) {
    write_line(format_args!(
        "{WARNING}warning{WARNING:#}: {}",
        escape::one_line(&without_numbers(&message.to_string()))
    ));
}

/// Warns of the first problems of a configuration, and says how many more there are.
pub(crate) fn problems(problems: &[Problem]) {
    let (first, more) = first_of(problems);
    first.iter().for_each(warning);
    more.iter().for_each(warning);
}

/// Prints a line for people.
pub(crate) fn say(message: impl Display) {
    write_line(escape::whole_line(&message.to_string()));
}

/// Writes a line. Styles are removed if the standard error is not a terminal.
fn write_line(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// A number of something: `counted(1, "file", "files")` is `1 file`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The message of an error and of its causes: `a.yaml: cannot be written: Permission denied`. A cause that the message before it
/// quotes is not repeated.
pub(crate) fn with_causes(error: &anyhow::Error) -> String {
    let mut causes = error
        .chain()
        .map(|cause| without_numbers(&cause.to_string()).into_owned());
    let mut message = causes.next().unwrap_or_default();
    for cause in causes {
        if !message.contains(&cause) {
            message += &format!(": {cause}");
        }
    }
    message
}

/// Writes the lines of a command's result to the standard output.
///
/// # Errors
///
/// The standard output cannot be written to. A closed pipe is not an error: its reader has seen enough.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let lines: String = text
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => format!("{}\n", escape::whole_line(line)),
            None => escape::whole_line(line).into_owned(),
        })
        .collect();
    print_bytes(lines.as_bytes())
}

/// Writes a command's result to the standard output, as JSON.
///
/// # Errors
///
/// As [`print()`].
pub(crate) fn print_json(value: &Value) -> anyhow::Result<()> {
    print_bytes(escape::json(format!("{value:#}\n")).as_bytes())
}

/// Writes bytes to the standard output as they are.
///
/// # Errors
///
/// As [`print()`].
pub(crate) fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    match io::stdout().write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("the standard output"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn an_error_is_printed_with_its_causes_each_once() {
        let denied = || io::Error::from_raw_os_error(13);
        let reason = without_numbers(&denied().to_string()).into_owned();
        let chain = anyhow::Error::new(denied()).context("a.yaml: cannot be written");
        assert_eq!(with_causes(&chain), format!("a.yaml: cannot be written: {reason}"));
        let quoted = anyhow::Error::new(denied()).context(format!("a.yaml: {}", denied()));
        assert_eq!(with_causes(&quoted), format!("a.yaml: {reason}"));
        assert_eq!(with_causes(&anyhow!("one\ntwo").context("a")), "a: one\ntwo");
    }
}

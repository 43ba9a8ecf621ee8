//! What the modes say to people on the standard error, and what commands print.
//!
//! That nobody hears the former is no reason to fail: unlike `eprintln!`, none of these panics if the standard error is closed or
//! full, so that the report and the exit code are what they would be.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Says why the run cannot go on.
pub fn error(message: impl Display) {
    say(format_args!("{ERROR}error{ERROR:#}: {message}"));
}

/// Writes a command's result to the standard output. Styles are taken out if that is no terminal.
///
/// # Errors
///
/// It cannot be written; why, for people. But whoever reads may leave when they have seen enough.
pub fn print(text: &str) -> Result<(), String> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| format!("the standard output: {error}")),
    }
}

/// Says what the user may want to mend.
pub fn warning(message: impl Display) {
    say(format_args!("{WARNING}warning{WARNING:#}: {message}"));
}

/// Says something, with the end of the line. Styles are taken out if the standard error is no terminal.
pub fn say(message: impl Display) {
    let _ = writeln!(anstream::stderr(), "{message}");
}

//! The headless check: files in, a report out, and a verdict as an exit code.

mod format;
mod json;
mod notices;
mod options;
mod progress;
mod python_json;
mod report;
mod run;
mod statistics;
mod text;

pub use format::OutputFormat;
pub use options::{CheckOptions, Input};
pub use run::{Verdict, run, warm};

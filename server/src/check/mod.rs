//! The headless check: files in, a report out, and a verdict as an exit code.

mod add_ignores;
mod baseline;
mod changed_files;
mod concise;
mod destination;
mod failure;
mod finding;
mod format;
mod github;
mod gitlab;
mod inspection;
mod json;
mod json_lines;
mod junit;
mod markdown;
mod notices;
mod one_line;
mod options;
mod progress;
mod python_json;
mod regression;
mod report;
mod reported_path;
mod risk;
mod run;
mod sarif;
mod statistics;
mod task;
mod text;

pub use baseline::{BaselineOptions, BaselineTask};
pub use destination::{Destination, destinations};
pub use format::OutputFormat;
pub use options::{CheckOptions, Input, OnError};
pub use run::{Verdict, run, warm};

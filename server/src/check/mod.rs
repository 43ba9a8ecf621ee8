//! The headless check: files in, a report out, and a verdict as an exit code.

mod add_ignores;
mod baseline;
mod changed_files;
mod checked_file;
mod inspection;
mod notices;
mod options;
mod progress;
mod regression;
mod risk;
mod run;
mod shard;
mod statistics;
mod task;

pub(crate) use baseline::{BaselineOptions, BaselineTask};
pub(crate) use options::{CheckOptions, Input, OnError};
pub(crate) use run::{run, warm};
pub(crate) use shard::Shard;

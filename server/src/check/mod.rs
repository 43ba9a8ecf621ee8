//! The headless check: it finds files, analyzes and evaluates them, writes reports, and ends with a verdict.

mod add_ignores;
mod baseline;
mod checked_file;
mod checker;
mod context;
mod error;
mod notices;
mod options;
mod output;
mod progress;
mod regression;
mod run;
mod sources;
mod statistics;
mod verdict;

pub(crate) use baseline::{BaselineAction, BaselineOptions};
pub(crate) use options::{CheckOptions, Input, OnError};
pub(crate) use run::{run, warm};
pub(crate) use sources::Shard;

//! Commands beside the check.

mod config;

pub use config::ConfigCommand;

//! Commands beside the check.

mod cache;
mod config;
mod merge;

pub use cache::{CacheCommand, CacheFormat};
pub use config::ConfigCommand;
pub use merge::MergeCommand;

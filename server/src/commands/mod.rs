//! Commands beside the check.

mod cache;
mod config;

pub use cache::{CacheCommand, CacheFormat};
pub use config::ConfigCommand;

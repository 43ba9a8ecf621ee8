//! Commands beside the check.

mod cache;
mod config;
mod hook;

pub use cache::{CacheCommand, CacheFormat};
pub use config::ConfigCommand;
pub use hook::HookCommand;

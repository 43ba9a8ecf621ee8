//! Commands beside the check.

mod cache;
mod config;
mod hook;
mod merge;
mod verify;

pub use cache::{CacheCommand, CacheFormat};
pub use config::ConfigCommand;
pub use hook::HookCommand;
pub use merge::MergeCommand;
pub use verify::VerifyCommand;

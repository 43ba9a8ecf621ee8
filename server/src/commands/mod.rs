//! Commands beside the check.

mod cache;
mod config;
mod hook;
mod verify;

pub use cache::{CacheCommand, CacheFormat};
pub use config::ConfigCommand;
pub use hook::HookCommand;
pub use verify::VerifyCommand;

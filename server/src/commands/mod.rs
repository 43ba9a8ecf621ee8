//! The commands besides the check.

mod cache;
mod config;
mod hook;
mod merge;
mod verify;

pub(crate) use cache::{CacheCommand, CacheFormat};
pub(crate) use config::ConfigCommand;
pub(crate) use hook::HookCommand;
pub(crate) use merge::MergeCommand;
pub(crate) use verify::VerifyCommand;

//! The language server.

pub mod command;
pub mod convert;
pub mod definitions;
pub mod diagnostics;
pub mod documentation;
pub mod features;
pub mod snapshot;

//! The language server: what an editor sees of the metrics while one types.
//!
//! Messages come in by [`serve`] and [`intake`]. What changes a document is done at once and in order; everything else is
//! for tower-lsp to hand to the [`server`]. Each [open document](open_document) has a task that [attends](attendance) to
//! it, and makes a [`snapshot`] of every revision of the text that it gets to see. The [`features`] are functions of such
//! snapshots.

mod attendance;
pub mod client_support;
pub mod command;
mod commands;
mod configuration_problems;
mod configurations;
pub mod convert;
pub mod definitions;
pub mod diagnostics;
pub mod features;
mod folder_watcher;
mod intake;
mod logging;
mod open_document;
mod outbox;
mod parent;
mod patience;
mod progress;
mod pulling;
mod scan;
mod scan_cache;
mod serve;
mod server;
mod session;
pub mod settings;
pub mod snapshot;
mod spelling;
mod survey;
mod trace;
pub mod transport;
mod trees;
mod underway;
mod watching;
pub mod workspace;

pub use serve::{Connection, serve};

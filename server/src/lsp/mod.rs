//! The language server: what an editor sees of the metrics while one types.
//!
//! Messages come in by the [`protocol`]. What changes a document is done at once and in order; tower-lsp hands everything else to
//! the handlers of the [`requests`], or to the [`server`]. Each open [document](documents) has a task, which makes a
//! [snapshot](documents::snapshot) of every revision of the text that it gets to see. The [`features`] are functions of such
//! snapshots. The [`workspace`] knows folders, configurations and files that are not open.

mod commands;
mod documents;
mod features;
mod protocol;
mod requests;
mod server;
mod session;
mod settings;
mod workspace;

pub(crate) use protocol::serve::{Connection, serve};

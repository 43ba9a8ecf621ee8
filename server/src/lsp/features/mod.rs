//! What an editor can ask of a document: one file for each request. Each is a function of a [snapshot](super::snapshot).

pub mod code_actions;
pub mod edits;

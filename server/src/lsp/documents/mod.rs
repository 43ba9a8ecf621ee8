//! Open documents: each has a [task](document_task) that follows its edits and publishes what became of its violations.

pub mod definitions;
pub mod diagnostics;
pub mod document_task;
pub mod open_document;
pub mod pull_diagnostics;
pub mod snapshot;
pub mod syntax_trees;

//! Open documents: each has a [task](document_task) that follows its edits and publishes what became of its violations.

pub(super) mod definitions;
pub(super) mod diagnostics;
pub(super) mod document_task;
pub(super) mod open_document;
pub(super) mod pull_diagnostics;
pub(super) mod snapshot;
pub(super) mod syntax_trees;

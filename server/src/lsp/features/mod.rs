//! What an editor can ask of a document: one file for each request. Each is a function of a [snapshot](super::documents::snapshot).
//!
//! What several of them need is in [`outline`] (which functions and classes there are, and where), [`judged_values`] (their
//! values held against thresholds), [`page::cost_lines`] (which lines add what), [`page::methods`] (what a class consists of) and [`page`]
//! (how text for people is laid out).

pub(super) mod code_actions;
pub(super) mod code_lens;
pub(super) mod document_symbols;
pub(super) mod edits;
pub(super) mod explanation;
pub(super) mod hover;
pub(super) mod inlay_hints;
pub(super) mod judged_values;
pub(super) mod line_costs;
pub(super) mod metrics_request;
pub(super) mod outline;
pub(super) mod page;
pub(super) mod report;
pub(super) mod workspace_metrics;

#[cfg(test)]
mod testing;

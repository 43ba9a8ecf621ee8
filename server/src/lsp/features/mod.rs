//! What an editor can ask of a document: one file for each request. Each is a function of a [snapshot](super::snapshot).
//!
//! What several of them need is in [`outline`] (which functions and classes there are, and where), [`judged_values`] (their
//! values held against thresholds), [`page::cost_lines`] (which lines add what), [`page::methods`] (what a class consists of) and [`page`]
//! (how text for people is laid out).

pub mod code_actions;
pub mod code_lens;
pub mod document_symbols;
pub mod edits;
pub mod explanation;
pub mod hover;
pub mod inlay_hints;
pub mod judged_values;
pub mod metrics_request;
pub mod outline;
pub mod page;
pub mod report;
pub mod workspace_metrics;

#[cfg(test)]
mod testing;

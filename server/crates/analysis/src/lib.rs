//! From bytes and edits to metrics.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod analyze;
pub mod cache;
mod in_flight;
mod read_through;

pub use analyze::{Analysis, AnalysisError, Phases, analyze_bytes, analyze_file, read_text, within_limit};
pub use read_through::{Origin, ReadThrough};

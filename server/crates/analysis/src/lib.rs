//! From bytes and edits to metrics.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod analyse;
pub mod cache;
mod in_flight;
mod read_through;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file, read_text, within_limit};
pub use read_through::{Origin, ReadThrough};

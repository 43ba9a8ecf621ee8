//! From bytes and edits to metrics.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod analyse;
pub mod cache;
mod in_flight;
mod pool;
mod read_through;
mod timed;
mod workers;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file, read_text, within_limit};
pub use pool::{Pool, PoolError};
pub use read_through::{Origin, ReadThrough};
pub use timed::{Ended, TimeLimits, map_in_time};
pub use workers::{Panicked, Workers};

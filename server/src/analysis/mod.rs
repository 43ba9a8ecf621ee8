//! From bytes and edits to metrics.

mod analyse;
mod document;
mod pool;
mod workers;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file, read_text};
pub use document::{Document, MeasuredUnit};
pub use pool::{Pool, PoolError};
pub use workers::{Panicked, Workers};

//! From bytes and edits to metrics.

mod analyse;
mod document;
mod pool;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file};
pub use document::{Document, MeasuredUnit};
pub use pool::{Pool, PoolError};

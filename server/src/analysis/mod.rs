//! From bytes and edits to metrics.

mod analyse;
mod document;
mod pool;
mod read_through;
mod workers;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file, read_text};
pub use document::{Document, MeasuredUnit};
pub use pool::{Pool, PoolError};
pub use read_through::{Origin, analyse_bytes_through, analyse_file_through, recall};
pub use workers::{Panicked, Workers};

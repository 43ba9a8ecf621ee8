//! From the bytes of files to their metrics.

mod analyse;
mod pool;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file};
pub use pool::{Pool, PoolError};

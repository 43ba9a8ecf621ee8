//! From bytes and edits to metrics.

mod analyse;
mod definition;
mod document;
mod ignore_comment;
mod in_flight;
mod pool;
mod read_through;
mod timed;
mod workers;

pub use analyse::{Analysis, AnalysisError, Phases, analyse_bytes, analyse_file, read_text, within_limit};
pub use definition::{Definition, definition_on_line, definitions};
pub use document::{Document, MeasuredUnit};
pub use ignore_comment::ignore_comment;
pub use pool::{Pool, PoolError};
pub use read_through::{Origin, ReadThrough};
pub use timed::{Ended, TimeLimits, map_in_time};
pub use workers::{Panicked, Workers};

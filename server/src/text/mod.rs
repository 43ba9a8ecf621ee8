//! Lines and positions.

mod line_index;

pub use line_index::LineIndex;

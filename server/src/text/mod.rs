//! Text and the places in it.

mod line_index;
mod python_float;

pub use line_index::LineIndex;
pub use python_float::{python_float, with_python_float};

//! Text and the places in it.

mod edit;
mod line_index;
mod lines;
mod position;
mod python_float;

pub use edit::{Edit, LineCol, replace};
pub use line_index::LineIndex;
pub use lines::{IndexedText, Lines};
pub use position::{Position, PositionEncoding};
pub use python_float::{python_float, with_python_float};

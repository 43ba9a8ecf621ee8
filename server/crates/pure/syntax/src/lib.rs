//! Source text to syntax: decoding, parsing, and the units that a file consists of.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod conflict_marker;
mod decoding;
mod diagnosis;
mod encoding_names;
mod nesting_limit;
mod parsing;
mod stack;
mod strictness;
mod teardown;
pub mod text;
mod tree;
pub mod units;
pub mod work;
mod work_limit;

pub use conflict_marker::is_conflict_marker;
pub use decoding::{DecodeError, decode};
pub use parsing::{MAX_BYTES, Source, SyntaxError, parse};
pub use stack::with_room;
pub use tree::{SyntaxTree, TreeParser, WindowUnits};
pub use work_limit::WorkLimit;

//! Documents as they were written: [nodes](Node) with their places, from YAML or from TOML.

mod node;
pub(super) mod pyproject;
pub(super) mod yaml;
mod yaml_scalar;

pub use node::Position;
pub(super) use node::{Node, Value};

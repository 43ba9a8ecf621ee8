//! Which files to look at.

mod find;
mod patterns;

pub use find::{Discovered, DiscoveryError, File, discover};
pub use patterns::Patterns;

//! Configuration, and from rows of metrics and thresholds to violations. Pure: no file, no clock, no environment.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod config;
pub mod escape;
pub mod violations;

//! Configuration and the evaluation of metrics by thresholds. Pure: reads no file, no clock and no environment.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod config;
pub mod escape;
pub mod violations;

//! Tests of the library as a whole. One crate, so that it is linked once.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read what they have written, and fixtures"
)]

mod costs;
mod forms;
mod fuzz;
mod hostile_input;
mod incremental;
mod linear;
mod newer_syntax;
mod recorded;
mod support;
mod units;

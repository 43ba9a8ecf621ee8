//! Tests of the library as a whole. One crate, so that it is linked once.

mod hostile_input;
mod incremental;
mod recorded;
mod support;
mod units;

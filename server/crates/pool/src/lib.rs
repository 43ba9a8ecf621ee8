//! Threads that analyze.
//!
//! All parallel work of the program goes through a [`Pool`]: work that a task awaits, a map over items that are known, and a map
//! over items while they are being found. [`Pool::map_within`] is the one that can leave work behind.

// Tests read what the system says of a thread.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod locks;
mod map;
mod pool;
mod stream;
mod within;

pub use pool::{Panicked, Pool, PoolError, Priority};
pub use within::{Ended, TimeLimits};

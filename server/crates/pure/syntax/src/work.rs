//! Counts work, for tests that hold what something costs against its length. Times would depend on the machine.
//!
//! Nothing is counted in a release build.

use std::cell::Cell;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Notes that bytes, nodes or units were looked at on this thread, so many of them.
pub fn note(count: usize) {
    if cfg!(debug_assertions) {
        DONE.set(DONE.get() + count as u64);
    }
}

/// How much work was noted on this thread so far.
pub fn done() -> u64 {
    DONE.get()
}

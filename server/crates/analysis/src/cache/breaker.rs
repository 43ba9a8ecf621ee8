//! When to give up.

use std::sync::atomic::{AtomicU32, Ordering};

/// So many failures in a row are no accident.
const PATIENCE: u32 = 3;

/// Stops the use of what keeps failing.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: AtomicU32,
}

impl Breaker {
    /// Whether it has failed too often.
    pub(super) fn is_open(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= PATIENCE
    }

    /// Notes that it worked. Once given up, it stays so.
    pub(super) fn succeeded(&self) {
        if !self.is_open() {
            self.failures.store(0, Ordering::Relaxed);
        }
    }

    /// Notes that it failed.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives up at once.
    pub(super) fn trip(&self) {
        self.failures.fetch_max(PATIENCE, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_stays_open() {
        let breaker = Breaker::default();
        for _ in 0..10 {
            breaker.failed();
            breaker.failed();
            breaker.succeeded();
        }
        assert!(!breaker.is_open());
        (0..PATIENCE).for_each(|_| breaker.failed());
        assert!(breaker.is_open());
        breaker.succeeded();
        assert!(breaker.is_open());
    }
}

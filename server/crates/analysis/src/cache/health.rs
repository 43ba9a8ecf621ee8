//! How the cache of a process fares.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::breaker::Breaker;
use super::database::Fault;
use antipasta_pool::locks::lock;

/// How the cache of a process fares, as its threads tell each other.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Whether to go on reading.
    pub reading: Breaker,
    /// Whether to go on writing.
    pub writing: Breaker,
    needs_reset: AtomicBool,
    trouble: Mutex<Option<String>>,
}

impl Health {
    /// Notes trouble, for people. Only the first counts: what follows mostly follows from it.
    pub(super) fn note(&self, trouble: String) {
        lock(&self.trouble).get_or_insert(trouble);
    }

    /// The trouble there was, if it was not taken before.
    pub(super) fn take_trouble(&self) -> Option<String> {
        lock(&self.trouble).take()
    }

    /// Notes that reading has failed. What is damaged is not read any more, and to be made anew by whoever writes next.
    pub(super) fn could_not_read(&self, error: &rusqlite::Error) {
        self.note(format!(
            "it cannot be read ({error}); what it does not know is analyzed"
        ));
        if Fault::of(error) == Fault::Damaged {
            self.needs_reset.store(true, Ordering::Relaxed);
            self.reading.trip();
        } else {
            self.reading.failed();
        }
    }

    /// Whether the file is to be made anew; asked by whoever does so.
    pub(super) fn take_needs_reset(&self) -> bool {
        self.needs_reset.swap(false, Ordering::Relaxed)
    }
}

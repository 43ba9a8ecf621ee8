//! Contents that are being analyzed just now, so that no thread analyzes what another is about to know.

use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use crate::cache::{ContentKey, Known};
use antipasta_pool::locks::lock;

/// What will be known of a content; `None` once it is clear that it will not be.
type Awaited = OnceLock<Option<Known>>;

/// The contents that are being analyzed.
#[derive(Default)]
pub(crate) struct InFlight {
    contents: Mutex<FxHashMap<ContentKey, Arc<Awaited>>>,
}

impl InFlight {
    /// Analyzes a content, unless another thread is at it: then waits for what comes of that. `analyze` returns what there is to
    /// know for others; it must not wait for the thread that calls this.
    pub(crate) fn once(&self, key: ContentKey, analyze: impl FnOnce() -> Option<Known>) -> Option<Known> {
        let result = Arc::clone(lock(&self.contents).entry(key).or_default());
        // Should it panic, one of those who wait tries as well.
        let known = result.get_or_init(analyze).clone();
        let mut contents = lock(&self.contents);
        // Whoever asks from now on is to look in the cache again.
        if contents.get(&key).is_some_and(|present| Arc::ptr_eq(present, &result)) {
            contents.remove(&key);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;
    use antipasta_metrics::Finding;
    use antipasta_metrics::measure;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    /// What is known of a content.
    fn known(key: ContentKey) -> Option<Known> {
        let metrics = measure("x = 1\n").unwrap();
        Cache::in_memory()
            .unwrap()
            .remember_content(key, Finding::Metrics(&metrics))
    }

    #[test]
    fn what_is_in_flight_is_analyzed_once() {
        const THREADS: usize = 8;
        let in_flight = InFlight::default();
        let (key, other) = (ContentKey::of(b"x = 1\n"), ContentKey::of(b"x = 2\n"));
        let analyses = AtomicUsize::new(0);
        let all_have_asked = || lock(&in_flight.contents).get(&key).map(Arc::strong_count) == Some(THREADS + 1);
        let analyze = || {
            analyses.fetch_add(1, Ordering::Relaxed);
            while !all_have_asked() {
                thread::yield_now();
            }
            known(key)
        };
        thread::scope(|scope| {
            let threads = [(); THREADS].map(|()| scope.spawn(|| in_flight.once(key, analyze)));
            for thread in threads {
                assert!(thread.join().unwrap().is_some());
            }
        });
        assert_eq!(analyses.into_inner(), 1);
        assert!(in_flight.once(other, || None).is_none());
        assert!(lock(&in_flight.contents).is_empty(), "nothing is kept");
    }

    #[test]
    fn a_panic_leaves_the_content_to_the_next() {
        let in_flight = InFlight::default();
        let key = ContentKey::of(b"");
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| in_flight.once(key, || panic!())));
        assert!(panicked.is_err());
        assert!(in_flight.once(key, || known(key)).is_some());
        assert!(lock(&in_flight.contents).is_empty());
    }
}

//! A map over items while more of them are being found.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use super::locks::{into_inner, lock};
use super::pool::Pool;

/// So many items are handed over at once: enough to be worth a thread.
const BATCH: usize = 64;

impl Pool {
    /// The results of an iterator's items, in their order. This thread iterates, and works when it has found the last item;
    /// meanwhile the threads of the pool work. `worker` makes what works, once for each thread, on that thread. Few items use no
    /// other thread than this one.
    ///
    /// # Panics
    ///
    /// A worker panics.
    pub fn map_stream<T: Send, R: Send, W: FnMut(T) -> Option<R>>(
        &self,
        items: impl Iterator<Item = T>,
        worker: impl Fn() -> W + Sync,
    ) -> Vec<R> {
        let mut items = items.peekable();
        let first: Vec<T> = items.by_ref().take(BATCH).collect();
        let is_worth_threads = self.most > 1 && items.peek().is_some();
        // Threads that cannot be started are done without.
        let threads = is_worth_threads.then(|| self.threads(self.most).ok()).flatten();
        let Some(threads) = threads else {
            return first.into_iter().chain(items).filter_map(worker()).collect();
        };
        let (sender, receiver) = channel();
        let batches = Mutex::new(receiver);
        let results = Mutex::new(Vec::new());
        let work = || work_off(&batches, &results, worker());
        threads.in_place_scope(|scope| {
            let mut number = 0;
            let mut batch = first;
            loop {
                // The receiver lives as long as the scope.
                let _ = sender.send(Batch { number, items: batch });
                number += 1;
                if number < self.most {
                    scope.spawn(|_| work());
                }
                batch = items.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    break;
                }
            }
            drop(sender);
            work();
        });
        let mut results = into_inner(results);
        results.sort_unstable_by_key(|batch| batch.number);
        results.into_iter().flat_map(|batch| batch.items).collect()
    }
}

/// Items that are handed over at once, or their results.
struct Batch<T> {
    /// How many batches were before it.
    number: usize,
    items: Vec<T>,
}

/// Works on batches until the last is taken.
fn work_off<T, R>(
    batches: &Mutex<Receiver<Batch<T>>>,
    results: &Mutex<Vec<Batch<R>>>,
    mut work: impl FnMut(T) -> Option<R>,
) {
    loop {
        // One thread waits for the next batch and the others for that thread. Nobody holds the lock while working.
        let next = lock(batches).recv();
        let Ok(Batch { number, items }) = next else {
            return;
        };
        let items = items.into_iter().filter_map(&mut work).collect();
        lock(results).push(Batch { number, items });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Priority;
    use std::collections::BTreeSet;
    use std::thread;

    fn pool(most: usize) -> Pool {
        Pool::new("test", most, Priority::Interactive)
    }

    #[test]
    fn results_are_in_order_and_few_items_start_no_thread() {
        for (most, items) in [(1, 1000), (4, 1000), (4, BATCH), (4, BATCH + 1), (4, 3), (0, 0)] {
            let workers = Mutex::new(BTreeSet::new());
            let results = pool(most).map_stream(0..items, || {
                workers.lock().unwrap().insert(format!("{:?}", thread::current().id()));
                |item| (item % 3 != 0).then_some(item * 10)
            });
            let expected = (0..items).filter(|item| item % 3 != 0).map(|item| item * 10);
            assert!(results.into_iter().eq(expected));
            let workers = workers.into_inner().unwrap().len();
            assert!(workers <= most.max(1) && (items > BATCH || workers == 1), "{workers}");
        }
    }

    #[test]
    fn a_thread_of_the_pool_can_map() {
        let pool = pool(2);
        let results = pool
            .threads(2)
            .unwrap()
            .install(|| pool.map_stream(0..1000, || |item| Some(item)));
        assert!(results.into_iter().eq(0..1000));
    }

    #[test]
    #[should_panic(expected = "item != 7")]
    fn a_panic_is_passed_on() {
        pool(2).map_stream(0..1000, || {
            |item| {
                assert!(item != 7);
                Some(item)
            }
        });
    }
}

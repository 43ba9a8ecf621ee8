//! Work that is found bit by bit, and shared out to threads while more of it is being found.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::locks::lock;

/// So many items are handed over at once: enough to be worth a thread.
const BATCH: usize = 64;

/// What comes of the items of an iterator, in their order. This thread iterates, and works when there is no more to find;
/// meanwhile up to `jobs` - 1 others work. What works comes from `worker`, once for each thread, on that thread. Few items start
/// no thread.
pub(super) fn hand_out<T: Send, R: Send, W: FnMut(T) -> Option<R>>(
    items: impl Iterator<Item = T>,
    jobs: usize,
    worker: impl Fn() -> W + Sync,
) -> Vec<R> {
    let (sender, receiver) = channel();
    let batches = Mutex::new(receiver);
    let done = Mutex::new(Vec::new());
    let work = || work_off(&batches, &done, worker());
    thread::scope(|scope| {
        let mut full = 0;
        let mut batch = Vec::with_capacity(BATCH);
        for item in items {
            batch.push(item);
            if batch.len() == BATCH {
                let items = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                // The receiver is there until the end.
                let _ = sender.send(Batch { number: full, items });
                full += 1;
                if full < jobs {
                    // A thread that cannot be started is done without.
                    let _ = thread::Builder::new().spawn_scoped(scope, work);
                }
            }
        }
        let _ = sender.send(Batch {
            number: full,
            items: batch,
        });
        drop(sender);
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|batch| batch.number);
    done.into_iter().flat_map(|batch| batch.items).collect()
}

/// Items that are handed over at once, or what came of them.
struct Batch<T> {
    /// How many were before it.
    number: usize,
    items: Vec<T>,
}

/// Works on batches until there are no more and will be no more.
fn work_off<T, R>(
    batches: &Mutex<Receiver<Batch<T>>>,
    done: &Mutex<Vec<Batch<R>>>,
    mut work: impl FnMut(T) -> Option<R>,
) {
    loop {
        // One waits for the next batch, and the others for that one: the lock is not held while working.
        let Ok(Batch { number, items }) = lock(batches).recv() else {
            return;
        };
        let items = items.into_iter().filter_map(&mut work).collect();
        lock(done).push(Batch { number, items });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn results_are_in_order_and_few_items_start_no_thread() {
        for (jobs, items) in [(1, 1000), (4, 1000), (4, BATCH), (4, 3), (0, 0)] {
            let workers = Mutex::new(BTreeSet::new());
            let results = hand_out(0..items, jobs, || {
                workers.lock().unwrap().insert(format!("{:?}", thread::current().id()));
                |item| (item % 3 != 0).then_some(item * 10)
            });
            let expected = (0..items).filter(|item| item % 3 != 0).map(|item| item * 10);
            assert!(results.into_iter().eq(expected));
            let workers = workers.into_inner().unwrap().len();
            assert!(workers <= jobs.max(1) && (items >= BATCH || workers == 1), "{workers}");
        }
    }

    #[test]
    #[should_panic(expected = "item != 7")]
    fn a_panic_is_passed_on() {
        hand_out(0..1000, 2, || {
            |item| {
                assert!(item != 7);
                Some(item)
            }
        });
    }
}

//! Work that is found bit by bit, and shared out to threads while more of it is being found.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::locks::lock;

/// So many items are handed over at once: enough to be worth a thread.
const BATCH: usize = 64;

/// Works on each item of an iterator, in no order. This thread iterates, and works when there is no more to find; meanwhile up to
/// `jobs` - 1 others work. What works comes from `worker`, once for each thread, on that thread. Few items start no thread.
pub fn hand_out<T: Send, W: FnMut(T)>(items: impl Iterator<Item = T>, jobs: usize, worker: impl Fn() -> W + Sync) {
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let work = || work_off(&receiver, worker());
    thread::scope(|scope| {
        let mut batch = Vec::with_capacity(BATCH);
        let mut threads = 1;
        for item in items {
            batch.push(item);
            if batch.len() == BATCH {
                // The receiver is there until the end.
                let _ = sender.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)));
                // A thread that cannot be started is done without.
                if threads < jobs && thread::Builder::new().spawn_scoped(scope, work).is_ok() {
                    threads += 1;
                }
            }
        }
        let _ = sender.send(batch);
        drop(sender);
        work();
    });
}

/// Works on batches until there are no more and will be no more.
fn work_off<T>(batches: &Mutex<Receiver<Vec<T>>>, mut work: impl FnMut(T)) {
    loop {
        // One waits for the next batch, and the others for that one: the lock is not held while working.
        let Ok(batch) = lock(batches).recv() else {
            return;
        };
        batch.into_iter().for_each(&mut work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_item_is_worked_on_once() {
        for (jobs, items) in [(1, 1000), (4, 1000), (4, BATCH), (4, 3), (0, 0)] {
            let done = Mutex::new(Vec::new());
            let workers = Mutex::new(BTreeSet::new());
            hand_out(0..items, jobs, || {
                workers.lock().unwrap().insert(format!("{:?}", thread::current().id()));
                |item| done.lock().unwrap().push(item)
            });
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            assert!(done.into_iter().eq(0..items));
            let workers = workers.into_inner().unwrap().len();
            assert!(workers <= jobs.max(1) && (items >= BATCH || workers == 1), "{workers}");
        }
    }

    #[test]
    #[should_panic]
    fn a_panic_is_passed_on() {
        hand_out(0..1000, 2, || |item| assert!(item != 7, "item {item}"));
    }
}

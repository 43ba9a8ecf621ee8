//! A map in a limited time: what takes too long is left behind.
//!
//! Neither the parser nor the walk can be asked to stop, and no thread can be made to. So these threads own what they work
//! with. Nobody waits for a thread that takes too long; another takes its place, and both end with the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};
use std::{io, mem};

use rustc_hash::FxHashMap;

use super::pool::{Pool, PoolError, message_of};

/// How long work may take.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimits {
    /// When all of it ends.
    pub deadline: Instant,
    /// How long one item may take.
    pub each: Duration,
}

/// How the work on one item ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended<R> {
    /// With a result.
    Done(R),
    /// It panicked; the message is the panic's.
    Panicked(String),
    /// It took too long.
    GivenUp,
    /// The time was up before it was begun, or before it was done.
    OutOfTime,
}

impl Pool {
    /// Does `work` for the items with the numbers in `order`, which has each of `0..order.len()` once, in that order. Each thread
    /// has a buffer, which its calls share. Gives how the work on each item ended, by number.
    ///
    /// These threads are none of the pool's, but as many; one that has to be left behind must not be missed later.
    ///
    /// # Errors
    ///
    /// The system refuses to start a thread.
    pub fn map_within<R: Send + 'static>(
        &self,
        order: Vec<usize>,
        limits: TimeLimits,
        work: impl Fn(usize, &mut Vec<u8>) -> R + Send + Sync + 'static,
        mut on_end: impl FnMut(),
    ) -> Result<Vec<Ended<R>>, PoolError> {
        let (sender, receiver) = mpsc::channel();
        let mut ended: Vec<_> = order.iter().map(|_| Ended::OutOfTime).collect();
        let threads = self.most.min(order.len());
        let queue = Arc::new(Queue {
            order,
            next: AtomicUsize::new(0),
            deadline: limits.deadline,
            work,
        });
        let start = |number| Worker::start(number, self, &queue, &sender);
        let mut workers = (0..threads).map(start).collect::<io::Result<Vec<_>>>()?;
        let mut working = threads;
        let mut running: FxHashMap<usize, (usize, Instant)> = FxHashMap::default();
        while working > 0 {
            let next_limit = running.values().map(|(_, begun)| *begun + limits.each).min();
            let wake = next_limit.map_or(limits.deadline, |limit| limit.min(limits.deadline));
            match receiver.recv_timeout(wake.saturating_duration_since(Instant::now())) {
                Ok(Message::Begun(worker, item)) => {
                    running.insert(worker, (item, Instant::now()));
                }
                Ok(Message::Done(worker, item, result)) => {
                    // The result of a worker that was given up comes too late.
                    if running.remove(&worker).is_some() {
                        ended[item] = result.map_or_else(Ended::Panicked, Ended::Done);
                        on_end();
                    }
                }
                Ok(Message::Left(worker)) => working -= usize::from(!workers[worker].is_given_up()),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= limits.deadline => break,
                Err(RecvTimeoutError::Timeout) => {
                    let is_late = |(_, begun): &(usize, Instant)| begun.elapsed() >= limits.each;
                    let late: Vec<_> = running
                        .iter()
                        .filter(|(_, run)| is_late(run))
                        .map(|(worker, _)| *worker)
                        .collect();
                    for worker in late {
                        if let Some((item, _)) = running.remove(&worker) {
                            ended[item] = Ended::GivenUp;
                            on_end();
                        }
                        workers[worker].give_up();
                        workers.push(start(workers.len())?);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // Results that came just in time.
        for message in receiver.try_iter() {
            if let Message::Done(worker, item, result) = message
                && running.remove(&worker).is_some()
            {
                ended[item] = result.map_or_else(Ended::Panicked, Ended::Done);
            }
        }
        Ok(ended)
    }
}

/// What all workers share.
struct Queue<W> {
    order: Vec<usize>,
    next: AtomicUsize,
    deadline: Instant,
    work: W,
}

/// What a worker says, by its number.
enum Message<R> {
    Begun(usize, usize),
    Done(usize, usize, Result<R, String>),
    /// It has nothing more to do.
    Left(usize),
}

/// A thread, as it is seen from outside.
struct Worker {
    is_given_up: Arc<AtomicBool>,
}

impl Worker {
    fn start<R: Send + 'static, W>(
        number: usize,
        pool: &Pool,
        queue: &Arc<Queue<W>>,
        sender: &Sender<Message<R>>,
    ) -> io::Result<Self>
    where
        W: Fn(usize, &mut Vec<u8>) -> R + Send + Sync + 'static,
    {
        let is_given_up = Arc::new(AtomicBool::new(false));
        let (queue, sender, ends) = (Arc::clone(queue), sender.clone(), Arc::clone(&is_given_up));
        thread::Builder::new()
            .name(format!("{}-within-{number}", pool.name))
            .spawn(move || {
                queue.work(number, &sender, &ends);
                // If nobody listens, the time is up.
                let _ = sender.send(Message::Left(number));
            })?;
        Ok(Self { is_given_up })
    }

    fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }

    fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
    }
}

impl<W> Queue<W> {
    fn work<R>(&self, number: usize, sender: &Sender<Message<R>>, is_given_up: &AtomicBool)
    where
        W: Fn(usize, &mut Vec<u8>) -> R,
    {
        let mut buffer = Vec::new();
        while !is_given_up.load(Ordering::Relaxed)
            && Instant::now() < self.deadline
            && let Some(&item) = self.order.get(self.next.fetch_add(1, Ordering::Relaxed))
        {
            if sender.send(Message::Begun(number, item)).is_err() {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(|| (self.work)(item, &mut buffer)));
            if result.is_err() {
                // What the panic left behind is not to be trusted.
                drop(mem::take(&mut buffer));
            }
            let result = result.map_err(|panic| message_of(&*panic));
            if sender.send(Message::Done(number, item, result)).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Priority;
    use std::sync::Mutex;

    fn pool(most: usize) -> Pool {
        Pool::new("test", most, Priority::Interactive)
    }

    const LONG: Duration = Duration::from_secs(1000);

    fn limits(all: Duration, each: Duration) -> TimeLimits {
        TimeLimits {
            deadline: Instant::now() + all,
            each,
        }
    }

    #[test]
    fn all_is_done_in_order_if_there_is_time() {
        let begun = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&begun);
        let work = move |item: usize, _: &mut Vec<u8>| {
            seen.lock().unwrap().push(item);
            assert_ne!(item, 1, "on purpose");
            item * 10
        };
        let mut count = 0;
        let ended = pool(1)
            .map_within(vec![2, 0, 1], limits(LONG, LONG), work, || count += 1)
            .unwrap();
        assert_eq!(*begun.lock().unwrap(), [2, 0, 1]);
        assert_eq!((&ended[0], &ended[2], count), (&Ended::Done(0), &Ended::Done(20), 3));
        assert!(matches!(&ended[1], Ended::Panicked(message) if message.contains("on purpose")));
    }

    #[test]
    fn what_takes_too_long_is_given_up_and_the_others_are_done() {
        let (never, waiting) = mpsc::channel::<()>();
        let waiting = Mutex::new(waiting);
        let work = move |item: usize, _: &mut Vec<u8>| {
            if item == 0 {
                let _ = waiting.lock().unwrap().recv();
            }
            item
        };
        let ended = pool(1)
            .map_within(vec![0, 1, 2], limits(LONG, Duration::from_secs(20)), work, || {})
            .unwrap();
        assert_eq!(ended, [Ended::GivenUp, Ended::Done(1), Ended::Done(2)]);
        drop(never);
    }

    #[test]
    fn nothing_is_begun_when_the_time_is_up() {
        let ended = pool(4).map_within(
            vec![0, 1],
            limits(Duration::ZERO, LONG),
            |item, _: &mut Vec<u8>| item,
            || {},
        );
        assert_eq!(ended.unwrap(), [Ended::OutOfTime, Ended::OutOfTime]);
    }
}

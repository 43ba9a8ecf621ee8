//! A pool of threads, and work that tasks await.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use thread_priority::{ThreadPriority, ThreadPriorityValue};
use tokio::sync::{Semaphore, oneshot};

/// How much of a busy processor the threads of a pool get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// As much as any other program: somebody waits for the result.
    Interactive,
    /// Less than other programs, but never nothing: the lowest priority would have the threads wait for as long as anything
    /// else computes. On Linux it is the nice value 5, which is a quarter of a processor beside a program that always computes.
    Background,
}

/// A thread costs more to start than it brings for less than this many bytes of source.
const BYTES_WORTH_A_THREAD: u64 = 256 << 10;

/// Threads that start at the first use of the pool, and end when the pool is dropped.
pub struct Pool {
    pub(crate) name: &'static str,
    pub(crate) most: usize,
    priority: Priority,
    threads: OnceLock<rayon::ThreadPool>,
    /// A permit for each thread that may do long work: all threads but one.
    for_long_work: Arc<Semaphore>,
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// Those of the pool.
    #[error("cannot start the threads of the analysis: {0}")]
    Pool(#[from] rayon::ThreadPoolBuildError),
    /// One that works with a time limit.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// The work panicked; the message is the panic's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("internal error, please report it: {0}")]
pub struct Panicked(pub String);

impl Pool {
    /// A pool of at most `most` threads, and at least one. Debuggers show `name`.
    pub fn new(name: &'static str, most: usize, priority: Priority) -> Self {
        Self {
            name,
            most: most.max(1),
            priority,
            threads: OnceLock::new(),
            for_long_work: Arc::new(Semaphore::new(most.saturating_sub(1).max(1))),
        }
    }

    /// Starts as many threads as this many bytes of source are worth, if none are running. Without it, the first use starts all.
    ///
    /// # Errors
    ///
    /// The system refuses to start them.
    pub fn start(&self, bytes: u64) -> Result<(), PoolError> {
        let worth = usize::try_from(bytes / BYTES_WORTH_A_THREAD).unwrap_or(usize::MAX);
        self.threads(worth).map(drop)
    }

    /// How many threads are running.
    pub fn running(&self) -> usize {
        self.threads.get().map_or(0, rayon::ThreadPool::current_num_threads)
    }

    /// The threads. If none are running, so many are started, within the limits of the pool.
    pub(crate) fn threads(&self, count: usize) -> Result<&rayon::ThreadPool, PoolError> {
        if let Some(threads) = self.threads.get() {
            return Ok(threads);
        }
        let (name, priority) = (self.name, self.priority);
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(count.clamp(1, self.most))
            .thread_name(move |index| format!("{name}-{index}"))
            .start_handler(move |_| set_priority(priority))
            .build()?;
        Ok(self.threads.get_or_init(|| threads))
    }

    /// Has a thread do `work`, after all that was asked for before. Dropping the future does not stop it.
    ///
    /// # Errors
    ///
    /// The work panicked. The threads are none the worse for it. Or they could not be started.
    pub async fn run<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Panicked> {
        let threads = self.threads(self.most).map_err(|error| Panicked(error.to_string()))?;
        let (sender, receiver) = oneshot::channel();
        threads.spawn_fifo(move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            // If nobody waits any more, nobody wants the result.
            let _ = sender.send(result.map_err(|panic| Panicked(message_of(&*panic))));
        });
        receiver
            .await
            .unwrap_or_else(|_| Err(Panicked("a thread has ended".to_owned())))
    }

    /// As [`Self::run`], for work that may take long: if there are several threads, one of them is left for short work.
    ///
    /// # Errors
    ///
    /// As [`Self::run`].
    pub async fn run_long<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Panicked> {
        let permit = Arc::clone(&self.for_long_work).acquire_owned().await;
        self.run(move || {
            // Held until the work ends, even if nobody waits for it any more.
            let _permit = permit;
            work()
        })
        .await
    }
}

/// Gives the current thread a priority. Where the system refuses, the thread keeps the one that it has.
fn set_priority(priority: Priority) {
    const VALUE: u8 = if cfg!(target_vendor = "apple") {
        // Of 15 to 47; 31 is usual.
        24
    } else {
        35
    };
    if priority == Priority::Background {
        let priority = ThreadPriorityValue::try_from(VALUE).map_or(ThreadPriority::Min, ThreadPriority::Crossplatform);
        let _ = priority.set_for_current();
    }
}

/// What a panic said.
pub(crate) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(most: usize, priority: Priority) -> Pool {
        Pool::new("test", most, priority)
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn threads_in_the_background_are_nice_and_not_idle() {
        // Of the fields of `proc_pid_stat(5)` behind the name: the nice value, and the policy, of which 5 is idle.
        let nice_and_policy = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let fields: Vec<i32> = stat
                .rsplit_once(')')
                .unwrap()
                .1
                .split_whitespace()
                .skip(1)
                .map(|field| field.parse().unwrap_or(-1))
                .collect();
            (fields[15], fields[37])
        };
        let (nice, policy) = nice_and_policy();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let pool = pool(1, Priority::Background);
        let found = runtime.block_on(pool.run(nice_and_policy)).unwrap();
        assert_eq!(found, (nice.max(5), policy));
    }

    #[test]
    fn long_work_leaves_a_thread_for_what_is_short() {
        let pool = pool(2, Priority::Interactive);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let finished = Arc::new(std::sync::Mutex::new(finished));
        let long = || {
            let finished = Arc::clone(&finished);
            pool.run_long(move || finished.lock().unwrap().recv().is_ok())
        };
        let (first, second) = (long(), long());
        runtime.block_on(async {
            let short = async {
                assert_eq!(pool.run(|| 42).await, Ok(42));
                finish.send(()).unwrap();
                finish.send(()).unwrap();
            };
            assert_eq!(futures::join!(first, second, short), (Ok(true), Ok(true), ()));
        });
    }

    #[test]
    fn as_many_threads_are_started_as_the_bytes_are_worth() {
        for (bytes, count) in [(0, 1), (3 * BYTES_WORTH_A_THREAD, 3), (u64::MAX, 4)] {
            let pool = pool(4, Priority::Interactive);
            pool.start(bytes).unwrap();
            assert_eq!(pool.running(), count);
        }
    }

    #[test]
    fn a_panic_is_the_result_of_its_own_work_only() {
        let pool = pool(1, Priority::Interactive);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let panicked = pool.run(|| panic!("on purpose")).await;
            assert_eq!(panicked, Err::<(), _>(Panicked("on purpose".to_owned())));
            assert_eq!(pool.run(|| 6 * 7).await, Ok(42));
        });
    }
}

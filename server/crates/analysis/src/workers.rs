//! Threads that analyse for tasks that wait for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use thread_priority::{ThreadPriority, ThreadPriorityValue};
use tokio::sync::{Semaphore, oneshot};

use super::pool::{PoolError, message_of};
use antipasta_syntax::ANALYSIS_STACK_BYTES;

/// Threads with stacks that are deep enough to analyse any text.
pub struct Workers {
    threads: rayon::ThreadPool,
    /// Those that may do what takes long: all but one.
    for_long_work: Arc<Semaphore>,
}

/// The priority of threads in the background. On Linux, it is the nice value 5: against a program that computes all the time,
/// such a thread has a quarter of a processor.
fn background_priority() -> ThreadPriority {
    const VALUE: u8 = if cfg!(target_vendor = "apple") {
        // Of 15 to 47; 31 is usual.
        24
    } else {
        35
    };
    ThreadPriorityValue::try_from(VALUE).map_or(ThreadPriority::Min, ThreadPriority::Crossplatform)
}

/// The work panicked; the message is the panic's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("internal error, please report it: {0}")]
pub struct Panicked(pub String);

impl Workers {
    /// Some threads; `name` is for debuggers.
    ///
    /// # Errors
    ///
    /// The system refuses to start them.
    pub fn new(name: &'static str, count: usize) -> Result<Self, PoolError> {
        Self::of(name, count, false)
    }

    /// Some threads that leave most of a busy processor to others, and never stop for them: the lowest priority would have them
    /// wait for as long as anything else computes.
    ///
    /// # Errors
    ///
    /// The system refuses to start them.
    pub fn in_background(name: &'static str, count: usize) -> Result<Self, PoolError> {
        Self::of(name, count, true)
    }

    fn of(name: &'static str, count: usize, is_background: bool) -> Result<Self, PoolError> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(count.max(1))
            .stack_size(ANALYSIS_STACK_BYTES)
            .thread_name(move |index| format!("{name}-{index}"))
            .start_handler(move |_| {
                // Where it cannot be had, the threads work as any others.
                if is_background {
                    let _ = background_priority().set_for_current();
                }
            })
            .build()?;
        Ok(Self {
            threads,
            for_long_work: Arc::new(Semaphore::new(count.saturating_sub(1).max(1))),
        })
    }

    /// Has a thread do `work`, after all that was asked for before. Dropping the future does not stop it.
    ///
    /// # Errors
    ///
    /// It panicked. The threads are none the worse for it.
    pub async fn run<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Panicked> {
        let (sender, receiver) = oneshot::channel();
        self.threads.spawn_fifo(move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            // If nobody waits any more, nobody wants the result.
            let _ = sender.send(result.map_err(|panic| Panicked(message_of(&*panic))));
        });
        receiver
            .await
            .unwrap_or_else(|_| Err(Panicked("a thread has ended".to_owned())))
    }
}

impl Workers {
    /// As [`Self::run`], for work that may take long: if there are several threads, one of them is left for what does not.
    ///
    /// # Errors
    ///
    /// As [`Self::run`].
    pub async fn run_long<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Panicked> {
        let permit = Arc::clone(&self.for_long_work).acquire_owned().await;
        self.run(move || {
            // For as long as the work is under way, even if nobody waits for it any more.
            let _permit = permit;
            work()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let workers = Workers::in_background("test", 1).unwrap();
        let found = runtime.block_on(workers.run(nice_and_policy)).unwrap();
        assert_eq!(found, (nice.max(5), policy));
    }

    #[test]
    fn long_work_leaves_a_thread_for_what_is_short() {
        let workers = Workers::new("test", 2).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let finished = Arc::new(std::sync::Mutex::new(finished));
        let long = || {
            let finished = Arc::clone(&finished);
            workers.run_long(move || finished.lock().unwrap().recv().is_ok())
        };
        let (first, second) = (long(), long());
        runtime.block_on(async {
            let short = async {
                assert_eq!(workers.run(|| 42).await, Ok(42));
                finish.send(()).unwrap();
                finish.send(()).unwrap();
            };
            assert_eq!(futures::join!(first, second, short), (Ok(true), Ok(true), ()));
        });
    }

    #[test]
    fn a_panic_is_the_result_of_its_own_work_only() {
        let workers = Workers::new("test", 1).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let panicked = workers.run(|| panic!("on purpose")).await;
            assert_eq!(panicked, Err::<(), _>(Panicked("on purpose".to_owned())));
            assert_eq!(workers.run(|| 6 * 7).await, Ok(42));
        });
    }
}

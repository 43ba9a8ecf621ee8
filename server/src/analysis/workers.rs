//! Threads that analyse for tasks that wait for them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use thread_priority::ThreadPriority;
use tokio::sync::oneshot;

use super::pool::{PoolError, message_of};
use crate::syntax::ANALYSIS_STACK_BYTES;

/// Threads with stacks that are deep enough to analyse any text.
pub struct Workers {
    threads: rayon::ThreadPool,
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

    /// Some threads that work while the system has nothing better to do.
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
                    let _ = ThreadPriority::Min.set_for_current();
                }
            })
            .build()?;
        Ok(Self { threads })
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

#[cfg(test)]
mod tests {
    use super::*;

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

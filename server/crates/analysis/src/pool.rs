//! Many files at once: one to a thread, the largest first.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use antipasta_syntax::ANALYSIS_STACK_BYTES;

/// Below this many bytes of source, starting a second thread costs more than it brings.
const BYTES_WORTH_A_THREAD: u64 = 256 << 10;

/// Threads that can analyse: their stacks are deep enough for any file.
pub struct Pool {
    threads: rayon::ThreadPool,
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the threads of the analysis: {0}")]
pub struct PoolError(#[from] rayon::ThreadPoolBuildError);

impl Pool {
    /// As many threads as `bytes` of source are worth, but no more than `jobs`.
    ///
    /// # Errors
    ///
    /// The system refuses to start them.
    pub fn new(jobs: usize, bytes: u64) -> Result<Self, PoolError> {
        let worth = usize::try_from(bytes / BYTES_WORTH_A_THREAD).unwrap_or(usize::MAX);
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.min(worth).max(1))
            .stack_size(ANALYSIS_STACK_BYTES)
            .thread_name(|index| format!("analysis-{index}"))
            .build()?;
        Ok(Self { threads })
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Does `work` for every item, those with the largest `size` first, and gives the results in the order of the items.
    /// If `work` panics, `rescue` says what the result is; no other item is affected. Each thread has a `state` of its own
    /// to work with.
    pub fn map<T: Sync, S, R: Send>(
        &self,
        items: &[T],
        size: impl Fn(&T) -> u64,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&T, &mut S) -> R + Sync,
        rescue: impl Fn(&T, String) -> R + Sync,
    ) -> Vec<R> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(size(&items[index])));
        let next = AtomicUsize::new(0);
        let by_thread = self.threads.broadcast(|_| {
            let mut own = state();
            let mut results = Vec::new();
            while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let item = &items[index];
                let result = catch_unwind(AssertUnwindSafe(|| work(item, &mut own))).unwrap_or_else(|panic| {
                    // What the panic left behind is not to be trusted.
                    own = state();
                    rescue(item, message_of(&*panic))
                });
                results.push((index, result));
            }
            results
        });
        let mut results: Vec<_> = by_thread.into_iter().flatten().collect();
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

/// What a panic said.
pub(super) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn results_are_in_order_and_the_largest_is_first() {
        let pool = Pool::new(1, 0).unwrap();
        let started = Mutex::new(Vec::new());
        let work = |item: &u64, (): &mut ()| {
            started.lock().unwrap().push(*item);
            item * 10
        };
        let results = pool.map(&[3, 1, 4, 1, 5], |item| *item, || (), work, |_, _| 0);
        assert_eq!(results, [30, 10, 40, 10, 50]);
        assert_eq!(*started.lock().unwrap(), [5, 4, 3, 1, 1]);
    }

    #[test]
    fn a_panic_costs_its_item_only() {
        let pool = Pool::new(4, u64::MAX).unwrap();
        assert_eq!(pool.threads(), 4);
        let items: Vec<u64> = (0..100).collect();
        let work = |item: &u64, (): &mut ()| match item % 10 {
            7 => panic!("item {item}"),
            _ => item.to_string(),
        };
        let results = pool.map(&items, |_| 1, || (), work, |item, message| format!("{item}: {message}"));
        assert_eq!(results[8], "8");
        assert_eq!(results[17], "17: item 17");
        assert_eq!(results.len(), 100);
    }
}

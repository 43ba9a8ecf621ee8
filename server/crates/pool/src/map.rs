//! A map over items that are known, the largest first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pool::{Pool, PoolError, message_of};

impl Pool {
    /// Does `work` for every item, those with the most bytes first, and gives the results in the order of the items. If `work`
    /// panics, `rescue` says what the result is; no other item is affected. Each thread has a `state` of its own to work with.
    ///
    /// # Errors
    ///
    /// The system refuses to start the threads.
    pub fn map<T: Sync, S, R: Send>(
        &self,
        items: &[T],
        bytes: impl Fn(&T) -> u64,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&T, &mut S) -> R + Sync,
        rescue: impl Fn(&T, String) -> R + Sync,
    ) -> Result<Vec<R>, PoolError> {
        let threads = self.threads(self.most)?;
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(bytes(&items[index])));
        let next = AtomicUsize::new(0);
        let by_thread = threads.broadcast(|_| {
            let mut own = state();
            let mut results = Vec::new();
            while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let item = &items[index];
                let result = catch_unwind(AssertUnwindSafe(|| work(item, &mut own))).unwrap_or_else(|panic| {
                    // The state may be half changed.
                    own = state();
                    rescue(item, message_of(&*panic))
                });
                results.push((index, result));
            }
            results
        });
        let mut results: Vec<_> = by_thread.into_iter().flatten().collect();
        results.sort_unstable_by_key(|(index, _)| *index);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Priority;
    use std::sync::Mutex;

    #[test]
    fn results_are_in_order_and_the_largest_is_first() {
        let pool = Pool::new("test", 1, Priority::Interactive);
        let started = Mutex::new(Vec::new());
        let work = |item: &u64, (): &mut ()| {
            started.lock().unwrap().push(*item);
            item * 10
        };
        let results = pool.map(&[3, 1, 4, 1, 5], |item| *item, || (), work, |_, _| 0).unwrap();
        assert_eq!(results, [30, 10, 40, 10, 50]);
        assert_eq!(*started.lock().unwrap(), [5, 4, 3, 1, 1]);
    }

    #[test]
    fn a_panic_costs_its_item_only() {
        let pool = Pool::new("test", 4, Priority::Interactive);
        let items: Vec<u64> = (0..100).collect();
        let work = |item: &u64, (): &mut ()| match item % 10 {
            7 => panic!("item {item}"),
            _ => item.to_string(),
        };
        let rescue = |item: &u64, message| format!("{item}: {message}");
        let results = pool.map(&items, |_| 1, || (), work, rescue).unwrap();
        assert_eq!(results[8], "8");
        assert_eq!(results[17], "17: item 17");
        assert_eq!(results.len(), 100);
    }
}

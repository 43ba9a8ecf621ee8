//! Work that will change what is known of the workspace, counted so that a request can wait for it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// The longest that a request about the workspace waits for pending work.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Counts pending work.
#[derive(Default)]
pub(crate) struct PendingWork(watch::Sender<usize>);

/// A piece of work, which is pending until this is dropped.
pub(crate) struct PendingWorkGuard(watch::Sender<usize>);

impl PendingWork {
    /// Begins a piece of work.
    pub(crate) fn begin(&self) -> PendingWorkGuard {
        self.0.send_modify(|count| *count += 1);
        PendingWorkGuard(self.0.clone())
    }

    /// Waits until no work is pending, for a limited time: after that, the client has to ask again for what comes.
    pub(crate) async fn idle(&self) {
        let mut counts = self.0.subscribe();
        // The sender lives as long as this.
        let _ = timeout(LONGEST_WAIT, counts.wait_for(|count| *count == 0)).await;
    }
}

impl Drop for PendingWorkGuard {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[test]
    fn whoever_waits_does_so_until_the_last_has_ended() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let _context = runtime.enter();
        let count = PendingWork::default();
        assert!(count.idle().now_or_never().is_some());
        let (one, other) = (count.begin(), count.begin());
        let mut waiting = Box::pin(count.idle());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(one);
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(other);
        assert!(waiting.as_mut().now_or_never().is_some());
    }
}

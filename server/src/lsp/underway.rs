//! What is under way that will change what is known of the workspace.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long somebody who asks about the workspace waits for all of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts what is under way.
#[derive(Default)]
pub struct UnderwayCount(watch::Sender<usize>);

/// Something that is under way, for as long as this lives.
pub struct Underway(watch::Sender<usize>);

impl UnderwayCount {
    /// Something begins.
    pub fn begin(&self) -> Underway {
        self.0.send_modify(|count| *count += 1);
        Underway(self.0.clone())
    }

    /// Waits until nothing is under way, but not for ever: what then comes is for the client to ask again for.
    pub async fn nothing(&self) {
        let mut counts = self.0.subscribe();
        // The sender lives as long as this.
        let _ = timeout(PATIENCE, counts.wait_for(|count| *count == 0)).await;
    }
}

impl Drop for Underway {
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
        let count = UnderwayCount::default();
        assert!(count.nothing().now_or_never().is_some());
        let (one, other) = (count.begin(), count.begin());
        let mut waiting = Box::pin(count.nothing());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(one);
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(other);
        assert!(waiting.as_mut().now_or_never().is_some());
    }
}

//! Progress on the terminal, for checks that take long.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A check that takes less time shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the spinner moves.
const TICK: Duration = Duration::from_millis(100);

/// The progress of a check. It is shown on the standard error, if that is a terminal and the check takes long.
pub(super) struct CheckProgress {
    total: u64,
    done: AtomicU64,
    start: Instant,
    is_shown: bool,
    bar: OnceLock<ProgressBar>,
}

impl CheckProgress {
    /// The progress through `total` files; `quiet` shows nothing.
    pub(super) fn new(total: usize, quiet: bool) -> Self {
        Self {
            total: total as u64,
            done: AtomicU64::new(0),
            start: Instant::now(),
            is_shown: is_shown(quiet),
            bar: OnceLock::new(),
        }
    }

    /// Counts one more file as done.
    pub(super) fn advance(&self) {
        if !self.is_shown {
            return;
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.bar.get().is_some() || self.start.elapsed() > PATIENCE {
            self.bar.get_or_init(|| bar(self.total)).set_position(done);
        }
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// Does `work`. If it takes long, the terminal shows a spinner with `message`, unless `quiet`.
pub(super) fn with_spinner<T>(message: &'static str, quiet: bool, work: impl FnOnce() -> T) -> T {
    if !is_shown(quiet) {
        return work();
    }
    std::thread::scope(|scope| {
        let (end, ended) = mpsc::channel::<()>();
        scope.spawn(move || {
            if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let spinner = ProgressBar::new_spinner().with_message(message);
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                spinner.tick();
            }
            spinner.finish_and_clear();
        });
        let done = work();
        drop(end);
        done
    })
}

fn is_shown(quiet: bool) -> bool {
    !quiet && std::io::stderr().is_terminal()
}

/// The bar shows no estimated time: the largest files come first, so their times say nothing about the others.
fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

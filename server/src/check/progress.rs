//! A progress bar, for runs long enough to wonder.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A run that takes less shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far a run is. Shown on the standard error, if that is a terminal and the run takes long.
pub(super) struct Progress {
    total: u64,
    done: AtomicU64,
    start: Instant,
    is_shown: bool,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// The progress through `total` files; `quiet` shows nothing.
    pub fn new(total: usize, quiet: bool) -> Self {
        Self {
            total: total as u64,
            done: AtomicU64::new(0),
            start: Instant::now(),
            is_shown: !quiet && std::io::stderr().is_terminal(),
            bar: OnceLock::new(),
        }
    }

    /// One more file is done.
    pub fn advance(&self) {
        if !self.is_shown {
            return;
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.bar.get().is_some() || self.start.elapsed() > PATIENCE {
            self.bar.get_or_init(|| bar(self.total)).set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

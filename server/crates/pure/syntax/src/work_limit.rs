//! How much work a parser may do.

use std::cell::Cell;
use std::time::Duration;

/// What tree-sitter may take for any text.
const LEAST: Duration = Duration::from_millis(250);

/// What it may take for each byte beside that: ten times what it takes for code that people wrote.
const FOR_EACH_BYTE: Duration = Duration::from_micros(2);

/// A limit to the work of tree-sitter, which takes the square of the length of some texts: of runs of comments in a block,
/// for instance. The work is measured in processor time, so that a busy machine makes no difference; where the system does
/// not tell that, in time.
pub struct WorkLimit<'a> {
    end: Duration,
    is_unwanted: &'a dyn Fn() -> bool,
    was_reached: Cell<bool>,
}

impl<'a> WorkLimit<'a> {
    /// A limit for a text of `bytes` bytes, which begins to count now, on this thread. It is also reached when the work
    /// `is_unwanted`.
    pub fn of_text(bytes: usize, is_unwanted: &'a dyn Fn() -> bool) -> Self {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        Self {
            end: time_of_thread() + LEAST + FOR_EACH_BYTE * bytes,
            is_unwanted,
            was_reached: Cell::new(false),
        }
    }

    /// Whether no more work is to be done.
    pub fn is_reached(&self) -> bool {
        let is_reached = self.was_reached.get() || (self.is_unwanted)() || time_of_thread() >= self.end;
        self.was_reached.set(is_reached);
        is_reached
    }

    /// Whether [`Self::is_reached`] has ever said so.
    pub fn was_reached(&self) -> bool {
        self.was_reached.get()
    }
}

impl WorkLimit<'static> {
    /// No limit.
    pub fn none() -> Self {
        Self {
            end: Duration::MAX,
            is_unwanted: &|| false,
            was_reached: Cell::new(false),
        }
    }
}

#[cfg(unix)]
fn time_of_thread() -> Duration {
    use nix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or_else(|_| time(), Duration::from)
}

#[cfg(not(unix))]
fn time_of_thread() -> Duration {
    time()
}

/// The time since the first call.
fn time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;

    #[expect(
        clippy::disallowed_methods,
        reason = "the limit is one of time; no result depends on it"
    )]
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed()
}

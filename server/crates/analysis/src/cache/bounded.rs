//! An end for what SQLite does. A damaged file may have tables without one.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rusqlite::InterruptHandle;

/// For so long a cache is opened. It takes a millisecond.
pub(super) const OPENING: Duration = Duration::from_secs(10);

/// For so long a cache is made smaller in passing.
pub(super) const TIDYING: Duration = Duration::from_secs(10);

/// For so long a command of the user works on a cache.
pub(super) const COMMAND: Duration = Duration::from_mins(1);

/// Once the time is over, what begins later is interrupted as well, after so long.
const AGAIN: Duration = Duration::from_millis(50);

/// Does some work with a connection, whose statements fail when the time is over
/// ([`OperationInterrupted`](rusqlite::ErrorCode::OperationInterrupted)).
pub(super) fn within<R>(limit: Duration, handle: InterruptHandle, work: impl FnOnce() -> R) -> R {
    std::thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        let watch = move || {
            let mut left = limit;
            while is_done.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                handle.interrupt();
                left = AGAIN;
            }
        };
        // Without a thread to watch it, it has no end but its own.
        let _ = std::thread::Builder::new()
            .name("cache-limit".to_owned())
            .spawn_scoped(scope, watch);
        let result = work();
        drop(done);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, ErrorCode};

    #[test]
    fn what_has_no_end_is_interrupted() {
        let connection = Connection::open_in_memory().unwrap();
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        let count = || connection.query_row(endless, [], |row| row.get::<_, i64>(0));
        for _ in 0..2 {
            let ended = within(Duration::ZERO, connection.get_interrupt_handle(), count);
            let error = ended.unwrap_err();
            assert_eq!(error.sqlite_error_code(), Some(ErrorCode::OperationInterrupted));
        }
        let one = within(COMMAND, connection.get_interrupt_handle(), || {
            connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))
        });
        assert_eq!(one.unwrap(), 1);
    }
}

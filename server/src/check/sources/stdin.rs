//! Source on the standard input.

use std::io::{self, Read};
use std::sync::mpsc;
use std::time::Instant;

use crate::check::error::CheckError;

/// Reads the standard input, at most `limit` bytes. Without a deadline, it waits until the input ends.
pub(super) fn read_stdin(limit: u64, deadline: Option<Instant>) -> Result<Vec<u8>, CheckError> {
    let read = move || {
        let mut content = Vec::new();
        let done = io::stdin().lock().take(limit).read_to_end(&mut content);
        done.map(|_| content)
    };
    let Some(deadline) = deadline else {
        return read().map_err(CheckError::Stdin);
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(read()));
    let left = deadline.saturating_duration_since(Instant::now());
    match receiver.recv_timeout(left) {
        Ok(content) => content.map_err(CheckError::Stdin),
        Err(_) => Err(CheckError::EndlessStdin),
    }
}

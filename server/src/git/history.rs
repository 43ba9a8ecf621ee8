//! How often files were changed.

use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::command::{Git, GitError};
use super::path_of;

/// In how many of the last `commits` each file was changed, by paths below the top of the working tree. What git has not said
/// after `patience` is not waited for.
pub(super) fn change_counts(git: &Git, commits: u32, patience: Duration) -> Result<FxHashMap<PathBuf, u32>, GitError> {
    let deadline = Instant::now() + patience;
    let limit = format!("--max-count={commits}");
    let mut child = git
        .command(&[
            "-c",
            "log.showSignature=false",
            "log",
            &limit,
            "--no-merges",
            "--no-renames",
            "--no-relative",
            "--format=",
            "--name-only",
            "-z",
        ])
        .stderr(std::process::Stdio::null())
        .spawn()?;
    let (sender, receiver) = mpsc::channel();
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let mut output = output?;
        let mut block = vec![0; 1 << 16];
        while let Ok(length @ 1..) = output.read(&mut block) {
            sender.send(block[..length].to_vec()).ok()?;
        }
        Some(())
    });
    let mut names = Vec::new();
    loop {
        match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(block) => names.extend(block),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                // It may have ended by itself.
                let _ = child.kill();
                break;
            }
        }
    }
    let _ = child.wait();
    let mut counts = FxHashMap::default();
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        // Between two commits there may be the end of a line.
        let name = name.strip_prefix(b"\n").unwrap_or(name);
        *counts.entry(path_of(name)).or_default() += 1;
    }
    Ok(counts)
}

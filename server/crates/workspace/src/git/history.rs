//! How often files have changed.

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::command::{Git, GitError};
use super::path_of;

/// The limit of the output in bytes.
const ENOUGH: usize = 64 << 20;

/// The number of the last `commits` that changed each file, by paths below the top of the working tree. If git is not done
/// in time, the result is partial.
pub(super) fn change_counts(git: &Git, commits: u32) -> Result<FxHashMap<PathBuf, u32>, GitError> {
    let limit = format!("--max-count={commits}");
    let mut child = git.start(&[
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
    ])?;
    let mut names = Vec::new();
    while names.len() < ENOUGH {
        match child.read() {
            Ok(Some(block)) => names.extend(block),
            Ok(None) => break,
            Err(error) if names.is_empty() => return Err(GitError::from_child("log", error)),
            Err(_) => break,
        }
    }
    // The last name may be truncated.
    let whole = memchr::memrchr(0, &names).unwrap_or(0);
    let mut counts = FxHashMap::default();
    for name in names[..whole].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        // A line end may separate two commits.
        let name = name.strip_prefix(b"\n").unwrap_or(name);
        *counts.entry(path_of(name)).or_default() += 1;
    }
    Ok(counts)
}

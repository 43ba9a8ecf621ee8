//! The content of commits, of the index and of the working tree, as git has them.
//!
//! We run `git` and do not use a library. Users of hooks have git, and only git supports everything that a repository may
//! have: worktrees, the environment of hooks, split and sparse indices, SHA-256, partial clones, and the features of its
//! next version. The price is small. For ten files staged among 10,000 (medians, two cores), finding and reading them takes
//! 16 ms by three `git` processes, 14 ms by git2 and 9 ms by gix; but git2 brings a C library and 67 seconds of building,
//! gix some 130 crates and twice that. The whole check takes 32 ms, with or without a cache.
//!
//! Contents are blobs as git stores them: with the line ends and the encoding of the repository, and with the pointers of
//! filters such as Git LFS.

mod blobs;
mod change;
mod command;
mod configuration;
mod history;
mod index;
mod raw_diff;
mod repository;

pub use crate::child_process::Limits;
pub use blobs::{Blobs, Fetched, ObjectId};
pub use change::{Change, ChangedFile, Changes, State};
pub use command::{GitError, TIMEOUT_VARIABLE, timeout};
pub(crate) use configuration::core_value_in;
pub use index::first_tracked;
pub use repository::{Attention, Hooks, Repository, Tracked};

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A path as git writes it: bytes, with `/` between names.
#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path as git writes it: UTF-8, with `/` between names.
#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// A path as an argument of git: with `/` between names. Every name is kept, also one that is not Unicode.
fn argument_of(path: &Path) -> OsString {
    let mut argument = OsString::new();
    for (index, name) in path.components().enumerate() {
        if index > 0 {
            argument.push("/");
        }
        argument.push(name);
    }
    argument
}

/// The pathspec of one path, given from the top of the working tree.
fn pathspec_of(path: &Path) -> OsString {
    let mut pathspec = OsString::from(":(top,literal)");
    pathspec.push(argument_of(path));
    pathspec
}

/// A path as git reads it.
fn bytes_of(path: &Path) -> Cow<'_, [u8]> {
    let bytes = path.as_os_str().as_encoded_bytes();
    match std::path::MAIN_SEPARATOR {
        '/' => Cow::Borrowed(bytes),
        _ => Cow::Owned(
            bytes
                .iter()
                .map(|byte| if *byte == b'\\' { b'/' } else { *byte })
                .collect(),
        ),
    }
}

//! The folders in which programs are looked for.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The absolute folders of the `PATH`, in its order.
///
/// Relative and empty entries mean the current directory: the repository that is checked would choose what is run.
pub fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// A `PATH` of [`folders`], for programs that start others.
pub fn absolute() -> OsString {
    let folders = folders();
    // An empty `PATH` means the current directory.
    let none = env::join_paths(["/"]).unwrap_or_default();
    match folders.is_empty() {
        true => none,
        false => env::join_paths(folders).unwrap_or(none),
    }
}

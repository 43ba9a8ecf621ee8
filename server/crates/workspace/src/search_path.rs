//! The folders in which programs are looked for.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The absolute folders of the `PATH`, the first that counts first.
///
/// One that is relative or empty is in the current directory: the repository that is looked at would say what is run.
pub fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// A `PATH` of [`folders`], for programs that look for others.
pub fn absolute() -> OsString {
    let folders = folders();
    // An empty one is the current directory.
    let none = env::join_paths(["/"]).unwrap_or_default();
    match folders.is_empty() {
        true => none,
        false => env::join_paths(folders).unwrap_or(none),
    }
}

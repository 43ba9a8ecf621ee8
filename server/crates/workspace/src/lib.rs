//! Access to the workspace: files and folders, ignore files, configurations, git, other programs.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod child_process;
pub mod discovery;
pub mod git;
pub mod regular_file;
pub mod replace_file;
pub mod search_path;
pub mod seconds;
pub mod system_error;

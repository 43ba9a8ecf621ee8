//! The command line, as users and scripts see it.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read what they have written, and fixtures"
)]

mod add_ignores;
mod bad_input;
mod baseline;
mod cache;
mod cache_faults;
mod config;
mod documentation;
mod files;
mod formats;
mod git;
#[cfg(unix)]
mod git_faults;
#[cfg(unix)]
mod git_trust;
mod git_unseen;
mod help;
mod hook;
mod hostile_caches;
#[cfg(unix)]
mod hostile_configurations;
mod hostile_names;
mod ignore_comments;
mod incomplete;
mod json;
mod messages;
mod on_error;
mod shard;
mod text;
mod time_limit;
#[cfg(unix)]
mod trust;
#[cfg(unix)]
mod unusual_files;
mod written_files;

//! The command line, as users and scripts see it.

mod bad_input;
mod cache;
mod cache_faults;
mod config;
mod files;
mod formats;
mod git;
mod hook;
mod ignore_comments;
mod json;
mod text;

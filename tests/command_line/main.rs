//! The command line, as users and scripts see it.

mod bad_input;
mod cache;
mod config;
mod files;
mod ignore_comments;
mod json;
mod text;

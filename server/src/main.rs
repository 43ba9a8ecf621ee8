//! antipasta-lsp: code metrics for Python, live in an editor and headless at commit time.
//!
//! The command line ([`cli`]) starts the language server ([`lsp`]), the check ([`check`]) or another command ([`commands`]).
//! `docs/architecture.md` says which crates and modules may use which.

// Tests read files that they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod check;
mod cli;
mod commands;
mod console;
mod lsp;
mod report;

use std::process::ExitCode;

/// Syntax trees are many small allocations, which several threads make and drop at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}

//! antipasta-lsp: code metrics for Python, live in an editor and headless at commit time.
//!
//! This is the top of the house: the command line ([`cli`]) and the modes that it chooses from ([`lsp`], [`check`], [`commands`]).
//! What they stand on are the crates in `crates/`; `docs/architecture.md` has who may use whom.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod check;
mod cli;
mod commands;
mod console;
mod lsp;
mod report;

use std::process::ExitCode;

/// Syntax trees are many small allocations, made and dropped by several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}

//! The `antipasta-lsp` binary.

use std::process::ExitCode;

/// Syntax trees are many small allocations, made and dropped by several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    antipasta_lsp::cli::main()
}

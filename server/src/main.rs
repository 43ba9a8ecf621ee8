//! The `antipasta-lsp` binary.

fn main() {}

//! Black-box tests that drive the `antipasta-lsp` binary; what they share.

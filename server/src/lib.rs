//! antipasta-lsp: code metrics for Python, live in an editor and headless at commit time.
//!
//! The modules are floors of one house; each may use only what stands below it:
//!
//! | floor | module | knows |
//! |---|---|---|
//! | 8 | `main`, [`cli`] | the command line: arguments to one of the modes |
//! | 7 | [`lsp`], [`check`], [`commands`] | the modes; `console` has what they say on the standard error |
//! | 6 | [`analysis`] | bytes and edits in, file metrics out |
//! | 5 | [`cache`], [`git`], [`discovery`] | what was measured before; what a commit contains; which files to look at, and by which configuration |
//! | 4 | [`config`], [`violations`] | thresholds; rows and thresholds to violations |
//! | 3 | [`metrics`] | one walk over an AST drives every metric |
//! | 2 | [`syntax`] | decoding, parsing, trees that follow edits, units |
//! | 1 | [`text`] | ropes, lines, positions, edits |
//!
//! Floors 1 to 4 are pure: no input or output, no globals, and no clock but the one that limits tree-sitter. `escape`,
//! `seconds`, `system_error` and [`work`] are for all; `child_process`, `locks`, `regular_file` and `replace_file` are for
//! the floors above them.

// Tests read what they have written.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod analysis;
pub mod cache;
pub mod check;
mod child_process;
pub mod cli;
pub mod commands;
pub mod config;
mod console;
pub mod discovery;
mod escape;
pub mod git;
mod locks;
pub mod lsp;
pub mod metrics;
mod regular_file;
mod replace_file;
mod search_path;
mod seconds;
pub mod syntax;
mod system_error;
pub mod text;
pub mod violations;
pub mod work;

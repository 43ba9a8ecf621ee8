//! The source files of a check: which they are, what they contain, and in which order they are checked.

mod analysis_context;
mod changed_files;
mod find;
mod risk;
mod shard;
mod source_file;
mod stdin;

pub(super) use analysis_context::AnalysisContext;
pub(super) use changed_files::{ChangedFiles, ChangedFilesError};
pub(super) use find::{FoundSources, find};
pub(super) use risk::{recent_changes, riskiest_first};
pub(crate) use shard::Shard;
pub(super) use shard::select_shard;
pub(super) use source_file::{FileContent, SourceFile};

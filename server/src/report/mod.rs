//! Reports: the results of a check, in the formats that people and programs read.
//!
//! Nothing here knows how a check is done. A format is a file in [`formats`] and a row in its table.

mod destination;
mod failure;
mod file_texts;
mod fingerprint;
mod format;
mod formats;
mod merge;
mod model;
mod reported_path;
mod shard_info;
mod stale_entry;

pub(crate) use destination::{Destination, destinations, prepare_report};
pub(crate) use fingerprint::fingerprint;
pub(crate) use formats::{NOTHING_TO_CHECK, OutputFormat};
pub(crate) use merge::merge;
pub(crate) use model::{FileReport, Report};
pub(crate) use reported_path::{ReportedPath, top_of};
pub(crate) use shard_info::{MAX_SHARDS, ShardInfo};
pub(crate) use stale_entry::StaleEntry;

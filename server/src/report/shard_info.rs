//! Which shard a report is about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most shards that a check can be split into.
pub(crate) const MAX_SHARDS: usize = 10_000;

/// Which shard of a check a report is about, so that `merge` knows which reports belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShardInfo {
    /// The number of the shard, from 1.
    pub index: usize,
    /// How many shards there are.
    pub count: usize,
    /// A hash of the paths and contents of the files of all shards.
    pub files: String,
    /// A hash of everything else that the results depend on: thresholds, options, the baseline, the version of this program.
    #[serde(default)]
    pub settings: String,
}

impl fmt::Display for ShardInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

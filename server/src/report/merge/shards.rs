//! Whether reports are about all shards of one check.

use std::path::Path;

use super::error::MergeError;
use crate::report::shard_info::{MAX_SHARDS, ShardInfo};

/// The most missing shards that a message names.
const MOST_NAMED: usize = 5;

/// Checks that the reports are about all shards of one check, each once, or that none is about a shard.
pub(super) fn are_all_parts(reports: &[(&Path, Option<ShardInfo>)]) -> Result<(), MergeError> {
    let is_part = |(path, part): &(&Path, Option<ShardInfo>)| part.clone().map(|part| ((*path).to_owned(), part));
    let Some((first, expected)) = reports.iter().find_map(is_part) else {
        return Ok(());
    };
    let mut seen: Vec<Option<&Path>> = vec![None; expected.count.min(MAX_SHARDS)];
    for (path, part) in reports {
        let path = *path;
        let Some(part) = part else {
            return Err(MergeError::NoPart(first, path.to_owned()));
        };
        let place = part.index.checked_sub(1).and_then(|index| seen.get_mut(index));
        match place.filter(|_| part.count == expected.count && part.files == expected.files) {
            None => return Err(MergeError::Foreign(first, path.to_owned())),
            Some(_) if part.settings != expected.settings => return Err(MergeError::Settings(first, path.to_owned())),
            Some(Some(other)) => return Err(MergeError::Twice(other.to_owned(), path.to_owned(), part.to_string())),
            Some(place) => *place = Some(path),
        }
    }
    let missing = seen.iter().enumerate().filter(|(_, path)| path.is_none());
    let missing: Vec<_> = missing
        .map(|(index, _)| format!("{}/{}", index + 1, seen.len()))
        .collect();
    match missing.len() {
        0 => Ok(()),
        count => Err(MergeError::Missing {
            missing: count,
            count: seen.len(),
            first: missing.into_iter().take(MOST_NAMED).collect(),
        }),
    }
}

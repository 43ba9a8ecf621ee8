//! Reports in SARIF.

use std::io::Write;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::MergeError;
use super::parts::{Owners, malformed, passed_on, read_part};
use crate::report::formats::sarif::{UNUSED_IGNORE, tool, write_document};
use crate::report::reported_path::order_of;
use crate::report::shard_info::ShardInfo;

/// The part of a report that says which shard it is about.
#[derive(Deserialize)]
struct ParsedShardRuns {
    runs: Vec<ParsedShardRun>,
}

#[derive(Deserialize)]
struct ParsedShardRun {
    #[serde(default)]
    properties: ParsedProperties,
}

#[derive(Default, Deserialize)]
struct ParsedProperties {
    shard: Option<ShardInfo>,
}

/// The shard that a report is about; `None` if it is about all files.
pub(super) fn part(path: &Path, text: &str) -> Result<Option<ShardInfo>, MergeError> {
    let of: ParsedShardRuns = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
    Ok(of.runs.into_iter().find_map(|run| run.properties.shard))
}

#[derive(Deserialize)]
struct ParsedLog<'t> {
    #[serde(borrow)]
    runs: Vec<ParsedRun<'t>>,
}

#[derive(Deserialize)]
struct ParsedRun<'t> {
    #[serde(borrow)]
    tool: &'t RawValue,
    #[serde(borrow)]
    invocations: Vec<ParsedInvocation<'t>>,
    #[serde(borrow)]
    results: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParsedInvocation<'t> {
    #[serde(borrow)]
    tool_execution_notifications: Vec<&'t RawValue>,
}

/// The fields of a result or notification that `merge` needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParsedResult {
    #[serde(default)]
    rule_id: String,
    locations: [ParsedLocation; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParsedLocation {
    physical_location: ParsedPhysicalLocation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParsedPhysicalLocation {
    artifact_location: ParsedArtifactLocation,
}

#[derive(Deserialize)]
struct ParsedArtifactLocation {
    uri: String,
}

/// Writes the merged report. See [`super::merge`].
pub(super) fn merge(texts: &[(&Path, &str)], output: &mut dyn Write) -> Result<(), MergeError> {
    let tool = tool();
    let mut owners = Owners::default();
    let (mut results, mut notifications) = (Vec::new(), Vec::new());
    for (path, text) in texts {
        let log: ParsedLog<'_> = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
        for run in log.runs {
            if run.tool.get() != tool {
                return Err(MergeError::Version((*path).to_owned()));
            }
            let mut located = |raw: &RawValue| -> Result<_, MergeError> {
                let located: ParsedResult = read_part(path, raw)?;
                let [location] = &located.locations;
                let uri = &location.physical_location.artifact_location.uri;
                owners.claim(uri, path)?;
                Ok((located.rule_id == UNUSED_IGNORE, order_of(uri)))
            };
            for raw in run.results {
                results.push((located(raw)?, raw));
            }
            for raw in run
                .invocations
                .into_iter()
                .flat_map(|run| run.tool_execution_notifications)
            {
                notifications.push((located(raw)?, raw));
            }
        }
    }
    // The sorts are stable: objects of one file stay in their order.
    results.sort_by(|(one, _), (other, _)| one.cmp(other));
    notifications.sort_by(|(one, _), (other, _)| one.cmp(other));
    let notifications: Vec<_> = notifications.into_iter().map(|(_, raw)| passed_on(raw)).collect();
    let mut results = results.into_iter().map(|(_, raw)| passed_on(raw).get().to_owned());
    write_document(&notifications, &mut results, None, output)?;
    Ok(())
}

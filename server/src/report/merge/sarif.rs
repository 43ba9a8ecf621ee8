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

/// What is looked at to know which part a report is of.
#[derive(Deserialize)]
struct OfParts {
    runs: Vec<OfPart>,
}

#[derive(Deserialize)]
struct OfPart {
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
struct Properties {
    shard: Option<ShardInfo>,
}

/// Which part a report is of, if it is one.
pub(super) fn part(path: &Path, text: &str) -> Result<Option<ShardInfo>, MergeError> {
    let of: OfParts = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
    Ok(of.runs.into_iter().find_map(|run| run.properties.shard))
}

#[derive(Deserialize)]
struct Log<'t> {
    #[serde(borrow)]
    runs: Vec<Run<'t>>,
}

#[derive(Deserialize)]
struct Run<'t> {
    #[serde(borrow)]
    tool: &'t RawValue,
    #[serde(borrow)]
    invocations: Vec<Invocation<'t>>,
    #[serde(borrow)]
    results: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'t> {
    #[serde(borrow)]
    tool_execution_notifications: Vec<&'t RawValue>,
}

/// What is looked at of a result or a notification.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Located {
    #[serde(default)]
    rule_id: String,
    locations: [Location; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Deserialize)]
struct ArtifactLocation {
    uri: String,
}

/// Writes the report of all. See [`super::merge`].
pub(super) fn merge(texts: &[(&Path, &str)], output: &mut dyn Write) -> Result<(), MergeError> {
    let tool = tool();
    let mut owners = Owners::default();
    let (mut results, mut notifications) = (Vec::new(), Vec::new());
    for (path, text) in texts {
        let log: Log<'_> = serde_json::from_str(text).map_err(|error| malformed(path, error))?;
        for run in log.runs {
            if run.tool.get() != tool {
                return Err(MergeError::Version((*path).to_owned()));
            }
            let mut located = |raw: &RawValue| -> Result<_, MergeError> {
                let located: Located = read_part(path, raw)?;
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
    // Those of one file are together and stay in their order.
    results.sort_by(|(one, _), (other, _)| one.cmp(other));
    notifications.sort_by(|(one, _), (other, _)| one.cmp(other));
    let notifications: Vec<_> = notifications.into_iter().map(|(_, raw)| passed_on(raw)).collect();
    let mut results = results.into_iter().map(|(_, raw)| passed_on(raw).get().to_owned());
    write_document(&notifications, &mut results, None, output)?;
    Ok(())
}

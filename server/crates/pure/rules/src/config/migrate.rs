//! Migration of the old `.antipasta.config.json` to a `.antipasta.yaml`.
//!
//! The first versions of the reference read a JSON object whose `thresholds` mostly limited how much an edit may *add*; one
//! of them still has a meaning. Later versions used today's keys in JSON. Both are migrated.

use std::path::Path;

use super::document::yaml;
use super::document::{Node, Position, Value};
use super::model::Config;
use super::problem::{ConfigErrors, Problem};

/// The keys of the old `thresholds` that are now in `defaults` under the same name.
const KEPT: [&str; 1] = ["min_maintainability_index"];

/// The keys of the old `thresholds` that limited what one edit may add, or that belong to metrics that no longer exist.
const DROPPED: [&str; 4] = [
    "max_cyclomatic_increase",
    "max_halstead_volume_increase",
    "max_loc_increase",
    "max_class_count",
];

/// A migrated configuration, and the settings that could not be migrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Migrated {
    /// The configuration.
    pub config: Config,
    /// Settings that have no counterpart.
    pub dropped: Vec<Problem>,
}

/// Migrates the text of an old configuration; `path` is for messages.
///
/// # Errors
///
/// All errors, each with its position.
pub fn migrate(path: &Path, text: &str) -> Result<Migrated, ConfigErrors> {
    let problem = |node: &Node, key: &str, message: String| Problem {
        path: path.to_owned(),
        position: node.position,
        key: key.to_owned(),
        message,
    };
    // JSON is nearly a subset of YAML. A file that is no JSON gets the error of the JSON parser.
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')) {
        let position = super::document::Position {
            line: u32::try_from(error.line()).unwrap_or(u32::MAX),
            column: u32::try_from(error.column()).unwrap_or(u32::MAX),
        };
        let message = format!("this is not valid JSON: {error}");
        return Err(ConfigErrors(vec![Problem {
            path: path.to_owned(),
            position,
            key: String::new(),
            message,
        }]));
    }
    // JSON has tabs between tokens only. YAML does not accept them after every colon.
    let mut document =
        yaml::parse(&text.replace('\t', " ")).map_err(|error| super::model::syntax_problem(path, error))?;
    let mut dropped = Vec::new();
    let mut kept = Vec::new();
    if let Value::Table(entries) = &mut document.value
        && let Some(index) = entries.iter().position(|(key, _)| is(key, "thresholds"))
    {
        let (_, thresholds) = entries.remove(index);
        let Value::Table(old) = thresholds.value else {
            let message = format!("must be a mapping, not {}", thresholds.value.describe());
            return Err(ConfigErrors(vec![problem(&thresholds, "thresholds", message)]));
        };
        for (key, value) in old {
            if KEPT.iter().any(|name| is(&key, name)) {
                kept.push((key, value));
            } else if let Some(name) = DROPPED.iter().find(|name| is(&key, name)) {
                let message = "has no counterpart: thresholds hold for what the code is, not for what an edit adds";
                dropped.push(problem(&key, &format!("thresholds.{name}"), message.to_owned()));
            } else {
                let allowed: Vec<_> = KEPT.iter().chain(&DROPPED).map(|name| format!("`{name}`")).collect();
                let message = format!("unknown key {} (known: {})", key.value.describe(), allowed.join(", "));
                return Err(ConfigErrors(vec![problem(&key, "thresholds", message)]));
            }
        }
        add_defaults(entries, kept, thresholds.position);
    }
    let config = Config::from_node(path, &document)?;
    Ok(Migrated { config, dropped })
}

fn is(key: &Node, name: &str) -> bool {
    matches!(&key.value, Value::Text(text) if text == name)
}

/// Puts settings before those in `defaults`: the last one of a key applies.
fn add_defaults(entries: &mut Vec<(Node, Node)>, kept: Vec<(Node, Node)>, position: Position) {
    if kept.is_empty() {
        return;
    }
    let existing = entries.iter_mut().find(|(key, _)| is(key, "defaults"));
    if let Some((
        _,
        Node {
            value: Value::Table(defaults),
            ..
        },
    )) = existing
    {
        defaults.splice(0..0, kept);
        return;
    }
    let node = |value| Node {
        position,
        span: 0..0,
        value,
    };
    entries.push((node(Value::Text("defaults".to_owned())), node(Value::Table(kept))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_metrics::MetricType;

    fn old(text: &str) -> Result<Migrated, ConfigErrors> {
        migrate(Path::new(".antipasta.config.json"), text)
    }

    #[test]
    fn old_thresholds_are_kept_or_named_as_dropped() {
        let text = "{\n  \"thresholds\": {\n    \"max_cyclomatic_increase\": 0,\n    \"min_maintainability_index\": 42.5\n  }\n}\n";
        let migrated = old(text).unwrap();
        let threshold = migrated.config.threshold(MetricType::MaintainabilityIndex).unwrap();
        assert_eq!(threshold.limit, 42.5);
        assert_eq!(migrated.dropped.len(), 1);
        assert!(
            migrated.dropped[0]
                .to_string()
                .contains("config.json:3:5: thresholds.max_cyclomatic_increase: has no counterpart")
        );
    }

    #[test]
    fn todays_keys_written_as_json_are_taken_over() {
        let text = "{\"defaults\": {\"max_cyclomatic_complexity\": 7}, \"ignore_patterns\": [\"a\"], \"thresholds\": {\"min_maintainability_index\": 1}}";
        let config = old(text).unwrap().config;
        assert_eq!(config.threshold(MetricType::CyclomaticComplexity).unwrap().limit, 7.0);
        assert_eq!(config.threshold(MetricType::MaintainabilityIndex).unwrap().limit, 1.0);
        assert_eq!(config.ignore_patterns, ["a"]);
    }

    #[test]
    fn tabs_may_separate_whatever_json_lets_them_separate() {
        let text = "{\n\t\"defaults\"\t:\t{\n\t\t\"max_cyclomatic_complexity\":\t7\n\t},\t\"ignore_patterns\":\n\t[\"a\\tb\"]\n}\n";
        let config = old(text).unwrap().config;
        assert_eq!(config.threshold(MetricType::CyclomaticComplexity).unwrap().limit, 7.0);
        assert_eq!(config.ignore_patterns, ["a\tb"]);
    }

    #[test]
    fn what_is_wrong_is_located() {
        for (text, expected) in [
            ("{\n \"thresholds\": }", "config.json:2:16: this is not valid JSON"),
            ("{\"thresholds\": 3}", "thresholds: must be a mapping"),
            ("{\"thresholds\": {\"max_size\": 3}}", "unknown key the text `max_size`"),
            (
                "{\"thresholds\": {\"min_maintainability_index\": 101}}",
                "must be a number from 0 to 100",
            ),
            (
                "{\"defaults\": {\"max_cyclomatic\": 3}}",
                "did you mean `max_cyclomatic_complexity`?",
            ),
        ] {
            let error = old(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}

//! Settings of the command line that override the configuration.

use super::model::Config;
use super::schema::coerce::number_text;
use super::schema::{Kind, NOT_COMPUTED, threshold_kind};
use antipasta_metrics::{MetricType, UnknownMetric};
use antipasta_syntax::text::python_float;

/// Overrides for one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Limits that replace the configured ones; the last one of a metric applies.
    pub thresholds: Vec<(MetricType, f64)>,
    /// More patterns of files to ignore, relative to the working directory.
    pub exclude_patterns: Vec<String>,
    /// Patterns of files to include even if another rule ignores them.
    pub include_patterns: Vec<String>,
    /// Whether to disregard `.gitignore` files.
    pub no_gitignore: bool,
    /// Whether to disregard every rule that ignores files.
    pub force_analyze: bool,
}

/// A `TYPE=VALUE` that sets no threshold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidThreshold {
    /// There is no `=`.
    #[error("`{0}` is not of the form TYPE=VALUE, such as `cyclomatic_complexity=15` or `cyc=15`")]
    NoValue(String),
    /// The value is no number.
    #[error("`{1}` is no number (in `{0}={1}`)")]
    NoNumber(String, String),
    /// The type names no metric.
    #[error("unknown metric `{0}`; {settable}", settable = settable())]
    UnknownMetric(String),
    /// The metric has no threshold that the command line could set.
    #[error("the threshold of {0} can be set only in the configuration, not by `-t`; {settable}", settable = settable())]
    NotSettable(MetricType),
    /// Only antipasta computes the metric.
    #[error("{0} is not judged by antipasta-lsp, only by antipasta; {settable}", settable = settable())]
    NotComputed(&'static str),
    /// The value is outside the metric's range.
    #[error("{0} must be {1}, not {2}")]
    OutOfRange(MetricType, String, String),
}

/// The metrics whose threshold the command line can set, as a text.
fn settable() -> String {
    let metrics = MetricType::ALL.into_iter();
    let metrics: Vec<_> = metrics
        .filter(|metric| threshold_kind(*metric).is_some())
        .map(MetricType::as_str)
        .collect();
    let prefixes: Vec<_> = MetricType::with_default().map(|(_, default)| default.prefix).collect();
    format!(
        "`-t` takes {} (or a prefix: {})",
        metrics.join(", "),
        prefixes.join(", ")
    )
}

/// Reads `TYPE=VALUE`, where `TYPE` is a metric's name or one of the prefixes `cyc`, `cog`, `mai`, `vol`, `dif`, `eff`.
///
/// # Errors
///
/// The text is invalid; the message says what would be valid.
pub fn parse_threshold(text: &str) -> Result<(MetricType, f64), InvalidThreshold> {
    let (name, written) = text
        .split_once('=')
        .map(|(name, written)| (name.trim(), written.trim()))
        .ok_or_else(|| InvalidThreshold::NoValue(text.to_owned()))?;
    let metric = match MetricType::of_prefix(name) {
        Some(metric) => metric,
        None => name.parse().map_err(|UnknownMetric(name)| {
            match NOT_COMPUTED.into_iter().find(|metric| *metric == name) {
                Some(metric) => InvalidThreshold::NotComputed(metric),
                None => InvalidThreshold::UnknownMetric(name),
            }
        })?,
    };
    let value = number_text(written).ok_or_else(|| InvalidThreshold::NoNumber(name.to_owned(), written.to_owned()))?;
    let (range, kind) = match threshold_kind(metric) {
        Some(Kind::Integer(range)) if range.contains(value) && value.fract() == 0.0 => return Ok((metric, value)),
        Some(Kind::Number(range)) if range.contains(value) => return Ok((metric, value)),
        Some(Kind::Integer(range)) => (range, "a whole number"),
        Some(Kind::Number(range)) => (range, "a number"),
        _ => return Err(InvalidThreshold::NotSettable(metric)),
    };
    let allowed = format!("{kind} {}", range.describe());
    Err(InvalidThreshold::OutOfRange(metric, allowed, python_float(value)))
}

impl Overrides {
    /// Applies the overrides to a configuration.
    pub fn apply(&self, mut config: Config) -> Config {
        for &(metric, limit) in &self.thresholds {
            for threshold in &mut config.thresholds {
                if threshold.metric == metric {
                    threshold.limit = limit;
                }
            }
        }
        if self.no_gitignore || self.force_analyze {
            config.use_gitignore = false;
        }
        if self.force_analyze {
            config.ignore_patterns.clear();
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_named_in_full_or_by_prefix() {
        let metric = MetricType::CyclomaticComplexity;
        assert_eq!(parse_threshold("cyc=15"), Ok((metric, 15.0)));
        assert_eq!(parse_threshold(" cyclomatic_complexity = 15.0 "), Ok((metric, 15.0)));
        assert_eq!(parse_threshold("eff=1e3"), Ok((MetricType::HalsteadEffort, 1000.0)));
    }

    #[test]
    fn what_sets_no_threshold_is_refused_with_a_reason() {
        for (text, expected) in [
            ("cyc", "is not of the form TYPE=VALUE"),
            ("cyc=x", "`x` is no number"),
            (
                "cyc=51",
                "cyclomatic_complexity must be a whole number from 1 to 50, not 51.0",
            ),
            ("cyc=1.5", "must be a whole number from 1 to 50, not 1.5"),
            ("cyc=nan", "must be a whole number"),
            ("mai=101", "must be a number from 0 to 100"),
            ("bugs=1", "unknown metric `bugs`"),
            ("weighted_methods_per_class=1", "can be set only in the configuration"),
            (
                "message_chain_depth=1",
                "message_chain_depth is not judged by antipasta-lsp",
            ),
        ] {
            let message = parse_threshold(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn what_is_listed_as_settable_is_settable() {
        let message = parse_threshold("bugs=1").unwrap_err().to_string();
        let (_, listed) = message.split_once("`-t` takes ").unwrap();
        let names: Vec<_> = listed.trim_end_matches(')').split([',', ' ', '(', ':']).collect();
        let names = names.iter().filter(|name| !["", "or", "a", "prefix"].contains(name));
        let settable: Vec<_> = names.map(|name| parse_threshold(&format!("{name}=1"))).collect();
        assert_eq!(settable.len(), 13 + MetricType::with_default().count());
        assert!(settable.iter().all(Result::is_ok), "{settable:?}");
        assert!(!listed.contains("weighted_methods_per_class"));
    }

    #[test]
    fn an_override_changes_a_limit_but_enables_nothing() {
        let overrides = Overrides {
            thresholds: vec![
                (MetricType::CyclomaticComplexity, 3.0),
                (MetricType::CognitiveComplexity, 3.0),
            ],
            ..Overrides::default()
        };
        let config = overrides.apply(Config::built_in());
        assert_eq!(config.threshold(MetricType::CyclomaticComplexity).unwrap().limit, 3.0);
    }
}

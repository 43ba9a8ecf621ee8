//! A configuration where there was none.

use std::path::Path;

use super::super::model::{Config, language_index};
use super::super::setting::Setting;
use super::super::to_yaml::to_yaml;
use super::entries_mut;
use antipasta_metrics::MetricType;

/// The text of a `.antipasta.yaml` by which everything is judged as without one, but that `metric` has another limit.
/// `None` if the metric is not judged without a configuration, or cannot have the limit.
pub fn new_configuration(metric: MetricType, limit: f64) -> Option<String> {
    let mut config = Config::built_in();
    config.threshold(metric)?;
    let language = language_index(&config.settings)?;
    let entries = entries_mut(&mut config.settings, language)?;
    let is_of_metric = |entry: &&mut Setting| entry.get("type").and_then(Setting::text) == Some(metric.as_str());
    entries
        .iter_mut()
        .find(is_of_metric)?
        .set("threshold", Setting::Number(limit));
    // All other settings are what they are by default.
    let kept = ["languages", "ignore_patterns", "use_gitignore"];
    let written = kept.map(|key| config.settings.get(key).map(|setting| (key, setting.clone())));
    let text = to_yaml(&Setting::Block(written.into_iter().flatten().collect()));
    let read = Config::from_yaml(Path::new(""), &text).ok()?;
    (read.settings == config.settings).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_threshold_changes() {
        let built_in = Config::built_in();
        for threshold in built_in.thresholds.iter().filter(|threshold| threshold.enabled) {
            let text = new_configuration(threshold.metric, 77.5).unwrap();
            let read = Config::from_yaml(Path::new(".antipasta.yaml"), &text).unwrap();
            let mut expected = built_in.thresholds.clone();
            for expected in &mut expected {
                if expected.metric == threshold.metric {
                    expected.limit = 77.5;
                }
            }
            assert_eq!(read.thresholds, expected);
            assert_eq!(read.ignore_patterns, built_in.ignore_patterns);
            assert_eq!(read.use_gitignore, built_in.use_gitignore);
            assert_eq!(read.warnings, []);
        }
    }

    #[test]
    fn what_is_not_judged_has_no_threshold_to_be_set() {
        assert_eq!(new_configuration(MetricType::CognitiveComplexity, 20.0), None);
        assert_eq!(new_configuration(MetricType::LinesOfCode, 20.0), None);
        assert_eq!(new_configuration(MetricType::CyclomaticComplexity, -1.0), None);
    }
}

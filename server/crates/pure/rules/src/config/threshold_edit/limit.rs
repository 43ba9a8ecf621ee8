//! The limit by which a value passes.

use super::super::comparison::Comparison;
use super::super::model::{Config, language_index};
use super::super::schema::{Kind, METRIC_LIMIT, threshold_kind};
use antipasta_metrics::MetricType;

/// The limit that `metric` must have in `config` for `value` to just pass, rounded to what one likes to read: to whole
/// numbers where the value or the key is whole, else to hundredths.
///
/// `None` if the metric is not judged, if no limit is near that lets the value pass, or if the key cannot have it.
pub fn passing_limit(config: &Config, metric: MetricType, value: f64) -> Option<f64> {
    let comparison = config.threshold(metric)?.comparison;
    let kind = match language_index(&config.settings) {
        Some(_) => METRIC_LIMIT,
        None => threshold_kind(metric)?,
    };
    let (range, is_whole) = match kind {
        Kind::Integer(range) => (range, true),
        Kind::Number(range) => (range, false),
        _ => return None,
    };
    let steps = if is_whole || value.fract() == 0.0 { 1.0 } else { 100.0 };
    let scaled = value * steps;
    let candidates = match comparison {
        Comparison::LessOrEqual => [scaled.ceil(), scaled.ceil() + 1.0],
        Comparison::Less => [scaled.ceil(), scaled.floor() + 1.0],
        Comparison::GreaterOrEqual => [scaled.floor(), scaled.floor() - 1.0],
        Comparison::Greater => [scaled.floor(), scaled.ceil() - 1.0],
        Comparison::Equal if is_whole => [value.round(), value.round()],
        Comparison::Equal => return range.contains(value).then_some(value),
        // Any other limit would do; which one is not for us to say.
        Comparison::NotEqual => return None,
    };
    let passes = |limit: &f64| comparison.holds(value, *limit) && range.contains(*limit);
    candidates.map(|candidate| candidate / steps).into_iter().find(passes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricType::{CyclomaticComplexity, HalsteadVolume, LinesOfCode, MaintainabilityIndex};
    use std::path::Path;

    fn config(text: &str) -> Config {
        Config::from_yaml(Path::new(".antipasta.yaml"), text).unwrap()
    }

    #[test]
    fn the_limit_is_the_value_rounded_so_that_it_passes() {
        let defaults = config("");
        assert_eq!(passing_limit(&defaults, CyclomaticComplexity, 12.0), Some(12.0));
        assert_eq!(passing_limit(&defaults, CyclomaticComplexity, 12.25), Some(13.0));
        assert_eq!(passing_limit(&defaults, HalsteadVolume, 1234.561), Some(1234.57));
        assert_eq!(passing_limit(&defaults, MaintainabilityIndex, 37.129), Some(37.12));
        assert_eq!(passing_limit(&defaults, MaintainabilityIndex, 100.0), Some(100.0));
        let language = config(
            "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 1, comparison: <}, \
             {type: maintainability_index, threshold: 1, comparison: '>'}, \
             {type: halstead_volume, threshold: 1, comparison: <}, {type: lines_of_code, threshold: 1, comparison: ==}]}]",
        );
        assert_eq!(passing_limit(&language, CyclomaticComplexity, 12.0), Some(13.0));
        assert_eq!(passing_limit(&language, MaintainabilityIndex, 37.0), Some(36.0));
        assert_eq!(passing_limit(&language, MaintainabilityIndex, 37.129), Some(37.12));
        assert_eq!(passing_limit(&language, HalsteadVolume, 0.5), Some(0.51));
        assert_eq!(passing_limit(&language, LinesOfCode, 77.0), Some(77.0));
    }

    #[test]
    fn a_limit_out_of_the_key_s_range_is_none() {
        let defaults = config("");
        assert_eq!(passing_limit(&defaults, CyclomaticComplexity, 50.0), Some(50.0));
        assert_eq!(passing_limit(&defaults, CyclomaticComplexity, 51.0), None);
        assert_eq!(passing_limit(&defaults, HalsteadVolume, 100_000.001), None);
        assert_eq!(passing_limit(&defaults, HalsteadVolume, f64::NAN), None);
        assert_eq!(passing_limit(&defaults, LinesOfCode, 3.0), None, "not judged");
        let language = config("languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 3}]}]");
        assert_eq!(passing_limit(&language, CyclomaticComplexity, 51.0), Some(51.0));
        let unequal = config(
            "languages: [{name: python, metrics: [{type: lines_of_code, threshold: 3, comparison: '!='}, \
             {type: maintainability_index, threshold: 9, comparison: '>'}]}]",
        );
        assert_eq!(passing_limit(&unequal, LinesOfCode, 3.0), None);
        assert_eq!(passing_limit(&unequal, MaintainabilityIndex, 0.0), None);
    }
}

//! The names of the metrics.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of metric, named as the reference names it in configurations and reports.
///
/// The order is the order in which metrics are listed to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricType {
    /// McCabe's cyclomatic complexity, of a function or method; the file's average.
    CyclomaticComplexity,
    /// Cognitive complexity, of a function or method; the file's maximum.
    CognitiveComplexity,
    /// The maintainability index of a file, 0 to 100; higher is better.
    MaintainabilityIndex,
    /// Halstead's volume, of a file and of each function.
    HalsteadVolume,
    /// Halstead's difficulty, of a file and of each function.
    HalsteadDifficulty,
    /// Halstead's effort, of a file and of each function.
    HalsteadEffort,
    /// Halstead's time to program, in seconds, of a file and of each function.
    HalsteadTime,
    /// Halstead's delivered bugs, of a file and of each function.
    HalsteadBugs,
    /// All physical lines of a file.
    LinesOfCode,
    /// The logical lines of a file.
    LogicalLinesOfCode,
    /// The lines of a file that hold code.
    SourceLinesOfCode,
    /// The comments of a file.
    CommentLines,
    /// The blank lines of a file.
    BlankLines,
    /// The sum of the cyclomatic complexities of a class's methods.
    WeightedMethodsPerClass,
}

impl MetricType {
    /// Every metric that is computed, in the order in which they are listed to people.
    pub const ALL: [Self; 14] = [
        Self::CyclomaticComplexity,
        Self::CognitiveComplexity,
        Self::MaintainabilityIndex,
        Self::HalsteadVolume,
        Self::HalsteadDifficulty,
        Self::HalsteadEffort,
        Self::HalsteadTime,
        Self::HalsteadBugs,
        Self::LinesOfCode,
        Self::LogicalLinesOfCode,
        Self::SourceLinesOfCode,
        Self::CommentLines,
        Self::BlankLines,
        Self::WeightedMethodsPerClass,
    ];

    /// The name used in configurations and reports, such as `cyclomatic_complexity`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CyclomaticComplexity => "cyclomatic_complexity",
            Self::CognitiveComplexity => "cognitive_complexity",
            Self::MaintainabilityIndex => "maintainability_index",
            Self::HalsteadVolume => "halstead_volume",
            Self::HalsteadDifficulty => "halstead_difficulty",
            Self::HalsteadEffort => "halstead_effort",
            Self::HalsteadTime => "halstead_time",
            Self::HalsteadBugs => "halstead_bugs",
            Self::LinesOfCode => "lines_of_code",
            Self::LogicalLinesOfCode => "logical_lines_of_code",
            Self::SourceLinesOfCode => "source_lines_of_code",
            Self::CommentLines => "comment_lines",
            Self::BlankLines => "blank_lines",
            Self::WeightedMethodsPerClass => "weighted_methods_per_class",
        }
    }

    /// The name in title case, as messages show it: `Cyclomatic Complexity`.
    pub fn title(self) -> String {
        let mut title = String::with_capacity(self.as_str().len());
        for word in self.as_str().split('_') {
            if !title.is_empty() {
                title.push(' ');
            }
            let mut letters = word.chars();
            title.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            title.push_str(letters.as_str());
        }
        title
    }

    /// Whether this is one of Halstead's five metrics, whose function rows inform but are never judged.
    pub const fn is_halstead(self) -> bool {
        matches!(
            self,
            Self::HalsteadVolume
                | Self::HalsteadDifficulty
                | Self::HalsteadEffort
                | Self::HalsteadTime
                | Self::HalsteadBugs
        )
    }
}

impl fmt::Display for MetricType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The given text names no metric that is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMetric(pub String);

impl fmt::Display for UnknownMetric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "unknown metric `{}`; the metrics are ", self.0)?;
        for (index, metric) in MetricType::ALL.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(formatter, "{separator}{metric}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownMetric {}

impl FromStr for MetricType {
    type Err = UnknownMetric;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|metric| metric.as_str() == name)
            .ok_or_else(|| UnknownMetric(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back() {
        for metric in MetricType::ALL {
            assert_eq!(metric.as_str().parse(), Ok(metric));
        }
    }

    #[test]
    fn titles_are_in_title_case() {
        assert_eq!(
            MetricType::WeightedMethodsPerClass.title(),
            "Weighted Methods Per Class"
        );
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = "cyclomatic".parse::<MetricType>().unwrap_err().to_string();
        assert!(message.contains("`cyclomatic`"));
        assert!(message.contains("weighted_methods_per_class"));
    }
}

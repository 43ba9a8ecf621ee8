//! The table of metrics: all that is known of each but how it is measured.
//!
//! Configuration, its JSON Schema, the command line, messages, the editors' words and the documentation follow from it. A metric
//! is a row here, the field that holds its value, and the file that measures it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricInfo {
    /// Its name in configurations and reports: `cyclomatic_complexity`.
    pub name: &'static str,
    /// A few words for where there is little room: `cyclomatic`.
    pub short_name: &'static str,
    /// The name in title case, as messages show it: `Cyclomatic Complexity`.
    pub title: &'static str,
    /// What its judged values are about.
    pub scope: Scope,
    /// How a file's own value is made of those of its functions.
    pub aggregate: Aggregate,
    /// Which way is better.
    pub better: Better,
    /// The smallest value that there can be.
    pub least: f64,
    /// The largest value that there can be; infinite if there is none.
    pub most: f64,
    /// How its values are written.
    pub unit: Unit,
    /// What a threshold may be in `defaults` and on the command line; `None` for a metric that neither can set.
    pub thresholds: Option<Thresholds>,
    /// The threshold that holds where a configuration does not say otherwise.
    pub default: Option<DefaultThreshold>,
    /// What heads a list of the lines that add to a function's value; `None` if it is not made of lines.
    pub lines_heading: Option<&'static str>,
    /// What it is, in one sentence: the one that its section of `docs/metrics.md` begins with.
    pub summary: &'static str,
    /// What it is and where it comes from, in a sentence or two.
    pub meaning: &'static str,
    /// What brings a value back to its threshold; follows the word "to improve it,".
    pub advice: &'static str,
}

/// What the judged values of a metric are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A function or method.
    Function,
    /// A class.
    Class,
    /// A file.
    File,
}

/// How a file's own value is made of those of its functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// There is none, or it is measured by itself.
    None,
    /// Their average.
    Average,
    /// The largest of them.
    Maximum,
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Small values are good.
    Lower,
    /// Large values are good.
    Higher,
    /// It is a matter of taste, and of the threshold.
    Either,
}

/// How the values of a metric are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count: without decimals if it has none.
    Count,
    /// A number with two decimals.
    Number,
    /// Seconds, with two decimals.
    Seconds,
}

/// What a threshold may be. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Thresholds {
    /// A whole number.
    Whole {
        /// The smallest.
        least: f64,
        /// The largest; infinite if there is none.
        most: f64,
    },
    /// Any number.
    Number {
        /// The smallest.
        least: f64,
        /// The largest; infinite if there is none.
        most: f64,
    },
}

/// The threshold of a metric that has one even where nothing is configured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DefaultThreshold {
    /// Its name in `defaults`: `max_cyclomatic_complexity`.
    pub key: &'static str,
    /// What stands for the metric in `-t` and in ignore comments: `cyc`.
    pub prefix: &'static str,
    /// The threshold: the most that a value may be, or the least if higher is better.
    pub limit: f64,
    /// Whether it is judged when there is no configuration file at all.
    pub enabled_without_file: bool,
    /// A sentence for people.
    pub about: &'static str,
}

/// Makes the enum of the metrics and the table of them, in one order, so that neither can lack what the other has.
macro_rules! metrics {
    ($($variant:ident: $row:expr,)+) => {
        /// A metric, by which its row in the table is found.
        ///
        /// The order is the order in which metrics are listed to people.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum MetricType {
            $(#[doc = concat!("See its row in the table of metrics, ", stringify!($variant), ".")] $variant,)+
        }

        impl MetricType {
            /// Every metric, in the order in which they are listed to people.
            pub const ALL: [Self; METRICS.len()] = [$(Self::$variant),+];
        }

        /// The table, in the order of [`MetricType::ALL`].
        const METRICS: &[MetricInfo] = &[$($row),+];
    };
}

/// The thresholds of a count.
const COUNT: Option<Thresholds> = Some(Thresholds::Whole {
    least: 0.0,
    most: f64::INFINITY,
});

/// The thresholds of a number.
const fn number(most: f64) -> Option<Thresholds> {
    Some(Thresholds::Number { least: 0.0, most })
}

/// A count of a file. What a row leaves out is as here.
const OF_FILE: MetricInfo = MetricInfo {
    name: "",
    short_name: "",
    title: "",
    scope: Scope::File,
    aggregate: Aggregate::None,
    better: Better::Lower,
    least: 0.0,
    most: f64::INFINITY,
    unit: Unit::Count,
    thresholds: COUNT,
    default: None,
    lines_heading: None,
    summary: "",
    meaning: "",
    advice: "",
};

metrics! {
    CyclomaticComplexity: MetricInfo {
        name: "cyclomatic_complexity",
        short_name: "cyclomatic",
        title: "Cyclomatic Complexity",
        scope: Scope::Function,
        aggregate: Aggregate::Average,
        least: 1.0,
        thresholds: Some(Thresholds::Whole { least: 1.0, most: 50.0 }),
        default: Some(DefaultThreshold {
            key: "max_cyclomatic_complexity",
            prefix: "cyc",
            limit: 10.0,
            enabled_without_file: true,
            about: "The highest cyclomatic complexity that a function may have.",
        }),
        lines_heading: Some("Cyclomatic complexity is 1 and what these lines add:"),
        summary: "The number of independent ways through a function: one, plus one for each decision in it.",
        meaning: "Cyclomatic complexity (McCabe) is the number of decisions in a function, plus one: how many paths through \
                  it there are to test.",
        advice: "move branches into functions of their own, or replace a chain of conditions by a table or by polymorphism",
        ..OF_FILE
    },
    CognitiveComplexity: MetricInfo {
        name: "cognitive_complexity",
        short_name: "cognitive",
        title: "Cognitive Complexity",
        scope: Scope::Function,
        aggregate: Aggregate::Maximum,
        thresholds: Some(Thresholds::Whole { least: 1.0, most: 100.0 }),
        default: Some(DefaultThreshold {
            key: "max_cognitive_complexity",
            prefix: "cog",
            limit: 15.0,
            enabled_without_file: false,
            about: "The highest cognitive complexity that a function may have.",
        }),
        lines_heading: Some("Cognitive complexity is what these lines add:"),
        summary: "How hard the flow of control of a function is to follow: each break in it costs, and costs more the \
                  deeper it nests.",
        meaning: "Cognitive complexity (Campbell) says how hard the control flow of a function is to follow: each break in \
                  it adds one, and most add one more for each level that they nest at.",
        advice: "nest less: return early, name conditions, and move the bodies of loops into functions",
        ..OF_FILE
    },
    MaintainabilityIndex: MetricInfo {
        name: "maintainability_index",
        short_name: "maintainability index",
        title: "Maintainability Index",
        better: Better::Higher,
        most: 100.0,
        unit: Unit::Number,
        thresholds: number(100.0),
        default: Some(DefaultThreshold {
            key: "min_maintainability_index",
            prefix: "mai",
            limit: 50.0,
            enabled_without_file: true,
            about: "The lowest maintainability index that a file may have; 100 is best.",
        }),
        summary: "How easy a file is to maintain, in one number that is made of its volume, its complexity and its size.",
        meaning: "The maintainability index (Oman and Hagemeister) rates a file from 0 to 100, higher being better, by its \
                  Halstead volume, its cyclomatic complexity, its lines and its comments.",
        advice: "split the file: it holds too much code, with too many branches, to be kept in mind at once",
        ..OF_FILE
    },
    HalsteadVolume: MetricInfo {
        name: "halstead_volume",
        short_name: "halstead volume",
        title: "Halstead Volume",
        unit: Unit::Number,
        thresholds: number(100_000.0),
        default: Some(DefaultThreshold {
            key: "max_halstead_volume",
            prefix: "vol",
            limit: 1000.0,
            enabled_without_file: true,
            about: "The highest Halstead volume that a file may have.",
        }),
        summary: "How much is said: the length of the program in bits, if each operator and operand were a word of its \
                  vocabulary.",
        meaning: "Halstead's volume is how much is written in operators and operands, in bits: how many there are, times \
                  the logarithm of how many are different.",
        advice: "split the file: it says more than one file should",
        ..OF_FILE
    },
    HalsteadDifficulty: MetricInfo {
        name: "halstead_difficulty",
        short_name: "halstead difficulty",
        title: "Halstead Difficulty",
        unit: Unit::Number,
        thresholds: number(100.0),
        default: Some(DefaultThreshold {
            key: "max_halstead_difficulty",
            prefix: "dif",
            limit: 10.0,
            enabled_without_file: true,
            about: "The highest Halstead difficulty that a file may have.",
        }),
        summary: "How hard the code is to write and to read: many different operators, and operands that come again and \
                  again.",
        meaning: "Halstead's difficulty is how hard the code is to write and to read: it grows with the number of \
                  different operators, and with how often the same operands are used.",
        advice: "repeat less: name a subexpression that occurs often, and split expressions with many different operators",
        ..OF_FILE
    },
    HalsteadEffort: MetricInfo {
        name: "halstead_effort",
        short_name: "halstead effort",
        title: "Halstead Effort",
        unit: Unit::Number,
        thresholds: number(1_000_000.0),
        default: Some(DefaultThreshold {
            key: "max_halstead_effort",
            prefix: "eff",
            limit: 10_000.0,
            enabled_without_file: true,
            about: "The highest Halstead effort that a file may take.",
        }),
        summary: "How much work the code is: its difficulty times its volume.",
        meaning: "Halstead's effort is the volume of the code times its difficulty.",
        advice: "split the file, and simplify the expressions in it",
        ..OF_FILE
    },
    HalsteadTime: MetricInfo {
        name: "halstead_time",
        short_name: "halstead time",
        title: "Halstead Time",
        unit: Unit::Seconds,
        thresholds: number(f64::INFINITY),
        summary: "How long it takes to write the code.",
        meaning: "Halstead's time is an estimate of how many seconds it took to write the code: its effort over 18.",
        advice: "split the file: it takes too long to understand as a whole",
        ..OF_FILE
    },
    HalsteadBugs: MetricInfo {
        name: "halstead_bugs",
        short_name: "halstead bugs",
        title: "Halstead Bugs",
        unit: Unit::Number,
        thresholds: number(f64::INFINITY),
        summary: "How many mistakes code of this volume has when it is delivered.",
        meaning: "Halstead's bugs is an estimate of how many mistakes are in the code: its volume over 3000.",
        advice: "split the file: so much code in one place invites mistakes",
        ..OF_FILE
    },
    LinesOfCode: MetricInfo {
        name: "lines_of_code",
        short_name: "lines of code",
        title: "Lines Of Code",
        better: Better::Either,
        summary: "All physical lines.",
        meaning: "This is the number of all lines of a file.",
        advice: "move code that belongs together into a module of its own",
        ..OF_FILE
    },
    LogicalLinesOfCode: MetricInfo {
        name: "logical_lines_of_code",
        short_name: "logical lines of code",
        title: "Logical Lines Of Code",
        better: Better::Either,
        summary: "Statements, as far as radon can tell them by their tokens.",
        meaning: "This is the number of logical lines of a file: of its statements and the clauses of those.",
        advice: "move code that belongs together into a module of its own",
        ..OF_FILE
    },
    SourceLinesOfCode: MetricInfo {
        name: "source_lines_of_code",
        short_name: "source lines of code",
        title: "Source Lines Of Code",
        better: Better::Either,
        summary: "Lines that hold code.",
        meaning: "This is the number of lines of a file that hold code.",
        advice: "move code that belongs together into a module of its own",
        ..OF_FILE
    },
    CommentLines: MetricInfo {
        name: "comment_lines",
        short_name: "comment lines",
        title: "Comment Lines",
        better: Better::Either,
        summary: "Comments, those that share a line with code among them.",
        meaning: "This is the number of comments in a file.",
        advice: "let names say what comments say, or write the comments that are missing",
        ..OF_FILE
    },
    BlankLines: MetricInfo {
        name: "blank_lines",
        short_name: "blank lines",
        title: "Blank Lines",
        better: Better::Either,
        summary: "Lines with nothing but white space.",
        meaning: "This is the number of blank lines of a file.",
        advice: "bring the number of blank lines in line with the threshold; a formatter does it",
        ..OF_FILE
    },
    WeightedMethodsPerClass: MetricInfo {
        name: "weighted_methods_per_class",
        short_name: "weighted methods",
        title: "Weighted Methods Per Class",
        scope: Scope::Class,
        least: 1.0,
        thresholds: None,
        summary: "How complex a class is as a whole.",
        meaning: "The weighted methods of a class (Chidamber and Kemerer) are the sum of the cyclomatic complexities of \
                  its methods.",
        advice: "split the class by its responsibilities, or simplify its methods",
        ..OF_FILE
    },
}

impl MetricType {
    /// Its row in the table.
    pub const fn info(self) -> &'static MetricInfo {
        &METRICS[self as usize]
    }

    /// The name used in configurations and reports, such as `cyclomatic_complexity`.
    pub const fn as_str(self) -> &'static str {
        self.info().name
    }

    /// The metrics with a default threshold, in the order in which the reference applies them: those that are judged without
    /// a configuration file come first.
    pub fn with_default() -> impl Iterator<Item = (Self, &'static DefaultThreshold)> {
        [true, false].into_iter().flat_map(|enabled| {
            let all = Self::ALL.into_iter();
            let with_default = all.filter_map(|metric| Some((metric, metric.info().default.as_ref()?)));
            with_default.filter(move |(_, default)| default.enabled_without_file == enabled)
        })
    }

    /// The metric that a prefix such as `cyc` stands for.
    pub fn of_prefix(prefix: &str) -> Option<Self> {
        Self::with_default()
            .find(|(_, default)| default.prefix == prefix)
            .map(|(metric, _)| metric)
    }
}

impl MetricInfo {
    /// A value as people read it: counts as they are, others with two decimals, times in seconds.
    pub fn text(&self, value: f64) -> String {
        match self.unit {
            Unit::Count if value.fract() == 0.0 => (value as u64).to_string(),
            Unit::Count | Unit::Number => format!("{value:.2}"),
            Unit::Seconds => format!("{value:.2} s"),
        }
    }

    /// Whether a comment can take a function, or a class, out of what is judged.
    pub const fn is_ignorable(&self, is_class: bool) -> bool {
        match self.scope {
            // A comment on a class holds for its methods.
            Scope::Function => true,
            Scope::Class => is_class,
            Scope::File => false,
        }
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
        let names = MetricType::ALL.map(MetricType::as_str).join(", ");
        write!(formatter, "unknown metric `{}`; the metrics are {names}", self.0)
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
    fn every_row_is_of_its_own_metric_and_says_all_there_is_to_say() {
        for metric in MetricType::ALL {
            let row = metric.info();
            assert_eq!(row.name.parse(), Ok(metric));
            assert_eq!(serde_json::to_value(metric).unwrap(), row.name);
            assert_eq!(format!("{metric:?}"), row.title.replace(' ', ""));
            assert!(row.name.starts_with(&row.short_name.replace(' ', "_")), "{}", row.name);
            for text in [row.summary, row.meaning] {
                assert!(text.ends_with('.'), "{text}");
            }
            assert!(!row.advice.is_empty() && !row.advice.ends_with('.'), "{}", row.advice);
        }
    }

    #[test]
    fn default_thresholds_are_in_their_own_ranges() {
        for (metric, default) in MetricType::with_default() {
            let Some(Thresholds::Whole { least, most } | Thresholds::Number { least, most }) = metric.info().thresholds
            else {
                panic!("{metric} has a default threshold and no range");
            };
            assert!((least..=most).contains(&default.limit), "{metric}");
            assert_eq!(MetricType::of_prefix(default.prefix), Some(metric));
        }
    }

    #[test]
    fn values_are_written_by_their_unit() {
        let text = |metric: MetricType, value| metric.info().text(value);
        assert_eq!(text(MetricType::CyclomaticComplexity, 12.0), "12");
        assert_eq!(text(MetricType::CyclomaticComplexity, 2.5), "2.50");
        assert_eq!(text(MetricType::MaintainabilityIndex, 100.0), "100.00");
        assert_eq!(text(MetricType::HalsteadTime, 1.0), "1.00 s");
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = "cyclomatic".parse::<MetricType>().unwrap_err().to_string();
        assert!(message.contains("`cyclomatic`"));
        assert!(message.contains("weighted_methods_per_class"));
    }
}

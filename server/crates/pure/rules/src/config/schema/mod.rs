//! The one table of settings: their names, types, ranges, defaults and descriptions.
//!
//! The validation of files, the JSON Schema, the configuration that `config init` writes and the ranges of overrides on the
//! command line are derived from it.

pub(in crate::config) mod check;
pub(in crate::config) mod coerce;
pub(in crate::config) mod json_schema;

use std::sync::LazyLock;

use crate::config::comparison::Comparison;
use crate::config::model::{Profile, Threshold};
use crate::config::setting::Setting;
use antipasta_metrics::{Better, DefaultThreshold, MetricType, Thresholds};
use antipasta_syntax::MAX_BYTES;

/// A setting of a block.
pub(in crate::config) struct Key {
    pub name: &'static str,
    /// A sentence for people.
    pub about: &'static str,
    pub kind: Kind,
    pub presence: Presence,
}

/// What applies if a setting is missing.
pub(in crate::config) enum Presence {
    /// It is required.
    Required,
    /// It is optional; null means that it is missing.
    Optional,
    /// It has this value.
    Default(Setting),
    /// It is a block with the defaults of its settings.
    DefaultBlock,
}

/// The type of a setting's value.
#[derive(Clone, Copy)]
pub(in crate::config) enum Kind {
    Boolean,
    Integer(Range),
    Number(Range),
    /// A size in bytes, from 1 to [`LARGEST_SIZE`].
    Size,
    Text,
    /// A pattern as in a `.gitignore`.
    Pattern,
    /// A file name's extension with its dot.
    Extension,
    /// One of some words.
    Choice(fn() -> Vec<&'static str>),
    List(&'static Kind),
    Block(fn() -> &'static [Key]),
}

/// A range of numbers that includes both ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::config) struct Range {
    pub least: f64,
    pub most: f64,
}

impl Range {
    const fn new(least: f64, most: f64) -> Self {
        Self { least, most }
    }

    const fn at_least(least: f64) -> Self {
        Self::new(least, f64::INFINITY)
    }

    pub(in crate::config) fn contains(self, value: f64) -> bool {
        self.least <= value && value <= self.most
    }

    /// The range in words: `from 1 to 50`, `of at least 0`.
    pub(in crate::config) fn describe(self) -> String {
        if self.most.is_infinite() {
            format!("of at least {}", self.least)
        } else {
            format!("from {} to {}", self.least, self.most)
        }
    }
}

/// The type of a threshold of `metric` in `defaults` and on the command line; `None` if neither can set it.
pub(in crate::config) fn threshold_kind(metric: MetricType) -> Option<Kind> {
    Some(match metric.info().thresholds? {
        Thresholds::Whole { least, most } => Kind::Integer(Range::new(least, most)),
        Thresholds::Number { least, most } => Kind::Number(Range::new(least, most)),
    })
}

/// The comparison that good values of a metric satisfy; `None` if neither high nor low values are better.
pub(in crate::config) const fn usual_comparison(metric: MetricType) -> Option<Comparison> {
    match metric.info().better {
        Better::Lower => Some(Comparison::LessOrEqual),
        Better::Higher => Some(Comparison::GreaterOrEqual),
        Better::Either => None,
    }
}

/// The metrics with a default threshold and the threshold of each, in the order in which the reference applies them.
pub(in crate::config) fn default_thresholds() -> impl Iterator<Item = (Threshold, &'static DefaultThreshold)> {
    MetricType::with_default().map(|(metric, default)| {
        let threshold = Threshold {
            metric,
            comparison: usual_comparison(metric).unwrap_or(Comparison::LessOrEqual),
            limit: default.limit,
            enabled: default.enabled_without_file,
        };
        (threshold, default)
    })
}

/// The keys of `defaults`.
fn defaults() -> &'static [Key] {
    static DEFAULTS: LazyLock<Vec<Key>> = LazyLock::new(|| {
        let key = |(threshold, default): (Threshold, &DefaultThreshold)| {
            let kind = threshold_kind(threshold.metric).unwrap_or(METRIC_LIMIT);
            let value = match kind {
                Kind::Integer(_) => Setting::Integer(threshold.limit as i64),
                _ => Setting::Number(threshold.limit),
            };
            key(default.key, default.about, kind, Presence::Default(value))
        };
        default_thresholds().map(key).collect()
    });
    &DEFAULTS
}

const fn key(name: &'static str, about: &'static str, kind: Kind, presence: Presence) -> Key {
    Key {
        name,
        about,
        kind,
        presence,
    }
}

const fn truth(value: bool) -> Presence {
    Presence::Default(Setting::Boolean(value))
}

const fn whole(value: i64) -> Presence {
    Presence::Default(Setting::Integer(value))
}

const fn empty_list() -> Presence {
    Presence::Default(Setting::List(Vec::new()))
}

/// The type of a threshold in an entry of `metrics`.
pub(in crate::config) const METRIC_LIMIT: Kind = Kind::Number(Range::at_least(0.0));

static METRIC: [Key; 4] = [
    key(
        "type",
        "The metric that is judged.",
        Kind::Choice(metric_names),
        Presence::Required,
    ),
    key(
        "threshold",
        "What its values are compared with.",
        METRIC_LIMIT,
        Presence::Required,
    ),
    key(
        "comparison",
        "The relation that a value must have to the threshold.",
        Kind::Choice(comparison_names),
        Presence::Default(Setting::word("<=")),
    ),
    key(
        "enabled",
        "Whether the metric is judged at all.",
        Kind::Boolean,
        truth(true),
    ),
];

static LANGUAGE: [Key; 3] = [
    key(
        "name",
        "The language; `python` is the one that is analyzed.",
        Kind::Text,
        Presence::Required,
    ),
    key(
        "extensions",
        "The extensions of its files. They inform only: Python's files are always found by their own.",
        Kind::List(&Kind::Extension),
        empty_list(),
    ),
    key(
        "metrics",
        "The metrics that are judged. If one is listed twice, the last counts.",
        Kind::List(&Kind::Block(|| &METRIC)),
        Presence::Required,
    ),
];

static TREE_SHAPE: [Key; 4] = [
    key(
        "fan_out_min",
        "The fewest children that a package may have.",
        Kind::Integer(Range::at_least(1.0)),
        whole(2),
    ),
    key(
        "fan_out_max",
        "The most children that a package may have.",
        Kind::Integer(Range::at_least(1.0)),
        whole(7),
    ),
    key(
        "exclude",
        "Packages that are left out.",
        Kind::List(&Kind::Text),
        empty_list(),
    ),
    key(
        "layers",
        "The layers from top to bottom; a layer may import only from those below it.",
        Kind::List(&Kind::Text),
        empty_list(),
    ),
];

static IMPORT_GRAPH: [Key; 2] = [
    key(
        "forbid_cycles",
        "Whether modules that import one another in a circle violate.",
        Kind::Boolean,
        truth(true),
    ),
    key(
        "max_stable_dependencies_violations",
        "How many imports may point to a less stable module.",
        Kind::Integer(Range::at_least(0.0)),
        whole(0),
    ),
];

static NARRATIVE: [Key; 6] = [
    key(
        "narrator_step_budget",
        "How many steps a function that tells a story may have.",
        Kind::Integer(Range::at_least(1.0)),
        whole(9),
    ),
    key(
        "computer_statement_budget",
        "How many statements a function that computes may have.",
        Kind::Integer(Range::at_least(1.0)),
        whole(8),
    ),
    key(
        "computer_nesting_budget",
        "How deep a function that computes may nest.",
        Kind::Integer(Range::at_least(0.0)),
        whole(1),
    ),
    key(
        "mixing_tolerance",
        "How much computing a story may hold; the profile decides if it is not given.",
        Kind::Integer(Range::at_least(0.0)),
        Presence::Optional,
    ),
    key(
        "allowlist",
        "Words of the project's own vocabulary.",
        Kind::List(&Kind::Text),
        empty_list(),
    ),
    key(
        "name_clarity_floor",
        "The lowest mean clarity of a module's names.",
        Kind::Number(Range::new(0.0, 1.0)),
        Presence::Optional,
    ),
];

static DUPLICATION: [Key; 4] = [
    key(
        "normalize_local_names",
        "Whether code that differs in local names only is the same.",
        Kind::Boolean,
        truth(true),
    ),
    key(
        "normalize_constants",
        "Whether code that differs in constants only is the same.",
        Kind::Boolean,
        truth(false),
    ),
    key(
        "min_count",
        "How often code must occur to be a duplicate.",
        Kind::Integer(Range::at_least(2.0)),
        whole(2),
    ),
    key(
        "max_ratio",
        "The highest share of a file's lines that may be duplicates.",
        Kind::Number(Range::new(0.0, 1.0)),
        Presence::Optional,
    ),
];

/// The key of the size limit of source files.
pub(in crate::config) const MAX_FILE_SIZE: &str = "max_file_size";

/// The highest size limit in bytes for a configuration that is found beside the files: it may only lower the default. Its
/// author is the author of the files, and parsing takes some 90 bytes of memory per byte.
pub(in crate::config) const LARGEST_FOUND_SIZE: u64 = DEFAULT_MAX_FILE_SIZE;

/// The highest size limit in bytes for a configuration that the user names.
pub(in crate::config) const LARGEST_SIZE: i64 = MAX_BYTES as i64;

/// The default size limit in bytes. Parsing takes more than a hundred times as much memory.
pub(in crate::config) const DEFAULT_MAX_FILE_SIZE: u64 = 32 << 20;

/// A whole configuration.
pub(in crate::config) static CONFIG: [Key; 11] = [
    key(
        "defaults",
        "Thresholds that hold where no language says otherwise.",
        Kind::Block(defaults),
        Presence::DefaultBlock,
    ),
    key(
        "languages",
        "The metrics that are judged, by language. They replace the defaults of their language.",
        Kind::List(&Kind::Block(|| &LANGUAGE)),
        empty_list(),
    ),
    key(
        "ignore_patterns",
        "Files to leave out, as in a .gitignore, relative to this file.",
        Kind::List(&Kind::Pattern),
        empty_list(),
    ),
    key(
        "critical_paths",
        "Files to check first if there may not be time for all (--max-time), as in a .gitignore, relative to this file.",
        Kind::List(&Kind::Pattern),
        Presence::Optional,
    ),
    key(
        "use_gitignore",
        "Whether files that .gitignore names are left out as well.",
        Kind::Boolean,
        truth(true),
    ),
    key(
        MAX_FILE_SIZE,
        "The largest file that is analyzed, in bytes or with a unit: 32 MB. A larger one counts as not checked. At most 32 MB; more, up to 1 GB, only in a configuration that is named, as by --config.",
        Kind::Size,
        whole(DEFAULT_MAX_FILE_SIZE as i64),
    ),
    key(
        "profile",
        "How strict the metrics of style are.",
        Kind::Choice(profile_names),
        Presence::Default(Setting::word("standard")),
    ),
    key(
        "tree_shape",
        "Limits on the shape of the tree of packages.",
        Kind::Block(|| &TREE_SHAPE),
        Presence::Optional,
    ),
    key(
        "import_graph",
        "Limits on how modules import one another.",
        Kind::Block(|| &IMPORT_GRAPH),
        Presence::Optional,
    ),
    key(
        "narrative",
        "Limits on functions that mix telling with computing.",
        Kind::Block(|| &NARRATIVE),
        Presence::Optional,
    ),
    key(
        "duplication",
        "Limits on duplicated code.",
        Kind::Block(|| &DUPLICATION),
        Presence::Optional,
    ),
];

/// Blocks of the configuration that only the reference evaluates.
pub(in crate::config) const BLOCKS_NOT_JUDGED: [&str; 4] = ["tree_shape", "import_graph", "narrative", "duplication"];

/// Metrics of the reference that are not computed yet. A configuration may name them.
pub(in crate::config) const NOT_COMPUTED: [&str; 43] = [
    "message_chain_depth",
    "function_arity",
    "boolean_flag_parameters",
    "exception_discipline",
    "global_state_reach",
    "marker_density",
    "comment_density",
    "function_statements",
    "expression_flatness",
    "pipeline_linearity",
    "lack_of_cohesion",
    "coupling_between_objects",
    "depth_of_inheritance_tree",
    "number_of_children",
    "single_responsibility_index",
    "directory_children",
    "efferent_coupling",
    "afferent_coupling",
    "instability",
    "dependency_cycles",
    "stable_dependencies_violations",
    "abstractness",
    "distance_from_main_sequence",
    "dependency_inversion",
    "narrative_mixed_functions",
    "narrator_budget_exceeded",
    "computer_budget_exceeded",
    "step_down_ordering",
    "layering_violations",
    "name_clarity",
    "naming_antipatterns",
    "duplication_ratio",
    "clone_occurrences",
    "assertions_per_test",
    "mock_call_assertions",
    "big_literal_assertions",
    "code_churn",
    "change_coupling",
    "hotspot",
    "test_churn_ratio",
    "co_churn_multiplicity",
    "suite_redundancy_index",
    "blast_radius",
];

fn metric_names() -> Vec<&'static str> {
    let computed = MetricType::ALL.into_iter().map(MetricType::as_str);
    computed.chain(NOT_COMPUTED).collect()
}

fn comparison_names() -> Vec<&'static str> {
    Comparison::ALL.map(Comparison::as_str).to_vec()
}

fn profile_names() -> Vec<&'static str> {
    Profile::ALL.map(Profile::as_str).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_metric_is_listed_once() {
        let names = metric_names();
        let distinct: HashSet<_> = names.iter().collect();
        assert_eq!(
            distinct.len(),
            names.len(),
            "a metric is computed now: strike it from NOT_COMPUTED"
        );
    }
}

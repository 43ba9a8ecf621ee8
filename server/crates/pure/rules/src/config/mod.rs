//! Thresholds and how files are chosen: the configuration.
//!
//! [`schema`] has the one table of settings. A file is read into a [`document`] of nodes with their places. The document is
//! validated against the table and linted ([`lint`]), and becomes a [`Config`]. Which file applies to a directory is for the
//! crate `antipasta-workspace` to find out.

mod comparison;
mod document;
mod lint;
mod migrate;
mod model;
mod overrides;
mod pattern;
mod problem;
mod schema;
mod setting;
mod threshold_edit;
mod to_yaml;

pub use comparison::{Comparison, UnknownComparison};
pub use document::Position;
pub use lint::trouble_of_given_pattern;
pub use migrate::{Migrated, migrate};
pub use model::{Config, EXTENSION, NAMED_EXTENSIONS, Profile, Threshold};
pub use overrides::{InvalidThreshold, Overrides, parse_threshold};
pub use pattern::{
    LONGEST_PATTERN, MOST_PATTERN_COST, MOST_PATTERN_COST_OF_SCAN, gitignore_line, parse_pattern, pattern_cost,
};
pub use problem::{ConfigErrors, Problem, first_of};
pub use schema::check::similar;
pub use schema::json_schema::json_schema;
pub use setting::Setting;
pub use threshold_edit::{Format, ThresholdChange, ThresholdEdit, change_to_pass, new_configuration, passing_limit};
pub use to_yaml::{TEMPLATE, to_yaml};

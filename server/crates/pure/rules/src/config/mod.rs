//! Thresholds and how files are chosen: the configuration.
//!
//! [`schema`] is the one table of settings. A document is read into nodes with their places ([`yaml`], [`pyproject`]), held
//! against the table ([`check`]), looked through for what is valid but odd ([`lint`]), and becomes a [`Config`]. Which file holds for a directory is for
//! the crate of the workspace to find out.

mod check;
mod coerce;
mod comparison;
mod document;
mod json_schema;
mod lint;
mod migrate;
mod model;
mod node;
mod overrides;
mod pattern;
mod problem;
mod pyproject;
mod schema;
mod setting;
mod threshold_edit;
mod yaml;
mod yaml_scalar;

pub use check::similar;
pub use comparison::{Comparison, UnknownComparison};
pub use document::{TEMPLATE, to_yaml};
pub use json_schema::json_schema;
pub use lint::trouble_of_given_pattern;
pub use migrate::{Migrated, migrate};
pub use model::{Config, EXTENSION, NAMED_EXTENSIONS, Profile, Threshold};
pub use node::Position;
pub use overrides::{InvalidThreshold, Overrides, parse_threshold};
pub use pattern::{
    LONGEST_PATTERN, MOST_PATTERN_COST, MOST_PATTERN_COST_OF_SCAN, gitignore_line, parse_pattern, pattern_cost,
};
pub use problem::{ConfigErrors, Problem, first_of};
pub use setting::Setting;
pub use threshold_edit::{Format, ThresholdChange, ThresholdEdit, change_to_pass, new_configuration, passing_limit};

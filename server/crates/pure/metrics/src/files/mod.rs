//! The metrics of files.

pub(crate) mod halstead;
pub(crate) mod lines;
pub(crate) mod maintainability;
pub(crate) mod operand;
pub(crate) mod surrogates;

//! The metrics of classes.

pub(crate) mod weighted_methods;

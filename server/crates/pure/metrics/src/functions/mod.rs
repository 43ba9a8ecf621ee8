//! The metrics of functions.

pub(crate) mod cognitive;
pub(crate) mod costs;
pub(crate) mod cyclomatic;
pub(crate) mod increment;

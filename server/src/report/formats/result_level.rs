//! How severe a result is.

use serde::Serialize;

/// How severe a result is, in the words of SARIF.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ResultLevel {
    /// The check does not fail because of it.
    Note,
    /// The check fails because of it.
    Error,
}

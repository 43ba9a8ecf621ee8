//! Times in seconds, as people write them.

use std::time::Duration;

/// The longest time that is accepted, in seconds.
const MOST: f64 = 1e6;

/// The text is no time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number of seconds above 0, and at most {MOST}")]
pub struct InvalidSeconds;

/// Parses a number of seconds, such as `30` or `0.5`.
///
/// # Errors
///
/// The text is no number, or the number is not above 0, or too large.
pub fn parse(text: &str) -> Result<Duration, InvalidSeconds> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MOST);
    seconds.map(Duration::from_secs_f64).ok_or(InvalidSeconds)
}

//! Times as people write them.

use std::time::Duration;

/// The longest time that may be asked for, in seconds.
const MOST: f64 = 1e6;

/// Reads a number of seconds, such as `30` or `0.5`.
///
/// # Errors
///
/// It is none, or not above 0, or too large; what it must be, for people.
pub fn parse(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MOST);
    let seconds = seconds.ok_or_else(|| format!("must be a number of seconds above 0, and at most {MOST}"))?;
    Ok(Duration::from_secs_f64(seconds))
}

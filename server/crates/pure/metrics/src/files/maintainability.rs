//! The maintainability index of a file, 0 to 100.
//!
//! After P. Oman and J. Hagemeister, 1992, rescaled to 100 as Visual Studio does, as radon 6.0.1 computes it
//! (`radon/metrics.py`, `mi_compute` and `mi_parameters`):
//!
//! > MI = max(0, 100 (171 − 5.2 ln V − 0.23 G − 16.2 ln L + 50 sin √(2.46 C)) / 171)
//!
//! with the Halstead volume V and the cyclomatic complexity G of the file. Peculiar to radon: L are the *logical*
//! lines, C is the percentage of comment lines *as degrees, in radians*, and the lines of strings that stand alone
//! count as comments. A file with no operators or no logical lines has the index 100.

use crate::file_metrics::LineCounts;

/// The maintainability index of a file with this Halstead volume, cyclomatic complexity and line counts.
pub(crate) fn maintainability_index(volume: f64, complexity: u32, lines: &LineCounts) -> f64 {
    if volume <= 0.0 || lines.logical == 0 {
        return 100.0;
    }
    let comments = f64::from(lines.comments + lines.multi_line_strings);
    let comment_percentage = match lines.source {
        0 => 0.0,
        source => comments / f64::from(source) * 100.0,
    };
    let comment_weight = (2.46 * comment_percentage.to_radians()).sqrt();
    let index = 171.0 - 5.2 * volume.ln() - 0.23 * f64::from(complexity) - 16.2 * f64::from(lines.logical).ln()
        + 50.0 * comment_weight.sin();
    (index * 100.0 / 171.0).clamp(0.0, 100.0)
}

/// The rank of an index: `A` above 19, `B` above 9, `C` below (`radon/metrics.py`, `mi_rank`).
pub(crate) fn rank(index: f64) -> char {
    if index > 19.0 {
        'A'
    } else if index > 9.0 {
        'B'
    } else {
        'C'
    }
}

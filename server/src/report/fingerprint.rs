//! Fingerprints, by which programs recognize a violation in the next report.

use xxhash_rust::xxh3::Xxh3Default;

use super::reported_path::ReportedPath;
use antipasta_rules::violations::Violation;

/// The fingerprint of a violation in a file: 32 hexadecimal digits.
///
/// It is a hash of the file, the qualified name, the position among functions that share the name, and the metric. So it is unique
/// in a report, and does not change when lines move or the value changes.
pub(super) fn of_violation(violation: &Violation, path: &ReportedPath) -> String {
    let subject = &violation.subject;
    let namesakes_above = subject.named().map_or(0, |named| named.namesakes_above);
    fingerprint(&[
        &path.uri(),
        &subject.display_name().unwrap_or_default(),
        &namesakes_above.to_string(),
        violation.metric().as_str(),
    ])
}

/// A hash of texts, as 32 hexadecimal digits.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Xxh3Default::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    format!("{:032x}", hash.digest128())
}

//! Entries of a baseline that are no longer needed.

use antipasta_metrics::MetricType;
use antipasta_rules::escape::whole_line;

/// A value that a baseline allows, although none or a better one would be enough.
#[derive(Debug)]
pub(crate) struct StaleEntry {
    /// The file's path in the baseline.
    pub file: String,
    /// The qualified name of the function or class; `None` for a value of the file.
    pub name: Option<String>,
    pub metric: MetricType,
    /// The value that the baseline allows.
    pub allowed: f64,
    /// The value that would be enough; `None` if there is no violation.
    pub needed: Option<f64>,
    pub is_file_gone: bool,
}

impl StaleEntry {
    /// A line about the entry, for people.
    pub(super) fn message(&self) -> String {
        let mut message = format!("{}: ", self.file);
        if let Some(name) = &self.name {
            message += &format!("{name}: ");
        }
        message += &format!("{} of {} is allowed; ", self.metric, self.allowed);
        message += &match self.needed {
            Some(needed) => format!("{needed} would be enough"),
            None if self.is_file_gone => "the file is gone".to_owned(),
            None => "there is no violation any more".to_owned(),
        };
        whole_line(&message).into_owned()
    }
}

//! A value that violates its threshold.

use std::fmt::Write as _;

use super::subject::Subject;
use crate::config::Threshold;
use antipasta_metrics::{Aggregate, MetricRow, MetricType};
use antipasta_syntax::text::python_float;

/// One value of one metric that violates its threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The threshold that the value violates.
    pub threshold: Threshold,
    /// The value.
    pub value: f64,
    /// What the value is about.
    pub subject: Subject,
    /// The line that the reference's message names, from 1; `None` for a file's or a class's value.
    pub line: Option<u32>,
    /// The name that the reference's message has; `None` for a value of the file.
    pub name: Option<Box<str>>,
    /// The ceiling of an ignore comment, if the value has grown above one.
    pub ceiling: Option<f64>,
    /// With `--changed-only`, the value before the change, if there was one.
    pub before: Option<f64>,
}

impl Violation {
    pub(super) fn from_row(row: &MetricRow<'_>, value: f64, threshold: Threshold, subject: Subject) -> Self {
        Self {
            threshold,
            value,
            subject,
            line: row.line,
            name: row.name.as_deref().map(Box::from),
            ceiling: None,
            before: None,
        }
    }

    /// The metric.
    pub fn metric(&self) -> MetricType {
        self.threshold.metric
    }

    /// Whether the value is the average or maximum of a file's functions, so that violations of the functions repeat it.
    pub fn repeats_functions(&self) -> bool {
        self.metric().info().aggregate != Aggregate::None && self.subject == Subject::File
    }

    /// The message with the name but without the position: `C::m: Cyclomatic Complexity is 12.00 (threshold: <= 10.0)`.
    pub fn named_statement(&self) -> String {
        let mut statement = match self.subject.display_name() {
            Some(name) => format!("{name}: {}", self.statement()),
            None => self.statement(),
        };
        if let Some(ceiling) = self.ceiling {
            let _ = write!(statement, "; above the ceiling of its ignore comment: {ceiling}");
        }
        if let Some(delta) = self.delta() {
            let _ = write!(statement, "; {delta}");
        }
        statement
    }

    /// The message of the reference: `PATH:LINE (FUNCTION): Cyclomatic Complexity is 12.00 (threshold: <= 10.0)`.
    pub fn message(&self, path: &str) -> String {
        let mut message = self.location(path);
        let _ = write!(message, ": {}", self.statement());
        message
    }

    /// The message without the position: `Cyclomatic Complexity is 12.00 (threshold: <= 10.0)`.
    pub fn statement(&self) -> String {
        let Threshold { comparison, limit, .. } = self.threshold;
        let title = self.metric().info().title;
        let limit = python_float(limit);
        format!("{title} is {:.2} (threshold: {comparison} {limit})", self.value)
    }

    /// How the value got worse, if the earlier value is known: `12 -> 17`.
    pub fn delta(&self) -> Option<String> {
        let number = |value: f64| {
            let number = format!("{value:.2}");
            number.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        Some(format!("{} -> {}", number(self.before?), number(self.value)))
    }

    /// The position: `PATH:LINE (FUNCTION)`, as far as it is known.
    fn location(&self, path: &str) -> String {
        let mut location = path.to_owned();
        if let Some(line) = self.line {
            let _ = write!(location, ":{line}");
        }
        if let Some(name) = &self.name {
            let _ = write!(location, " ({name})");
        }
        location
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Comparison;

    #[test]
    fn messages_are_those_of_the_reference() {
        let threshold = Threshold {
            metric: MetricType::CyclomaticComplexity,
            comparison: Comparison::LessOrEqual,
            limit: 10.0,
            enabled: true,
        };
        let mut violation = Violation {
            threshold,
            value: 12.0,
            line: Some(3),
            name: Some("run".into()),
            subject: Subject::File,
            ceiling: None,
            before: None,
        };
        assert_eq!(
            violation.message("a/b.py"),
            "a/b.py:3 (run): Cyclomatic Complexity is 12.00 (threshold: <= 10.0)"
        );
        violation.line = None;
        violation.name = None;
        violation.value = 10.125;
        assert_eq!(
            violation.message("b.py"),
            "b.py: Cyclomatic Complexity is 10.12 (threshold: <= 10.0)"
        );
    }
}

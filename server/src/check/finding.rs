//! What reports for programs say of a violation: what it is about, where that stands, and how to know it again.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::Xxh3Default;

use super::report::Outcome;
use super::reported_path::ReportedPath;
use antipasta_metrics::{FunctionMetrics, Scope};
use antipasta_rules::violations::Violation;

/// A violation, and what it is about.
pub(super) struct Finding<'a> {
    pub violation: &'a Violation,
    pub subject: Subject<'a>,
}

/// What a violation is about.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    File,
    Class(&'a str),
    /// A function or method, and how many functions of the same qualified name stand above it.
    Function(&'a FunctionMetrics, usize),
}

/// The violations of a file, in their order.
pub(super) fn findings<'a>(outcome: &'a Outcome) -> Vec<Finding<'a>> {
    let violations = &outcome.judgement.violations;
    if violations.is_empty() {
        return Vec::new();
    }
    let mut seen: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
    let mut functions: FxHashMap<u32, Subject<'_>> = FxHashMap::default();
    for function in &outcome.metrics.functions {
        let namesakes = seen.entry(function.qualified_name()).or_default();
        functions.insert(function.def_line, Subject::Function(function, *namesakes));
        *namesakes += 1;
    }
    let subject = |violation: &'a Violation| match (violation.name.as_deref(), violation.definition_line) {
        (None, _) => Subject::File,
        (Some(name), line) => {
            let function = line.filter(|_| violation.metric().info().scope != Scope::Class);
            let function = function.and_then(|line| functions.get(&line).copied());
            function.unwrap_or(Subject::Class(name))
        }
    };
    let finding = |violation| Finding {
        violation,
        subject: subject(violation),
    };
    violations.iter().map(finding).collect()
}

impl Finding<'_> {
    /// The line that it is about, from 1: that of the `def` or `class`; for a file, its first.
    pub fn line(&self) -> u32 {
        self.violation.definition_line.unwrap_or(1)
    }

    /// The full name of the function or class, such as `Outer::Inner::method`; `None` for a file.
    pub fn qualified_name(&self) -> Option<Cow<'_, str>> {
        match self.subject {
            Subject::File => None,
            Subject::Class(name) => Some(Cow::Borrowed(name)),
            Subject::Function(function, _) => Some(function.qualified_name()),
        }
    }

    /// What is wrong, with the name but without the place: `C::m: Cyclomatic Complexity is 12.00 (threshold: <= 10.0)`.
    pub fn message(&self) -> String {
        let mut message = match self.qualified_name() {
            Some(name) => format!("{name}: {}", self.violation.statement()),
            None => self.violation.statement(),
        };
        if let Some(ceiling) = self.violation.ceiling {
            message.push_str(&format!("; above the ceiling of its ignore comment: {ceiling}"));
        }
        if let Some(delta) = self.violation.delta() {
            message.push_str(&format!("; {delta}"));
        }
        message
    }

    /// What it is known by from run to run: 32 hexadecimal digits.
    ///
    /// They are a hash of the file, the qualified name, which of its namesakes it is, and the metric; so they are unique in a
    /// report, and neither lines that move nor a value that changes makes another violation of it.
    pub fn fingerprint(&self, path: &ReportedPath) -> String {
        let name = self.qualified_name();
        let namesakes = match self.subject {
            Subject::Function(_, namesakes) => namesakes,
            Subject::File | Subject::Class(_) => 0,
        };
        fingerprint(&[
            &path.uri(),
            name.as_deref().unwrap_or_default(),
            &namesakes.to_string(),
            self.violation.metric().as_str(),
        ])
    }
}

/// A hash of texts, as 32 hexadecimal digits.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Xxh3Default::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    format!("{:032x}", hash.digest128())
}

//! The values of a snapshot, each with what it is held against and what came of that.

use rustc_hash::FxHashSet;

use crate::lsp::documents::definitions::{MetricValue, Values};
use crate::lsp::documents::snapshot::Snapshot;
use antipasta_metrics::{Definition, MetricType, Scope};
use antipasta_rules::config::{Comparison, Threshold};
use antipasta_rules::violations::Subject;
use antipasta_syntax::text::python_float;

/// What holding a value against a threshold gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The value keeps to the threshold.
    Ok,
    /// It does not.
    Violation,
    /// It does not, but a comment has it ignored.
    Ignored,
}

impl Verdict {
    /// The verdict in a word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Violation => "violation",
            Self::Ignored => "ignored",
        }
    }
}

/// One value of one metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct JudgedValue {
    /// The metric.
    pub metric: MetricType,
    /// The value.
    pub value: f64,
    /// What the value is held against; none if nothing judges it.
    pub threshold: Option<Threshold>,
    /// What came of that; none if the value is not judged, be it that the configuration leaves the document out.
    pub verdict: Option<Verdict>,
}

/// What a value is about, in little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    File,
    /// A function, by the line, from 0, of its `def`.
    Function(u32),
    /// All classes of the module that have a name.
    Class(&'a str),
}

/// The values of a snapshot.
pub(crate) struct JudgedValues<'a> {
    snapshot: &'a Snapshot,
    values: Values,
    violations: FxHashSet<(MetricType, Key<'a>)>,
}

impl<'a> JudgedValues<'a> {
    /// Those of a snapshot. Costs what it has of functions and violations.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let violations = snapshot.evaluation.violations.iter();
        Self {
            snapshot,
            values: Values::of(&snapshot.document),
            violations: violations
                .filter(|violation| !violation.repeats_functions())
                .map(|violation| (violation.metric(), key_of(&violation.subject)))
                .collect(),
        }
    }

    /// The values of the file, in the order of the report.
    pub(crate) fn of_file(&self) -> Vec<JudgedValue> {
        let judged = |&value| self.judged(value, Key::File, true);
        self.values.file.iter().map(judged).collect()
    }

    /// The values of a function or class, in the order in which metrics are listed to people.
    pub(crate) fn of_definition(&self, definition: &Definition<'a>) -> Vec<JudgedValue> {
        let subject = match definition {
            Definition::Function(_) => Key::Function(definition.line()),
            Definition::Class(_) => Key::Class(definition.name()),
        };
        let values = self.values.of_definition(definition).iter();
        let mut judged: Vec<JudgedValue> = values
            .map(|&value| self.judged(value, subject, value.0.info().scope != Scope::File))
            .collect();
        // Syntax errors can bring last good values of several functions to one line.
        judged.dedup_by_key(|value| value.metric);
        judged
    }

    fn judged(&self, (metric, value): MetricValue, subject: Key<'a>, is_judged: bool) -> JudgedValue {
        let threshold = self.snapshot.config.threshold(metric).copied().filter(|_| is_judged);
        let verdict = threshold.and_then(|threshold| {
            if threshold.comparison.holds(value, threshold.limit) {
                Some(Verdict::Ok)
            } else if self.violations.contains(&(metric, subject)) {
                Some(Verdict::Violation)
            } else {
                self.snapshot.is_judged.then_some(Verdict::Ignored)
            }
        });
        JudgedValue {
            metric,
            value,
            threshold,
            verdict,
        }
    }
}

fn key_of(subject: &Subject) -> Key<'_> {
    match subject {
        Subject::File => Key::File,
        Subject::Class(class) => Key::Class(&class.qualified_name),
        Subject::Function(function) => Key::Function(function.line.saturating_sub(1)),
    }
}

// --- for people ---

impl JudgedValue {
    /// The value as people read it.
    pub(crate) fn text(&self) -> String {
        self.metric.info().text(self.value)
    }

    /// The threshold with its comparison, such as `<= 10`; empty if there is none.
    pub(crate) fn threshold_text(&self) -> String {
        self.threshold.map_or(String::new(), |threshold| {
            format!("{} {}", threshold.comparison, limit_text(threshold.limit))
        })
    }

    /// The value in a few words, such as `cyclomatic 5`; of one that violates, with the relation to its limit that it
    /// should not have: `cyclomatic 12 > 10`.
    pub(crate) fn short_text(&self) -> String {
        let text = format!("{} {}", self.metric.info().short_name, self.text());
        match self.threshold {
            Some(threshold) if self.verdict == Some(Verdict::Violation) => {
                format!(
                    "{text} {} {}",
                    opposite(threshold.comparison),
                    limit_text(threshold.limit)
                )
            }
            _ => text,
        }
    }
}

/// A limit as people write it.
pub(crate) fn limit_text(limit: f64) -> String {
    let text = python_float(limit);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The relation that holds where a comparison does not.
const fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
    }
}

/// The complexities of a function, or the weighted methods of a class, in a few words: `cyclomatic 5 · cognitive 7`.
/// `None` if there are no such values, as for a class without methods.
pub(crate) fn summary(values: &[JudgedValue], is_stale: bool) -> Option<String> {
    let wanted = values.iter().filter(|value| value.metric.info().scope != Scope::File);
    let mut words: Vec<String> = wanted.map(JudgedValue::short_text).collect();
    if words.is_empty() {
        return None;
    }
    if is_stale {
        words.push("stale".to_owned());
    }
    Some(words.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{snapshot, unjudged_snapshot};
    use antipasta_metrics::definition_on_line;

    const TEXT: &str = "\
class C:
    def f(self, x):
        if x and x and x: pass
        if x > 1: pass

    def g(self, x):  # antipasta: ignore
        if x and x and x: pass

def h(): pass
";

    fn verdicts(snapshot: &Snapshot, line: u32) -> Vec<(MetricType, Option<Verdict>)> {
        let values = JudgedValues::of(snapshot);
        let definition = definition_on_line(&snapshot.document, line).unwrap();
        let judged = values.of_definition(&definition).into_iter();
        judged.map(|value| (value.metric, value.verdict)).take(2).collect()
    }

    #[test]
    fn verdicts_are_those_of_the_judgement() {
        use MetricType::{CognitiveComplexity, CyclomaticComplexity, WeightedMethodsPerClass};
        let [ok, violation, ignored] = [Verdict::Ok, Verdict::Violation, Verdict::Ignored].map(Some);
        let snapshot = snapshot(TEXT);
        assert_eq!(verdicts(&snapshot, 0), [(WeightedMethodsPerClass, violation)]);
        let both = |one, other| [(CyclomaticComplexity, one), (CognitiveComplexity, other)];
        assert_eq!(verdicts(&snapshot, 1), both(violation, violation));
        assert_eq!(verdicts(&snapshot, 5), both(ignored, ok));
        assert_eq!(verdicts(&snapshot, 8), both(ok, ok));
        let values = JudgedValues::of(&snapshot).of_file();
        let volume = values.iter().find(|value| value.metric == MetricType::HalsteadVolume);
        assert_eq!(volume.unwrap().verdict, violation);
        assert!(
            values
                .iter()
                .all(|value| value.verdict.is_none() || value.verdict == violation)
        );
    }

    #[test]
    fn halstead_values_of_functions_are_not_judged() {
        let snapshot = snapshot(TEXT);
        let values = JudgedValues::of(&snapshot);
        let definition = definition_on_line(&snapshot.document, 1).unwrap();
        let volume = values.of_definition(&definition)[2];
        assert_eq!(volume.metric, MetricType::HalsteadVolume);
        assert!(volume.value > 5.0);
        assert_eq!((volume.threshold, volume.verdict), (None, None));
    }

    #[test]
    fn what_is_left_out_has_no_violations() {
        let snapshot = unjudged_snapshot(TEXT);
        assert!(verdicts(&snapshot, 1).iter().all(|(_, verdict)| verdict.is_none()));
    }

    #[test]
    fn words_say_what_violates() {
        let snapshot = snapshot(TEXT);
        let values = JudgedValues::of(&snapshot);
        let words = |line, is_stale| {
            let definition = definition_on_line(&snapshot.document, line).unwrap();
            summary(&values.of_definition(&definition), is_stale)
        };
        assert_eq!(words(0, false).unwrap(), "weighted methods 9 > 5");
        assert_eq!(words(1, false).unwrap(), "cyclomatic 5 > 2 · cognitive 3 > 2");
        assert_eq!(words(5, true).unwrap(), "cyclomatic 4 · cognitive 2 · stale");
        assert_eq!(summary(&[], true), None);
    }

    #[test]
    fn numbers_are_as_people_write_them() {
        let text = |metric, value| {
            let judged = JudgedValue {
                metric,
                value,
                threshold: None,
                verdict: None,
            };
            judged.text()
        };
        assert_eq!(text(MetricType::CyclomaticComplexity, 12.0), "12");
        assert_eq!(text(MetricType::CyclomaticComplexity, 2.5), "2.50");
        assert_eq!(text(MetricType::MaintainabilityIndex, 100.0), "100.00");
        assert_eq!(text(MetricType::HalsteadTime, 1.0), "1.00 s");
        assert_eq!([limit_text(10.0), limit_text(0.5)], ["10", "0.5"]);
    }
}

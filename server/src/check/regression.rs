//! `--changed-only`: the violations that a change made, which are those of new functions and of values that got worse.

use rustc_hash::FxHashMap;

use antipasta_metrics::{Details, FileMetrics, FunctionMetrics, HalsteadCounts, MetricType};
use antipasta_rules::config::Config;
use antipasta_rules::violations::{Subject, Violation, evaluate};

/// Drops the violations of a file that were there before the change and did not get worse. Returns how many were dropped.
///
/// `metrics` are those of the file, and `base` those of the file before the change.
pub(super) fn keep_regressions(
    violations: &mut Vec<Violation>,
    metrics: &FileMetrics,
    base: &FileMetrics,
    config: &Config,
) -> usize {
    let functions = counterparts(&metrics.functions, &base.functions);
    let totals = values_of_file_and_classes(base, config);
    let all = violations.len();
    violations.retain_mut(|violation| {
        let before = match &violation.subject {
            Subject::Function(named) => {
                let function = functions.get(&named.line);
                function
                    .and_then(|function| function.value(violation.metric()))
                    .map(f64::from)
            }
            Subject::File | Subject::Class(_) => totals.get(&(violation.name.clone(), violation.metric())).copied(),
        };
        let comparison = violation.threshold.comparison;
        let is_worse = |before| comparison.is_worse(violation.value, before);
        // For a function that is new in the change, the baseline may have a value.
        violation.before = before.or(violation.before);
        before.is_none_or(is_worse)
    });
    all - violations.len()
}

/// The function before the change for each function, which is identified by the line of its `def`.
///
/// A function is recognized by its qualified name and by its position among functions that share the name, wherever in the file
/// it is. A function with a new name is recognized as one whose name is gone if all their metrics are equal: it was renamed, or
/// moved to another class.
fn counterparts<'b>(now: &[FunctionMetrics], before: &'b [FunctionMetrics]) -> FxHashMap<u32, &'b FunctionMetrics> {
    let mut by_name: FxHashMap<_, _> = named(before).collect();
    let mut counterparts = FxHashMap::default();
    let mut renamed = Vec::new();
    for (name, function) in named(now) {
        match by_name.remove(&name) {
            Some(counterpart) => {
                counterparts.insert(function.def_line, counterpart);
            }
            None => renamed.push(function),
        }
    }
    let mut gone: Vec<_> = by_name.into_values().collect();
    // If several have equal metrics, they are matched in their order.
    gone.sort_by_key(|function| std::cmp::Reverse(function.def_line));
    let mut by_numbers: FxHashMap<_, Vec<&FunctionMetrics>> = FxHashMap::default();
    for function in gone {
        by_numbers.entry(numbers(function)).or_default().push(function);
    }
    for function in renamed {
        if let Some(counterpart) = by_numbers.get_mut(&numbers(function)).and_then(Vec::pop) {
            counterparts.insert(function.def_line, counterpart);
        }
    }
    counterparts
}

/// The functions, each with its qualified name and how many functions of the same name there are so far.
fn named(functions: &[FunctionMetrics]) -> impl Iterator<Item = ((String, usize), &FunctionMetrics)> {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    functions.iter().map(move |function| {
        let name = function.qualified_name().into_owned();
        let namesakes = seen.entry(name.clone()).or_default();
        *namesakes += 1;
        ((name, *namesakes), function)
    })
}

/// All metrics of a function.
fn numbers(function: &FunctionMetrics) -> (Option<u32>, u32, u32, [u32; 4]) {
    let HalsteadCounts {
        distinct_operators,
        distinct_operands,
        operators,
        operands,
    } = function.halstead;
    let halstead = [distinct_operators, distinct_operands, operators, operands];
    let lines = function.end_line - function.def_line;
    (function.cyclomatic, function.cognitive, lines, halstead)
}

/// The values of the file, whose name is `None`, and of its classes. A value that violates is the one without the functions whose
/// violations are ignored.
fn values_of_file_and_classes(base: &FileMetrics, config: &Config) -> FxHashMap<(Option<Box<str>>, MetricType), f64> {
    let rows = base.rows();
    let rows = rows
        .iter()
        .filter(|row| row.function.is_none() && row.details != Details::HalsteadFunction);
    let name = |name: Option<&str>| name.map(Box::from);
    let mut values: FxHashMap<_, _> = rows
        .map(|row| ((name(row.name.as_deref()), row.metric), row.value))
        .collect();
    let is_total = |violation: &&Violation| !matches!(violation.subject, Subject::Function(_));
    for violation in evaluate(base, config).violations.iter().filter(is_total) {
        values.insert((violation.name.clone(), violation.metric()), violation.value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_metrics::measure;
    use std::path::Path;

    /// The names and deltas of the values that a change made worse. A cyclomatic complexity over 2 violates.
    fn regressions(before: &str, now: &str) -> Vec<(String, Option<String>)> {
        let config = "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 2}]}]";
        let config = Config::from_yaml(Path::new("c.yaml"), config).unwrap();
        let metrics = measure(now).unwrap();
        let mut violations = evaluate(&metrics, &config).violations;
        let all = violations.len();
        let dropped = keep_regressions(&mut violations, &metrics, &measure(before).unwrap(), &config);
        assert_eq!(dropped + violations.len(), all);
        let name = |violation: &Violation| violation.name.as_deref().unwrap_or("file").to_owned();
        violations
            .iter()
            .map(|violation| (name(violation), violation.delta()))
            .collect()
    }

    fn function(name: &str, complexity: usize) -> String {
        format!("def {name}(x):\n{}", "    if x: pass\n".repeat(complexity - 1))
    }

    fn found(name: &str, delta: Option<&str>) -> (String, Option<String>) {
        (name.to_owned(), delta.map(str::to_owned))
    }

    #[test]
    fn only_what_is_new_or_worse_counts() {
        let before = function("f", 4) + &function("g", 4) + &function("h", 5) + &function("easy", 2);
        assert_eq!(regressions(&before, &before), []);
        let now = function("h", 4) + "x = 1\n" + &function("f", 4) + &function("g", 6) + &function("easy", 2);
        assert_eq!(
            regressions(&before, &now),
            [found("g", Some("4 -> 6")), found("file", Some("3.75 -> 4"))]
        );
        let now = before.clone() + &function("new", 3);
        assert_eq!(regressions(&before, &now), [found("new", None)]);
        let now = before.replace("def easy(x):\n", "def easy(x):\n    if x: pass\n");
        assert_eq!(
            regressions(&before, &now),
            [found("easy", Some("2 -> 3")), found("file", Some("3.75 -> 4"))]
        );
    }

    #[test]
    fn what_is_renamed_is_known_by_its_numbers() {
        let before = function("f", 4) + &function("g", 5);
        assert_eq!(regressions(&before, &before.replace("def f", "def other")), []);
        let now = function("other", 5) + &function("g", 5);
        assert_eq!(
            regressions(&before, &now),
            [found("other", None), found("file", Some("4.5 -> 5"))]
        );
    }

    #[test]
    fn namesakes_are_known_by_their_order() {
        let before = function("f", 4) + &function("f", 6);
        assert_eq!(regressions(&before, &before), []);
        let now = function("f", 5) + &function("f", 5);
        assert_eq!(regressions(&before, &now), [found("f", Some("4 -> 5"))]);
    }

    #[test]
    fn what_is_ignored_does_not_make_the_average_worse() {
        let ignored = function("f", 9).replace("(x):", "(x):  # antipasta: ignore");
        let before = ignored.clone() + &function("g", 4);
        let now = ignored + "x = 1\n" + &function("g", 4);
        assert_eq!(regressions(&before, &now), []);
    }
}

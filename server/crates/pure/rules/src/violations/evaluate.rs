//! The evaluation of a file's metrics by a configuration.

use std::borrow::Cow;
use std::cell::LazyCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::subject::{Named, Subject};
use super::suppression::{CommentNote, Suppressions, Verdict};
use super::violation::Violation;
use crate::config::Config;
use antipasta_metrics::{
    Details, FileTotals, FunctionMetrics, Measured, MetricRow, MetricType, Selection, Spread, for_each_row,
};

/// The result of [`evaluate`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// The violations, in the order of the rows.
    pub violations: Vec<Violation>,
    /// How many violations ignore comments suppress.
    pub suppressed: usize,
    /// Ignore comments that suppress nothing, in the order of their lines.
    pub unused_ignores: Vec<CommentNote>,
    /// Ignore comments that cannot be read.
    pub warnings: Vec<CommentNote>,
    /// The metrics of the configuration that have no value for this file, so that they were not evaluated.
    pub unmeasured: Vec<MetricType>,
}

impl Evaluation {
    /// A message about the metrics without values for this file; `None` if all have values.
    pub fn unmeasured_message(&self) -> Option<String> {
        let names: Vec<_> = self.unmeasured.iter().map(|metric| metric.as_str()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "not judged, as antipasta computes no value for this file: {}",
                names.join(", ")
            )
        })
    }
}

/// The metrics of a configuration that have no value for a file.
fn unmeasured(totals: &FileTotals, config: &Config) -> Vec<MetricType> {
    let missing = MetricType::ALL.into_iter().filter(|metric| !totals.has_rows(*metric));
    missing.filter(|metric| config.threshold(*metric).is_some()).collect()
}

/// Evaluates the metrics of a file by a configuration, as the reference does: Halstead's metrics of functions are not
/// evaluated. A function whose violation is suppressed does not count in the file's average or maximum.
pub fn evaluate<'a>(measured: &'a impl Measured, config: &Config) -> Evaluation {
    let mut warnings = Vec::new();
    let mut suppressions = Suppressions::new(measured, &mut warnings);
    let mut violations = Vec::new();
    let mut suppressed: Vec<(MetricType, Option<&'a FunctionMetrics>)> = Vec::new();
    let class_lines = LazyCell::new(|| lines_of_classes(measured));
    for_each_row(measured, &Evaluated(config), |row| {
        let Some(threshold) = config.threshold(row.metric).copied() else {
            return;
        };
        let Some(value) = value_without(measured, &row, &suppressed) else {
            return;
        };
        if threshold.comparison.holds(value, threshold.limit) {
            return;
        }
        let ceiling = match suppressions.verdict(&row, value) {
            Verdict::Suppressed => {
                suppressed.push((row.metric, row.function.map(|function| function.item)));
                return;
            }
            Verdict::AboveCeiling(ceiling) => Some(ceiling),
            Verdict::Stands => None,
        };
        let subject = match (row.function, row.name.as_deref()) {
            (Some(function), _) => Subject::from_function(&function),
            (None, Some(name)) => Subject::from_class(name, class_lines.get(name).copied().unwrap_or(1)),
            (None, None) => Subject::File,
        };
        violations.push(Violation {
            ceiling,
            ..Violation::from_row(&row, value, threshold, subject)
        });
    });
    count_namesakes(measured, &mut violations);
    Evaluation {
        unused_ignores: suppressions.unused(config),
        violations,
        suppressed: suppressed.len(),
        warnings,
        unmeasured: unmeasured(&measured.totals(), config),
    }
}

/// Selects the rows that may violate a configuration.
struct Evaluated<'a>(&'a Config);

impl Selection for Evaluated<'_> {
    fn metric(&self, metric: MetricType) -> bool {
        self.0.threshold(metric).is_some()
    }

    fn spread(&self, metric: MetricType, spread: &Spread) -> bool {
        self.0.threshold(metric).is_some_and(|threshold| {
            let (minimum, maximum) = (f64::from(spread.minimum), f64::from(spread.maximum));
            !threshold.comparison.holds_between(minimum, maximum, threshold.limit)
        })
    }

    fn halstead_of_functions(&self) -> bool {
        false
    }
}

/// The value of a row. An average or a maximum leaves out the functions whose violations are `suppressed`; `None` if no
/// function is left.
fn value_without(
    measured: &impl Measured,
    row: &MetricRow<'_>,
    suppressed: &[(MetricType, Option<&FunctionMetrics>)],
) -> Option<f64> {
    if !matches!(row.details, Details::Average { .. } | Details::Maximum { .. }) {
        return Some(row.value);
    }
    let of_metric = suppressed.iter().filter(|(metric, _)| *metric == row.metric);
    let out: Vec<&FunctionMetrics> = of_metric.filter_map(|(_, function)| *function).collect();
    if out.is_empty() {
        return Some(row.value);
    }
    if let Details::Average { function_count } = row.details {
        let sum = measured.runs().map(|run| run.summary.cyclomatic.sum).sum::<u32>();
        let out_sum = out.iter().filter_map(|function| function.cyclomatic).sum::<u32>();
        let kept = function_count - out.len();
        return (kept > 0).then(|| f64::from(sum - out_sum) / kept as f64);
    }
    let out: FxHashSet<*const FunctionMetrics> = out.into_iter().map(std::ptr::from_ref).collect();
    let functions = measured.runs().flat_map(|run| run.functions);
    let kept = functions.filter(|function| !out.contains(&std::ptr::from_ref(*function)));
    kept.filter_map(FunctionMetrics::reported_cognitive)
        .max()
        .map(f64::from)
}

/// Counts, for each violating function, the functions of the same qualified name above it.
fn count_namesakes(measured: &impl Measured, violations: &mut [Violation]) {
    let mut by_line: FxHashMap<u32, Vec<&mut Named>> = FxHashMap::default();
    let mut names: FxHashSet<Box<str>> = FxHashSet::default();
    for violation in violations {
        if let Subject::Function(named) = &mut violation.subject {
            if !names.contains(named.name()) {
                names.insert(named.name().into());
            }
            by_line.entry(named.line).or_default().push(named);
        }
    }
    if names.is_empty() {
        return;
    }
    let mut above: FxHashMap<Cow<'_, str>, u32> = FxHashMap::default();
    let functions = measured.runs().flat_map(|run| run.placed_functions());
    for function in functions.filter(|function| names.contains(&function.item.name)) {
        let above = above.entry(function.item.qualified_name()).or_default();
        for named in by_line.get_mut(&function.def_line()).into_iter().flatten() {
            named.namesakes_above = *above;
        }
        *above += 1;
    }
}

/// The lines of the module's classes by name. Classes of one name share a row, which gets the line of the first.
fn lines_of_classes(measured: &impl Measured) -> FxHashMap<&str, u32> {
    let classes = measured.runs().flat_map(|run| run.placed_classes());
    let mut lines = FxHashMap::default();
    for class in classes.filter(|class| class.item.classes.is_empty()) {
        lines.entry(&*class.item.name).or_insert_with(|| class.class_line());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_metrics::measure;
    use std::path::Path;

    /// Cyclomatic complexity over 2, cognitive complexity over 1 and weighted methods over 5 violate.
    fn evaluated(source: &str) -> Evaluation {
        let config = "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 2}, \
                      {type: cognitive_complexity, threshold: 1}, {type: weighted_methods_per_class, threshold: 5}]}]";
        let config = Config::from_yaml(Path::new("c.yaml"), config).unwrap();
        evaluate(&measure(source).unwrap(), &config)
    }

    fn messages(evaluation: &Evaluation) -> Vec<String> {
        let message = |violation: &Violation| violation.message("f");
        evaluation.violations.iter().map(message).collect()
    }

    /// A function of cyclomatic and cognitive complexity `n + 1` and `n`.
    fn function(header: &str, n: usize, indentation: &str) -> String {
        let header = header.replace('|', &format!("\n{indentation}"));
        format!(
            "{indentation}{header}\n{}",
            format!("{indentation}    if x: pass\n").repeat(n)
        )
    }

    fn notes(notes: &[CommentNote]) -> Vec<(u32, &str)> {
        notes.iter().map(|note| (note.line, note.message.as_str())).collect()
    }

    #[test]
    fn functions_and_their_aggregates_violate() {
        let evaluation = evaluated(&(function("def f():", 2, "") + &function("def g():", 4, "")));
        assert_eq!(
            messages(&evaluation),
            [
                "f:1 (f): Cyclomatic Complexity is 3.00 (threshold: <= 2.0)",
                "f:4 (g): Cyclomatic Complexity is 5.00 (threshold: <= 2.0)",
                "f: Cyclomatic Complexity is 4.00 (threshold: <= 2.0)",
                "f:1 (f): Cognitive Complexity is 2.00 (threshold: <= 1.0)",
                "f:4 (g): Cognitive Complexity is 4.00 (threshold: <= 1.0)",
                "f: Cognitive Complexity is 4.00 (threshold: <= 1.0)",
            ]
        );
    }

    #[test]
    fn a_violation_says_what_it_is_about() {
        let class = format!("class C:\n    class D:\n{}", function("@a|def m(self):", 4, "        "));
        let source = class.clone() + &class + &function("def m(self):", 4, "") + "def m(self): pass\n";
        let evaluation = evaluated(&source);
        let cyclomatic = |violation: &&Violation| violation.metric() == MetricType::CognitiveComplexity;
        let subjects: Vec<_> = evaluation.violations.iter().filter(cyclomatic).collect();
        let named = |violation: &&Violation| {
            let named = violation.subject.named()?;
            let place = (named.line, named.first_line, named.last_line);
            Some((named.qualified_name.to_string(), named.namesakes_above, place))
        };
        assert_eq!(
            subjects.iter().map(named).collect::<Vec<_>>(),
            [
                Some(("C.D.m".to_owned(), 0, (4, 3, 8))),
                Some(("C.D.m".to_owned(), 1, (12, 11, 16))),
                Some(("m".to_owned(), 0, (17, 17, 21))),
                None,
            ]
        );
        assert_eq!(subjects[1].subject.display_name().as_deref(), Some("C::D::m"));
        assert!(subjects[1].subject.named().is_some_and(Named::is_member));
        assert_eq!(subjects[3].subject, Subject::File);
    }

    #[test]
    fn metrics_without_values_are_named_if_they_are_judged() {
        let evaluated = |source: &str| evaluate(&measure(source).unwrap(), &Config::built_in());
        assert_eq!(evaluated("x = 1\n").unmeasured_message(), None);
        let evaluation = evaluated("x = '\u{b}'\n");
        assert_eq!(evaluation.unmeasured, [MetricType::MaintainabilityIndex]);
        assert_eq!(
            evaluation.unmeasured_message().unwrap(),
            "not judged, as antipasta computes no value for this file: maintainability_index"
        );
        // radon gives up on such an expression.
        let deep = format!("x = {}1\n", "-".repeat(1500));
        assert_eq!(evaluated(&deep).unmeasured, []);
    }

    #[test]
    fn a_bare_ignore_takes_a_function_out_of_everything() {
        let evaluation = evaluated(&function("def f():  # antipasta: ignore", 3, ""));
        assert_eq!(evaluation.violations, []);
        assert_eq!(evaluation.suppressed, 2);
        assert_eq!(evaluation.unused_ignores, []);
    }

    #[test]
    fn an_ignore_takes_a_function_out_of_the_aggregates() {
        let source = function("def f():  # antipasta: ignore[cog]", 9, "") + &function("def g():", 2, "");
        let evaluation = evaluated(&source);
        let cognitive: Vec<_> = messages(&evaluation)
            .into_iter()
            .filter(|message| message.contains("Cognitive"))
            .collect();
        assert_eq!(
            cognitive,
            [
                "f:11 (g): Cognitive Complexity is 2.00 (threshold: <= 1.0)",
                "f: Cognitive Complexity is 2.00 (threshold: <= 1.0)"
            ]
        );
        assert!(
            messages(&evaluation)
                .iter()
                .any(|message| message.contains("f:1 (f): Cyclomatic"))
        );
    }

    #[test]
    fn a_ceiling_holds_until_the_function_gets_worse() {
        let header = "def f(  # antipasta: ignore[cyc<=4, cog<=4]|):";
        assert_eq!(evaluated(&function(header, 3, "")).violations, []);
        let worse = evaluated(&function(header, 4, ""));
        assert_eq!(worse.violations[0].ceiling, Some(4.0));
        assert_eq!(worse.unused_ignores, []);
    }

    #[test]
    fn a_comment_on_a_class_holds_for_its_methods() {
        let class = |comment: &str| format!("class C:  {comment}\n{}", function("def m(self):", 6, "    "));
        assert_eq!(messages(&evaluated(&class(""))).len(), 5);
        assert_eq!(evaluated(&class("# antipasta: ignore")).violations, []);
        let evaluation = evaluated(&class("# antipasta: ignore[weighted_methods_per_class]"));
        assert!(!messages(&evaluation).iter().any(|message| message.contains("Weighted")));
        assert_eq!(messages(&evaluation).len(), 4);
        let other = format!(
            "{}class C:\n{}",
            class("# antipasta: ignore[cyc]"),
            function("def n(self):", 6, "    ")
        );
        let evaluation = evaluated(&other);
        assert!(
            messages(&evaluation)
                .iter()
                .any(|message| message.contains("(n): Cyclomatic"))
        );
        assert!(
            !messages(&evaluation)
                .iter()
                .any(|message| message.contains("(m): Cyclomatic"))
        );
    }

    /// Were every violation held against every comment, or every class, none of these would end in minutes.
    #[test]
    fn many_violations_and_comments_are_judged_in_proportion() {
        const MANY: usize = 200_000;
        let functions = "def f():  # antipasta: ignore\n if x: pass\n if x: pass\n".repeat(MANY);
        let evaluation = evaluated(&functions);
        assert_eq!((evaluation.suppressed, evaluation.violations.len()), (2 * MANY, 0));

        let methods = " def m(): # antipasta: ignore[cog]\n  if x: pass\n  if x: pass\n";
        let of_one_name = format!("class C:  # antipasta: ignore[cyc]\n{methods}").repeat(MANY);
        let evaluation = evaluated(&of_one_name);
        assert_eq!((evaluation.suppressed, evaluation.violations.len()), (2 * MANY, 1));

        let class = |number| format!("class C{number}:\n def m():\n  x{}\n", " if x else x".repeat(5));
        let evaluation = evaluated(&(0..MANY).map(class).collect::<String>());
        let of_classes = evaluation
            .violations
            .iter()
            .rev()
            .find(|violation| violation.metric() == MetricType::WeightedMethodsPerClass);
        assert_eq!(
            of_classes.unwrap().subject.definition_line(),
            Some(3 * (MANY as u32 - 1) + 1)
        );
    }

    #[test]
    fn comments_that_suppress_nothing_are_listed() {
        let source = function("def f():  # antipasta: ignore", 1, "")
            + &function("def g():  # antipasta: ignore[cyc<=9, cog]", 2, "")
            + &function("def h():  # antipasta: ignore[cog]", 1, "")
            + &function("# complexipy: ignore|def i():", 1, "")
            + &function("def j():  # complexipy: ignore", 2, "");
        assert_eq!(
            notes(&evaluated(&source).unused_ignores),
            [
                (1, "`# antipasta: ignore` suppresses nothing"),
                (6, "`# antipasta: ignore[cognitive_complexity]` suppresses nothing"),
                (8, "complexipy's ignore comment suppresses nothing"),
            ]
        );
    }

    #[test]
    fn comments_that_cannot_work_are_explained() {
        let source =
            function("def f():  # antipasta: ignore[vol]", 1, "") + &function("def g():  # antipasta: skip", 1, "");
        let source = source + &function("def h():  # antipasta: ignore[cyc<=13, cog, cyc<=5, cyc<=3]", 1, "");
        assert_eq!(
            notes(&evaluated(&source).warnings),
            [
                (
                    1,
                    "halstead_volume cannot be ignored here: functions have no value of it"
                ),
                (
                    3,
                    "this ignore comment has no effect: `skip` is unknown; write `# antipasta: ignore[METRIC]`"
                ),
                (
                    5,
                    "this ignore comment names cyclomatic_complexity more than once; the one that allows most counts"
                ),
            ]
        );
    }
}

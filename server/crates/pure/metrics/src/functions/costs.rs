//! Which lines of a function add what to its cyclomatic and its cognitive complexity.
//!
//! What adds is decided in [`cyclomatic`](crate::functions::cyclomatic) and [`cognitive`](crate::functions::cognitive) alone: the walk sums up
//! the increments that they name, and hands each to a [`Recorder`]. To measure, nothing is recorded.

use std::fmt;

use ruff_text_size::TextSize;

use crate::file_metrics::FunctionMetrics;
use crate::functions::increment::{Construct, Increment};
use crate::measure::in_frame;
use crate::registry::MetricType;
use crate::walk::{Place, walk_costs};
use antipasta_syntax::SyntaxError;
use antipasta_syntax::units::UnitKind;

/// What one construct in a function adds to a complexity of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The line of the construct's keyword, or of the call that is recursive, from 1: the unit's first line.
    pub line: u32,
    /// The metric: cyclomatic or cognitive complexity.
    pub metric: MetricType,
    /// How much is added.
    pub amount: u32,
    /// How much of the amount is due to how deep the construct nests; 0 for cyclomatic complexity.
    pub nesting: u32,
    /// What adds.
    pub construct: Construct,
}

/// What the constructs in one function add to its complexities.
///
/// Cyclomatic complexity is one more than the sum of its costs, cognitive complexity is exactly the sum of its own; what
/// functions inside the function add is among the latter. A function that has no row of one of the two has no costs of it:
/// the methods of a class inside a class none of cyclomatic complexity, a function that a comment asks complexipy to
/// ignore none of cognitive complexity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCosts {
    /// The bare name of the function.
    pub name: Box<str>,
    /// The line of its `def` (of `async` for an `async def`), from 1: the unit's first line.
    pub def_line: u32,
    /// The costs of both metrics, in the order of the source.
    pub costs: Vec<Cost>,
}

/// What one line of a function adds to one complexity of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCosts {
    /// The line, from 1: the unit's first line.
    pub line: u32,
    /// How much it adds in all.
    pub amount: u32,
    /// How much of the amount is due to nesting.
    pub nesting: u32,
    /// The different constructs on the line in the order of the source, each with what it adds in all.
    pub constructs: Vec<(Construct, u32)>,
}

/// The costs in each function of one unit for which [`contribution_of_unit`](crate::contribution_of_unit) finds
/// metrics, and in the same order. `text`, `kind` and `classes` are as there; lines count from the unit's first.
///
/// # Errors
///
/// The first [`SyntaxError`] in the unit, its line counted from the unit's first.
pub fn costs_of_unit(text: &str, kind: UnitKind, classes: &[Box<str>]) -> Result<Vec<FunctionCosts>, SyntaxError> {
    in_frame(text, kind, classes, |_, place, _, statements| match kind {
        UnitKind::Statements => walk_costs(place, statements),
        // The header of a class holds no functions.
        UnitKind::ClassHeader => Vec::new(),
    })
}

impl FunctionCosts {
    /// The costs of one metric, in the order of the source.
    pub fn of(&self, metric: MetricType) -> impl Iterator<Item = &Cost> {
        self.costs.iter().filter(move |cost| cost.metric == metric)
    }

    /// The costs of one metric line by line, in the order of the lines. Lines that add nothing are left out.
    pub fn by_line(&self, metric: MetricType) -> Vec<LineCosts> {
        let mut lines: Vec<LineCosts> = Vec::new();
        for cost in self.of(metric) {
            match lines.last_mut() {
                Some(line) if line.line == cost.line => line.add(cost),
                _ => lines.push(LineCosts::of(cost)),
            }
        }
        lines
    }

    /// The `count` lines that add most to one metric, or as many as there are: the costliest first, and of those that
    /// cost the same the upper first.
    pub fn costliest_lines(&self, metric: MetricType, count: usize) -> Vec<LineCosts> {
        let mut lines = self.by_line(metric);
        lines.sort_by_key(|line| std::cmp::Reverse(line.amount));
        lines.truncate(count);
        lines
    }
}

impl LineCosts {
    /// How much the line adds, as people are told of it: `+2 (nesting 1)`.
    pub fn increment(&self) -> String {
        match self.nesting {
            0 => format!("+{}", self.amount),
            nesting => format!("+{} (nesting {nesting})", self.amount),
        }
    }

    fn of(cost: &Cost) -> Self {
        Self {
            line: cost.line,
            amount: cost.amount,
            nesting: cost.nesting,
            constructs: vec![(cost.construct, cost.amount)],
        }
    }

    fn add(&mut self, cost: &Cost) {
        self.amount += cost.amount;
        self.nesting += cost.nesting;
        match self
            .constructs
            .iter_mut()
            .find(|(construct, _)| *construct == cost.construct)
        {
            Some((_, amount)) => *amount += cost.amount,
            None => self.constructs.push((cost.construct, cost.amount)),
        }
    }
}

/// As people are told of it: ``+3 (nesting 2): `if` ``.
impl fmt::Display for LineCosts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.increment())?;
        for (index, (construct, _)) in self.constructs.iter().enumerate() {
            let separator = if index == 0 { ": " } else { ", " };
            write!(formatter, "{separator}{construct}")?;
        }
        Ok(())
    }
}

// --- recording ---

/// What becomes of the increments in functions with rows.
pub(crate) trait Recorder {
    /// Something in the function that is being walked adds to its `metric`.
    fn increment(&mut self, metric: MetricType, increment: Increment);

    /// The function that was being walked ends; these are its metrics.
    fn function(&mut self, place: &Place<'_>, metrics: &FunctionMetrics);
}

/// Records nothing, at no cost.
impl Recorder for () {
    fn increment(&mut self, _: MetricType, _: Increment) {}

    fn function(&mut self, _: &Place<'_>, _: &FunctionMetrics) {}
}

/// Records everything.
#[derive(Default)]
pub(crate) struct Costs {
    /// The increments in the function that is being walked, in the order of the walk.
    open: Vec<(MetricType, Increment)>,
    /// The functions that were walked.
    pub functions: Vec<FunctionCosts>,
}

impl Recorder for Costs {
    fn increment(&mut self, metric: MetricType, increment: Increment) {
        self.open.push((metric, increment));
    }

    fn function(&mut self, place: &Place<'_>, metrics: &FunctionMetrics) {
        let is_ignored = metrics.complexipy_ignore.is_some();
        let mut costs: Vec<(TextSize, Cost)> = self
            .open
            .drain(..)
            .filter(|&(metric, _)| !(is_ignored && metric == MetricType::CognitiveComplexity))
            .map(|(metric, increment)| {
                let start = increment.start(place.text);
                let cost = Cost {
                    line: place.line(start),
                    metric,
                    amount: increment.amount(),
                    nesting: increment.nesting(),
                    construct: increment.construct(),
                };
                (start, cost)
            })
            .collect();
        costs.sort_by_key(|&(start, _)| start);
        self.functions.push(FunctionCosts {
            name: metrics.name.clone(),
            def_line: metrics.def_line,
            costs: costs.into_iter().map(|(_, cost)| cost).collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricType::{CognitiveComplexity, CyclomaticComplexity};

    fn costs(text: &str) -> FunctionCosts {
        let mut functions = costs_of_unit(text, UnitKind::Statements, &[]).unwrap();
        assert_eq!(functions.len(), 1, "{text}");
        functions.remove(0)
    }

    /// The costs of a function: its `lines` are its body, and are numbered from 1.
    #[track_caller]
    fn assert_costs(lines: &[&str], cyclomatic: &[&str], cognitive: &[&str]) {
        let text = format!("def f(x, y, z):\n    {}\n", lines.join("\n    "));
        let costs = costs(&text);
        assert_eq!(listed(&costs, CyclomaticComplexity), cyclomatic);
        assert_eq!(listed(&costs, CognitiveComplexity), cognitive);
    }

    fn listed(costs: &FunctionCosts, metric: MetricType) -> Vec<String> {
        costs
            .of(metric)
            .map(|cost| {
                let nesting = match cost.nesting {
                    0 => String::new(),
                    nesting => format!(" (nesting {nesting})"),
                };
                format!("{}: {} +{}{nesting}", cost.line - 1, cost.construct, cost.amount)
            })
            .collect()
    }

    #[test]
    fn clauses_of_if_stand_on_their_own_lines() {
        assert_costs(
            &["if x:", "    pass", "elif y:", "    if z: pass", "else:", "    pass"],
            &["1: `if` +1", "3: `elif` +1", "4: `if` +1"],
            &["1: `if` +1", "3: `elif` +1", "4: `if` +2 (nesting 1)", "5: `else` +1"],
        );
    }

    #[test]
    fn loops_add_their_else_to_cyclomatic_complexity_only() {
        assert_costs(
            &[
                "for a in x:",
                "    while y:",
                "        a;",
                "    # else",
                "    else: # e",
                "        pass",
                "else : pass",
            ],
            &["1: `for` +1", "2: `while` +1", "5: `else` +1", "7: `else` +1"],
            &["1: `for` +1", "2: `while` +2 (nesting 1)"],
        );
    }

    #[test]
    fn handlers_of_try_stand_on_their_own_lines() {
        assert_costs(
            &[
                "try:",
                "    x",
                "except A:",
                "    y",
                "except (",
                "        B):",
                "    z",
                "else:",
                "    x",
                "finally: y",
            ],
            &["3: `except` +1", "5: `except` +1", "8: `else` +1"],
            &["3: `except` +1", "5: `except` +1"],
        );
        assert_costs(
            &["try:", "    x", "except* A:", "    y", "else:", "    x"],
            &[],
            &["3: `except` +1"],
        );
    }

    #[test]
    fn match_adds_its_cases_to_the_one_and_itself_to_the_other() {
        assert_costs(
            &[
                "if x:",
                "    match y:",
                "        case 1 | 2: pass",
                "        case z if z: pass",
                "        case _: pass",
            ],
            &["1: `if` +1", "3: `case` +1", "5: `case` +1"],
            &["1: `if` +1", "2: `match` +2 (nesting 1)"],
        );
    }

    #[test]
    fn an_assertion_hides_decisions() {
        assert_costs(
            &["assert (x", "    and y)"],
            &["1: `assert` +1"],
            &["2: sequence of `and` +1"],
        );
    }

    #[test]
    fn boolean_operators_stand_on_their_own_lines() {
        assert_costs(
            &[
                "return ((x) # or",
                "    and y and not (",
                "        z",
                "        or x",
                "    )",
                "    and z)",
            ],
            &["2: `and` +1", "2: `and` +1", "4: `or` +1", "6: `and` +1"],
            &["2: sequence of `and` +1", "4: sequence of `or` +1"],
        );
    }

    #[test]
    fn a_conditional_expression_stands_at_its_if() {
        assert_costs(
            &[
                "while x:",
                "    y = (",
                "        (z) # if",
                "        if x",
                "        else 1 if y else 2",
                "    )",
            ],
            &[
                "1: `while` +1",
                "4: conditional expression +1",
                "5: conditional expression +1",
            ],
            &[
                "1: `while` +1",
                "4: conditional expression +2 (nesting 1)",
                "5: conditional expression +3 (nesting 2)",
            ],
        );
    }

    #[test]
    fn comprehensions_add_each_for_and_each_if() {
        assert_costs(
            &[
                "if x:",
                "    return {",
                "        a: b",
                "        for a in (x)",
                "        if (",
                "            a)",
                "        if b",
                "        for b in y",
                "    }",
            ],
            &[
                "1: `if` +1",
                "4: comprehension +1",
                "5: `if` of a comprehension +1",
                "7: `if` of a comprehension +1",
                "8: comprehension +1",
            ],
            &[
                "1: `if` +1",
                "4: comprehension +2 (nesting 1)",
                "5: `if` of a comprehension +1",
                "7: `if` of a comprehension +1",
                "8: comprehension +2 (nesting 1)",
            ],
        );
        for display in ["[a for a in x]", "{a for a in x}", "len(a for a in x)"] {
            assert_costs(
                &[&format!("return {display}")],
                &["1: comprehension +1"],
                &["1: comprehension +1"],
            );
        }
    }

    #[test]
    fn recursion_adds_once_at_its_first_call() {
        assert_costs(
            &["g = lambda: f(1)", "return x + (", "    f(x) <", "    f(y)", ") + f(z)"],
            &[],
            &["3: recursion +1"],
        );
    }

    #[test]
    fn functions_inside_add_to_cognitive_complexity_only() {
        assert_costs(
            &[
                "def g():",
                "    if x: pass",
                "class C:",
                "    if y: pass",
                "    def h(self):",
                "        if z: pass",
                "return",
            ],
            &[],
            &["2: `if` +2 (nesting 1)", "6: `if` +1"],
        );
    }

    #[test]
    fn what_has_no_row_has_no_costs() {
        let ignored = costs("def f(x):  # complexipy: ignore\n    if x: pass\n");
        assert_eq!(listed(&ignored, CyclomaticComplexity), ["1: `if` +1"]);
        assert_eq!(listed(&ignored, CognitiveComplexity), [""; 0]);
        let method = "        async def f(x):\n            if x: pass\n";
        let classes = ["A".into(), "B".into()];
        let of_method = costs_of_unit(method, UnitKind::Statements, &classes).unwrap().remove(0);
        assert_eq!(listed(&of_method, CyclomaticComplexity), [""; 0]);
        assert_eq!(listed(&of_method, CognitiveComplexity), ["1: `if` +1"]);
    }

    #[test]
    fn lines_count_from_the_first_of_the_unit() {
        let unit = "    # A comment.\n    @decorated\n    async def method(self):\n        async for x in y: pass\n";
        let functions = costs_of_unit(unit, UnitKind::Statements, &["C".into()]).unwrap();
        let of_for = |metric| Cost {
            line: 4,
            metric,
            amount: 1,
            nesting: 0,
            construct: Construct::For,
        };
        let expected = FunctionCosts {
            name: "method".into(),
            def_line: 3,
            costs: vec![of_for(CyclomaticComplexity), of_for(CognitiveComplexity)],
        };
        assert_eq!(functions, [expected]);
        let error = costs_of_unit("    def f():\n        if\n", UnitKind::Statements, &["C".into()]).unwrap_err();
        assert_eq!(error.line, 2);
    }

    #[test]
    fn only_functions_have_costs() {
        let header = "class C(A if B else D):\n";
        assert_eq!(costs_of_unit(header, UnitKind::ClassHeader, &[]), Ok(Vec::new()));
        let functions = costs_of_unit(
            "if x:\n    def f(): pass\n    def g(): assert x\nelse: pass\n",
            UnitKind::Statements,
            &[],
        );
        let functions = functions.unwrap();
        let sizes: Vec<(&str, usize)> = functions
            .iter()
            .map(|function| (&*function.name, function.costs.len()))
            .collect();
        assert_eq!(sizes, [("f", 0), ("g", 1)]);
    }

    #[test]
    fn costs_add_up_line_by_line() {
        let costs = costs(
            "def f(x, y):\n    while x: pass\n    if x and y or x and y:\n        for z in x if y else x: pass\n    if y: pass\n",
        );
        let line = |line, amount, nesting, constructs: &[_]| LineCosts {
            line,
            amount,
            nesting,
            constructs: constructs.to_vec(),
        };
        let while_line = line(2, 1, 0, &[(Construct::While, 1)]);
        let if_line = line(
            3,
            4,
            0,
            &[
                (Construct::If, 1),
                (Construct::SequenceOfAnd, 2),
                (Construct::SequenceOfOr, 1),
            ],
        );
        let for_line = line(4, 4, 2, &[(Construct::For, 2), (Construct::ConditionalExpression, 2)]);
        let last_line = line(5, 1, 0, &[(Construct::If, 1)]);
        let by_line = [while_line.clone(), if_line.clone(), for_line.clone(), last_line.clone()];
        assert_eq!(costs.by_line(CognitiveComplexity), by_line);
        let costliest = [if_line, for_line, while_line, last_line];
        assert_eq!(costs.costliest_lines(CognitiveComplexity, 3), costliest[..3]);
        assert_eq!(costs.costliest_lines(CognitiveComplexity, 9), costliest);
        assert_eq!(costs.by_line(MetricType::HalsteadVolume), []);
    }
}

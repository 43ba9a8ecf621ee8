//! Costs: over real code they add up to the metrics, and stand where what adds them stands. Set
//! `ANTIPASTA_TEST_CORPUS` to run this over whole packages.

use crate::support::sources;
use antipasta_metrics::{Construct, FunctionCosts, MetricType, contributions_of_units, costs_of_unit};
use antipasta_syntax::parse;
use antipasta_syntax::units::UnitKind;
use std::collections::HashSet;

fn sum(function: &FunctionCosts, metric: MetricType) -> u32 {
    let sum = function.of(metric).map(|cost| cost.amount).sum();
    let by_line: u32 = function.by_line(metric).iter().map(|line| line.amount).sum();
    assert_eq!(by_line, sum);
    sum
}

/// What the line of a construct holds.
fn keyword(construct: Construct, function: &str) -> &str {
    match construct {
        Construct::If | Construct::ConditionalExpression | Construct::ComprehensionIf => "if",
        Construct::Elif => "elif",
        Construct::Else => "else",
        Construct::For | Construct::Comprehension => "for",
        Construct::While => "while",
        Construct::Except => "except",
        Construct::Match => "match",
        Construct::Case => "case",
        Construct::Assert => "assert",
        Construct::And | Construct::SequenceOfAnd => "and",
        Construct::Or | Construct::SequenceOfOr => "or",
        Construct::Recursion => function,
    }
}

#[test]
fn costs_add_up_to_the_metrics() {
    for (path, text) in sources() {
        let source = parse(&text).unwrap();
        for (unit, contribution) in contributions_of_units(&source) {
            let costs = costs_of_unit(source.text_of_lines(&unit.lines), unit.kind, &unit.classes).unwrap();
            assert_eq!(costs.len(), contribution.functions.len(), "{}", path.display());
            for (costs, function) in costs.iter().zip(&contribution.functions) {
                let place = format!("{}: {} in {:?}", path.display(), function.name, unit.lines);
                assert_eq!(
                    (&costs.name, costs.def_line),
                    (&function.name, function.def_line),
                    "{place}"
                );
                let cyclomatic = sum(costs, MetricType::CyclomaticComplexity);
                assert_eq!(cyclomatic, function.cyclomatic.map_or(0, |value| value - 1), "{place}");
                let has_row = function.complexipy_ignore.is_none();
                let cognitive = sum(costs, MetricType::CognitiveComplexity);
                assert_eq!(cognitive, if has_row { function.cognitive } else { 0 }, "{place}");
            }
        }
    }
}

#[test]
fn costs_stand_where_their_constructs_stand() {
    let mut seen = HashSet::new();
    for (path, text) in sources() {
        let source = parse(&text).unwrap();
        for (unit, contribution) in contributions_of_units(&source) {
            let line_start = |line| source.lines().start(line) as usize;
            let unit_text = &text[line_start(unit.lines.start)..line_start(unit.lines.end)];
            let costs = costs_of_unit(unit_text, unit.kind, &unit.classes).unwrap();
            for (costs, function) in costs.iter().zip(&contribution.functions) {
                assert!(costs.costs.is_sorted_by_key(|cost| cost.line));
                for cost in &costs.costs {
                    let place = format!("{}: {cost:?} in {:?}", path.display(), unit.lines);
                    assert!((function.def_line..=function.end_line).contains(&cost.line), "{place}");
                    assert!(cost.amount > cost.nesting, "{place}");
                    let line = unit.lines.start + cost.line - 1;
                    let line = &text[line_start(line)..line_start(line + 1)];
                    assert!(
                        line.contains(keyword(cost.construct, &function.name)),
                        "{place}: {line}"
                    );
                    seen.insert(cost.construct);
                }
            }
        }
    }
    // The fixtures have them all.
    assert_eq!(seen.len(), 17, "{seen:?}");
}

#[test]
fn costs_of_deep_and_long_code_are_found() {
    let sums = |body: &str| {
        let text = format!("def f():\n    return {body}\n");
        let costs = costs_of_unit(&text, UnitKind::Statements, &[]).unwrap_or_else(|error| panic!("{error}"));
        [MetricType::CyclomaticComplexity, MetricType::CognitiveComplexity].map(|metric| sum(&costs[0], metric))
    };
    let levels = 3_000;
    // Each level nests one deeper than the one around it.
    let triangle = levels * (levels + 1) / 2;
    let conditionals = "0 if 1 else ".repeat(levels as usize);
    assert_eq!(sums(&format!("{conditionals}1")), [levels, triangle]);
    let (open, close) = ("[".repeat(levels as usize), "]".repeat(levels as usize));
    assert_eq!(sums(&format!("{open}a and b{close}")), [1, 1]);
    let terms = 100_000;
    assert_eq!(sums(&format!("{}a", "a or ".repeat(terms as usize))), [terms, 1]);
}

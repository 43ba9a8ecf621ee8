//! Units: both parsers agree on them, and the metrics of a file are the merge of what they contribute, however it is
//! split. Set `ANTIPASTA_TEST_CORPUS` to run this over whole packages.

use crate::support::sources;
use antipasta_metrics::{
    Contribution, FileMetrics, contribution_of_source, contribution_of_unit, contributions_of_units,
};
use antipasta_syntax::units::Unit;
use antipasta_syntax::{Source, TreeParser, WorkLimit, parse};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use ropey::Rope;

fn whole(source: &Source<'_>) -> FileMetrics {
    contribution_of_source(source).file_metrics(source.text())
}

#[test]
fn both_parsers_find_the_same_units() {
    let mut parser = TreeParser::default();
    for (path, text) in sources() {
        let source = parse(&text).unwrap();
        let rope = Rope::from_str(&text);
        let tree = parser.parse(&rope, &WorkLimit::none()).expect("a tree");
        if !tree.is_sound() {
            // The grammar does not know all of Python; then ruff's parser is asked.
            continue;
        }
        let by_tree = tree.units(&rope);
        let by_ruff = contributions_of_units(&source);
        assert_eq!(by_tree.len(), by_ruff.len(), "{}", path.display());
        for (left, (right, _)) in by_tree.iter().zip(&by_ruff) {
            let left_facts = (left.kind, &left.lines, &left.classes, left.indentation, left.is_aligned);
            let right_facts = (
                right.kind,
                &right.lines,
                &right.classes,
                right.indentation,
                right.is_aligned,
            );
            assert_eq!(left_facts, right_facts, "{}", path.display());
            assert!(left.is_aligned, "{} line {}", path.display(), left.lines.start + 1);
        }
    }
}

#[test]
fn a_window_has_the_units_of_the_whole() {
    let mut parser = TreeParser::default();
    for (path, text) in sources() {
        let rope = Rope::from_str(&text);
        let tree = parser.parse(&rope, &WorkLimit::none()).expect("a tree");
        let whole = tree.units(&rope);
        let facts = |unit: &Unit<()>| (unit.kind, unit.lines.clone(), unit.classes.clone());
        for first in 0..whole.len() {
            for last in [first, (first + 2).min(whole.len() - 1)] {
                let window = whole[first].lines.start..whole[last].lines.end;
                let found = tree.units_in(&rope, &window);
                let units: Vec<_> = found.units.iter().map(facts).collect();
                let expected: Vec<_> = whole[first..=last].iter().map(facts).collect();
                assert_eq!(units, expected, "{} {window:?}", path.display());
                let next = found.next.map(|unit| (unit.kind, unit.lines.start, unit.classes));
                let after = whole.get(last + 1);
                let after = after.map(|unit| (unit.kind, unit.lines.start, unit.classes.clone()));
                assert_eq!(next, after, "{} {window:?}", path.display());
            }
        }
    }
}

#[test]
fn units_divide_the_file() {
    for (path, text) in sources() {
        let source = parse(&text).unwrap();
        let mut next = 0;
        for (unit, _) in contributions_of_units(&source) {
            assert_eq!(unit.lines.start, next, "{}", path.display());
            assert!(unit.lines.end > next, "{}", path.display());
            next = unit.lines.end;
        }
        assert_eq!(next, source.lines().physical_lines(), "{}", path.display());
    }
}

#[test]
fn a_unit_contributes_the_same_alone_as_in_its_file() {
    for (path, text) in sources() {
        let source = parse(&text).unwrap();
        for (unit, in_file) in contributions_of_units(&source) {
            let alone = contribution_of_unit(source.text_of_lines(&unit.lines), unit.kind, &unit.classes);
            assert_eq!(alone, Ok(in_file), "{} lines {:?}", path.display(), unit.lines);
        }
    }
}

#[test]
fn any_split_merges_to_the_metrics_of_the_file() {
    let sources = sources();
    let generator = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::with_cases(64), generator);
    for (path, text) in &sources {
        let source = parse(text).unwrap();
        let expected = whole(&source);
        let contributions: Vec<Contribution> = contributions_of_units(&source)
            .into_iter()
            .map(|(_, contribution)| contribution)
            .collect();
        // Where each part of the split starts.
        let starts = prop::collection::btree_set(0..=contributions.len(), 0..8);
        let result = runner.run(&starts, |starts| {
            let mut merged = Contribution::default();
            let mut from = 0;
            for to in starts.into_iter().chain([contributions.len()]) {
                let mut part = Contribution::default();
                contributions[from..to]
                    .iter()
                    .for_each(|contribution| part.merge(contribution));
                merged.merge(&part);
                from = to;
            }
            prop_assert_eq!(merged.file_metrics(text), expected.clone());
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

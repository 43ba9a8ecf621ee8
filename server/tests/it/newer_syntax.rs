//! Files with syntax that the reference, under CPython 3.11, does not read: they have every row all the same.

use antipasta_metrics::measure;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Statements of Python 3.12 and newer.
const NEWER: [&str; 9] = [
    "x = f\"{\na}\"",
    "x = f\"{d[\"(\"]}\"",
    "x = f\"{d[\"a;b\"]}\"",
    "é = f\"{d[\"#\"]}\"",
    "f'{f'{f'{1}'}'}'",
    "t'{a:{b}}'",
    "type X[T] = list[T]",
    "def f[T: int](é: T) -> T: return é",
    "class Ω[*P]: pass",
];

/// Statements that radon's way to count lines finds odd.
const OLDER: [&str; 9] = [
    "match = case = type = _",
    "type(x); match(y)",
    "é = 'ü'",
    "x = (1,\x0c2)",
    "if a:\n    b\n\x0c\n    c",
    "\x0cx = 1 # \x0c comment",
    "x = \\\n\\\n1",
    "'''\n\x0c\n'''",
    "x = {'a':\u{2028}1}",
];

#[test]
fn a_file_with_newer_syntax_has_line_counts() {
    let statement = prop::sample::select([&NEWER[..], &OLDER[..]].concat());
    let separator = prop::sample::select(vec!["\n", "\n\n", "\n\x0c\n", " # (\n", "\r\n"]);
    let newer = prop::sample::select(NEWER.to_vec());
    let programs = (newer, prop::collection::vec((statement, separator), 0..6));
    let config = Config::with_cases(2_000);
    let generator = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, generator);
    let outcome = runner.run(&programs, |(newer, others)| {
        let others: String = others
            .iter()
            .map(|(statement, separator)| [*statement, separator].concat())
            .collect();
        for text in [format!("{others}{newer}\n"), format!("{newer}\n{others}")] {
            if let Ok(metrics) = measure(&text) {
                prop_assert!(metrics.totals.lines.is_some(), "{text:?}");
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn the_counts_are_those_of_the_reference_under_newer_python() {
    for (text, expected) in [
        ("x = f\"{\na}\"\né = 1\n", (3, 2, 3, 0, 0)),
        ("x = f\"{d[\"(\"]}\"\n\x0cy = 1\n", (3, 2, 2, 0, 1)),
        ("x = f\"{d[\"a;b\"]}\"\n\x0cy = 1\n", (3, 2, 2, 0, 1)),
        ("é = f\"{d[\"#\"]}\"\n", (1, 1, 1, 0, 0)),
        ("def f[T](): pass\nx = (1,\x0c2)\n", (3, 3, 3, 0, 0)),
    ] {
        let counts = measure(text).unwrap().totals.lines.unwrap();
        let counts = (
            counts.lines,
            counts.logical,
            counts.source,
            counts.comments,
            counts.blank,
        );
        assert_eq!(counts, expected, "{text:?}");
    }
}

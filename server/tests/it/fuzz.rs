//! The fuzz targets on their seeds, and on bytes that proptest makes. `ANTIPASTA_TEST_FUZZ` says how many of the latter.

#[path = "../../../tests/fuzz/targets.rs"]
pub(crate) mod targets;

use std::path::Path;

use antipasta_metrics::measure;
use antipasta_metrics::payload::{Finding, encode};
use antipasta_syntax::parse;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use targets::TARGETS;

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fuzz/seeds")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder of seeds")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

#[test]
fn every_target_holds_for_its_seeds() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name}");
        seeds.iter().for_each(|seed| target(seed));
    }
}

/// The seeds of payloads are bytes of the present format: those of an older one would be nothing, and fuzz nothing. After a
/// change of the format, `ANTIPASTA_TEST_WRITE_SEEDS=1` writes them anew.
#[test]
fn the_seeds_of_payloads_are_what_is_written_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/seeds/payload");
    let metrics =
        measure("class C:\n    def m(self, x):  # antipasta: ignore\n        if x and self: pass\n").expect("metrics");
    let error = parse("def f(:\n").err().expect("a syntax error");
    for (name, finding) in [
        ("metrics", Finding::Metrics(&metrics)),
        ("syntax", Finding::Syntax(&error)),
        ("decoding", Finding::Decoding("no text")),
    ] {
        let sealed = encode(0, finding).expect("a small payload");
        let content = &sealed[..sealed.len() - size_of::<u64>()];
        if std::env::var_os("ANTIPASTA_TEST_WRITE_SEEDS").is_some() {
            std::fs::write(folder.join(name), content).expect("a seed");
        }
        assert_eq!(std::fs::read(folder.join(name)).expect("a seed"), content, "{name}");
    }
}

/// A seed with some of its bytes replaced by others, or by a part of itself.
fn mutated(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..8_usize, vec(any::<u8>(), 0..8));
    (prop::sample::select(seeds), vec(change, 0..6)).prop_map(|(mut bytes, changes)| {
        for (at, length, new) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, new);
        }
        bytes
    })
}

#[test]
fn every_target_holds_for_mutated_seeds() {
    let cases = std::env::var("ANTIPASTA_TEST_FUZZ").map_or(200, |count| count.parse().expect("a number"));
    for (name, target) in TARGETS {
        let mut runner = TestRunner::new(ProptestConfig::with_cases(cases));
        let outcome = runner.run(&mutated(seeds(name)), |bytes| {
            target(&bytes);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

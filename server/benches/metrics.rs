//! What each step from text to metrics costs: `cargo bench`. Throughput is in bytes of source.
//!
//! One walk drives all metrics of the syntax tree, so these are timed together; lines are counted apart from it, from
//! the tokens. The text is that of the fixtures, many times over, so that it is neither tiny nor of one kind.

#![allow(clippy::disallowed_methods, reason = "it reads fixtures")]

use std::hint::black_box;
use std::path::Path;

use antipasta_metrics::{Contribution, contribution_of_source, contribution_of_unit, contributions_of_units, measure};
use antipasta_syntax::{TreeParser, WorkLimit, decode, parse};
use criterion::{Criterion, Throughput};
use ropey::Rope;

/// The fixtures that have nothing unusual about their lines, until there is a quarter of a megabyte.
fn text() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/python");
    let once: String = ["control_flow", "nesting", "operands", "ignores", "identifiers"]
        .map(|name| std::fs::read_to_string(folder.join(name).with_extension("py")).expect("a fixture"))
        .join("\n\n");
    once.repeat(250_000 / once.len() + 1)
}

fn steps(criterion: &mut Criterion) {
    let text = text();
    let bytes = text.as_bytes();
    let source = parse(&text).expect("valid fixtures");
    let mut group = criterion.benchmark_group("steps");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("decode", |bench| bench.iter(|| decode(black_box(bytes)).is_ok()));
    group.bench_function("parse: ruff's parser alone", |bench| {
        bench.iter(|| {
            ruff_python_parser::parse_unchecked_source(black_box(&text), ruff_python_ast::PySourceType::Python)
        });
    });
    group.bench_function("parse: within our bounds", |bench| {
        bench.iter(|| parse(black_box(&text)).is_ok());
    });
    group.bench_function("walk and lines: one contribution", |bench| {
        bench.iter(|| contribution_of_source(black_box(&source)));
    });
    group.bench_function("walk and lines: one contribution a unit", |bench| {
        bench.iter(|| contributions_of_units(black_box(&source)));
    });
    group.bench_function("all", |bench| bench.iter(|| measure(black_box(&text)).is_ok()));
    let irregular = format!("\x0c{text}");
    group.bench_function("all, with irregular lines", |bench| {
        bench.iter(|| measure(black_box(&irregular)).is_ok());
    });
    let metrics = measure(&text).expect("valid fixtures");
    group.bench_function("rows", |bench| bench.iter(|| black_box(&metrics).rows().len()));
    group.finish();
}

/// What each metric costs from counts that are there already.
fn metrics(criterion: &mut Criterion) {
    let text = text();
    let metrics = measure(&text).expect("valid fixtures");
    let mut group = criterion.benchmark_group("metrics");
    for metric in antipasta_metrics::MetricType::ALL {
        let rows = metrics.rows().iter().filter(|row| row.metric == metric).count() as u64;
        group.throughput(Throughput::Elements(rows));
        group.bench_function(metric.as_str(), |bench| {
            bench.iter(|| {
                let rows = black_box(&metrics).rows();
                rows.iter()
                    .filter(|row| row.metric == metric)
                    .map(|row| row.value)
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

fn units(criterion: &mut Criterion) {
    let text = text();
    let source = parse(&text).expect("valid fixtures");
    let mut parser = TreeParser::default();
    let rope = Rope::from_str(&text);
    let tree = parser.parse(&rope, &WorkLimit::none()).expect("a tree");
    let contributions: Vec<Contribution> = contributions_of_units(&source)
        .into_iter()
        .map(|(_, contribution)| contribution)
        .collect();
    let (unit, _) = contributions_of_units(&source).into_iter().nth(10).expect("many units");
    let unit_text = source.text_of_lines(&unit.lines);
    let mut group = criterion.benchmark_group("units");
    group.bench_function("tree-sitter: parse", |bench| {
        bench.iter(|| parser.parse(black_box(&rope), &WorkLimit::none()));
    });
    group.bench_function("tree-sitter: find units", |bench| {
        bench.iter(|| tree.units(black_box(&rope)));
    });
    group.bench_function("one unit alone", |bench| {
        bench.iter(|| contribution_of_unit(black_box(unit_text), unit.kind, &unit.classes).is_ok());
    });
    group.bench_function("merge all", |bench| {
        bench.iter(|| {
            let mut merged = Contribution::default();
            contributions.iter().for_each(|contribution| merged.merge(contribution));
            merged.file_metrics(&text)
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    steps(&mut criterion);
    metrics(&mut criterion);
    units(&mut criterion);
    criterion.final_summary();
}

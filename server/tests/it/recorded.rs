//! The fixtures' rows are those that the reference gives: `fixtures/python.jsonl`, which `tests/conformance/record.py`
//! writes.

use std::collections::BTreeMap;

use crate::support::fixtures;
use antipasta_metrics::{Details, MetricRow, measure};
use antipasta_syntax::decode;
use serde_json::{Value, json};

/// A row without its value, as text.
fn key(row: &Value) -> String {
    let fields = ["type", "function_name", "line_number", "details"].map(|field| &row[field]);
    // `Value`'s maps keep the order in which they were written.
    let details: Option<BTreeMap<&String, &Value>> = fields[3].as_object().map(|details| details.iter().collect());
    format!("{} {} {} {details:?}", fields[0], fields[1], fields[2])
}

fn details(details: Details<'_>) -> Value {
    match details {
        Details::None => Value::Null,
        Details::Function { class, rank } => {
            let kind = if class.is_some() { "method" } else { "function" };
            json!({"type": kind, "classname": class, "rank": rank.to_string()})
        }
        Details::Average { function_count } => json!({"type": "average", "function_count": function_count}),
        Details::Maximum { function_count } => json!({"type": "file_maximum", "function_count": function_count}),
        Details::Rank(rank) => json!({"rank": rank.to_string()}),
        Details::HalsteadFunction => json!({"type": "function"}),
        Details::Methods(methods) => json!({"methods": methods}),
    }
}

fn row(row: &MetricRow<'_>) -> Value {
    json!({
        "type": row.metric.as_str(),
        "value": row.value,
        "function_name": row.name,
        "line_number": row.line,
        "details": details(row.details),
    })
}

/// The values of the rows with each key, in ascending order.
fn by_key(rows: &[Value]) -> BTreeMap<String, Vec<f64>> {
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in rows {
        groups
            .entry(key(row))
            .or_default()
            .push(row["value"].as_f64().expect("a number"));
    }
    groups.values_mut().for_each(|values| values.sort_by(f64::total_cmp));
    groups
}

/// Whether a row is of a metric that radon's visitors compute: they recurse, and the reference has no such rows for a file that
/// nests too deep for Python's recursion limit.
fn is_visited(key: &str) -> bool {
    ["\"cyclomatic", "\"weighted", "\"halstead", "\"maintainability"]
        .iter()
        .any(|name| key.starts_with(name))
}

#[test]
fn fixtures_have_the_reference_s_rows() {
    let record = std::fs::read_to_string(fixtures().join("python.jsonl")).expect("the record");
    for line in record.lines() {
        let expected: Value = serde_json::from_str(line).expect("a line of JSON");
        let name = expected["file"].as_str().expect("a file name");
        let bytes = std::fs::read(fixtures().join("python").join(name)).expect("a fixture");
        let metrics = measure(&decode(&bytes).expect("UTF-8")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ours = by_key(&metrics.rows().iter().map(row).collect::<Vec<Value>>());
        let theirs = by_key(expected["rows"].as_array().expect("rows"));
        let is_lost = |key: &str| expected["recursion"] == true && is_visited(key) && !theirs.contains_key(key);
        let ours: BTreeMap<_, _> = ours.into_iter().filter(|(key, _)| !is_lost(key)).collect();
        let keys: Vec<_> = ours.keys().collect();
        assert_eq!(keys, theirs.keys().collect::<Vec<_>>(), "{name}");
        for (key, values) in &ours {
            assert_eq!(values.len(), theirs[key].len(), "{name}: {key}");
            for (value, reference) in values.iter().zip(&theirs[key]) {
                let tolerance = 1e-9 * reference.abs();
                assert!(
                    (value - reference).abs() <= tolerance,
                    "{name}: {key}: {value}, reference {reference}"
                );
            }
        }
    }
    assert_eq!(
        record.lines().count(),
        std::fs::read_dir(fixtures().join("python")).unwrap().count()
    );
}

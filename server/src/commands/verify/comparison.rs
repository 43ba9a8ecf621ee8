//! Comparing two reports on the same files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde_json::Value;

use super::report::{ComparedFile, ComparedFiles};
use antipasta_metrics::MetricType;
use antipasta_rules::escape;

/// The differences between two reports on the same files.
#[derive(Debug, Default)]
pub(super) struct ReportComparison {
    files: usize,
    values: usize,
    violations: usize,
    /// How many values are of metrics that only antipasta has.
    others: usize,
    /// The files that only this program can analyze, each with the error of antipasta, if there is one.
    only_ours: Vec<String>,
    neither: Vec<String>,
    differences: Vec<String>,
}

/// A row without its value: metric, function, line, details.
type RowKey = (String, Option<String>, Option<i64>, String);

impl ReportComparison {
    /// Compares the report of antipasta with ours.
    pub(super) fn new(theirs: &ComparedFiles, ours: &ComparedFiles) -> Self {
        let mut comparison = Self::default();
        for (path, our) in ours {
            match theirs.get(path) {
                Some(their) => comparison.add(their, our),
                None => comparison
                    .differences
                    .push(format!("{}: not in the report of antipasta", our.file)),
            }
        }
        for (path, their) in theirs {
            if !ours.contains_key(path) {
                comparison
                    .differences
                    .push(format!("{}: not in our report", their.file));
            }
        }
        comparison
    }

    /// Whether there are no differences.
    pub(super) fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    fn add(&mut self, theirs: &ComparedFile, ours: &ComparedFile) {
        self.files += 1;
        let name = &ours.file;
        // If antipasta cannot parse a file, it has no such row. It may have rows of metrics that need no syntax tree.
        let tree = MetricType::MaintainabilityIndex.as_str();
        let has_tree = |report: &ComparedFile| report.metrics.iter().any(|row| row.metric == tree);
        if !has_tree(theirs) {
            let name = &escape::path(Path::new(name));
            let why = theirs.error.as_deref();
            let why = why.map_or(String::new(), |why| format!(" ({})", escape::one_line(why)));
            if has_tree(ours) {
                self.only_ours.push(format!("{name}{why}"));
                return;
            }
            if ours.error.is_some() {
                self.neither.push(name.clone());
                return;
            }
        } else if let Some(why) = &ours.error {
            self.differences.push(format!(
                "{}: antipasta analyzes it, we do not: {why}",
                escape::path(Path::new(name))
            ));
            return;
        }
        let is_known = |metric: &str| metric.parse::<MetricType>().is_ok();
        let rows = |report: &ComparedFile| {
            let rows = report.metrics.iter().filter(|row| is_known(&row.metric)).map(|row| {
                let function = row.function_name.clone();
                (
                    (row.metric.clone(), function, row.line_number, canonical(&row.details)),
                    row.value,
                )
            });
            grouped(rows)
        };
        self.others += theirs.metrics.iter().filter(|row| !is_known(&row.metric)).count();
        self.values += self.compare(name, "", &rows(theirs), &rows(ours));
        let violations = |report: &ComparedFile| {
            let violations = report.violations.iter().filter(|violation| is_known(&violation.metric));
            grouped(violations.map(|violation| {
                let function = violation.function.clone();
                let limit = format!("{} {}", violation.comparison, violation.threshold);
                (
                    (violation.metric.clone(), function, violation.line_number, limit),
                    violation.value,
                )
            }))
        };
        self.violations += self.compare(name, " violates", &violations(theirs), &violations(ours));
    }

    /// Adds the differences between two multisets of rows. Returns how many rows the first one has.
    fn compare(&mut self, file: &str, what: &str, theirs: &Rows, ours: &Rows) -> usize {
        let keys = theirs.keys().chain(ours.keys().filter(|key| !theirs.contains_key(key)));
        for key in keys {
            let of = |rows: &Rows| rows.get(key).cloned().unwrap_or_default();
            let (left, right) = without_common(of(theirs), of(ours));
            for index in 0..left.len().max(right.len()) {
                let shown = |values: &[f64]| values.get(index).map_or("nothing".to_owned(), f64::to_string);
                self.differences.push(format!(
                    "{}{what}: antipasta {}, antipasta-lsp {}",
                    place(Path::new(file), key),
                    shown(&left),
                    shown(&right)
                ));
            }
        }
        theirs.values().map(Vec::len).sum()
    }
}

/// The sorted values of all rows that differ only in their values.
type Rows = BTreeMap<RowKey, Vec<f64>>;

fn grouped(rows: impl Iterator<Item = (RowKey, f64)>) -> Rows {
    let mut groups = Rows::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    for values in groups.values_mut() {
        values.sort_by(f64::total_cmp);
    }
    groups
}

/// The values of two sorted lists without those that are in both. Values are compared to the last digit.
fn without_common(left: Vec<f64>, right: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let (mut only_left, mut only_right) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if a == b => {
                left.next();
                right.next();
            }
            (Some(a), Some(b)) if a < b => only_left.extend(left.next()),
            (_, Some(_)) => only_right.extend(right.next()),
            (Some(_), None) => only_left.extend(left.next()),
            (None, None) => return (only_left, only_right),
        }
    }
}

/// Details in a canonical form: it does not depend on how numbers are written, nor on the order of keys.
fn canonical(details: &Value) -> String {
    match details {
        Value::Null => String::new(),
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let members = sorted
                .into_iter()
                .map(|(key, value)| format!("{key} {}", canonical(value)));
            members.collect::<Vec<_>>().join(", ")
        }
        Value::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The place of a row, for people.
fn place(file: &Path, (metric, function, line, rest): &RowKey) -> String {
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    let function = function.as_ref().map_or(String::new(), |name| format!(" ({name})"));
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(" [{}]", rest.trim())
    };
    format!("{}{line}{function}: {metric}{rest}", escape::path(file))
}

impl fmt::Display for ReportComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differences {
            writeln!(f, "{difference}")?;
        }
        for (title, files) in [
            ("analyzed by antipasta-lsp only", &self.only_ours),
            ("analyzed by neither", &self.neither),
        ] {
            for file in files {
                writeln!(f, "{title}: {file}")?;
            }
        }
        if self.others > 0 {
            writeln!(
                f,
                "{} values of metrics that only antipasta has are not compared",
                self.others
            )?;
        }
        write!(
            f,
            "{} files, {} values, {} violations: ",
            self.files, self.values, self.violations
        )?;
        match self.differences.len() {
            0 => writeln!(f, "no difference"),
            1 => writeln!(f, "1 difference"),
            count => writeln!(f, "{count} differences"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::ComparedReport;
    use super::*;

    /// A report on one file with some rows, as JSON.
    fn report(rows: &str, violations: &str) -> ComparedFile {
        let tree = r#"{"type": "maintainability_index", "value": 1}"#;
        let text =
            format!(r#"{{"reports": [{{"file": "a.py", "metrics": [{tree}{rows}], "violations": [{violations}]}}]}}"#);
        ComparedReport::parse(text.as_bytes()).unwrap().reports.remove(0)
    }

    fn differences(theirs: ComparedFile, ours: ComparedFile) -> Vec<String> {
        let mut comparison = ReportComparison::default();
        comparison.add(&theirs, &ours);
        comparison.differences
    }

    #[test]
    fn rows_are_the_same_however_they_are_written_and_ordered() {
        let theirs = r#", {"type": "halstead_bugs", "value": 1.0, "details": {"a": 1.0, "b": "x"}, "line_number": 2, "function_name": "f"},
            {"type": "halstead_time", "value": 0.1}, {"type": "halstead_time", "value": 7}, {"type": "star_imports", "value": 9}"#;
        let ours = r#", {"type": "halstead_time", "value": 7.0, "details": null}, {"type": "halstead_time", "value": 1e-1},
            {"type": "halstead_bugs", "value": 1, "details": {"b": "x", "a": 1}, "line_number": 2, "function_name": "f"}"#;
        assert_eq!(differences(report(theirs, ""), report(ours, "")), [""; 0]);
    }

    #[test]
    fn the_last_digit_counts() {
        let row = |value: &str| {
            format!(r#", {{"type": "halstead_time", "value": {value}, "line_number": 3, "function_name": "f"}}"#)
        };
        let (theirs, ours) = (row("0.30000000000000004"), row("0.3"));
        assert_eq!(
            differences(report(&theirs, ""), report(&ours, "")),
            ["a.py:3 (f): halstead_time: antipasta 0.30000000000000004, antipasta-lsp 0.3"]
        );
        // A value that is there twice differs from one that is there once.
        let twice = row("0.3") + &row("0.3");
        assert_eq!(
            differences(report(&twice, ""), report(&ours, "")),
            ["a.py:3 (f): halstead_time: antipasta 0.3, antipasta-lsp nothing"]
        );
        assert_eq!(
            differences(report("", ""), report(&ours, "")),
            ["a.py:3 (f): halstead_time: antipasta nothing, antipasta-lsp 0.3"]
        );
    }

    #[test]
    fn violations_count_too() {
        let violation = r#"{"type": "halstead_time", "value": 5, "threshold": 3, "comparison": "<="}"#;
        assert_eq!(differences(report("", violation), report("", violation)), [""; 0]);
        assert_eq!(
            differences(report("", violation), report("", "")),
            ["a.py: halstead_time [<= 3] violates: antipasta 5, antipasta-lsp nothing"]
        );
    }

    #[test]
    fn what_only_one_can_analyze_is_a_difference_if_it_is_not_us() {
        let broken = |error: Option<&str>| ComparedFile {
            file: "a.py".to_owned(),
            error: error.map(str::to_owned),
            metrics: Vec::new(),
            violations: Vec::new(),
        };
        assert_eq!(differences(broken(None), broken(Some("syntax error"))), [""; 0]);
        assert_eq!(differences(broken(Some("no UTF-8")), report("", "")), [""; 0]);
        assert_eq!(
            differences(report("", ""), broken(Some("syntax error"))),
            ["a.py: antipasta analyzes it, we do not: syntax error"]
        );
        assert!(
            !ReportComparison::new(
                &ComparedFiles::from([("a.py".into(), report("", ""))]),
                &ComparedFiles::new()
            )
            .is_same()
        );
        assert!(
            !ReportComparison::new(
                &ComparedFiles::new(),
                &ComparedFiles::from([("a.py".into(), report("", ""))])
            )
            .is_same()
        );
    }
}

//! The report for programs: the reference's JSON, key by key.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::baseline::Unneeded;
use super::format::Format;
use super::python_json;
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use super::shard::Part;
use antipasta_metrics::{Details, MetricRow, MetricType};
use antipasta_rules::violations::Violation;

/// The language of all files.
const LANGUAGE: &str = "python";

/// How deep a file's report stands in the document.
const DEPTH_OF_FILE: usize = 2;

/// The report for programs.
pub(super) struct Json;

#[derive(Serialize)]
struct FileObject<'a> {
    file: &'a str,
    language: &'static str,
    metrics: Vec<RowObject<'a>>,
    violations: Vec<ViolationObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct RowObject<'a> {
    r#type: &'static str,
    value: f64,
    details: DetailsObject<'a>,
    line_number: Option<u32>,
    function_name: Option<&'a str>,
}

#[derive(Serialize)]
struct ViolationObject<'a> {
    r#type: &'static str,
    message: String,
    line_number: Option<u32>,
    function: Option<&'a str>,
    value: f64,
    threshold: f64,
    comparison: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<String>,
}

struct DetailsObject<'a>(Details<'a>);

impl Serialize for DetailsObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == Details::None {
            return serializer.serialize_none();
        }
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Details::None => {}
            Details::Function { class, rank } => {
                map.serialize_entry("type", if class.is_some() { "method" } else { "function" })?;
                map.serialize_entry("classname", &class)?;
                map.serialize_entry("rank", &rank)?;
            }
            Details::Average { function_count } => {
                map.serialize_entry("type", "average")?;
                map.serialize_entry("function_count", &function_count)?;
            }
            Details::Maximum { function_count } => {
                map.serialize_entry("type", "file_maximum")?;
                map.serialize_entry("function_count", &function_count)?;
            }
            Details::Rank(rank) => map.serialize_entry("rank", &rank)?,
            Details::HalsteadFunction => map.serialize_entry("type", "function")?,
            Details::Methods(count) => map.serialize_entry("methods", &count)?,
        }
        map.end()
    }
}

impl<'a> RowObject<'a> {
    fn of(row: &'a MetricRow<'a>) -> Self {
        Self {
            r#type: row.metric.as_str(),
            value: row.value,
            details: DetailsObject(row.details),
            line_number: row.line,
            function_name: row.name.as_deref(),
        }
    }
}

impl<'a> ViolationObject<'a> {
    fn of(violation: &'a Violation, path: &str) -> Self {
        Self {
            r#type: violation.metric().as_str(),
            message: violation.message(path),
            line_number: violation.line,
            function: violation.name.as_deref(),
            value: violation.value,
            threshold: violation.threshold.limit,
            comparison: violation.threshold.comparison.as_str(),
            base_value: violation.before,
            delta: violation.delta(),
        }
    }
}

impl Format for Json {
    fn is_styled(&self) -> bool {
        false
    }

    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let rows = match outcome.error {
            Some(_) => Vec::new(),
            None => outcome.metrics.rows(),
        };
        let violations = outcome.evaluation.violations.iter();
        let object = FileObject {
            file: &path.shown,
            language: LANGUAGE,
            metrics: rows.iter().map(RowObject::of).collect(),
            violations: violations
                .map(|violation| ViolationObject::of(violation, &path.shown))
                .collect(),
            error: outcome.error.as_ref().map(ToString::to_string),
        };
        let mut text = Vec::new();
        // Writing to memory cannot fail, and what is written is ASCII.
        let _ = python_json::write(&object, DEPTH_OF_FILE, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let unused = report
            .unused_ignores()
            .map(|(path, note)| json!({"file": path.shown, "line_number": note.line, "message": note.message}));
        let unchecked: Vec<_> = report.unchecked().map(|path| &path.shown).collect();
        let baseline = report.unneeded.as_ref();
        let parts = Parts {
            summary: Summary {
                files: report.files.len(),
                files_with_violations: report.files_with_violations(),
                errors: report.files.iter().filter(|file| file.outcome.error.is_some()).count(),
                violations_by_type: report.violations_by_type(),
            },
            unused_ignores: report.lists_unused_ignores.then(|| unused.collect::<Vec<_>>()),
            unchecked,
            baseline: baseline.map(|unneeded| baseline_object(report.tolerated(), unneeded)),
            shard: report.part.clone(),
        };
        parts.write(files, output)
    }
}

/// What there is to count.
pub(super) struct Summary {
    pub files: usize,
    pub files_with_violations: usize,
    /// How many files were not analyzed.
    pub errors: usize,
    /// In the order in which the metrics are first met.
    pub violations_by_type: Vec<(MetricType, usize)>,
}

/// All of a report but what there is for each file.
pub(super) struct Parts<U, P, B> {
    pub summary: Summary,
    /// The ignore comments that suppress nothing, if they were asked for.
    pub unused_ignores: Option<Vec<U>>,
    /// The files that were not checked because the time limit was reached.
    pub unchecked: Vec<P>,
    /// What there is to say of the baseline, if there is one.
    pub baseline: Option<B>,
    /// The part that it is, if it is one of several.
    pub shard: Option<Part>,
}

impl<U: Serialize, P: Serialize, B: Serialize> Parts<U, P, B> {
    /// Writes the whole report, with what there is for each file.
    pub(super) fn write(&self, files: &mut dyn Iterator<Item = String>, output: &mut dyn Write) -> io::Result<()> {
        output.write_all(b"{\n  \"summary\": ")?;
        python_json::write(&self.summary.value(), 1, &mut *output)?;
        output.write_all(b",\n  \"reports\": [")?;
        for (index, file) in files.enumerate() {
            output.write_all(if index == 0 { b"\n    " } else { b",\n    " })?;
            output.write_all(file.as_bytes())?;
        }
        output.write_all(if self.summary.files == 0 { b"]" } else { b"\n  ]" })?;
        if let Some(unused) = &self.unused_ignores {
            output.write_all(b",\n  \"unused_ignores\": ")?;
            python_json::write(unused, 1, &mut *output)?;
        }
        if !self.unchecked.is_empty() {
            output.write_all(b",\n  \"unchecked\": ")?;
            python_json::write(&self.unchecked, 1, &mut *output)?;
        }
        if let Some(baseline) = &self.baseline {
            output.write_all(b",\n  \"baseline\": ")?;
            python_json::write(baseline, 1, &mut *output)?;
        }
        if let Some(part) = &self.shard {
            output.write_all(b",\n  \"shard\": ")?;
            python_json::write(part, 1, &mut *output)?;
        }
        output.write_all(b"\n}\n")
    }
}

fn baseline_object(tolerated: usize, unneeded: &[Unneeded]) -> Value {
    let unneeded = unneeded.iter().map(|entry| {
        json!({
            "file": entry.file,
            "function": entry.key.name,
            "type": entry.key.metric.as_str(),
            "tolerated": entry.tolerated,
            "needed": entry.needed,
        })
    });
    json!({"tolerated_violations": tolerated, "unneeded": unneeded.collect::<Vec<_>>()})
}

impl Summary {
    fn value(&self) -> Value {
        let by_type = self.violations_by_type.iter();
        let violations: usize = by_type.clone().map(|(_, count)| count).sum();
        let by_type: Map<_, _> = by_type
            .map(|(metric, count)| (metric.to_string(), json!(count)))
            .collect();
        let by_language = match self.files {
            0 => json!({}),
            files => json!({LANGUAGE: files}),
        };
        json!({
            "total_files": self.files,
            "files_with_violations": self.files_with_violations,
            "total_violations": violations,
            "violations_by_type": by_type,
            "files_by_language": by_language,
            "success": violations == 0 && self.errors == 0,
        })
    }
}

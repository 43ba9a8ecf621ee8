//! The reference's JSON, key by key.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::python_json;
use crate::report::file_texts::file_texts;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use crate::report::shard_info::ShardInfo;
use crate::report::stale_entry::StaleEntry;
use antipasta_metrics::{Details, MetricRow, MetricType};
use antipasta_pool::Pool;
use antipasta_rules::violations::Violation;

/// The language of all files.
const LANGUAGE: &str = "python";

/// How many levels deep the object of a file is in the document.
const DEPTH_OF_FILE: usize = 2;

/// The report in antipasta's JSON.
pub(super) struct JsonFormat;

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
    fn new(row: &'a MetricRow<'a>) -> Self {
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
    fn new(violation: &'a Violation, path: &str) -> Self {
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

impl Format for JsonFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        let unused = report
            .unused_ignores()
            .map(|(path, note)| json!({"file": path.shown, "line_number": note.line, "message": note.message}));
        let document = JsonReport {
            summary: JsonSummary {
                files: report.files.len(),
                files_with_violations: report.files_with_violations(),
                errors: report.files.iter().filter(|file| file.error.is_some()).count(),
                violations_by_type: report.violations_by_type(),
            },
            unused_ignores: report.lists_unused_ignores.then(|| unused.collect::<Vec<_>>()),
            unchecked: report.unchecked().map(|path| &path.shown).collect(),
            baseline: report
                .stale_entries
                .as_ref()
                .map(|entries| baseline_object(report.allowed(), entries)),
            shard: report.shard.clone(),
        };
        document.write(&mut file_texts(&report.files, pool, object_of), output)
    }
}

/// The text of a file's object.
fn object_of(file: &FileReport) -> String {
    let rows = match file.error {
        Some(_) => Vec::new(),
        None => file.metrics.rows(),
    };
    let path = &file.path.shown;
    let violations = file.violations().iter();
    let object = FileObject {
        file: path,
        language: LANGUAGE,
        metrics: rows.iter().map(RowObject::new).collect(),
        violations: violations
            .map(|violation| ViolationObject::new(violation, path))
            .collect(),
        error: file.error.as_ref().map(ToString::to_string),
    };
    let mut text = Vec::new();
    // Writing to memory cannot fail, and what is written is ASCII.
    let _ = python_json::write(&object, DEPTH_OF_FILE, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// The counts of a report.
pub(in crate::report) struct JsonSummary {
    pub files: usize,
    pub files_with_violations: usize,
    /// How many files were not analyzed.
    pub errors: usize,
    /// In the order of the metrics' first violations.
    pub violations_by_type: Vec<(MetricType, usize)>,
}

/// A report without the objects of its files.
pub(in crate::report) struct JsonReport<U, P, B> {
    pub summary: JsonSummary,
    /// The ignore comments that suppress nothing, if they were asked for.
    pub unused_ignores: Option<Vec<U>>,
    /// The files that were not checked because the time limit was reached.
    pub unchecked: Vec<P>,
    /// The number of allowed violations and the stale entries; `None` without a baseline.
    pub baseline: Option<B>,
    /// The shard that the report is about; `None` if it is about all files.
    pub shard: Option<ShardInfo>,
}

impl<U: Serialize, P: Serialize, B: Serialize> JsonReport<U, P, B> {
    /// Writes the report, with the texts of the files' objects.
    pub(in crate::report) fn write(
        &self,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
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
        if let Some(shard) = &self.shard {
            output.write_all(b",\n  \"shard\": ")?;
            python_json::write(shard, 1, &mut *output)?;
        }
        output.write_all(b"\n}\n")
    }
}

fn baseline_object(allowed: usize, stale_entries: &[StaleEntry]) -> Value {
    let unneeded = stale_entries.iter().map(|entry| {
        json!({
            "file": entry.file,
            "function": entry.name,
            "type": entry.metric.as_str(),
            "tolerated": entry.allowed,
            "needed": entry.needed,
        })
    });
    json!({"tolerated_violations": allowed, "unneeded": unneeded.collect::<Vec<_>>()})
}

impl JsonSummary {
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

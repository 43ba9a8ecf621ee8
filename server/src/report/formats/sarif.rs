//! SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS.
//!
//! The document names no machine and no time: the same sources give the same bytes everywhere. Every result is on a line of
//! its own.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::json_array::{elements, write_array};
use super::result_level::ResultLevel;
use crate::report::failure::{Failure, KINDS};
use crate::report::file_texts::file_texts;
use crate::report::fingerprint;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use crate::report::reported_path::{ReportedPath, order_of};
use crate::report::shard_info::ShardInfo;
use antipasta_metrics::MetricType;
use antipasta_pool::Pool;
use antipasta_rules::violations::{CommentNote, Subject, Violation, documentation_url};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The base of relative URIs: the top of the sources as they were checked out.
const BASE: &str = "%SRCROOT%";

/// The rule about ignore comments. It comes after the rules about metrics.
pub(in crate::report) const UNUSED_IGNORE: &str = "unused-ignore";

/// The names of a result's fingerprint. GitHub's code scanning uses the second one.
const FINGERPRINTS: [&str; 2] = ["qualifiedNameAndMetric/v1", "primaryLocationLineHash"];

/// The report in SARIF.
pub(super) struct SarifFormat;

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
    notifications: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    short_description: SarifMessage,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<SarifMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<SarifMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: ResultLevel,
}

#[derive(Serialize)]
struct SarifMessage {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a, N> {
    /// Whether every file was analyzed.
    execution_successful: bool,
    tool_execution_notifications: &'a [N],
}

#[derive(Serialize)]
struct Notification {
    descriptor: DescriptorReference,
    level: ResultLevel,
    message: SarifMessage,
    locations: [SarifLocation; 1],
}

#[derive(Serialize)]
struct DescriptorReference {
    id: &'static str,
    index: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject {
    rule_id: &'static str,
    rule_index: usize,
    level: ResultLevel,
    message: SarifMessage,
    locations: [SarifLocation; 1],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<ResultProperties>,
}

/// The numbers of a violation.
#[derive(Serialize)]
struct ResultProperties {
    value: f64,
    threshold: f64,
    comparison: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl SarifMessage {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl Descriptor {
    fn new(id: &'static str, meaning: &str, level: ResultLevel) -> Self {
        Self {
            id,
            name: None,
            short_description: SarifMessage::new(meaning),
            full_description: None,
            help: None,
            help_uri: None,
            default_configuration: Configuration { level },
        }
    }
}

impl Tool {
    fn new() -> Self {
        let rule = |metric: MetricType| Descriptor {
            name: Some(metric.info().title.replace(' ', "")),
            full_description: Some(SarifMessage::new(metric.info().summary)),
            help: Some(SarifMessage::new(format!("To fix it, {}.", metric.info().advice))),
            help_uri: Some(documentation_url(metric)),
            ..Descriptor::new(metric.as_str(), metric.info().title, ResultLevel::Error)
        };
        let unused_ignore = Descriptor::new(
            UNUSED_IGNORE,
            "An ignore comment that suppresses nothing.",
            ResultLevel::Note,
        );
        let notification = |(id, meaning)| Descriptor::new(id, meaning, ResultLevel::Error);
        Self {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: MetricType::ALL.into_iter().map(rule).chain([unused_ignore]).collect(),
                notifications: KINDS.into_iter().map(notification).collect(),
            },
        }
    }
}

impl Notification {
    /// A notification about a file that could not be analyzed; `None` if it was.
    fn from_file(file: &FileReport) -> Option<Self> {
        let failure = Failure::new(file.error.as_ref()?);
        let region = failure.position.map(|(line, column)| Region {
            start_line: line,
            start_column: Some(column),
            end_line: None,
        });
        Some(Self {
            descriptor: DescriptorReference {
                id: failure.kind,
                index: KINDS.iter().position(|(kind, _)| *kind == failure.kind).unwrap_or(0),
            },
            level: ResultLevel::Error,
            message: SarifMessage::new(failure.message),
            locations: [SarifLocation::new(&file.path, region)],
        })
    }
}

impl ArtifactLocation {
    fn new(path: &ReportedPath) -> Self {
        Self {
            uri: path.uri(),
            uri_base_id: path.is_relative().then_some(BASE),
        }
    }
}

impl ResultObject {
    fn from_violation(violation: &Violation, path: &ReportedPath) -> Self {
        let metric = violation.metric();
        let fingerprint = fingerprint::of_violation(violation, path);
        Self {
            rule_id: metric.as_str(),
            rule_index: MetricType::ALL.iter().position(|rule| *rule == metric).unwrap_or(0),
            level: ResultLevel::Error,
            message: SarifMessage::new(violation.named_statement()),
            locations: [SarifLocation::from_subject(&violation.subject, path)],
            partial_fingerprints: FINGERPRINTS.map(|name| (name, fingerprint.clone())).into(),
            properties: Some(ResultProperties {
                value: violation.value,
                threshold: violation.threshold.limit,
                comparison: violation.threshold.comparison.as_str(),
            }),
        }
    }

    /// The result has no fingerprint, because an ignore comment has no name.
    fn from_unused_ignore(note: &CommentNote, path: &ReportedPath) -> Self {
        Self {
            rule_id: UNUSED_IGNORE,
            rule_index: MetricType::ALL.len(),
            level: ResultLevel::Note,
            message: SarifMessage::new(&note.message),
            locations: [SarifLocation::new(path, Some(Region::lines(note.line, note.line)))],
            partial_fingerprints: BTreeMap::new(),
            properties: None,
        }
    }
}

impl Region {
    /// Whole lines.
    fn lines(start_line: u32, end_line: u32) -> Self {
        Self {
            start_line,
            start_column: None,
            end_line: Some(end_line),
        }
    }
}

impl SarifLocation {
    fn new(path: &ReportedPath, region: Option<Region>) -> Self {
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation::new(path),
                region,
                context_region: None,
            },
            logical_locations: Vec::new(),
        }
    }

    /// The line of the `def` or `class`, in the context of the whole function; the first line for a file.
    fn from_subject(subject: &Subject, path: &ReportedPath) -> Self {
        let (context_region, name_and_kind) = match subject {
            Subject::File => (None, None),
            Subject::Class(class) => (None, Some((class.name(), "type"))),
            Subject::Function(function) => {
                let kind = if function.is_member() { "member" } else { "function" };
                let region = Region::lines(function.first_line, function.last_line);
                (Some(region), Some((function.name(), kind)))
            }
        };
        let logical_location = name_and_kind.map(|(name, kind)| LogicalLocation {
            name: name.to_owned(),
            fully_qualified_name: subject.display_name().unwrap_or_default(),
            kind,
        });
        let mut location = Self::new(path, Some(Region::lines(subject.line(), subject.line())));
        location.physical_location.context_region = context_region;
        location.logical_locations.extend(logical_location);
        location
    }
}

impl Format for SarifFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        let mut files: Vec<_> = report.files.iter().collect();
        files.sort_by_cached_key(|file| order_of(&file.path.uri()));
        let notifications: Vec<_> = files.iter().filter_map(|file| Notification::from_file(file)).collect();
        let results = file_texts(&files, pool, results_of);
        let listed = files.iter().filter(|_| report.lists_unused_ignores);
        let unused_ignores = listed.flat_map(|file| {
            let notes = file.evaluation.unused_ignores.iter();
            notes.map(|note| elements([ResultObject::from_unused_ignore(note, &file.path)]))
        });
        write_document(
            &notifications,
            &mut results.chain(unused_ignores),
            report.shard.as_ref(),
            output,
        )
    }
}

/// The results about a file's violations.
fn results_of(file: &FileReport) -> String {
    let violations = file.violations().iter();
    elements(violations.map(|violation| ResultObject::from_violation(violation, &file.path)))
}

/// Describes this program and its rules, as a report does.
pub(in crate::report) fn tool() -> String {
    serde_json::to_string(&Tool::new()).unwrap_or_default()
}

/// Writes a report of results, each on its line, and of notifications about files that could not be analyzed. Both are in the
/// order of [`order_of`]; results about ignore comments come last. `shard` is the shard that the report is about, if it is not
/// about all files.
pub(in crate::report) fn write_document<N: Serialize>(
    notifications: &[N],
    results: &mut dyn Iterator<Item = String>,
    shard: Option<&ShardInfo>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let invocation = Invocation {
        execution_successful: notifications.is_empty(),
        tool_execution_notifications: notifications,
    };
    let bases = BTreeMap::from([(
        BASE,
        BTreeMap::from([(
            "description",
            SarifMessage::new("The top of the repository; without one, the working directory."),
        )]),
    )]);
    write!(
        output,
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{}",
        tool()
    )?;
    output.write_all(b",\n\"invocations\":")?;
    serde_json::to_writer(&mut *output, &[invocation])?;
    output.write_all(b",\n\"originalUriBaseIds\":")?;
    serde_json::to_writer(&mut *output, &bases)?;
    if let Some(shard) = shard {
        output.write_all(b",\n\"properties\":")?;
        serde_json::to_writer(&mut *output, &BTreeMap::from([("shard", shard)]))?;
    }
    output.write_all(b",\n\"columnKind\":\"unicodeCodePoints\",\"results\":")?;
    write_array(results, output)?;
    output.write_all(b"}]}\n")
}

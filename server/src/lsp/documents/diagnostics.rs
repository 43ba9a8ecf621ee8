//! Violations as diagnostics.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Url,
};

use crate::lsp::documents::definitions::name_on_line;
use crate::lsp::documents::snapshot::Diagnostics;
use crate::lsp::protocol::client_capabilities::ClientSupport;
use crate::lsp::protocol::convert::{bytes_of_line, range_of_code, to_range};
use crate::lsp::settings::Settings;
use antipasta_metrics::{Document, LineCosts, MetricType};
use antipasta_rules::violations::{Evaluation, Violation, documentation_url};

/// The `source` of every diagnostic.
pub(crate) const SOURCE: &str = "antipasta";

/// How many of the costliest lines are named with a diagnostic.
const NAMED_LINES: usize = 5;

/// What a diagnostic is about, for the code actions that a client asks for with it: its `data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagnosticData {
    /// The metric.
    pub metric: MetricType,
    /// The value that violates.
    pub value: f64,
    /// The limit that it violates.
    pub limit: f64,
    /// The line, from 0, of the `def` or `class`; none if it is about the file.
    pub line: Option<u32>,
    /// The name of the function or class; none if it is about the file.
    pub name: Option<String>,
    /// Whether the value is the last good one, of before the code got a syntax error.
    pub is_stale: bool,
}

impl Diagnostics {
    /// No diagnostics.
    pub(crate) fn none() -> Self {
        Self::new(Vec::new())
    }

    /// A set of its own.
    pub(crate) fn new(items: Vec<Diagnostic>) -> Self {
        static SETS: AtomicU64 = AtomicU64::new(1);
        Self {
            result_id: SETS.fetch_add(1, Ordering::Relaxed),
            items: items.into(),
        }
    }

    /// The diagnostics of a document. If they are those that it had, that set is returned.
    pub(crate) fn of(
        uri: &Url,
        document: &Document,
        evaluation: &Evaluation,
        previous: Option<&Self>,
        settings: &Settings,
        client: &ClientSupport,
    ) -> Self {
        let context = Context {
            uri,
            document,
            settings,
            client,
        };
        let shown = evaluation
            .violations
            .iter()
            .filter(|violation| !violation.repeats_functions());
        let unmeasured = evaluation.unmeasured_message().filter(|_| !document.is_stale());
        let unmeasured = unmeasured.map(|message| context.unmeasured(message));
        let items: Vec<Diagnostic> = shown
            .map(|violation| context.diagnostic(violation))
            .chain(unmeasured)
            .collect();
        match previous {
            Some(previous) if *previous.items == *items => previous.clone(),
            _ => Self::new(items),
        }
    }
}

struct Context<'a> {
    uri: &'a Url,
    document: &'a Document,
    settings: &'a Settings,
    client: &'a ClientSupport,
}

/// The code of what says that metrics have no values.
const UNMEASURED_CODE: &str = "not-judged";

impl Context<'_> {
    /// That metrics have no values for the file.
    fn unmeasured(&self, message: String) -> Diagnostic {
        let text = self.document.text();
        Diagnostic {
            range: to_range(text, &bytes_of_line(text, 0), self.client.encoding),
            severity: Some(DiagnosticSeverity::INFORMATION),
            code: Some(NumberOrString::String(UNMEASURED_CODE.to_owned())),
            source: Some(SOURCE.to_owned()),
            message,
            ..Diagnostic::default()
        }
    }

    fn diagnostic(&self, violation: &Violation) -> Diagnostic {
        let text = self.document.text();
        let metric = violation.metric();
        let line = violation.subject.definition_line().map(|line| line.saturating_sub(1));
        let bytes = match line {
            Some(line) => name_on_line(text, line),
            None => bytes_of_line(text, 0),
        };
        let unit = line.and_then(|line| self.document.unit_at(line));
        let data = DiagnosticData {
            metric,
            value: violation.value,
            limit: violation.threshold.limit,
            line,
            name: violation.name.as_deref().map(str::to_owned),
            is_stale: match unit {
                Some((_, unit)) => unit.error().is_some(),
                None => self.document.is_stale(),
            },
        };
        Diagnostic {
            range: to_range(text, &bytes, self.client.encoding),
            severity: Some(self.settings.severity.of(metric).into()),
            code: Some(NumberOrString::String(metric.as_str().to_owned())),
            code_description: Url::parse(&documentation_url(metric))
                .ok()
                .map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: violation.statement(),
            related_information: line
                .filter(|_| self.client.related_information)
                .map(|line| self.costliest_lines(metric, line))
                .filter(|lines| !lines.is_empty()),
            tags: None,
            data: serde_json::to_value(data).ok(),
        }
    }

    /// The lines of the function on `line`, from 0, that add most to a metric.
    fn costliest_lines(&self, metric: MetricType, line: u32) -> Vec<DiagnosticRelatedInformation> {
        if metric.info().lines_heading.is_none() {
            return Vec::new();
        }
        let Some((lines_before, function)) = self.document.costs_of_function(line) else {
            return Vec::new();
        };
        let information = |costs: LineCosts| DiagnosticRelatedInformation {
            location: Location {
                uri: self.uri.clone(),
                range: range_of_code(
                    self.document.text(),
                    lines_before + costs.line - 1,
                    self.client.encoding,
                ),
            },
            message: costs.to_string(),
        };
        let lines = function.costliest_lines(metric, NAMED_LINES);
        lines.into_iter().map(information).collect()
    }
}

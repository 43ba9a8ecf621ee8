//! Code actions: what can be done about a violation.
//!
//! For each diagnostic there are up to three: to ignore the metric where the function or class is defined, to set the
//! threshold to the value, and to explain the value. Edits are offered only if they do what they say: the edited text is
//! measured, or read as a configuration, first. A threshold that no edit can set is set by hand: the action opens the
//! configuration at the place.

use std::path::Path;

use ropey::Rope;
use serde_json::{Value, json};
use tower_lsp::lsp_types::{self, CodeAction, CodeActionKind, CodeActionParams, Diagnostic, TextEdit, Url};

use super::edits::EditSupport;
use crate::lsp::commands::command::Command;
use crate::lsp::documents::diagnostics::{DiagnosticData, SOURCE};
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::to_range;
use antipasta_metrics::definition_on_line;
use antipasta_rules::config::{Config, Format, ThresholdChange, change_to_pass, new_configuration, passing_limit};
use antipasta_rules::escape::code;
use antipasta_rules::violations::ignore_comment;
use antipasta_rules::violations::{IgnoredMetric, Violation};
use antipasta_syntax::text::PositionEncoding;
use antipasta_workspace::discovery::FILE_NAME;

/// The text of a configuration: what the editor has of it, if it is open there, else the file's.
pub(crate) struct ConfigurationText {
    /// What the client calls it.
    pub uri: Url,
    /// The version that the client gave the text; `None` if it is not open.
    pub version: Option<i32>,
    /// The text.
    pub text: String,
}

/// What code actions depend on besides the document.
pub(crate) struct ActionContext<'a> {
    /// How the client counts characters.
    pub encoding: PositionEncoding,
    /// What it can do with an edit.
    pub edits: EditSupport,
    /// Whether the server can ask it to open a document.
    pub opens_documents: bool,
    /// The folder for a configuration that would hold for the document, where none does: the root of its workspace. Without
    /// one, no configuration is created.
    pub root: Option<&'a Url>,
    /// The text of the configuration at a path, if it can be read.
    pub configuration: &'a dyn Fn(&Path) -> Option<ConfigurationText>,
}

/// The code actions for the diagnostics that a client asks about: those that the request names, as far as they are ours and
/// still hold, or if it names none, those on the lines of its range.
///
/// Measures the units of the functions again that are to be ignored.
pub(crate) fn code_actions(
    snapshot: &Snapshot,
    request: &CodeActionParams,
    context: &ActionContext<'_>,
) -> Vec<CodeAction> {
    if !wants_quick_fixes(request.context.only.as_deref()) {
        return Vec::new();
    }
    let named = request.context.diagnostics.iter();
    let mut diagnostics: Vec<&Diagnostic> = named.filter(|diagnostic| is_ours(diagnostic)).collect();
    if diagnostics.is_empty() {
        let lines = request.range.start.line..=request.range.end.line;
        let touches = |range: lsp_types::Range| range.start.line <= *lines.end() && *lines.start() <= range.end.line;
        let all = snapshot.diagnostics.items.iter();
        diagnostics.extend(all.filter(|diagnostic| is_ours(diagnostic) && touches(diagnostic.range)));
    }
    let subjects = diagnostics.into_iter().filter_map(|diagnostic| {
        let data = data_of(diagnostic, snapshot)?;
        let violation = violation_of(&data, snapshot)?;
        Some(Subject {
            snapshot,
            context,
            diagnostic,
            data,
            violation,
        })
    });
    subjects
        .flat_map(|subject| [subject.ignore(), subject.set_threshold(), Some(subject.explain())])
        .flatten()
        .collect()
}

/// Whether a client that asks for these kinds of actions only, where it asks for any, wants ours. A kind stands for those
/// below it, too, and the empty one for all.
fn wants_quick_fixes(only: Option<&[CodeActionKind]>) -> bool {
    only.is_none_or(|kinds| {
        let mut kinds = kinds.iter();
        kinds.any(|kind| *kind == CodeActionKind::QUICKFIX || *kind == CodeActionKind::EMPTY)
    })
}

fn is_ours(diagnostic: &Diagnostic) -> bool {
    diagnostic.source.as_deref() == Some(SOURCE)
}

/// What a diagnostic is about. Clients may have dropped what we said of it; then it is known by its place and its code.
fn data_of(diagnostic: &Diagnostic, snapshot: &Snapshot) -> Option<DiagnosticData> {
    let read = |diagnostic: &Diagnostic| {
        let data = diagnostic.data.clone()?;
        serde_json::from_value::<DiagnosticData>(data).ok()
    };
    read(diagnostic).or_else(|| {
        let is_same = |ours: &&Diagnostic| ours.code == diagnostic.code && ours.range == diagnostic.range;
        snapshot.diagnostics.items.iter().find(is_same).and_then(read)
    })
}

/// The violation that a diagnostic is about, if the text still has it where it was.
fn violation_of<'a>(data: &DiagnosticData, snapshot: &'a Snapshot) -> Option<&'a Violation> {
    let line = data.line.map(|line| line + 1);
    let is_meant =
        |violation: &&Violation| violation.metric() == data.metric && violation.subject.definition_line() == line;
    snapshot.evaluation.violations.iter().find(is_meant)
}

/// A diagnostic, and what is known of it.
struct Subject<'a> {
    snapshot: &'a Snapshot,
    context: &'a ActionContext<'a>,
    diagnostic: &'a Diagnostic,
    data: DiagnosticData,
    violation: &'a Violation,
}

impl Subject<'_> {
    /// The action that puts an ignore comment on the header. There is none for a file's value, which no comment ignores,
    /// and where no comment can stand or the code does not parse.
    fn ignore(&self) -> Option<CodeAction> {
        let line = self.data.line?;
        let definition = definition_on_line(&self.snapshot.document, line)?;
        let Snapshot {
            uri, version, document, ..
        } = self.snapshot;
        let wanted = IgnoredMetric {
            metric: self.data.metric,
            ceiling: None,
        };
        let (bytes, comment) = ignore_comment(document, &definition, &[wanted])?;
        let range = to_range(document.text(), &bytes, self.context.encoding);
        let edit = TextEdit::new(range, comment);
        let title = format!("Ignore {} of {} here", self.data.metric, code(definition.name()));
        Some(CodeAction {
            edit: Some(self.context.edits.edit_of_text(uri, Some(*version), edit)),
            ..self.action(title)
        })
    }

    /// The action that sets the threshold of the metric to the value.
    fn set_threshold(&self) -> Option<CodeAction> {
        match &self.snapshot.config.path {
            Some(path) => self.set_threshold_in(path),
            None => self.set_threshold_in_new_file(),
        }
    }

    fn set_threshold_in(&self, path: &Path) -> Option<CodeAction> {
        let configuration = (self.context.configuration)(path)?;
        // Editors do not show a byte order mark.
        let text = configuration
            .text
            .strip_prefix('\u{feff}')
            .unwrap_or(&configuration.text);
        let (limit, change) = change_to_pass(Format::from_path(path), text, self.data.metric, self.violation.value)?;
        let range = |bytes| to_range(&Rope::from_str(text), bytes, self.context.encoding);
        match change {
            ThresholdChange::Edit(edit) => {
                let edit = TextEdit::new(range(&edit.bytes), edit.replacement);
                let (uri, version) = (&configuration.uri, configuration.version);
                Some(CodeAction {
                    edit: Some(self.context.edits.edit_of_text(uri, version, edit)),
                    ..self.action(format!("Set the threshold of {} to {limit}", self.data.metric))
                })
            }
            ThresholdChange::ByHand(offset) => {
                let name = code(&path.file_name()?.to_string_lossy());
                let title = format!("Open {name} to set the threshold of {} to {limit}", self.data.metric);
                let arguments = vec![json!(configuration.uri), json!(range(&(offset..offset)).start)];
                let is_possible = self.context.opens_documents;
                is_possible.then(|| self.command(title, Command::OpenConfiguration, arguments))
            }
        }
    }

    fn set_threshold_in_new_file(&self) -> Option<CodeAction> {
        let metric = self.data.metric;
        let mut uri = self.context.root?.clone();
        uri.path_segments_mut().ok()?.pop_if_empty().push(FILE_NAME);
        let limit = passing_limit(&Config::built_in(), metric, self.violation.value)?;
        let edit = self.context.edits.new_file(&uri, new_configuration(metric, limit)?)?;
        Some(CodeAction {
            edit: Some(edit),
            ..self.action(format!("Set the threshold of {metric} to {limit} in a new {FILE_NAME}"))
        })
    }

    /// The action that explains the value.
    fn explain(&self) -> CodeAction {
        let name = self
            .data
            .line
            .and_then(|line| definition_on_line(&self.snapshot.document, line));
        let of = match name {
            Some(definition) => code(definition.name()),
            None => "this file".to_owned(),
        };
        let title = format!("Explain {} of {of}", self.data.metric);
        let arguments = vec![json!(self.snapshot.uri), json!(self.data)];
        self.command(title, Command::Explain, arguments)
    }

    fn command(&self, title: String, command: Command, arguments: Vec<Value>) -> CodeAction {
        let command = lsp_types::Command::new(title.clone(), command.to_string(), Some(arguments));
        CodeAction {
            command: Some(command),
            ..self.action(title)
        }
    }

    fn action(&self, title: String) -> CodeAction {
        CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![self.diagnostic.clone()]),
            ..CodeAction::default()
        }
    }
}

#[cfg(test)]
mod tests;

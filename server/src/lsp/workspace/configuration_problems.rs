//! What is wrong with configurations: diagnostics on their files, and one message that leads there.
//!
//! The message is the same for all configurations, as an editor may take what it is to show for markup, and the keys and
//! values of a configuration are the repository's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ropey::Rope;
use tokio::sync::Mutex;
use tower_lsp::lsp_types::{
    Diagnostic, DiagnosticSeverity, MessageActionItem, MessageType, NumberOrString, Position, Range, Url,
};

use crate::lsp::documents::diagnostics::SOURCE;
use crate::lsp::protocol::open_document::open_document;
use crate::lsp::session::Session;
use antipasta_rules::config::{Problem, first_of};
use antipasta_syntax::text::{Lines as _, PositionEncoding};
use antipasta_workspace::discovery::{FoundConfig, read_text};

/// The `code` of the diagnostics of a configuration that cannot be used.
const ERROR_CODE: &str = "configuration-error";

/// The `code` of what is odd about a configuration that is used nonetheless.
const WARNING_CODE: &str = "configuration-warning";

/// What the user is told when a configuration cannot be used.
const MESSAGE: &str = "antipasta: a configuration file has errors. The last valid configuration is used until they are \
                       fixed; they are listed among the problems of the file.";

/// The button beside the message.
const OPEN: &str = "Open Configuration";

/// What the client has been told of configurations, by file.
#[derive(Default)]
pub(crate) struct ConfigurationProblems(Mutex<BTreeMap<PathBuf, Told>>);

/// What the client has been told of a configuration.
struct Told {
    found: FoundConfig,
    diagnostics: Vec<Diagnostic>,
}

/// Takes note that a configuration was looked up, and tells the client if there is something new to say of it.
pub(crate) async fn notice(session: &Arc<Session>, found: &FoundConfig) {
    let Some(path) = path_of(found).filter(|_| !problems_of(found).0.is_empty()) else {
        return;
    };
    let is_known = {
        let told = session.configuration_problems.0.lock().await;
        told.get(path).is_some_and(|told| is_same(&told.found, found))
    };
    if !is_known {
        tell(session).await;
    }
}

/// Tells the client what is new of the configurations of the workspace and of open documents: problems that were not there
/// before, and those that are there no longer.
pub(crate) async fn tell(session: &Arc<Session>) {
    let mut told = session.configuration_problems.0.lock().await;
    let before: Vec<PathBuf> = told.keys().cloned().collect();
    let looked = session.pool.run({
        let session = Arc::clone(session);
        move || look(&session, &before)
    });
    let now = match looked.await {
        Ok(now) => now,
        Err(panicked) => {
            tracing::error!("{panicked}");
            return;
        }
    };
    let had_errors = told.values().any(|told| told.found.is_err());
    for path in told.keys().filter(|path| !now.contains_key(*path)) {
        publish(session, path, &[]).await;
    }
    for (path, Told { found, diagnostics }) in &now {
        if told.get(path).is_some_and(|told| told.diagnostics == *diagnostics) {
            continue;
        }
        publish(session, path, diagnostics).await;
        if let Err(errors) = found {
            tracing::warn!("a configuration cannot be used, the last valid one stays in use: {errors}");
        }
    }
    let first_error = now.iter().find(|(_, told)| told.found.is_err());
    if let Some((path, told)) = first_error.filter(|_| !had_errors) {
        let place = told.diagnostics.first().map(|diagnostic| diagnostic.range.start);
        tokio::spawn(show_message(Arc::clone(session), path.clone(), place));
    }
    *told = now;
}

/// The problems of the configurations that are in use, by file. Those that had problems `before` are looked up again: they
/// may be repaired, gone, or overruled.
fn look(session: &Session, before: &[PathBuf]) -> BTreeMap<PathBuf, Told> {
    let workspace = session.workspace();
    for folder in workspace.folders() {
        let _ = folder.configs.of_directory(&folder.path);
    }
    for path in before {
        if let (Some(folder), Some(directory)) = (workspace.folder_of(path), path.parent()) {
            let _ = folder.configs.of_directory(directory);
        }
    }
    let mut found = workspace.configurations();
    let open = session.open_documents();
    let outside = open.iter().filter_map(|document| document.path.as_deref());
    let outside = outside.filter(|path| workspace.folder_of(path).is_none());
    found.extend(outside.map(|path| workspace.rules_of(Some(path)).config));

    let mut problems = BTreeMap::new();
    for found in found {
        if let Some(path) = path_of(&found).filter(|_| !problems_of(&found).0.is_empty()) {
            problems.entry(path.to_owned()).or_insert_with(|| Told {
                diagnostics: diagnostics_of(&found, session.support().encoding),
                found,
            });
        }
    }
    problems
}

/// The file of a configuration; `None` for the built-in one.
fn path_of(found: &FoundConfig) -> Option<&Path> {
    match found {
        Ok(config) => config.path.as_deref(),
        Err(errors) => errors.path(),
    }
}

/// What is wrong with a configuration, and how severe that is.
fn problems_of(found: &FoundConfig) -> (&[Problem], DiagnosticSeverity, &'static str) {
    match found {
        Ok(config) => (&config.warnings, DiagnosticSeverity::WARNING, WARNING_CODE),
        Err(errors) => (&errors.0, DiagnosticSeverity::ERROR, ERROR_CODE),
    }
}

/// Whether two configurations are one, which was read once.
fn is_same(one: &FoundConfig, other: &FoundConfig) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
        (Err(one), Err(other)) => Arc::ptr_eq(one, other),
        _ => false,
    }
}

fn diagnostics_of(found: &FoundConfig, encoding: PositionEncoding) -> Vec<Diagnostic> {
    let (problems, severity, code) = problems_of(found);
    let text = path_of(found).and_then(|path| read_text(path).ok()).unwrap_or_default();
    // Places are counted without a byte order mark, which editors do not show.
    let text = Rope::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let diagnostic = |problem: &Problem, message: String| Diagnostic {
        range: range_of(&text, problem, encoding),
        severity: Some(severity),
        code: Some(NumberOrString::String(code.to_owned())),
        source: Some(SOURCE.to_owned()),
        message,
        ..Diagnostic::default()
    };
    let (first, more) = first_of(problems);
    let mut diagnostics: Vec<Diagnostic> = first
        .iter()
        .map(|problem| diagnostic(problem, problem.text()))
        .collect();
    // At the first of those that are left out.
    diagnostics.extend(more.map(|more| diagnostic(&problems[first.len()], more)));
    diagnostics
}

/// The place of a problem: the key or value that begins there. The first line, if no place is known.
fn range_of(text: &Rope, problem: &Problem, encoding: PositionEncoding) -> Range {
    let line = problem.position.line.saturating_sub(1);
    let whole = text.line_text(line);
    let code = whole.trim_end();
    let column = problem.position.column.saturating_sub(1) as usize;
    let start = code.char_indices().nth(column).map_or(code.len(), |(start, _)| start);
    let end = match problem.position.line {
        0 => code.len(),
        _ => start + length_of_token(&code[start..]),
    };
    let position = |byte: usize| Position::new(line, encoding.length(&code[..byte]) as u32);
    Range::new(position(start), position(end))
}

/// How many bytes the key or the value has that a line of YAML or TOML begins with.
fn length_of_token(line: &str) -> usize {
    let Some(quote @ ('"' | '\'')) = line.chars().next() else {
        let end = line.find([',', ':', '=', '#', ']', '}']).unwrap_or(line.len());
        return line[..end].trim_end().len();
    };
    line[1..].find(quote).map_or(line.len(), |end| end + 2)
}

async fn publish(session: &Session, path: &Path, diagnostics: &[Diagnostic]) {
    // Also to clients that ask for diagnostics: they ask for those of Python documents.
    match Url::from_file_path(path) {
        Ok(uri) => session.outbox.publish(&uri, diagnostics, None).await,
        Err(()) => tracing::debug!("{}: no URI can name it", path.display()),
    }
}

/// Tells the user that a configuration cannot be used, and opens it if that is what the user wants.
async fn show_message(session: Arc<Session>, path: PathBuf, place: Option<Position>) {
    let (client, support) = (&session.client, session.support());
    if !(support.shows_buttons && support.shows_documents) {
        client.show_message(MessageType::ERROR, MESSAGE).await;
        return;
    }
    let button = MessageActionItem {
        title: OPEN.to_owned(),
        properties: Default::default(),
    };
    // The answer comes when the user has read the message, or never.
    let answer = client.show_message_request(MessageType::ERROR, MESSAGE, Some(vec![button]));
    let is_wanted = matches!(answer.await, Ok(Some(chosen)) if chosen.title == OPEN);
    if let Some(uri) = Url::from_file_path(path).ok().filter(|_| is_wanted) {
        open_document(&session, uri, place).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_rules::config::Config;

    fn marked(text: &str) -> Vec<(String, u32)> {
        let errors = Config::from_yaml(Path::new("c.yaml"), text).unwrap_err();
        let rope = Rope::from_str(text);
        let marked = |problem: &Problem| {
            let range = range_of(&rope, problem, PositionEncoding::Utf16);
            assert_eq!(range.start.line, range.end.line);
            let line: Vec<u16> = rope.line_text(range.start.line).encode_utf16().collect();
            let units = &line[range.start.character as usize..range.end.character as usize];
            (String::from_utf16(units).unwrap(), range.start.line)
        };
        errors.0.iter().map(marked).collect()
    }

    #[test]
    fn the_key_or_the_value_is_marked() {
        let text = "\
profil: strict
\"a: 😀\": 1
languages:
  - {name: 😀, metrics: [{type: 'no such', threshold: many, comparison: \"<=\"}]}
use_gitignore: perhaps  # not sure
";
        let expected = [
            ("profil", 0),
            ("\"a: 😀\"", 1),
            ("'no such'", 3),
            ("many", 3),
            ("perhaps", 4),
        ];
        assert_eq!(marked(text), expected.map(|(text, line)| (text.to_owned(), line)));
    }

    #[test]
    fn a_problem_without_a_place_is_on_the_first_line() {
        let problem = Problem {
            path: "c.yaml".into(),
            position: Default::default(),
            key: String::new(),
            message: "is odd".to_owned(),
        };
        let range = |text: &str| range_of(&Rope::from_str(text), &problem, PositionEncoding::Utf8);
        assert_eq!(
            range("a: 1\r\nb: 2\n"),
            Range::new(Position::new(0, 0), Position::new(0, 4))
        );
        assert_eq!(range(""), Range::default());
    }
}

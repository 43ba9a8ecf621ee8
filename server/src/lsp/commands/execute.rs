//! The commands of [`Command`], executed.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{MessageType, Url};

use crate::lsp::commands::command::Command;
use crate::lsp::documents::diagnostics::DiagnosticData;
use crate::lsp::features::explanation::explanation;
use crate::lsp::features::report::report;
use crate::lsp::protocol::open_document::open_document;
use crate::lsp::session::Session;
use crate::lsp::workspace::scan::Summary;
use antipasta_rules::escape::without_links;

/// Executes a command; returns what its answer is. What it has to say is shown to the user as well.
///
/// # Errors
///
/// The arguments are not those of the command.
pub(crate) async fn execute(session: &Arc<Session>, command: Command, arguments: Vec<Value>) -> Result<Value> {
    let mut arguments = Arguments(arguments.into_iter());
    let message = match command {
        Command::Explain => {
            let uri = arguments.required("the URI of a document")?;
            let data: DiagnosticData = arguments.required("the `data` of a diagnostic")?;
            session.ask(&uri, move |snapshot| explanation(snapshot, &data)).await?
        }
        Command::ShowReport => match arguments.optional::<Url>("the URI of a document")? {
            Some(uri) => {
                let line = arguments.optional("the number of a line, from 0")?;
                session.ask(&uri, move |snapshot| report(snapshot, line)).await?
            }
            None => Some(told(&session.scan.summary())),
        },
        Command::OpenConfiguration => {
            let uri = arguments.required("the URI of a configuration")?;
            let position = arguments.required("a position")?;
            open_document(session, uri, Some(position)).await;
            None
        }
        Command::AnalyzeWorkspace => {
            let summary = session.scan.run(session).await;
            say(session, &told(&summary)).await;
            return Ok(serde_json::to_value(summary).unwrap_or_default());
        }
        Command::ClearCache => {
            session.scan.forget();
            Some(match session.scan.clear_cache(session).await {
                Ok(()) => "What was analyzed before is forgotten.".to_owned(),
                Err(why) => format!("The cache cannot be emptied: {why}."),
            })
        }
        Command::Restart => {
            session.scan.forget();
            session.reload().await;
            for document in session.open_documents() {
                document.measure_again();
            }
            session.refresh();
            session.scan_in_background();
            None
        }
    };
    if let Some(message) = &message {
        say(session, message).await;
    }
    Ok(message.map_or(Value::Null, Value::String))
}

async fn say(session: &Session, message: &str) {
    session
        .client
        .show_message(MessageType::INFO, without_links(message))
        .await;
}

fn told(summary: &Summary) -> String {
    let Summary {
        files,
        files_with_violations,
        violations,
        is_cancelled,
    } = summary;
    let ending = if *is_cancelled { " so far: it was cancelled" } else { "" };
    format!("The workspace has {violations} violations in {files_with_violations} of {files} files{ending}.")
}

/// The arguments of a command, one after the other.
struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    fn required<T: DeserializeOwned>(&mut self, what: &str) -> Result<T> {
        self.optional(what)?
            .ok_or_else(|| Error::invalid_params(format!("an argument is missing: {what}")))
    }

    fn optional<T: DeserializeOwned>(&mut self, what: &str) -> Result<Option<T>> {
        match self.0.next() {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let kind = kind_of(&value);
                serde_json::from_value(value)
                    .map(Some)
                    .map_err(|_| Error::invalid_params(format!("an argument must be {what}, not {kind}")))
            }
        }
    }
}

/// What a value is, in words. The value itself is not for a message: it may be anything.
const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "this number",
        Value::String(_) => "this text",
        Value::Array(_) => "a list",
        Value::Object(_) => "this object",
    }
}

//! The way to the client for what is said with every keystroke: serialised once, from where it stands.
//!
//! tower-lsp's client would copy it, make a tree of values of the copy, and serialise that.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp::lsp_types::notification::{Notification, PublishDiagnostics};
use tower_lsp::lsp_types::{Diagnostic, Url};

use crate::lsp::protocol::transport::Outgoing;
use crate::lsp::protocol::uris::Spellings;

/// Where messages to the client wait to be written.
#[derive(Clone)]
pub(crate) struct Outbox {
    writer: mpsc::Sender<Option<Outgoing>>,
    /// How the client spells the URIs in them.
    pub spellings: Arc<Spellings>,
}

#[derive(Serialize)]
struct Envelope<P> {
    jsonrpc: &'static str,
    method: &'static str,
    params: P,
}

#[derive(Serialize)]
struct PublishParams<'a> {
    uri: &'a Url,
    diagnostics: &'a [Diagnostic],
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
}

impl Outbox {
    /// An outbox whose messages are sent to a writer, which applies the `spellings`.
    pub(crate) fn new(writer: mpsc::Sender<Option<Outgoing>>, spellings: Arc<Spellings>) -> Self {
        Self { writer, spellings }
    }

    /// Sends the client the diagnostics of a document, with the version that it gave the text, if the document is open.
    /// Waits while too much is waiting.
    pub(crate) async fn publish(&self, uri: &Url, diagnostics: &[Diagnostic], version: Option<i32>) {
        let envelope = Envelope {
            jsonrpc: "2.0",
            method: PublishDiagnostics::METHOD,
            params: PublishParams {
                uri,
                diagnostics,
                version,
            },
        };
        match serde_json::to_vec(&envelope) {
            // Nobody writes any more only when the server ends.
            Ok(content) => drop(self.writer.send(Some(Outgoing::Serialised(content))).await),
            Err(error) => tracing::error!("{uri}: its diagnostics cannot be sent: {error}"),
        }
    }
}

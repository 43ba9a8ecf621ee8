//! Opening a document in the client.

use tower_lsp::lsp_types::{Position, Range, ShowDocumentParams, Url};

use super::request_timeout;
use crate::lsp::session::Session;

/// Asks the client to open a document with the cursor at a position; not if it cannot.
pub(crate) async fn open_document(session: &Session, uri: Url, position: Option<Position>) {
    if !session.support().shows_documents {
        return;
    }
    let params = ShowDocumentParams {
        uri,
        external: None,
        take_focus: Some(true),
        selection: position.map(|position| Range::new(position, position)),
    };
    let client = session.client.clone();
    if let Err(error) = request_timeout::answer(async move { client.show_document(params).await }).await {
        tracing::warn!("the client does not open the document: {error}");
    }
}

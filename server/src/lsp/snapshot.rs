//! What is known of one version of an open document. Readers hold it for as long as they like.

use std::sync::Arc;

use tower_lsp::lsp_types::{Diagnostic, Url};

use crate::analysis::Document;
use crate::config::Config;
use crate::violations::Judgement;

/// One version of an open document with its metrics and what they were held against.
#[derive(Clone)]
pub struct Snapshot {
    /// What the client calls the document.
    pub uri: Url,
    /// The version that the client gave the text.
    pub version: i32,
    /// The text and its metrics.
    pub document: Document,
    /// What the metrics were held against.
    pub config: Arc<Config>,
    /// What came of it. Empty if the document is not judged, as one that the configuration leaves out.
    pub judgement: Judgement,
    /// What the client is told of it.
    pub diagnostics: Arc<[Diagnostic]>,
}

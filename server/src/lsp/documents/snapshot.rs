//! What is known of one revision of an open document. Readers hold it for as long as they like.

use std::sync::Arc;

use tower_lsp::lsp_types::{Diagnostic, Url};

use antipasta_metrics::Document;
use antipasta_rules::config::Config;
use antipasta_rules::violations::Evaluation;

/// One revision of an open document with its metrics and what they were held against.
#[derive(Clone)]
pub(crate) struct Snapshot {
    /// What the client calls the document.
    pub uri: Url,
    /// The version that the client gave the text.
    pub version: i32,
    /// The revision.
    pub revision: u64,
    /// The text and its metrics.
    pub document: Document,
    /// What the metrics were held against.
    pub config: Arc<Config>,
    /// Whether the document is judged: one that the configuration leaves out is not.
    pub is_judged: bool,
    /// What came of it; nothing if the document is not judged.
    pub evaluation: Evaluation,
    /// What the client is told of it.
    pub diagnostics: Diagnostics,
}

/// More diagnostics than this are not sent at once with every change: an editor takes longer to take them in than there is
/// from one keystroke to the next.
const MANY: usize = 100;

/// A set of diagnostics, and the name by which a client can say that it has it.
#[derive(Clone, Debug)]
pub(crate) struct Diagnostics {
    /// The name, which no other set has.
    pub result_id: u64,
    /// The diagnostics.
    pub items: Arc<[Diagnostic]>,
}

impl Diagnostics {
    /// How many are violations: only these have data. That metrics have no values is none.
    pub(crate) fn violations(&self) -> usize {
        self.items.iter().filter(|diagnostic| diagnostic.data.is_some()).count()
    }

    /// Whether they are so many that they are sent when nobody types.
    pub(crate) fn are_many(&self) -> bool {
        self.items.len() > MANY
    }
}

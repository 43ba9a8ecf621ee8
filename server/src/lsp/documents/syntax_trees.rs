//! Which open documents have their syntax trees at hand.
//!
//! A tree makes an edit cheap, but takes many times the memory of its text. One edits few documents at a time: those that
//! were edited or opened last keep theirs.

use std::sync::{Arc, Mutex};

use crate::lsp::documents::open_document::OpenDocument;
use antipasta_pool::locks::lock;

/// The documents whose texts have this many bytes in all keep their trees; the last one always does.
const BUDGET_BYTES: usize = 512 << 10;

/// The documents that were opened or edited last, the latest first.
#[derive(Default)]
pub(crate) struct Trees {
    recent: Mutex<Vec<(Arc<OpenDocument>, usize)>>,
}

impl Trees {
    /// Notes that a document has been opened or edited. Takes the trees of those that are due.
    pub(crate) fn touch(&self, document: &Arc<OpenDocument>, bytes: usize) {
        let mut recent = lock(&self.recent);
        recent.retain(|(other, _)| !Arc::ptr_eq(other, document));
        recent.insert(0, (Arc::clone(document), bytes));
        let mut sum = 0;
        let within_budget = recent.iter().take_while(|(_, bytes)| {
            sum += bytes;
            sum <= BUDGET_BYTES
        });
        let kept = within_budget.count().max(1);
        for (document, _) in recent.drain(kept..) {
            document.amend_snapshot(|snapshot| snapshot.document.rest());
        }
    }

    /// Whether a document is among those that keep their trees.
    pub(crate) fn keep(&self, document: &Arc<OpenDocument>) -> bool {
        let recent = lock(&self.recent);
        recent.iter().any(|(other, _)| Arc::ptr_eq(other, document))
    }

    /// Forgets a document that is closed.
    pub(crate) fn forget(&self, document: &Arc<OpenDocument>) {
        let mut recent = lock(&self.recent);
        recent.retain(|(other, _)| !Arc::ptr_eq(other, document));
    }
}

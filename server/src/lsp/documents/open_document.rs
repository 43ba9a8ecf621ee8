//! A document that the client has open: the text as it is, and what is known of it.
//!
//! The text follows the client at once. What is known follows the text: a [`Snapshot`] is of some revision of the text,
//! and whoever wants to speak of the text waits for that of the revision that it has now.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ropey::Rope;
use tokio::sync::watch;
use tokio::time::timeout;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Url};

use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::from_position;
use antipasta_rules::config::NAMED_EXTENSIONS;
use antipasta_syntax::text::{Edit, PositionEncoding, replace};
use antipasta_workspace::locks::lock;

/// What clients call the language of Python files (LSP 3.17, `TextDocumentItem`).
const LANGUAGE: &str = "python";

fn has_extension_of_python(uri: &Url) -> bool {
    let extension = uri.path().rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| NAMED_EXTENSIONS.contains(&extension))
}

/// After more edits than this that nobody has had time to follow, it is as well to look at the text afresh.
const MAX_EDITS: usize = 10_000;

/// The revision of a document to which nothing has happened since it was opened.
pub(crate) const OPENED: u64 = 1;

/// A document that is open.
pub(crate) struct OpenDocument {
    /// What the client calls it.
    pub uri: Url,
    /// Where it is, if it is a file.
    pub path: Option<PathBuf>,
    /// Whether it is Python. Clients may open other documents as well, such as configurations.
    pub is_python: bool,
    received: Mutex<Received>,
    state: watch::Sender<State>,
    /// Held by whoever settles what is known, so that it is done once.
    pub settling: tokio::sync::Mutex<()>,
    snapshot: watch::Sender<Option<Arc<Snapshot>>>,
}

/// Where an open document is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Counts what happened to the document, or to what it is judged by.
    pub revision: u64,
    /// Whether the document is still open.
    pub is_open: bool,
}

/// What the client has sent, and what of it is still to be analyzed.
struct Received {
    text: Rope,
    version: i32,
    pending: Pending,
}

/// What happened to the text since it was last analyzed.
#[derive(Debug)]
pub(crate) enum Pending {
    /// It was edited, or not even that.
    Edits(Vec<Edit>),
    /// It is another text.
    Replaced,
}

/// What there is to analyze.
pub(crate) struct Work {
    /// The text, which is that of `revision`.
    pub text: Rope,
    /// The version that the client gave it.
    pub version: i32,
    /// The revision.
    pub revision: u64,
    /// How it came from the text that was analyzed before.
    pub pending: Pending,
}

impl OpenDocument {
    /// A document that has just been opened.
    pub(crate) fn new(item: TextDocumentItem) -> Self {
        let TextDocumentItem {
            uri,
            language_id,
            version,
            text,
        } = item;
        Self {
            is_python: language_id == LANGUAGE || has_extension_of_python(&uri),
            path: uri.to_file_path().ok(),
            uri,
            received: Mutex::new(Received {
                text: Rope::from_str(&text),
                version,
                pending: Pending::Replaced,
            }),
            state: watch::Sender::new(State {
                revision: OPENED,
                is_open: true,
            }),
            settling: tokio::sync::Mutex::default(),
            snapshot: watch::Sender::new(None),
        }
    }

    /// Changes the text as the client did. Costs what the changes are long. A client that gives no `version` counts by one.
    pub(crate) fn change(
        &self,
        version: Option<i32>,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: PositionEncoding,
    ) {
        let mut received = lock(&self.received);
        let version = version.unwrap_or_else(|| received.version.saturating_add(1));
        let Received { text, pending, .. } = &mut *received;
        for change in changes {
            let Some(range) = change.range else {
                *text = Rope::from_str(&change.text);
                *pending = Pending::Replaced;
                continue;
            };
            let range = Range {
                start: from_position(range.start),
                end: from_position(range.end),
            };
            let edit = replace(text, Some(range), &change.text, encoding);
            match pending {
                Pending::Edits(edits) if edits.len() < MAX_EDITS => edits.push(edit),
                _ => *pending = Pending::Replaced,
            }
        }
        if version <= received.version {
            tracing::warn!(
                "{}: version {version} follows version {}; the changes were made nonetheless",
                self.uri,
                received.version
            );
        }
        received.version = version;
        // Under the lock, so that no revision is ahead of its text.
        self.advance();
    }

    /// Has the document judged again, as what it is judged by has changed.
    pub(crate) fn judge_again(&self) {
        let _received = lock(&self.received);
        self.advance();
    }

    /// Has the document measured again as a whole.
    pub(crate) fn measure_again(&self) {
        lock(&self.received).pending = Pending::Replaced;
        self.judge_again();
    }

    /// The client has closed it.
    pub(crate) fn close(&self) {
        self.state.send_modify(|state| state.is_open = false);
        self.snapshot.send_replace(None);
    }

    /// The text as it is now, and the version that the client gave it.
    pub(crate) fn text(&self) -> (Rope, i32) {
        let received = lock(&self.received);
        (received.text.clone(), received.version)
    }

    /// The state, and how to learn of the next ones.
    pub(crate) fn states(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Whether the text is still that of a revision.
    pub(crate) fn is_at(&self, revision: u64) -> bool {
        let state = *self.state.borrow();
        state.is_open && state.revision == revision
    }

    /// Whether the text stays that of a revision for some time. Tells at once when it does not.
    pub(crate) async fn stays_at(&self, revision: u64, time: Duration) -> bool {
        let mut states = self.state.subscribe();
        let is_left = states.wait_for(|state| !state.is_open || state.revision != revision);
        timeout(time, is_left).await.is_err()
    }

    /// Takes what there is to analyze.
    pub(crate) fn take_work(&self) -> Work {
        let mut received = lock(&self.received);
        Work {
            text: received.text.clone(),
            version: received.version,
            revision: self.state.borrow().revision,
            pending: std::mem::replace(&mut received.pending, Pending::Edits(Vec::new())),
        }
    }

    /// What is known of the text as it is now, once that is known; `None` if the document is closed, or is not Python.
    pub(crate) async fn newest_snapshot(&self) -> Option<Arc<Snapshot>> {
        if !self.is_python {
            return None;
        }
        let state = *self.state.borrow();
        let mut states = self.state.subscribe();
        let mut snapshots = self.snapshot.subscribe();
        tokio::select! {
            known = snapshots.wait_for(|known| known.as_ref().is_some_and(|known| known.revision >= state.revision)) => {
                known.ok()?.clone()
            }
            _ = states.wait_for(|state| !state.is_open) => None,
        }
    }

    /// What is known; `None` if it is being replaced.
    pub(crate) fn present_snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.borrow().clone()
    }

    /// Takes away what is known, to make the next snapshot of it.
    pub(crate) fn take_snapshot(&self) -> Option<Snapshot> {
        let known = self.snapshot.send_replace(None);
        // Only if somebody still reads it must it be copied.
        known.map(Arc::unwrap_or_clone)
    }

    /// Tells what is known now.
    pub(crate) fn set_snapshot(&self, snapshot: Arc<Snapshot>) {
        if self.state.borrow().is_open {
            self.snapshot.send_replace(Some(snapshot));
        }
    }

    /// Tells what is known now that a snapshot was settled, unless it is known already, or is being replaced.
    pub(crate) fn set_settled(&self, settled: &Arc<Snapshot>) {
        self.snapshot.send_if_modified(|known| match known {
            Some(known) if known.revision == settled.revision && known.document.needs_settling() => {
                *known = Arc::clone(settled);
                true
            }
            _ => false,
        });
    }

    /// Changes what is known without making it another revision's, unless somebody reads it or it is being replaced.
    pub(crate) fn amend_snapshot(&self, amend: impl FnOnce(&mut Snapshot)) {
        self.snapshot.send_if_modified(|known| {
            if let Some(snapshot) = known.as_mut().and_then(Arc::get_mut) {
                amend(snapshot);
            }
            false
        });
    }

    fn advance(&self) {
        self.state.send_modify(|state| state.revision += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_python_by_what_the_client_says_or_by_its_name() {
        let is_python = |uri: &str, language: &str| {
            let uri = Url::parse(uri).unwrap();
            OpenDocument::new(TextDocumentItem::new(uri, language.to_owned(), 1, String::new())).is_python
        };
        assert!(is_python("untitled:Untitled-1", "python"));
        assert!(is_python("file:///a/b.pyi", "stub"));
        assert!(!is_python("file:///a/.antipasta.yaml", "yaml"));
        assert!(!is_python("file:///a/py", "plaintext"));
    }
}

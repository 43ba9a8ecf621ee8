//! A document that the client has open: its current text, and the newest snapshot of it.
//!
//! An edit changes the text at once. A [`Snapshot`] of the new revision follows later. A request waits for the snapshot of the
//! current revision.

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
use antipasta_pool::locks::lock;
use antipasta_rules::config::NAMED_EXTENSIONS;
use antipasta_syntax::text::{Edit, PositionEncoding, replace};

/// The language identifier of Python files (LSP 3.17, `TextDocumentItem`).
const LANGUAGE: &str = "python";

fn has_extension_of_python(uri: &Url) -> bool {
    let extension = uri.path().rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| NAMED_EXTENSIONS.contains(&extension))
}

/// If more edits than this are pending, the whole text is measured again.
const MAX_EDITS: usize = 10_000;

/// The revision of a document that has not changed since it was opened.
pub(crate) const OPENED: u64 = 1;

/// A document that is open.
pub(crate) struct OpenDocument {
    /// Its URI.
    pub uri: Url,
    /// Its path, if it is a file.
    pub path: Option<PathBuf>,
    /// Whether it is Python. Clients may open other documents as well, such as configurations.
    pub is_python: bool,
    received: Mutex<Received>,
    state: watch::Sender<State>,
    /// The lock for settling the snapshot, so that this is done once.
    pub settling: tokio::sync::Mutex<()>,
    snapshot: watch::Sender<Option<Arc<Snapshot>>>,
}

/// The state of an open document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The number of changes of the document and of the configuration that it is evaluated by.
    pub revision: u64,
    /// Whether the document is still open.
    pub is_open: bool,
}

/// The text, and the edits that are not analyzed yet.
struct Received {
    text: Rope,
    version: i32,
    pending: Pending,
}

/// How the text has changed since it was last analyzed.
#[derive(Debug)]
pub(crate) enum Pending {
    /// By these edits; by none, if there are none.
    Edits(Vec<Edit>),
    /// It was replaced.
    Replaced,
}

/// A text to analyze.
pub(crate) struct Work {
    /// The text of `revision`.
    pub text: Rope,
    /// The version that the client gave it.
    pub version: i32,
    /// The revision.
    pub revision: u64,
    /// How it differs from the text that was analyzed last.
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

    /// Applies changes of the client. Costs in proportion to the length of the changes. Without a `version`, the version is
    /// increased by one.
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
        // Under the lock, so that the text of a revision is stored before its number is visible.
        self.advance();
    }

    /// Asks for another evaluation, after the configuration has changed.
    pub(crate) fn judge_again(&self) {
        let _received = lock(&self.received);
        self.advance();
    }

    /// Asks for another measurement of the whole text.
    pub(crate) fn measure_again(&self) {
        lock(&self.received).pending = Pending::Replaced;
        self.judge_again();
    }

    /// The client has closed the document.
    pub(crate) fn close(&self) {
        self.state.send_modify(|state| state.is_open = false);
        self.snapshot.send_replace(None);
    }

    /// The current text, and the version that the client gave it.
    pub(crate) fn text(&self) -> (Rope, i32) {
        let received = lock(&self.received);
        (received.text.clone(), received.version)
    }

    /// A receiver of the state and of its changes.
    pub(crate) fn states(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Whether a revision is still the current one.
    pub(crate) fn is_at(&self, revision: u64) -> bool {
        let state = *self.state.borrow();
        state.is_open && state.revision == revision
    }

    /// Whether a revision stays the current one for some time. Returns at once if it does not.
    pub(crate) async fn stays_at(&self, revision: u64, time: Duration) -> bool {
        let mut states = self.state.subscribe();
        let is_left = states.wait_for(|state| !state.is_open || state.revision != revision);
        timeout(time, is_left).await.is_err()
    }

    /// Takes the text to analyze.
    pub(crate) fn take_work(&self) -> Work {
        let mut received = lock(&self.received);
        Work {
            text: received.text.clone(),
            version: received.version,
            revision: self.state.borrow().revision,
            pending: std::mem::replace(&mut received.pending, Pending::Edits(Vec::new())),
        }
    }

    /// Waits for the snapshot of the current text; `None` if the document is closed, or is not Python.
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

    /// The newest snapshot; `None` while it is being replaced.
    pub(crate) fn present_snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.borrow().clone()
    }

    /// Takes the newest snapshot, to make the next one from it.
    pub(crate) fn take_snapshot(&self) -> Option<Snapshot> {
        let known = self.snapshot.send_replace(None);
        // It is copied only if a request still reads it.
        known.map(Arc::unwrap_or_clone)
    }

    /// Stores the newest snapshot.
    pub(crate) fn set_snapshot(&self, snapshot: Arc<Snapshot>) {
        if self.state.borrow().is_open {
            self.snapshot.send_replace(Some(snapshot));
        }
    }

    /// Stores a settled snapshot, unless a newer one is stored or is being made.
    pub(crate) fn set_settled(&self, settled: &Arc<Snapshot>) {
        self.snapshot.send_if_modified(|known| match known {
            Some(known) if known.revision == settled.revision && known.document.needs_settling() => {
                *known = Arc::clone(settled);
                true
            }
            _ => false,
        });
    }

    /// Changes the newest snapshot in place and keeps its revision, unless a request reads it or it is being replaced.
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

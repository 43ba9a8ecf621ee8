//! The task of an open document, from `didOpen` to `didClose`.
//!
//! Each open document has one task. It analyzes the text after each change, or after several changes that came together, and
//! publishes the diagnostics of the newest text. While the user does not type, it does the work that was put off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;
use tower_lsp::lsp_types::MessageType;

use crate::lsp::documents::open_document::{OpenDocument, Pending, State, Work};
use crate::lsp::documents::snapshot::{Diagnostics, Snapshot};
use crate::lsp::features::metrics_request::{StatusNotification, status};
use crate::lsp::session::Session;
use crate::lsp::workspace::configuration_problems;
use crate::lsp::workspace::folders::{Rules, Workspace};
use antipasta_analysis::AnalysisError;
use antipasta_metrics::Document;
use antipasta_pool::Panicked;
use antipasta_rules::config::Config;
use antipasta_rules::violations::{Evaluation, evaluate};

/// If the last analysis took no longer than this, the next begins at once after a change. Otherwise the next waits until
/// nothing has changed for as long as the last one took.
const CHEAP: Duration = Duration::from_millis(50);

/// The longest pause to wait for, and the longest time to wait for a pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The user is not typing if nothing has changed for this long.
pub(super) const IDLE: Duration = Duration::from_millis(250);

/// While the user types without a pause, many diagnostics are sent at this interval.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

/// The message about a document that is too large. It contains no text of the workspace, because an editor may show it as
/// markup.
const TOO_LARGE: &str =
    "antipasta: a file is not analyzed, because it is larger than `max_file_size` in the configuration.";

/// Work on a longer text, or on a text whose last analysis was not [`CHEAP`], may take long.
const LONG_BYTES: usize = 128 << 10;

/// The snapshot of a document's current text, measured as a whole if its units are not certain; `None` if the document is
/// closed or is not Python.
pub(crate) async fn settled(session: &Arc<Session>, document: &Arc<OpenDocument>) -> Option<Arc<Snapshot>> {
    let snapshot = document.newest_snapshot().await?;
    if !snapshot.document.needs_settling() {
        return Some(snapshot);
    }
    let _settling = document.settling.lock().await;
    // Another task may have settled it meanwhile.
    let snapshot = document.newest_snapshot().await?;
    if !snapshot.document.needs_settling() {
        return Some(snapshot);
    }
    let settle = {
        let (session, snapshot) = (Arc::clone(session), Arc::clone(&snapshot));
        move || {
            let mut copy = Snapshot::clone(&snapshot);
            drop(snapshot);
            copy.settle(&session);
            copy
        }
    };
    match run(session, is_long(&snapshot.document), settle).await {
        Ok(copy) => {
            let settled = Arc::new(copy);
            document.set_settled(&settled);
            Some(settled)
        }
        Err(panicked) => {
            tracing::error!("{}: {panicked}", document.uri);
            Some(snapshot)
        }
    }
}

fn is_long(document: &Document) -> bool {
    document.text().len_bytes() > LONG_BYTES
}

async fn run<R: Send + 'static>(
    session: &Session,
    is_long: bool,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Panicked> {
    match is_long {
        true => session.pool.run_long(work).await,
        false => session.pool.run(work).await,
    }
}

/// Keeps a document up to date until it is closed.
pub(crate) async fn drive(session: Arc<Session>, document: Arc<OpenDocument>) {
    let mut task = DocumentTask {
        states: document.states(),
        session,
        document,
        analyzed: 0,
        last_cost: Duration::ZERO,
        published: None,
        rules: None,
        is_caught_up: false,
        is_called_too_large: false,
    };
    while task.next().await {}
    task.end().await;
}

struct DocumentTask {
    session: Arc<Session>,
    document: Arc<OpenDocument>,
    states: watch::Receiver<State>,
    /// The revision that was analyzed last.
    analyzed: u64,
    /// How long the last analysis took.
    last_cost: Duration,
    /// The diagnostics that the client was sent last.
    published: Option<Published>,
    /// The configuration of the document, and the workspace in which it was looked up.
    rules: Option<(Arc<Workspace>, Rules)>,
    /// Whether no work is put off.
    is_caught_up: bool,
    /// Whether the client was told that the document is too large.
    is_called_too_large: bool,
}

/// Diagnostics that the client was sent.
struct Published {
    /// The document's version.
    version: i32,
    /// Their result id.
    result_id: u64,
    at: Instant,
}

impl DocumentTask {
    /// Does the next piece of work; returns whether the document is still open.
    async fn next(&mut self) -> bool {
        let state = *self.states.borrow_and_update();
        if !state.is_open {
            return false;
        }
        if state.revision > self.analyzed {
            if self.last_cost > CHEAP {
                self.wait_for_a_pause().await;
            }
            self.analyze().await;
            self.is_caught_up = false;
            return true;
        }
        let changed = async { self.states.changed().await.is_ok() };
        if self.is_caught_up {
            return changed.await;
        }
        match timeout(IDLE, changed).await {
            Ok(is_open) => is_open,
            Err(_) => {
                self.catch_up().await;
                self.is_caught_up = true;
                true
            }
        }
    }

    /// Waits until nothing has changed for as long as the last analysis took.
    async fn wait_for_a_pause(&mut self) {
        let pause = self.last_cost.min(LONGEST_PAUSE);
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_PAUSE {
            match timeout(pause, self.states.changed()).await {
                Ok(Ok(())) if self.states.borrow_and_update().is_open => {}
                _ => return,
            }
        }
    }

    /// Makes a snapshot of the current text, and publishes its diagnostics.
    async fn analyze(&mut self) {
        let begun = Instant::now();
        let session = Arc::clone(&self.session);
        let _busy = session.busy();
        let work = self.document.take_work();
        let revision = work.revision;
        let previous = self.document.take_snapshot();
        let rules = self.rules().await;
        let judged_by = Self::judged_by(rules, previous.as_ref());
        let snapshot = Arc::new(self.snapshot(work, previous, judged_by).await);
        // The time to open the document does not predict the time of an edit.
        if self.analyzed > 0 {
            self.last_cost = begun.elapsed();
        }
        self.analyzed = revision;
        if snapshot.is_too_large() && !self.is_called_too_large {
            self.is_called_too_large = true;
            session.client.show_message(MessageType::WARNING, TOO_LARGE).await;
        }
        self.document.set_snapshot(Arc::clone(&snapshot));
        if self.document.is_at(revision) && !self.can_wait(&snapshot) {
            self.publish(&snapshot, false).await;
        }
        let bytes = snapshot.document.text().len_bytes();
        drop(snapshot);
        session.trees.touch(&self.document, bytes);
        let (uri, cost) = (&self.document.uri, begun.elapsed());
        let message = || format!("analyzed {uri} in {:.1} ms", cost.as_secs_f64() * 1e3);
        session
            .trace
            .tell(&session.client, message, || {
                format!("revision {revision}, {bytes} bytes")
            })
            .await;
    }

    /// The configuration of the document. It is looked up again only if the workspace has changed.
    async fn rules(&mut self) -> Rules {
        let workspace = self.session.workspace();
        if let Some((of, rules)) = &self.rules
            && Arc::ptr_eq(of, &workspace)
        {
            return rules.clone();
        }
        let (path, looked_up_in) = (self.document.path.clone(), Arc::clone(&workspace));
        let rules = self
            .session
            .pool
            .run(move || looked_up_in.rules_of(path.as_deref()))
            .await;
        let rules = rules.unwrap_or_else(|panicked| {
            tracing::error!("{}: {panicked}", self.document.uri);
            Rules::default()
        });
        configuration_problems::notice(&self.session, &rules.config).await;
        self.rules = Some((workspace, rules.clone()));
        rules
    }

    /// The configuration to evaluate by, and whether to evaluate at all. While the configuration has errors, its last version
    /// without errors holds.
    fn judged_by(rules: Rules, previous: Option<&Snapshot>) -> (Arc<Config>, bool) {
        let config = match rules.config {
            Ok(config) => config,
            Err(_) => previous.map_or_else(|| Arc::new(Config::built_in()), |snapshot| Arc::clone(&snapshot.config)),
        };
        (config, !rules.is_left_out)
    }

    async fn snapshot(&self, work: Work, previous: Option<Snapshot>, judged_by: (Arc<Config>, bool)) -> Snapshot {
        let (session, uri) = (Arc::clone(&self.session), self.document.uri.clone());
        let text = work.text.clone();
        let (version, revision) = (work.version, work.revision);
        let (config, is_judged) = judged_by.clone();
        let is_long = text.len_bytes() > LONG_BYTES || self.last_cost > CHEAP;
        let analyze = move || next_snapshot(&session, uri, work, previous, judged_by);
        match run(&self.session, is_long, analyze).await {
            Ok(snapshot) => snapshot,
            Err(Panicked(message)) => {
                // The client shows old values from now on; the next change measures the whole text again.
                tracing::error!(
                    "{}: analyzing it has failed, please report this: {message}",
                    self.document.uri
                );
                let reason = Panicked(message).to_string();
                Snapshot {
                    uri: self.document.uri.clone(),
                    version,
                    revision,
                    document: Document::without_numbers(text, reason),
                    config,
                    is_judged,
                    evaluation: Evaluation::default(),
                    diagnostics: Diagnostics::none(),
                }
            }
        }
    }

    /// Whether there are so many diagnostics that they are sent only while the user does not type.
    fn can_wait(&self, snapshot: &Snapshot) -> bool {
        let is_recent = |published: &Published| published.at.elapsed() < LONGEST_SILENCE;
        snapshot.diagnostics.are_many() && self.published.as_ref().is_some_and(is_recent)
    }

    /// Publishes the diagnostics, unless the client pulls them. Unchanged diagnostics are sent again only to `confirm` that they
    /// belong to the current version.
    async fn publish(&mut self, snapshot: &Snapshot, confirm: bool) {
        let diagnostics = &snapshot.diagnostics;
        let has_them = |published: &Published| {
            published.result_id == diagnostics.result_id && !(confirm && published.version != snapshot.version)
        };
        if self.published.as_ref().is_some_and(has_them) {
            return;
        }
        self.published = Some(Published {
            version: snapshot.version,
            result_id: diagnostics.result_id,
            at: Instant::now(),
        });
        let session = &self.session;
        if !session.support().pulls_diagnostics {
            let version = Some(snapshot.version);
            session.outbox.publish(&snapshot.uri, &diagnostics.items, version).await;
        }
        if session.settings().status.is_on() {
            session
                .client
                .send_notification::<StatusNotification>(status(snapshot))
                .await;
        }
    }

    /// Does the work that was put off, on a copy of the document. If the user types meanwhile, the result is discarded and the
    /// edit does not wait.
    async fn catch_up(&mut self) {
        let Some(snapshot) = self.document.present_snapshot() else {
            return;
        };
        let revision = snapshot.revision;
        let wants_tree = self.session.trees.keep(&self.document) && !snapshot.document.is_prepared();
        if wants_tree || snapshot.document.needs_settling() {
            let (session, document) = (Arc::clone(&self.session), Arc::clone(&self.document));
            let is_long = is_long(&snapshot.document) || self.last_cost > CHEAP;
            let caught_up = run(&self.session, is_long, move || {
                let mut copy = Snapshot::clone(&snapshot);
                drop(snapshot);
                copy.settle(&session);
                if wants_tree {
                    copy.document.prepare(&|| !document.is_at(revision));
                }
                copy
            });
            let caught_up = tokio::select! {
                caught_up = caught_up => caught_up,
                _ = self.states.changed() => return,
            };
            match caught_up {
                Ok(snapshot) if self.document.is_at(revision) => self.document.set_snapshot(Arc::new(snapshot)),
                Ok(_) => return,
                Err(panicked) => tracing::error!("{}: {panicked}", self.document.uri),
            }
        }
        if let Some(snapshot) = self.document.present_snapshot() {
            self.publish(&snapshot, true).await;
        }
    }

    /// Ends the task of a closed document: its tree is dropped, and the scan's diagnostics of the file are sent.
    async fn end(self) {
        let session = &self.session;
        session.trees.forget(&self.document);
        if session.is_shut_down() || session.document(&self.document.uri).is_some() {
            return;
        }
        session.closed(&self.document).await;
    }
}

/// Makes the snapshot of a text from the snapshot of the text before.
fn next_snapshot(
    session: &Session,
    uri: tower_lsp::lsp_types::Url,
    work: Work,
    previous: Option<Snapshot>,
    (config, is_judged): (Arc<Config>, bool),
) -> Snapshot {
    let size = work.text.len_bytes() as u64;
    let (document, last_diagnostics) = match (work.pending, previous) {
        (_, previous) if size > config.max_file_size => {
            let limit = config.max_file_size;
            let reason = AnalysisError::TooLarge { size, limit }.to_string();
            let document = Document::without_numbers(work.text, reason);
            (document, previous.map(|previous| previous.diagnostics))
        }
        (Pending::Edits(edits), Some(previous)) if !previous.is_too_large() => {
            let mut document = previous.document;
            if !edits.is_empty() {
                document.update(work.text, &edits);
            }
            (document, Some(previous.diagnostics))
        }
        (_, previous) => (Document::new(work.text), previous.map(|previous| previous.diagnostics)),
    };
    let mut snapshot = Snapshot {
        uri,
        version: work.version,
        revision: work.revision,
        document,
        config,
        is_judged,
        evaluation: Evaluation::default(),
        diagnostics: last_diagnostics.unwrap_or_else(Diagnostics::none),
    };
    snapshot.evaluate(session);
    snapshot
}

impl Snapshot {
    /// Whether the document has more bytes than the configuration allows, and so no numbers.
    fn is_too_large(&self) -> bool {
        self.document.text().len_bytes() as u64 > self.config.max_file_size
    }

    /// Measures the text as a whole, if that may change a value.
    fn settle(&mut self, session: &Session) {
        if self.document.settle() {
            self.evaluate(session);
        }
    }

    /// Evaluates the metrics by the configuration.
    fn evaluate(&mut self, session: &Session) {
        self.evaluation = match self.is_judged {
            true => evaluate(&self.document, &self.config),
            false => Evaluation::default(),
        };
        self.diagnostics = Diagnostics::of(
            &self.uri,
            &self.document,
            &self.evaluation,
            Some(&self.diagnostics),
            &session.settings(),
            session.support(),
        );
    }
}

//! A session with a client, from `initialize` to `exit`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use tower_lsp::Client;
use tower_lsp::jsonrpc;
use tower_lsp::lsp_types::{DidCloseTextDocumentParams, DidOpenTextDocumentParams, Url};

use crate::lsp::documents::document_task;
use crate::lsp::documents::open_document::OpenDocument;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::documents::syntax_trees::Trees;
use crate::lsp::protocol::client_capabilities::ClientSupport;
use crate::lsp::protocol::dispatch::ChangeParams;
use crate::lsp::protocol::outbox::Outbox;
use crate::lsp::protocol::trace::Trace;
use crate::lsp::settings::{DiagnosticMode, Settings};
use crate::lsp::workspace::configuration_problems::{self, ConfigurationProblems};
use crate::lsp::workspace::folders::Workspace;
use crate::lsp::workspace::pending_work::PendingWork;
use crate::lsp::workspace::scan::Scan;
use crate::lsp::workspace::watching::OwnWatcher;
use antipasta_pool::Pool;
use antipasta_pool::locks;

/// A session. All tasks that serve the client share it.
pub(super) struct Session {
    /// Sends requests and messages to the client.
    pub client: Client,
    /// Sends diagnostics to the client.
    pub outbox: Outbox,
    /// The threads that analyze open documents.
    pub pool: Pool,
    /// The background scan of the workspace, and its results.
    pub scan: Scan,
    /// The server's own watcher of files; `None` if the client watches.
    pub watcher: OwnWatcher,
    /// The problems of configurations that the client was told.
    pub configuration_problems: ConfigurationProblems,
    /// The open documents that keep a syntax tree.
    pub trees: Trees,
    /// How much the client wants to be logged (`$/setTrace`).
    pub trace: Trace,
    /// The work in progress that will change the results for the workspace.
    pub pending_work: PendingWork,
    support: OnceLock<ClientSupport>,
    settings: RwLock<Arc<Settings>>,
    roots: RwLock<Vec<PathBuf>>,
    workspace: RwLock<Arc<Workspace>>,
    documents: DashMap<Url, Arc<OpenDocument>>,
    /// How many analyses of open documents are waiting or running.
    busy: AtomicUsize,
    last_change: Mutex<Instant>,
    is_shut_down: AtomicBool,
}

/// The user is typing if the last change is more recent than this.
const TYPING: Duration = Duration::from_millis(200);

/// For this long, an analysis of an open document holds back the background scan.
pub(super) struct InteractiveGuard<'a>(&'a AtomicUsize);

impl Drop for InteractiveGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Session {
    /// A session before `initialize`.
    pub(super) fn new(client: Client, outbox: Outbox, pool: Pool, scan: Scan) -> Self {
        Self {
            client,
            outbox,
            pool,
            scan,
            watcher: OwnWatcher::default(),
            configuration_problems: ConfigurationProblems::default(),
            trees: Trees::default(),
            trace: Trace::default(),
            pending_work: PendingWork::default(),
            support: OnceLock::new(),
            settings: RwLock::default(),
            roots: RwLock::default(),
            workspace: RwLock::default(),
            documents: DashMap::new(),
            busy: AtomicUsize::new(0),
            last_change: Mutex::new(Instant::now()),
            is_shut_down: AtomicBool::new(false),
        }
    }

    // --- the client ---

    /// Stores the client's capabilities. Only the first call has an effect.
    pub(super) fn introduce(&self, support: ClientSupport) {
        let _ = self.support.set(support);
    }

    /// The client's capabilities; `None` before `initialize`.
    pub(super) fn introduced(&self) -> Option<&ClientSupport> {
        self.support.get()
    }

    /// The client's capabilities; those of a client that can do nothing before `initialize`.
    pub(super) fn support(&self) -> &ClientSupport {
        self.support.get_or_init(ClientSupport::default)
    }

    /// The settings.
    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&locks::read(&self.settings))
    }

    /// Stores settings, and returns whether they differ from the last ones.
    pub(super) fn set_settings(&self, settings: Settings) -> bool {
        let mut present = locks::write(&self.settings);
        let differ = **present != settings;
        *present = Arc::new(settings);
        differ
    }

    /// The client has sent `shutdown`.
    pub(super) fn shut_down(&self) {
        self.is_shut_down.store(true, Ordering::Relaxed);
        self.scan.cancel();
        for document in self.open_documents() {
            document.close();
        }
    }

    /// Whether the client has sent `shutdown`.
    pub(super) fn is_shut_down(&self) -> bool {
        self.is_shut_down.load(Ordering::Relaxed)
    }

    // --- the workspace ---

    /// The folders of the workspace.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        locks::read(&self.roots).clone()
    }

    /// Stores other folders. [`Self::reload`] makes them take effect.
    pub(super) fn set_roots(&self, roots: Vec<PathBuf>) {
        *locks::write(&self.roots) = roots;
    }

    /// The folders and their configurations.
    pub(super) fn workspace(&self) -> Arc<Workspace> {
        Arc::clone(&locks::read(&self.workspace))
    }

    /// Reads all configurations again, and evaluates the open documents by them.
    pub(super) async fn reload(self: &Arc<Self>) {
        let settings = self.settings();
        let roots = self.roots();
        // A slow file system must not delay edits.
        let read = tokio::task::spawn_blocking(move || Workspace::new(roots, settings.configuration.as_deref()));
        match read.await {
            Ok(workspace) => *locks::write(&self.workspace) = Arc::new(workspace),
            Err(error) => tracing::error!("the configurations cannot be read: {error}"),
        }
        self.watcher.look_again();
        configuration_problems::tell(self).await;
        for document in self.open_documents() {
            document.judge_again();
        }
    }

    // --- documents ---

    /// Opens a document. Of a document that is not Python, only the text is kept.
    pub(super) fn open(self: &Arc<Self>, params: DidOpenTextDocumentParams) {
        let document = Arc::new(OpenDocument::new(params.text_document));
        if let Some(older) = self.documents.insert(document.uri.clone(), Arc::clone(&document)) {
            tracing::warn!("{}: opened again without having been closed", older.uri);
            older.close();
        }
        if document.is_python {
            tokio::spawn(document_task::drive(Arc::clone(self), document));
        }
    }

    /// Changes an open document.
    pub(super) fn change(&self, params: ChangeParams) {
        let identifier = params.text_document;
        *locks::lock(&self.last_change) = Instant::now();
        match self.document(&identifier.uri) {
            Some(document) => document.change(identifier.version, params.content_changes, self.support().encoding),
            None => tracing::warn!("{}: changed, but it is not open", identifier.uri),
        }
    }

    /// Closes a document.
    pub(super) fn close(self: &Arc<Self>, params: &DidCloseTextDocumentParams) {
        match self.documents.remove(&params.text_document.uri) {
            Some((_, document)) => document.close(),
            None => tracing::warn!("{}: closed, but it is not open", params.text_document.uri),
        }
    }

    /// Sends the scan's diagnostics of a file that was closed.
    pub(super) async fn closed(self: &Arc<Self>, document: &OpenDocument) {
        let shows_all = self.settings().diagnostic_mode == DiagnosticMode::Workspace;
        match &document.path {
            Some(path) if shows_all => self.scan.look_again(self, vec![path.clone()]).await,
            _ if self.support().pulls_diagnostics => {}
            _ => self.outbox.publish(&document.uri, &[], None).await,
        }
        if document
            .path
            .as_deref()
            .is_some_and(|path| self.workspace().folder_of(path).is_none())
        {
            // No other open document may use the same configuration outside of the workspace.
            configuration_problems::tell(self).await;
        }
    }

    /// A document that is open.
    pub(super) fn document(&self, uri: &Url) -> Option<Arc<OpenDocument>> {
        self.documents.get(uri).map(|document| Arc::clone(&document))
    }

    /// Every document that is open.
    pub(super) fn open_documents(&self) -> Vec<Arc<OpenDocument>> {
        self.documents.iter().map(|document| Arc::clone(&document)).collect()
    }

    /// The settled snapshot of an open document's current text; `None` if the document is not open.
    pub(super) async fn snapshot(self: &Arc<Self>, uri: &Url) -> Option<Arc<Snapshot>> {
        document_task::settled(self, &self.document(uri)?).await
    }

    /// Calls `feature` with the snapshot of an open document's current text; `None` if the document is not open.
    ///
    /// # Errors
    ///
    /// The feature panicked. Only this answer is lost.
    pub(super) async fn ask<R: Send + 'static>(
        self: &Arc<Self>,
        uri: &Url,
        feature: impl FnOnce(&Snapshot) -> R + Send + 'static,
    ) -> jsonrpc::Result<Option<R>> {
        let Some(snapshot) = self.snapshot(uri).await else {
            return Ok(None);
        };
        let answer = self.pool.run(move || feature(&snapshot)).await;
        answer.map(Some).map_err(|panicked| {
            tracing::error!("{uri}: {panicked}");
            jsonrpc::Error::internal_error()
        })
    }

    // --- the background ---

    /// Counts an open document as being analyzed until the guard is dropped.
    pub(super) fn busy(&self) -> InteractiveGuard<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        InteractiveGuard(&self.busy)
    }

    /// Blocks a thread of the scan while open documents are being analyzed, for a limited time, and for a moment while the user
    /// types: the next change should find the processors free.
    pub(super) fn yield_to_interactive(&self) {
        const MOMENT: Duration = Duration::from_millis(3);
        const PATIENCE: u32 = 20;
        if self.last_change().elapsed() < TYPING {
            std::thread::sleep(MOMENT);
        }
        for _ in 0..PATIENCE {
            if self.busy.load(Ordering::Relaxed) == 0 {
                return;
            }
            std::thread::sleep(MOMENT);
        }
    }

    fn last_change(&self) -> Instant {
        *locks::lock(&self.last_change)
    }

    /// Scans the workspace in the background, if the settings ask for it.
    pub(super) fn scan_in_background(self: &Arc<Self>) {
        if self.settings().workspace_scan.is_on() && !self.is_shut_down() {
            let session = Arc::clone(self);
            let underway = self.pending_work.begin();
            tokio::spawn(async move {
                session.scan.run(&session).await;
                drop(underway);
            });
        }
    }

    /// Asks the client to refresh what it supports (`workspace/*/refresh`). Does not wait for the answers: the client may send
    /// requests before it answers.
    pub(super) fn refresh(self: &Arc<Self>) {
        let session = Arc::clone(self);
        tokio::spawn(async move {
            let (client, support) = (&session.client, session.support());
            // If the client does not answer, it shows old values; nothing else depends on the answer.
            if support.pulls_diagnostics && support.refreshes_diagnostics {
                let _ = client.workspace_diagnostic_refresh().await;
            }
            if support.refreshes_code_lenses {
                let _ = client.code_lens_refresh().await;
            }
            if support.refreshes_inlay_hints {
                let _ = client.inlay_hint_refresh().await;
            }
        });
    }
}

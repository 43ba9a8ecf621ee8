//! What a session with a client consists of, from `initialize` to `exit`.

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
use antipasta_workspace::locks;

/// The session. Shared by everything that serves it.
pub(super) struct Session {
    /// The way to the client.
    pub client: Client,
    /// The way to the client for diagnostics.
    pub outbox: Outbox,
    /// The threads that analyze open documents.
    pub pool: Pool,
    /// The background scan of the workspace, and what it found.
    pub scan: Scan,
    /// The watcher of files, if it is not the client that watches.
    pub watcher: OwnWatcher,
    /// What the client has been told of configurations.
    pub configuration_problems: ConfigurationProblems,
    /// Which open documents have their trees at hand.
    pub trees: Trees,
    /// How much the client wants to be told of what happens.
    pub trace: Trace,
    /// What is under way that will change what is known of the workspace.
    pub pending_work: PendingWork,
    support: OnceLock<ClientSupport>,
    settings: RwLock<Arc<Settings>>,
    roots: RwLock<Vec<PathBuf>>,
    workspace: RwLock<Arc<Workspace>>,
    documents: DashMap<Url, Arc<OpenDocument>>,
    /// How many analyzes of open documents are waiting or under way.
    busy: AtomicUsize,
    last_change: Mutex<Instant>,
    is_shut_down: AtomicBool,
}

/// Somebody whose last change was less than this ago is typing.
const TYPING: Duration = Duration::from_millis(200);

/// How long an analysis of an open document counts as one: the background scan keeps out of its way.
pub(super) struct InteractiveGuard<'a>(&'a AtomicUsize);

impl Drop for InteractiveGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Session {
    /// A session that waits for its client to introduce itself.
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

    /// Notes what the client can do. Only the first time counts.
    pub(super) fn introduce(&self, support: ClientSupport) {
        let _ = self.support.set(support);
    }

    /// What the client can do; `None` before it has said so.
    pub(super) fn introduced(&self) -> Option<&ClientSupport> {
        self.support.get()
    }

    /// What the client can do.
    pub(super) fn support(&self) -> &ClientSupport {
        self.support.get_or_init(ClientSupport::default)
    }

    /// The settings.
    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&locks::read(&self.settings))
    }

    /// Notes other settings, and says whether they differ.
    pub(super) fn set_settings(&self, settings: Settings) -> bool {
        let mut present = locks::write(&self.settings);
        let differ = **present != settings;
        *present = Arc::new(settings);
        differ
    }

    /// Notes that the client will not want anything any more.
    pub(super) fn shut_down(&self) {
        self.is_shut_down.store(true, Ordering::Relaxed);
        self.scan.cancel();
        for document in self.open_documents() {
            document.close();
        }
    }

    /// Whether the client will not want anything any more.
    pub(super) fn is_shut_down(&self) -> bool {
        self.is_shut_down.load(Ordering::Relaxed)
    }

    // --- the workspace ---

    /// The folders of the workspace.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        locks::read(&self.roots).clone()
    }

    /// Notes other folders. [`Self::reload`] makes them count.
    pub(super) fn set_roots(&self, roots: Vec<PathBuf>) {
        *locks::write(&self.roots) = roots;
    }

    /// The folders and their configurations.
    pub(super) fn workspace(&self) -> Arc<Workspace> {
        Arc::clone(&locks::read(&self.workspace))
    }

    /// Reads all configurations again, and judges the open documents by them.
    pub(super) async fn reload(self: &Arc<Self>) {
        let settings = self.settings();
        let roots = self.roots();
        // A file system that is slow must not hold up edits.
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

    /// Opens a document. One that is not Python has its text kept, and nothing else done for it.
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

    /// Tells the client what is known of a file that is not open any more.
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
            // It may have been the last that a configuration outside of the workspace was used for.
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

    /// What is known of an open document as it is now, settled; `None` if it is not open.
    pub(super) async fn snapshot(self: &Arc<Self>, uri: &Url) -> Option<Arc<Snapshot>> {
        document_task::settled(self, &self.document(uri)?).await
    }

    /// What `feature` makes of an open document as it is now; nothing if it is not open.
    ///
    /// # Errors
    ///
    /// It panicked. That costs only the answer.
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

    /// Notes that an open document is being analyzed, for as long as the result lives.
    pub(super) fn busy(&self) -> InteractiveGuard<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        InteractiveGuard(&self.busy)
    }

    /// Holds the thread while open documents are being analyzed, but not for long, and for a moment if somebody is typing: the
    /// next change may come at any time, and should find the processors free.
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

    /// Scans the workspace in the background, if that is wanted.
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

    /// Asks the client to refresh (`workspace/*/refresh`) what it supports. Does not wait for its answers: the client may send
    /// its requests first.
    pub(super) fn refresh(self: &Arc<Self>) {
        let session = Arc::clone(self);
        tokio::spawn(async move {
            let (client, support) = (&session.client, session.support());
            // A client that does not answer as it said it would has nothing to lose but what it shows.
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

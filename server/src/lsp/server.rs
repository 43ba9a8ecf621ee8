//! How a session begins, what it is told of the workspace and of settings, and how it ends. The requests are in [`requests`].

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    ConfigurationItem, DidChangeConfigurationParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    InitializeParams, InitializeResult, InitializedParams, OneOf, Registration, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceFolder,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use tower_lsp::{ClientSocket, LspService};

use super::protocol::{parent_process, request_timeout};
use super::requests;
use super::workspace::watching;
use crate::lsp::protocol::client_capabilities::{ClientSupport, encoding_kind};
use crate::lsp::protocol::outbox::Outbox;
use crate::lsp::session::Session;
use crate::lsp::settings::{SECTION, Settings};
use crate::lsp::workspace::scan::Scan;
use antipasta_pool::Pool;

/// The name by which clients know the server.
pub(super) const NAME: &str = "antipasta-lsp";

/// The language server.
pub(super) struct LanguageServer {
    session: Arc<Session>,
}

/// The service that answers requests, and the way to the client.
pub(super) fn service(outbox: Outbox, pool: Pool, scan: Scan) -> (LspService<LanguageServer>, ClientSocket) {
    let service = LspService::build(|client| LanguageServer {
        session: Arc::new(Session::new(client, outbox, pool, scan)),
    });
    requests::register(service).finish()
}

impl LanguageServer {
    /// The session.
    pub(super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn capabilities(&self) -> ServerCapabilities {
        let client = self.session.support();
        let mut capabilities = ServerCapabilities {
            position_encoding: Some(encoding_kind(client.encoding)),
            text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                ..TextDocumentSyncOptions::default()
            })),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(OneOf::Left(true)),
                }),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        };
        requests::announce(&mut capabilities, client);
        capabilities
    }

    /// Asks the client for the settings, if it can be asked, and makes them count. Returns whether they have changed.
    async fn pull_settings(&self) -> bool {
        let session = &self.session;
        if !session.support().has_configuration {
            return false;
        }
        let item = ConfigurationItem {
            scope_uri: None,
            section: Some(SECTION.to_owned()),
        };
        let client = session.client.clone();
        match request_timeout::answer(async move { client.configuration(vec![item]).await }).await {
            // A client that has no settings of ours says null: those that it introduced itself with stay.
            Ok(values) => match values.first() {
                Some(value @ Value::Object(_)) => self.set_settings(value),
                _ => false,
            },
            Err(error) => {
                tracing::warn!("the client does not tell its settings: {error}");
                false
            }
        }
    }

    fn set_settings(&self, value: &Value) -> bool {
        let (settings, problems) = Settings::read(value);
        for problem in problems {
            tracing::warn!("{problem}");
        }
        self.session.set_settings(settings)
    }

    /// Makes other settings count.
    async fn settings_changed(&self) {
        self.session.reload().await;
        self.session.refresh();
        self.session.scan_in_background();
    }
}

/// The folders that `initialize` names.
#[allow(deprecated, reason = "older clients name a root in place of folders")]
fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten();
    let roots: Vec<PathBuf> = folders.filter_map(|folder| folder.uri.to_file_path().ok()).collect();
    if !roots.is_empty() {
        return roots;
    }
    let by_uri = params.root_uri.as_ref().and_then(|uri| uri.to_file_path().ok());
    by_uri
        .or_else(|| params.root_path.as_ref().map(PathBuf::from))
        .into_iter()
        .collect()
}

#[tower_lsp::async_trait]
impl tower_lsp::LanguageServer for LanguageServer {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        self.session.introduce(ClientSupport::of(&params));
        let session = Arc::clone(&self.session);
        parent_process::watch(&params, move || u8::from(!session.is_shut_down()));
        self.session.trace.set(params.trace.unwrap_or_default());
        self.session.set_roots(roots(&params));
        if let Some(options) = &params.initialization_options {
            self.set_settings(options);
        }
        // The first documents may come before `initialized`.
        self.session.reload().await;
        Ok(InitializeResult {
            capabilities: self.capabilities(),
            server_info: Some(ServerInfo {
                name: NAME.to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if self.session.support().announces_configuration {
            let registration = Registration {
                id: "antipasta-settings".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(serde_json::json!({ "section": SECTION })),
            };
            let client = self.session.client.clone();
            let registered = async move { client.register_capability(vec![registration]).await };
            if let Err(error) = request_timeout::answer(registered).await {
                tracing::warn!("the client does not say when settings change: {error}");
            }
        }
        if self.pull_settings().await {
            self.session.reload().await;
        }
        watching::watch(&self.session).await;
        self.session.scan_in_background();
    }

    async fn shutdown(&self) -> Result<()> {
        self.session.shut_down();
        Ok(())
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let mode_before = self.session.settings().diagnostic_mode;
        let have_changed = match self.session.support().has_configuration {
            true => self.pull_settings().await,
            false => self.set_settings(&params.settings),
        };
        if self.session.settings().diagnostic_mode != mode_before {
            self.session.scan.tell_all(&self.session).await;
        }
        if have_changed {
            self.settings_changed().await;
        }
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let path = |folder: &WorkspaceFolder| folder.uri.to_file_path().ok();
        let removed: Vec<PathBuf> = params.event.removed.iter().filter_map(path).collect();
        let mut roots = self.session.roots();
        roots.retain(|root| !removed.contains(root));
        for added in params.event.added.iter().filter_map(path) {
            if !roots.contains(&added) {
                roots.push(added);
            }
        }
        self.session.set_roots(roots);
        self.settings_changed().await;
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths = params
            .changes
            .iter()
            .filter_map(|change| change.uri.to_file_path().ok());
        watching::follow(&self.session, paths.collect()).await;
    }
}

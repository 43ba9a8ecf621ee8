//! What the server answers to each request: a table of contents. What is behind it stands elsewhere.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CodeActionResponse, CodeLens, CodeLensOptions, CodeLensParams, ConfigurationItem, DiagnosticOptions,
    DiagnosticServerCapabilities, DidChangeConfigurationParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult, DocumentSymbolParams,
    DocumentSymbolResponse, ExecuteCommandOptions, ExecuteCommandParams, Hover, HoverParams, HoverProviderCapability,
    InitializeParams, InitializeResult, InitializedParams, InlayHint, InlayHintParams, MarkupKind, OneOf, Registration,
    ServerCapabilities, ServerInfo, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, Url, WorkDoneProgressOptions, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult,
    WorkspaceFolder, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities, request::Request,
};
use tower_lsp::{ClientSocket, LspService};

use super::commands::execute as commands;
use super::documents::pull_diagnostics;
use super::protocol::{parent_process, request_timeout};
use super::workspace::{configurations, survey, watching};
use crate::lsp::commands::command::Command;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::features::code_actions::{ActionContext, code_actions};
use crate::lsp::features::code_lens::code_lenses;
use crate::lsp::features::document_symbols::{document_symbols, flat_document_symbols};
use crate::lsp::features::hover::hover;
use crate::lsp::features::inlay_hints::inlay_hints;
use crate::lsp::features::metrics_request::{MetricsParams, MetricsReport, MetricsRequest, metrics_report};
use crate::lsp::features::workspace_metrics::{WorkspaceMetricsParams, WorkspaceMetricsRequest, WorkspaceReport};
use crate::lsp::protocol::client_capabilities::{ClientSupport, encoding_kind};
use crate::lsp::protocol::outbox::Outbox;
use crate::lsp::session::Session;
use crate::lsp::settings::{SECTION, Settings};
use crate::lsp::workspace::scan::Scan;
use antipasta_pool::Pool;
use antipasta_rules::escape::code;

/// The name by which clients know the server.
pub(super) const NAME: &str = "antipasta-lsp";

/// The language server.
pub(super) struct LanguageServer {
    session: Arc<Session>,
}

/// The service that answers requests, and the way to the client.
pub(super) fn service(outbox: Outbox, pool: Pool, scan: Scan) -> (LspService<LanguageServer>, ClientSocket) {
    LspService::build(|client| LanguageServer {
        session: Arc::new(Session::new(client, outbox, pool, scan)),
    })
    .custom_method(MetricsRequest::METHOD, LanguageServer::metrics)
    .custom_method(WorkspaceMetricsRequest::METHOD, LanguageServer::workspace_metrics)
    .finish()
}

impl LanguageServer {
    /// The session.
    pub(super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// What `feature` makes of an open document for this client; nothing if it is not open.
    async fn ask<R: Send + 'static>(
        &self,
        uri: &Url,
        feature: impl FnOnce(&Snapshot, &ClientSupport) -> R + Send + 'static,
    ) -> Result<Option<R>> {
        let session = Arc::clone(&self.session);
        self.session
            .ask(uri, move |snapshot| feature(snapshot, session.support()))
            .await
    }

    /// The answer to `antipasta/metrics`.
    async fn metrics(&self, params: MetricsParams) -> Result<Option<MetricsReport>> {
        let uri = params.text_document.uri;
        self.ask(&uri, move |snapshot, client| {
            metrics_report(snapshot, params.position, client.encoding)
        })
        .await
    }

    /// The answer to `antipasta/workspaceMetrics`.
    async fn workspace_metrics(&self, params: WorkspaceMetricsParams) -> Result<WorkspaceReport> {
        survey::workspace_report(&self.session, params).await
    }

    fn capabilities(&self) -> ServerCapabilities {
        let support = self.session.support();
        ServerCapabilities {
            position_encoding: Some(encoding_kind(support.encoding)),
            text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                ..TextDocumentSyncOptions::default()
            })),
            diagnostic_provider: support.pulls_diagnostics.then(|| {
                DiagnosticServerCapabilities::Options(DiagnosticOptions {
                    identifier: Some(SECTION.to_owned()),
                    inter_file_dependencies: false,
                    workspace_diagnostics: true,
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                })
            }),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            code_lens_provider: Some(CodeLensOptions {
                resolve_provider: Some(false),
            }),
            inlay_hint_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
                resolve_provider: Some(false),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: Command::ALL.map(|command| command.to_string()).to_vec(),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(OneOf::Left(true)),
                }),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        }
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

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        pull_diagnostics::of_document(&self.session, params).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        Ok(pull_diagnostics::of_workspace(&self.session, &params.previous_result_ids).await)
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let TextDocumentPositionParams {
            text_document,
            position,
        } = params.text_document_position_params;
        let hover = self.ask(&text_document.uri, move |snapshot, client| {
            let kind = match client.prefers_markdown {
                true => MarkupKind::Markdown,
                false => MarkupKind::PlainText,
            };
            hover(snapshot, position, client.encoding, kind)
        });
        Ok(hover.await?.flatten())
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        if !self.session.settings().code_lens.is_on() {
            return Ok(Some(Vec::new()));
        }
        let uri = params.text_document.uri;
        self.ask(&uri, |snapshot, client| code_lenses(snapshot, client.encoding))
            .await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        if !self.session.settings().inlay_hints.is_on() {
            // Some clients take `null` for no answer, and go on showing the hints that they had.
            return Ok(Some(Vec::new()));
        }
        let uri = params.text_document.uri;
        self.ask(&uri, move |snapshot, client| {
            inlay_hints(snapshot, params.range, client.encoding)
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let symbols = self.ask(&params.text_document.uri, |snapshot, client| {
            match client.nested_symbols {
                true => DocumentSymbolResponse::Nested(document_symbols(snapshot, client.encoding)),
                false => DocumentSymbolResponse::Flat(flat_document_symbols(snapshot, client.encoding)),
            }
        });
        symbols.await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let session = Arc::clone(&self.session);
        let uri = params.text_document.uri.clone();
        let actions = self.session.ask(&uri, move |snapshot| {
            let root = configurations::new_root(&session, snapshot);
            let context = ActionContext {
                encoding: session.support().encoding,
                edits: session.support().edits,
                opens_documents: session.support().shows_documents,
                root: root.as_ref(),
                configuration: &|path| configurations::text(&session, path),
            };
            let actions = code_actions(snapshot, &params, &context);
            actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
        });
        actions.await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        match Command::of_name(&params.command) {
            Some(command) => commands::execute(&self.session, command, params.arguments)
                .await
                .map(Some),
            None => {
                let known = Command::ALL.map(Command::as_str).join(", ");
                let message = format!("unknown command {}; there are {known}", code(&params.command));
                Err(Error::invalid_params(message))
            }
        }
    }
}

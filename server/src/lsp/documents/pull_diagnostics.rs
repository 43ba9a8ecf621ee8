//! Diagnostics for clients that ask for them.

use std::collections::HashMap;
use std::sync::Arc;

use tower_lsp::jsonrpc;
use tower_lsp::lsp_types::{
    DiagnosticServerCancellationData, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Url, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::lsp::documents::document_task::{IDLE, settled};
use crate::lsp::documents::open_document::OPENED;
use crate::lsp::documents::snapshot::Diagnostics;
use crate::lsp::session::Session;

/// `ServerCancelled` among the `LSPErrorCodes` of LSP 3.17.
const SERVER_CANCELLED: i64 = -32802;

/// The answer to `textDocument/diagnostic`. A document that is not open has no diagnostics. Many that are not those that
/// the client has are told when nobody types, as they are to clients that do not ask.
///
/// # Errors
///
/// Somebody typed before many diagnostics could be told: the client asks again for its change.
pub(crate) async fn of_document(
    session: Arc<Session>,
    params: DocumentDiagnosticParams,
) -> jsonrpc::Result<DocumentDiagnosticReportResult> {
    let document = session.document(&params.text_document.uri);
    let snapshot = match &document {
        Some(document) => settled(&session, document).await,
        None => None,
    };
    let diagnostics = snapshot
        .as_ref()
        .map_or_else(Diagnostics::none, |snapshot| snapshot.diagnostics.clone());
    let unchanged = unchanged(&diagnostics, params.previous_result_id.as_deref());
    if let (Some(document), Some(snapshot)) = (document, snapshot)
        && snapshot.revision > OPENED
        && unchanged.is_none()
        && diagnostics.are_many()
        && !document.stays_at(snapshot.revision, IDLE).await
    {
        return Err(outrun());
    }
    let report = match unchanged {
        Some(report) => DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: report,
        }),
        None => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: full(&diagnostics),
        }),
    };
    Ok(report.into())
}

fn outrun() -> jsonrpc::Error {
    let data = DiagnosticServerCancellationData {
        // Every change has the client ask anyway: once more for each would be once too often.
        retrigger_request: false,
    };
    jsonrpc::Error {
        code: jsonrpc::ErrorCode::ServerError(SERVER_CANCELLED),
        message: "the document has changed meanwhile".into(),
        data: serde_json::to_value(data).ok(),
    }
}

/// The answer to `workspace/diagnostic`: what is known of every file of the workspace, once all is done that follows from
/// what the client has said before. Open documents are as they are in
/// the editor.
pub(crate) async fn of_workspace(
    session: Arc<Session>,
    params: WorkspaceDiagnosticParams,
) -> jsonrpc::Result<WorkspaceDiagnosticReportResult> {
    let previous = params.previous_result_ids.iter();
    let previous: HashMap<&Url, &str> = previous.map(|known| (&known.uri, &*known.value)).collect();
    let mut items = Vec::new();
    let mut add = |uri: Url, version: Option<i32>, diagnostics: &Diagnostics| {
        let version = version.map(i64::from);
        items.push(match unchanged(diagnostics, previous.get(&uri).copied()) {
            Some(report) => WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: report,
            }),
            None => WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: full(diagnostics),
            }),
        });
    };
    session.pending_work.idle().await;
    let open = session.open_documents();
    for document in &open {
        if let Some(snapshot) = settled(&session, document).await {
            add(document.uri.clone(), Some(snapshot.version), &snapshot.diagnostics);
        }
    }
    let scanned = session.scan.files();
    for file in &scanned {
        if !open.iter().any(|document| document.uri == file.uri) {
            add(file.uri.clone(), None, &file.diagnostics);
        }
    }
    // What the client has of files that are gone.
    let is_known =
        |uri: &Url| open.iter().any(|document| document.uri == *uri) || scanned.iter().any(|file| file.uri == *uri);
    for uri in previous.keys().filter(|uri| !is_known(uri)) {
        add((*uri).clone(), None, &Diagnostics::none());
    }
    Ok(WorkspaceDiagnosticReport { items }.into())
}

fn unchanged(diagnostics: &Diagnostics, previous: Option<&str>) -> Option<UnchangedDocumentDiagnosticReport> {
    let result_id = diagnostics.result_id.to_string();
    (previous == Some(&*result_id)).then_some(UnchangedDocumentDiagnosticReport { result_id })
}

fn full(diagnostics: &Diagnostics) -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport {
        result_id: Some(diagnostics.result_id.to_string()),
        items: diagnostics.items.to_vec(),
    }
}

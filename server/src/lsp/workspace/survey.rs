//! The answer to `antipasta/workspaceMetrics`: looks at all files of the workspace when somebody asks. Nothing is kept.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use ropey::Rope;
use tower_lsp::jsonrpc;
use tower_lsp::lsp_types::Url;

use crate::lsp::documents::snapshot::{Diagnostics, Snapshot};
use crate::lsp::features::workspace_metrics::{FileSummary, WorkspaceMetricsParams, WorkspaceReport, file_summary};
use crate::lsp::session::Session;
use crate::lsp::workspace::folders::WorkspaceFiles;
use antipasta_analysis::read_text;
use antipasta_metrics::Document;
use antipasta_pool::Panicked;
use antipasta_rules::violations::evaluate;
use antipasta_workspace::discovery;

/// Stops the work when nobody waits for it any more: a client that cancels the request drops what awaits it.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What there is to say of every file of the workspace: open documents as they are in the editor, all others as they were
/// saved. Documents that are open and judged belong to it wherever they are. Files that cannot be read are left out.
///
/// # Errors
///
/// The analysis as a whole has failed.
pub(crate) async fn workspace_report(
    session: Arc<Session>,
    params: WorkspaceMetricsParams,
) -> jsonrpc::Result<WorkspaceReport> {
    let mut summaries: BTreeMap<Url, FileSummary> = BTreeMap::new();
    let mut open = Vec::new();
    let params = Arc::new(params);
    for document in session.open_documents() {
        open.extend(document.path.clone());
        let params = Arc::clone(&params);
        let summary = session.ask(&document.uri, move |snapshot| {
            snapshot.is_judged.then(|| file_summary(snapshot, &params))
        });
        if let Some(summary) = summary.await?.flatten() {
            summaries.insert(document.uri.clone(), summary);
        }
    }
    let stop = StopOnDrop(Arc::default());
    let surveyed = session.scan.in_background({
        let (session, is_stopped) = (Arc::clone(&session), Arc::clone(&stop.0));
        move || survey(&session, &params, &open, &is_stopped)
    });
    let surveyed = surveyed.await.map_err(|panicked: Panicked| {
        tracing::error!("{panicked}");
        jsonrpc::Error::internal_error()
    })?;
    for summary in surveyed {
        summaries.entry(summary.uri.clone()).or_insert(summary);
    }
    Ok(WorkspaceReport {
        files: summaries.into_values().collect(),
    })
}

/// The files of the workspace, but for those at the paths of `open`.
fn survey(
    session: &Session,
    params: &WorkspaceMetricsParams,
    open: &[PathBuf],
    is_stopped: &AtomicBool,
) -> Vec<FileSummary> {
    let WorkspaceFiles { mut files, errors, .. } = session.workspace().files(session.scan.pool(), || false);
    for error in errors {
        tracing::warn!("{error}");
    }
    files.retain(|file| !open.contains(&file.path));
    let summaries = files
        .into_par_iter()
        .filter_map(|discovery::File { path, config, .. }| {
            session.yield_to_interactive();
            if is_stopped.load(Ordering::Relaxed) {
                return None;
            }
            let summary = || {
                let uri = Url::from_file_path(&path).ok()?;
                let document = Document::new(Rope::from_str(&read_text(&path, config.max_file_size).ok()?));
                let snapshot = Snapshot {
                    uri,
                    version: 0,
                    revision: 0,
                    evaluation: evaluate(&document, &config),
                    document,
                    config,
                    is_judged: true,
                    diagnostics: Diagnostics::none(),
                };
                Some(file_summary(&snapshot, params))
            };
            catch_unwind(AssertUnwindSafe(summary)).unwrap_or_else(|_| {
                tracing::error!("{}: analyzing it has failed, please report this", path.display());
                None
            })
        });
    summaries.collect()
}

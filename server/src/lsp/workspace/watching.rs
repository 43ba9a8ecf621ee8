//! What happens to files outside the editor: configurations, ignore files, sources.
//!
//! The client watches, if it can; else the server does.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::mpsc;
use tower_lsp::lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration, notification,
    notification::Notification,
};

use crate::lsp::protocol::request_timeout;
use crate::lsp::session::Session;
use crate::lsp::workspace::folder_watcher::FolderWatcher;
use antipasta_workspace::discovery::{FILE_NAME, GITIGNORE, PYPROJECT, is_source};
use antipasta_workspace::locks::lock;

/// The names of files that say which configuration holds, or which files count.
const RULE_FILES: [&str; 3] = [FILE_NAME, PYPROJECT, GITIGNORE];

/// Above this many changed sources the workspace is scanned as a whole: a branch was switched.
const MANY: usize = 500;

/// The server's own watcher, where the client does not watch.
#[derive(Default)]
pub(crate) struct OwnWatcher(Mutex<Option<FolderWatcher>>);

impl OwnWatcher {
    /// Has the folders looked for that are to be watched, if it is the server that watches.
    pub(crate) fn look_again(&self) {
        if let Some(watcher) = &*lock(&self.0) {
            watcher.look_again();
        }
    }
}

/// Has the client watch the workspace, or watches it.
pub(crate) async fn watch(session: &Arc<Session>) {
    if session.support().watches_files {
        let client = session.client.clone();
        match request_timeout::answer(async move { client.register_capability(vec![registration()]).await }).await {
            Ok(()) => return,
            Err(error) => tracing::warn!("the client does not watch files: {error}"),
        }
    }
    watch_ourselves(session);
}

/// Follows changes of files.
pub(crate) async fn follow(session: &Arc<Session>, mut paths: Vec<PathBuf>) {
    paths.sort();
    paths.dedup();
    let sources: Vec<PathBuf> = paths.iter().filter(|path| is_source(path)).cloned().collect();
    if paths.iter().any(|path| says_rules(session, path)) {
        session.reload().await;
        session.refresh();
        session.scan_in_background();
    } else if sources.len() > MANY {
        session.scan_in_background();
    } else if !sources.is_empty() && session.settings().workspace_scan.is_on() {
        session.scan.look_again(session, sources).await;
    }
}

/// Whether a file says which configuration holds, or which files count.
fn says_rules(session: &Session, path: &Path) -> bool {
    let settings = session.settings();
    let is_given = |given: &PathBuf| session.roots().iter().any(|root| root.join(given) == path);
    path.file_name()
        .is_some_and(|name| RULE_FILES.iter().any(|rules| name == *rules))
        || settings.configuration.as_ref().is_some_and(is_given)
}

fn registration() -> Registration {
    let globs = RULE_FILES
        .iter()
        .map(|name| format!("**/{name}"))
        .chain(["**/*.py".to_owned()]);
    let watchers = globs.map(|glob| FileSystemWatcher {
        glob_pattern: GlobPattern::String(glob),
        kind: None,
    });
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: watchers.collect(),
    };
    Registration {
        id: "antipasta-files".to_owned(),
        method: notification::DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: Some(serde_json::to_value(options).unwrap_or(Value::Null)),
    }
}

fn watch_ourselves(session: &Arc<Session>) {
    let (sender, mut changed) = mpsc::unbounded_channel();
    match FolderWatcher::start(session, sender) {
        Ok(watcher) => *lock(&session.watcher.0) = Some(watcher),
        Err(error) => {
            tracing::warn!("the workspace cannot be watched: {error}");
            return;
        }
    }
    let session = Arc::downgrade(session);
    tokio::spawn(async move {
        while let Some(paths) = changed.recv().await {
            let Some(session) = session.upgrade() else { return };
            follow(&session, paths).await;
        }
    });
}

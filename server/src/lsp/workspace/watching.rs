//! Changes of files outside the editor: configurations, ignore files, sources.
//!
//! The client watches the files if it can, else the server.

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
use antipasta_pool::locks::lock;
use antipasta_workspace::discovery::{FILE_NAME, GITIGNORE, PYPROJECT, is_source};

/// The names of configurations and of ignore files.
const RULE_FILES: [&str; 3] = [FILE_NAME, PYPROJECT, GITIGNORE];

/// If more sources than this change at once, as when a branch is switched, the whole workspace is scanned.
const MANY: usize = 500;

/// The server's own watcher, where the client does not watch.
#[derive(Default)]
pub(crate) struct OwnWatcher(Mutex<Option<FolderWatcher>>);

impl OwnWatcher {
    /// Finds the folders to watch again, if the server watches.
    pub(crate) fn look_again(&self) {
        if let Some(watcher) = &*lock(&self.0) {
            watcher.look_again();
        }
    }
}

/// Asks the client to watch the workspace, or starts the server's own watcher.
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

/// Handles changes of files.
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

/// Whether a file is a configuration or an ignore file.
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

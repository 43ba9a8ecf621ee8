//! What happens to files outside the editor: configurations, ignore files, sources.
//!
//! The client watches, if it can; else the server does.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use serde_json::Value;
use tokio::sync::mpsc;
use tower_lsp::lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration, notification,
    notification::Notification,
};

use super::patience;
use super::session::Session;
use crate::discovery::{FILE_NAME, PYPROJECT, is_source};
use crate::locks::lock;

/// The names of files that say which configuration holds, or which files count.
const RULE_FILES: [&str; 4] = [FILE_NAME, PYPROJECT, ".gitignore", ".ignore"];

/// Above this many changed sources the workspace is scanned as a whole: a branch was switched.
const MANY: usize = 500;

/// Changes that follow each other so closely are handled at once.
const PAUSE: Duration = Duration::from_millis(50);

/// The server's own watcher, where the client does not watch.
#[derive(Default)]
pub struct OwnWatcher(Mutex<Option<RecommendedWatcher>>);

/// Has the client watch the workspace, or watches it.
pub async fn watch(session: &Arc<Session>) {
    if session.support().watches_files {
        match patience::answer(session.client.register_capability(vec![registration()])).await {
            Ok(()) => return,
            Err(error) => tracing::warn!("the client does not watch files: {error}"),
        }
    }
    watch_ourselves(session);
}

/// Begins to watch other folders, if it is the server that watches.
pub fn watch_other_roots(session: &Arc<Session>) {
    let watches = lock(&session.watcher.0).is_some();
    if watches {
        watch_ourselves(session);
    }
}

/// Follows changes of files.
pub async fn follow(session: &Arc<Session>, mut paths: Vec<PathBuf>) {
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
    let (sender, mut changed) = mpsc::unbounded_channel::<PathBuf>();
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
        Ok(event) if !event.kind.is_access() => {
            for path in event.paths {
                // Nobody listens any more only if there is another watcher.
                let _ = sender.send(path);
            }
        }
        Ok(_) => {}
        Err(error) => tracing::warn!("watching the workspace: {error}"),
    });
    let mut watcher = match watcher {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!("the workspace cannot be watched: {error}");
            return;
        }
    };
    for root in session.roots() {
        if let Err(error) = watcher.watch(&root, RecursiveMode::Recursive) {
            tracing::warn!("{} cannot be watched: {error}", root.display());
        }
    }
    *lock(&session.watcher.0) = Some(watcher);
    let session = Arc::downgrade(session);
    tokio::spawn(async move {
        while let Some(path) = changed.recv().await {
            tokio::time::sleep(PAUSE).await;
            let mut paths = vec![path];
            while let Ok(path) = changed.try_recv() {
                paths.push(path);
            }
            let Some(session) = session.upgrade() else { return };
            follow(&session, paths).await;
        }
    });
}

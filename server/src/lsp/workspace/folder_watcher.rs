//! Watches the folders of a workspace, for clients that do not: those that a scan enters, one by one.
//!
//! A folder that is ignored, or that a link leads to, may be as large as a file system, and users may watch but so many. A
//! thread of its own does it, as there may be thousands.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use notify::{Config, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::UnboundedSender;

use crate::lsp::session::Session;
use crate::lsp::workspace::folders::Workspace;
use antipasta_workspace::discovery;

/// Changes that follow each other so closely are handled at once.
const PAUSE: Duration = Duration::from_millis(50);

/// The thread that watches.
pub(crate) struct FolderWatcher(Sender<Message>);

enum Message {
    /// The folders of the workspace, or the rules of what is entered, may be others.
    LookAgain,
    /// Something happened to files or folders.
    Changed(Vec<PathBuf>),
}

impl FolderWatcher {
    /// Begins to watch. What changes goes to `changed`.
    ///
    /// # Errors
    ///
    /// The system does not let us watch, or start a thread.
    pub(crate) fn start(session: &Arc<Session>, changed: UnboundedSender<Vec<PathBuf>>) -> notify::Result<Self> {
        let (sender, messages) = channel();
        let to_thread = sender.clone();
        let handler = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if !event.kind.is_access() => {
                // The thread is there as long as the watcher.
                let _ = to_thread.send(Message::Changed(event.paths));
            }
            Ok(_) => {}
            Err(error) => tracing::warn!("watching the workspace: {error}"),
        };
        let mut watch = Watch {
            watcher: RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false))?,
            folders: BTreeSet::new(),
            failed: HashSet::new(),
        };
        let session = Arc::downgrade(session);
        thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watch.run(&messages, &session, &changed))?;
        let watcher = Self(sender);
        watcher.look_again();
        Ok(watcher)
    }

    /// Has the folders of the workspace looked for again.
    pub(crate) fn look_again(&self) {
        // A thread that has ended has said why.
        let _ = self.0.send(Message::LookAgain);
    }
}

/// What is watched.
struct Watch {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    /// The folders that could not be watched, which was said.
    failed: HashSet<PathBuf>,
}

impl Watch {
    fn run(&mut self, messages: &Receiver<Message>, session: &Weak<Session>, changed: &UnboundedSender<Vec<PathBuf>>) {
        while let Ok(first) = messages.recv() {
            thread::sleep(PAUSE);
            let Some(workspace) = session.upgrade().map(|session| session.workspace()) else {
                return;
            };
            let (mut paths, mut looks_again) = (Vec::new(), false);
            for message in std::iter::once(first).chain(messages.try_iter()) {
                match message {
                    Message::LookAgain => looks_again = true,
                    Message::Changed(more) => paths.extend(more),
                }
            }
            self.forget_gone(&paths);
            if looks_again {
                self.watch_exactly(&workspace);
            }
            let new = self.watch_new(&paths, &workspace);
            paths.extend(new);
            if !paths.is_empty() && changed.send(paths).is_err() {
                return;
            }
        }
    }

    /// Watches the folders that a scan of the workspace would enter, and no others.
    fn watch_exactly(&mut self, workspace: &Workspace) {
        let folders = workspace.folders().iter();
        let wanted: BTreeSet<PathBuf> = folders
            .flat_map(|folder| discovery::entered(&folder.path, &folder.path, &folder.configs))
            .collect();
        let superfluous: Vec<PathBuf> = self.folders.difference(&wanted).cloned().collect();
        self.unwatch(superfluous);
        self.watch(wanted);
    }

    /// Watches the folders that have come. Returns what is in them: it may have come before they were watched.
    fn watch_new(&mut self, paths: &[PathBuf], workspace: &Workspace) -> Vec<PathBuf> {
        let mut new = BTreeSet::new();
        for path in paths {
            if !is_folder(path) || self.folders.contains(path) || new.contains(path) {
                continue;
            }
            if let Some(folder) = workspace.folder_of(path) {
                new.extend(discovery::entered(path, &folder.path, &folder.configs));
            }
        }
        self.watch(new.clone());
        let entries = new.iter().filter_map(|folder| folder.read_dir().ok()).flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }

    fn forget_gone(&mut self, paths: &[PathBuf]) {
        let watched = paths.iter().filter(|path| self.folders.contains(*path));
        let gone: Vec<&PathBuf> = watched.filter(|path| !is_folder(path)).collect();
        for path in gone {
            let below = self.folders.range(path.clone()..);
            let below = below.take_while(|folder| folder.starts_with(path)).cloned().collect();
            self.unwatch(below);
        }
    }

    fn unwatch(&mut self, folders: Vec<PathBuf>) {
        for folder in folders {
            // The system has done so already if the folder is gone.
            let _ = self.watcher.unwatch(&folder);
            self.folders.remove(&folder);
        }
    }

    /// Watches folders that are not watched yet. What fails is skipped, and said once.
    fn watch(&mut self, folders: BTreeSet<PathBuf>) {
        let mut failures = Vec::new();
        let mut watcher = self.watcher.paths_mut();
        for folder in folders {
            if self.folders.contains(&folder) {
                continue;
            }
            match watcher.add(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.folders.insert(folder)),
                Err(mut error) if self.failed.insert(folder.clone()) => {
                    // They would be said twice.
                    error.paths.clear();
                    failures.push((folder, error));
                }
                Err(_) => {}
            }
        }
        if let Err(error) = watcher.commit() {
            tracing::warn!("the workspace cannot be watched: {error}");
        }
        if let [(folder, error), others @ ..] = &*failures {
            let advice = match error.kind {
                ErrorKind::MaxFilesWatch => {
                    "; the system lets a user watch no more (on Linux, `fs.inotify.max_user_watches` says how many)"
                }
                _ => "",
            };
            let others = match others.len() {
                0 => String::new(),
                count => format!(" and {count} other folders"),
            };
            tracing::warn!(
                "{}{others} cannot be watched, and changes there are not noticed: {error}{advice}",
                folder.display()
            );
        }
    }
}

/// Whether there is a folder, and no link to one.
fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

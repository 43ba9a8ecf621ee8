//! The background scan: the diagnostics of every file of the workspace, open or not.
//!
//! It has threads of its own, fewer than there are processors, which stand back while open documents are being analysed.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon::prelude::*;
use ropey::Rope;
use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp::lsp_types::{ProgressToken, Url};

use super::progress::Progress;
use super::session::Session;
use super::settings::DiagnosticMode;
use super::snapshot::Diagnostics;
use crate::analysis::{AnalysisError, Document, PoolError, Workers, read_text};
use crate::discovery::{self, Discovered, is_left_out};
use crate::violations::judge;

/// How often the progress is told.
const TICK: Duration = Duration::from_millis(100);

/// The scan, and what it has found.
pub struct Scan {
    workers: Workers,
    threads: usize,
    files: Mutex<BTreeMap<PathBuf, ScannedFile>>,
    /// The scan that is under way.
    current: Mutex<Arc<Run>>,
}

/// What is known of a file that was scanned.
#[derive(Clone)]
pub struct ScannedFile {
    /// What clients call it.
    pub uri: Url,
    /// What there is to tell of it.
    pub diagnostics: Diagnostics,
}

/// What a scan came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many files there are.
    pub files: usize,
    /// How many of them have violations.
    pub files_with_violations: usize,
    /// How many violations there are.
    pub violations: usize,
    /// Whether the scan was stopped before it was through.
    pub is_cancelled: bool,
}

/// One scan while it is under way.
#[derive(Default)]
struct Run {
    is_cancelled: AtomicBool,
    done: AtomicUsize,
    token: Mutex<Option<ProgressToken>>,
}

impl Run {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

impl Scan {
    /// A scan that has not begun, on a machine with the given number of processors.
    ///
    /// # Errors
    ///
    /// The system refuses to start the threads.
    pub fn new(processors: usize) -> Result<Self, PoolError> {
        let threads = processors.saturating_sub(1).max(1);
        Ok(Self {
            workers: Workers::new("scan", threads)?,
            threads,
            files: Mutex::default(),
            current: Mutex::default(),
        })
    }

    /// Stops the scan that is under way.
    pub fn cancel(&self) {
        lock(&self.current).is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Stops the scan whose progress has the given name.
    pub fn cancel_progress(&self, token: &ProgressToken) {
        let current = lock(&self.current);
        if lock(&current.token).as_ref() == Some(token) {
            current.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// What is known of the files of the workspace, in the order of their paths.
    pub fn files(&self) -> Vec<ScannedFile> {
        lock(&self.files).values().cloned().collect()
    }

    /// Forgets what was found.
    pub fn forget(&self) {
        lock(&self.files).clear();
    }

    /// What is known comes to.
    pub fn summary(&self) -> Summary {
        let files = lock(&self.files);
        let violations = files.values().map(|file| file.diagnostics.items.len());
        Summary {
            files: files.len(),
            files_with_violations: violations.clone().filter(|count| *count > 0).count(),
            violations: violations.sum(),
            is_cancelled: false,
        }
    }

    /// Scans the workspace. A scan that is under way gives way to this one.
    pub async fn run(&self, session: &Arc<Session>) -> Summary {
        let run = Arc::new(Run::default());
        let older = std::mem::replace(&mut *lock(&self.current), Arc::clone(&run));
        older.is_cancelled.store(true, Ordering::Relaxed);
        let progress = Progress::create(session).await;
        // Before the client can cancel it.
        *lock(&run.token) = progress.token();
        progress.begin("antipasta: analysing the workspace").await;

        let discovered = self.discover(session, &run).await;
        let count = discovered.len();
        let (sender, mut found) = mpsc::unbounded_channel();
        let scanned = self.workers.run({
            let (session, run) = (Arc::clone(session), Arc::clone(&run));
            move || {
                discovered.par_iter().for_each(|file| {
                    if !run.is_cancelled() {
                        session.give_way();
                        // Nobody listens only if the scan is over.
                        let _ = sender.send((file.path.clone(), scan_file(&session, file)));
                        run.done.fetch_add(1, Ordering::Relaxed);
                    }
                });
                discovered
                    .into_iter()
                    .map(|file| file.path)
                    .collect::<BTreeSet<PathBuf>>()
            }
        });
        tokio::pin!(scanned);
        let mut ticks = tokio::time::interval(TICK);
        let paths = loop {
            tokio::select! {
                paths = &mut scanned => break paths,
                _ = ticks.tick() => {
                    self.take(session, &mut found).await;
                    progress.report(run.done.load(Ordering::Relaxed), count).await;
                }
            }
        };
        self.take(session, &mut found).await;
        match paths {
            Ok(paths) if !run.is_cancelled() => self.keep_only(session, &paths).await,
            Ok(_) => {}
            Err(panicked) => tracing::error!("the scan of the workspace has failed: {panicked}"),
        }
        let summary = Summary {
            is_cancelled: run.is_cancelled(),
            ..self.summary()
        };
        let outcome = match summary.is_cancelled {
            true => "cancelled".to_owned(),
            false => format!("{} files, {} violations", summary.files, summary.violations),
        };
        progress.end(outcome).await;
        if !summary.is_cancelled {
            session.refresh();
        }
        summary
    }

    /// Looks again at files that were changed, created or deleted.
    pub async fn look_again(&self, session: &Arc<Session>, paths: Vec<PathBuf>) {
        let looked = self.workers.run({
            let session = Arc::clone(session);
            move || {
                paths
                    .into_iter()
                    .map(|path| (look_at(&session, &path), path))
                    .collect::<Vec<_>>()
            }
        });
        for (file, path) in looked.await.unwrap_or_default() {
            match file {
                Some(file) => self.add(session, path, file).await,
                None => self.remove(session, &path).await,
            }
        }
    }

    async fn discover(&self, session: &Arc<Session>, run: &Arc<Run>) -> Vec<discovery::File> {
        let threads = self.threads;
        let workspace = session.workspace();
        let run = Arc::clone(run);
        let discovered = self.workers.run(move || {
            let mut files = BTreeMap::new();
            let mut problems = Vec::new();
            for folder in workspace.folders() {
                if run.is_cancelled() {
                    break;
                }
                match discovery::discover(std::slice::from_ref(&folder.path), &folder.configs, threads) {
                    Ok(Discovered {
                        files: found, warnings, ..
                    }) => {
                        files.extend(found.into_iter().map(|file| (file.path.clone(), file)));
                        problems.extend(warnings);
                    }
                    Err(error) => problems.push(error.to_string()),
                }
            }
            (files.into_values().collect::<Vec<_>>(), problems)
        });
        let (files, problems) = discovered.await.unwrap_or_default();
        for problem in problems {
            tracing::warn!("{problem}");
        }
        files
    }

    async fn take(&self, session: &Session, found: &mut mpsc::UnboundedReceiver<(PathBuf, Option<ScannedFile>)>) {
        while let Ok((path, file)) = found.try_recv() {
            match file {
                Some(file) => self.add(session, path, file).await,
                None => self.remove(session, &path).await,
            }
        }
    }

    async fn add(&self, session: &Session, path: PathBuf, mut file: ScannedFile) {
        let is_news = {
            let mut files = lock(&self.files);
            let known = files.get(&path);
            let is_news = match known {
                Some(known) if known.diagnostics.items == file.diagnostics.items => {
                    file.diagnostics = known.diagnostics.clone();
                    false
                }
                Some(_) => true,
                None => !file.diagnostics.items.is_empty(),
            };
            files.insert(path, file.clone());
            is_news
        };
        if is_news {
            push(session, &file).await;
        }
    }

    async fn remove(&self, session: &Session, path: &Path) {
        let removed = lock(&self.files).remove(path);
        if let Some(file) = removed.filter(|file| !file.diagnostics.items.is_empty()) {
            let file = ScannedFile {
                diagnostics: Diagnostics::none(),
                ..file
            };
            push(session, &file).await;
        }
    }

    async fn keep_only(&self, session: &Session, paths: &BTreeSet<PathBuf>) {
        let gone: Vec<PathBuf> = lock(&self.files)
            .keys()
            .filter(|path| !paths.contains(*path))
            .cloned()
            .collect();
        for path in gone {
            self.remove(session, &path).await;
        }
    }
}

/// Tells the client what is known of a file, if it wants to hear of files that are not open.
async fn push(session: &Session, file: &ScannedFile) {
    let wants_all = session.settings().diagnostic_mode == DiagnosticMode::Workspace;
    if wants_all && !session.support().pulls_diagnostics && session.document(&file.uri).is_none() {
        let items = file.diagnostics.items.to_vec();
        session.client.publish_diagnostics(file.uri.clone(), items, None).await;
    }
}

/// What there is to tell of a file of the workspace; `None` if it is none, or not any more.
fn look_at(session: &Session, path: &Path) -> Option<ScannedFile> {
    let workspace = session.workspace();
    let folder = workspace.folder_of(path)?;
    if path.extension().is_none_or(|extension| extension != "py") || is_left_out(path, &folder.path, &folder.configs) {
        return None;
    }
    let metadata = path.metadata().ok().filter(|metadata| metadata.is_file())?;
    let config = folder.configs.of_directory(path.parent().unwrap_or(path)).ok()?;
    let file = discovery::File {
        path: path.to_owned(),
        size: metadata.len(),
        config,
    };
    scan_file(session, &file)
}

fn scan_file(session: &Session, file: &discovery::File) -> Option<ScannedFile> {
    let scanned = catch_unwind(AssertUnwindSafe(|| diagnostics_of_file(session, file)));
    match scanned {
        Ok(Ok(scanned)) => Some(scanned),
        Ok(Err(error)) => {
            tracing::debug!("{}: {error}", file.path.display());
            None
        }
        Err(_) => {
            tracing::error!("{}: analysing it has failed, please report this", file.path.display());
            None
        }
    }
}

fn diagnostics_of_file(session: &Session, file: &discovery::File) -> Result<ScannedFile, AnalysisError> {
    let text = read_text(&file.path)?;
    let document = Document::new(Rope::from_str(&text));
    drop(text);
    let judgement = judge(&document, &file.config);
    let uri = Url::from_file_path(&file.path)
        .map_err(|()| AnalysisError::Read(std::io::Error::other("the path is not absolute")))?;
    let diagnostics = Diagnostics::of(
        &uri,
        &document,
        &judgement,
        None,
        &session.settings(),
        session.support(),
    );
    Ok(ScannedFile { uri, diagnostics })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The background scan: the diagnostics of every file of the workspace, open or not.
//!
//! It has a pool of its own with one thread fewer than there are processors. The threads pause while open documents are being
//! analyzed. The scan reads through the cache, which holds only results of files on the disk: a file without violations is not
//! even read.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rayon::prelude::*;
use ropey::Rope;
use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp::lsp_types::{ProgressToken, Url};

use crate::lsp::documents::snapshot::Diagnostics;
use crate::lsp::protocol::progress::Progress;
use crate::lsp::session::Session;
use crate::lsp::settings::DiagnosticMode;
use crate::lsp::workspace::configuration_problems;
use crate::lsp::workspace::folders::WorkspaceFiles;
use crate::lsp::workspace::scan_cache::ScanCache;
use antipasta_analysis::cache::{Known as KnownContent, Location};
use antipasta_analysis::{AnalysisError, ReadThrough, read_text};
use antipasta_metrics::Document;
use antipasta_pool::locks::lock;
use antipasta_pool::{Panicked, Pool, PoolError, Priority};
use antipasta_rules::violations::evaluate;
use antipasta_workspace::discovery::{self, FileStamp, is_left_out, is_source};

/// The interval between progress messages.
const TICK: Duration = Duration::from_millis(100);

/// The scan, and its results.
pub(crate) struct Scan {
    pool: Pool,
    cache: ScanCache,
    files: Mutex<BTreeMap<PathBuf, Known>>,
    /// How many looks were taken at files. A look is one reading of a file; its number says which of two is newer.
    looks: AtomicU64,
    /// The lock for publishing results, so that they are sent in order.
    publishing: tokio::sync::Mutex<()>,
    /// The scan that is running.
    current: Mutex<Arc<Run>>,
}

/// The result for a file that was scanned.
#[derive(Clone)]
pub(crate) struct ScannedFile {
    /// Its URI.
    pub uri: Url,
    /// Its diagnostics.
    pub diagnostics: Diagnostics,
}

/// What a look at a file found.
struct Seen {
    path: PathBuf,
    /// The number of the look. Of two looks at a file, the one that began later is newer, even if it ends first.
    look: u64,
    /// `None` if the path is not, or no longer, a file of the workspace.
    file: Option<ScannedFile>,
}

/// The result for a path, and the number of the look that found it.
struct Known {
    look: u64,
    file: Option<ScannedFile>,
}

/// The totals of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// How many files there are.
    pub files: usize,
    /// How many of them have violations.
    pub files_with_violations: usize,
    /// How many violations there are.
    pub violations: usize,
    /// Whether the scan was stopped before its end.
    pub is_cancelled: bool,
}

/// One scan while it is running.
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
    /// A scan that has not begun. `processors` is how many the machine has, `cache` the location of the cache.
    ///
    /// # Errors
    ///
    /// The system refuses to start the threads.
    pub(crate) fn new(processors: usize, cache: Location) -> Result<Self, PoolError> {
        let threads = processors.saturating_sub(1).max(1);
        let pool = Pool::new("scan", threads, Priority::Background);
        pool.start(u64::MAX)?;
        Ok(Self {
            pool,
            cache: ScanCache::new(cache),
            files: Mutex::default(),
            looks: AtomicU64::new(0),
            publishing: tokio::sync::Mutex::default(),
            current: Mutex::default(),
        })
    }

    /// Stops the scan that is running.
    pub(crate) fn cancel(&self) {
        lock(&self.current).is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Stops the scan whose progress has the given token.
    pub(crate) fn cancel_progress(&self, token: &ProgressToken) {
        let current = lock(&self.current);
        if lock(&current.token).as_ref() == Some(token) {
            current.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// The results for the files of the workspace, in the order of their paths.
    pub(crate) fn files(&self) -> Vec<ScannedFile> {
        lock(&self.files)
            .values()
            .filter_map(|known| known.file.clone())
            .collect()
    }

    /// Drops all results.
    pub(crate) fn forget(&self) {
        lock(&self.files).clear();
    }

    /// Empties the cache.
    ///
    /// # Errors
    ///
    /// The cache is not this program's, or cannot be changed.
    pub(crate) async fn clear_cache(&self, session: &Arc<Session>) -> anyhow::Result<()> {
        let session = Arc::clone(session);
        Ok(self.pool.run(move || session.scan.cache.clear()).await??)
    }

    /// The totals of the current results.
    pub(crate) fn summary(&self) -> Summary {
        let files = lock(&self.files);
        let known = files.values().filter_map(|known| known.file.as_ref());
        let violations = known.map(|file| file.diagnostics.violations());
        Summary {
            files: violations.clone().count(),
            files_with_violations: violations.clone().filter(|count| *count > 0).count(),
            violations: violations.sum(),
            is_cancelled: false,
        }
    }

    /// Scans the workspace. A scan that is running is stopped first.
    pub(crate) async fn run(&self, session: &Arc<Session>) -> Summary {
        let run = Arc::new(Run::default());
        let older = std::mem::replace(&mut *lock(&self.current), Arc::clone(&run));
        older.is_cancelled.store(true, Ordering::Relaxed);
        let progress = Progress::create(session).await;
        // Stored before the client can cancel the scan.
        *lock(&run.token) = progress.token();
        progress.begin("antipasta: analyzing the workspace").await;

        let first_look = self.next_look();
        let discovered = self.discover(session, &run).await;
        let count = discovered.len();
        let (sender, mut found) = mpsc::unbounded_channel();
        let scanned = self.pool.run({
            let (session, run) = (Arc::clone(session), Arc::clone(&run));
            move || {
                session.scan.cache.with(|cache| {
                    let known = known_files(cache, &discovered);
                    let files = discovered.par_iter().zip(&known);
                    files.for_each_init(Vec::new, |buffer, (file, known)| {
                        session.yield_to_interactive();
                        // Taken before the check for cancellation: the looks of a newer scan must have higher numbers.
                        let look = session.scan.next_look();
                        if !run.is_cancelled() {
                            let seen = Seen {
                                path: file.path.clone(),
                                look,
                                file: scan_file(&session, file, cache, known.as_ref(), buffer),
                            };
                            // The receiver is dropped only when the scan is over.
                            let _ = sender.send(seen);
                            run.done.fetch_add(1, Ordering::Relaxed);
                        }
                    });
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
            Ok(paths) if !run.is_cancelled() => self.keep_only(session, &paths, first_look).await,
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
    pub(crate) async fn look_again(&self, session: &Arc<Session>, paths: Vec<PathBuf>) {
        let looked = self.pool.run({
            let session = Arc::clone(session);
            move || {
                session.scan.cache.with(|cache| {
                    let look = |path: PathBuf| Seen {
                        look: session.scan.next_look(),
                        file: look_at(&session, &path, cache),
                        path,
                    };
                    paths.into_iter().map(look).collect::<Vec<_>>()
                })
            }
        });
        for seen in looked.await.unwrap_or_default() {
            self.learn(session, seen).await;
        }
    }

    /// Publishes the diagnostics of all files that are not open, or clears them, after the setting for them has changed.
    pub(crate) async fn tell_all(&self, session: &Session) {
        let _publishing = self.publishing.lock().await;
        let wants_all = session.settings().diagnostic_mode == DiagnosticMode::Workspace;
        for file in self.files().iter().filter(|file| !file.diagnostics.items.is_empty()) {
            if !session.support().pulls_diagnostics && session.document(&file.uri).is_none() {
                let items: &[_] = if wants_all { &file.diagnostics.items } else { &[] };
                session.outbox.publish(&file.uri, items, None).await;
            }
        }
    }

    /// The threads of the scan.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Does other work on a thread of the scan. Parallel iterators of [`rayon`] in it use all threads of the scan.
    ///
    /// # Errors
    ///
    /// The work panicked.
    pub(crate) async fn in_background<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Panicked> {
        self.pool.run(work).await
    }

    async fn discover(&self, session: &Arc<Session>, run: &Arc<Run>) -> Vec<discovery::File> {
        let discovered = self.pool.run({
            let (session, run) = (Arc::clone(session), Arc::clone(run));
            move || {
                let workspace = session.workspace();
                workspace.files(&session.scan.pool, || run.is_cancelled())
            }
        });
        let WorkspaceFiles {
            files,
            warnings,
            errors,
        } = discovered.await.unwrap_or_default();
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        for error in errors {
            tracing::warn!("{error}");
        }
        configuration_problems::tell(session).await;
        files
    }

    async fn take(&self, session: &Session, seen: &mut mpsc::UnboundedReceiver<Seen>) {
        while let Ok(seen) = seen.try_recv() {
            self.learn(session, seen).await;
        }
    }

    /// Stores what a look found, unless a newer look has ended before, and publishes the change.
    async fn learn(&self, session: &Session, seen: Seen) {
        // Two changes of a file must be sent in the order in which they were stored.
        let _publishing = self.publishing.lock().await;
        let news = self.note(seen);
        if let Some(file) = news {
            push(session, &file).await;
        }
    }

    /// Stores what a look found, unless a newer look has ended before; returns the result if it is new to the client.
    fn note(&self, Seen { path, look, mut file }: Seen) -> Option<ScannedFile> {
        let mut files = lock(&self.files);
        let known = files.get(&path);
        if known.is_some_and(|known| known.look > look) {
            return None;
        }
        let known = known.and_then(|known| known.file.as_ref());
        let news = match (known, &mut file) {
            (Some(known), Some(file)) if known.diagnostics.items == file.diagnostics.items => {
                file.diagnostics = known.diagnostics.clone();
                None
            }
            (Some(_), Some(file)) => Some(file.clone()),
            (None, Some(file)) => Some(file.clone()).filter(|file| !file.diagnostics.items.is_empty()),
            (Some(known), None) if !known.diagnostics.items.is_empty() => Some(ScannedFile {
                uri: known.uri.clone(),
                diagnostics: Diagnostics::none(),
            }),
            (_, None) => None,
        };
        files.insert(path, Known { look, file });
        news
    }

    /// Drops the results of files that the scan that began with `look` did not find.
    async fn keep_only(&self, session: &Session, paths: &BTreeSet<PathBuf>, look: u64) {
        let is_gone = |path: &&PathBuf| !paths.contains(*path);
        let gone: Vec<PathBuf> = lock(&self.files).keys().filter(is_gone).cloned().collect();
        for path in gone {
            self.learn(session, Seen { path, look, file: None }).await;
        }
    }

    /// The number for a look that begins now.
    fn next_look(&self) -> u64 {
        self.looks.fetch_add(1, Ordering::Relaxed)
    }
}

/// Publishes the diagnostics of a file, if the client wants diagnostics of files that are not open.
async fn push(session: &Session, file: &ScannedFile) {
    let wants_all = session.settings().diagnostic_mode == DiagnosticMode::Workspace;
    if wants_all && !session.support().pulls_diagnostics && session.document(&file.uri).is_none() {
        session.outbox.publish(&file.uri, &file.diagnostics.items, None).await;
    }
}

/// The result for a path; `None` if it is not, or no longer, a file of the workspace.
fn look_at(session: &Session, path: &Path, cache: Option<&ReadThrough>) -> Option<ScannedFile> {
    let workspace = session.workspace();
    let folder = workspace.folder_of(path)?;
    if !is_source(path) || is_left_out(path, &folder.path, &folder.configs) {
        return None;
    }
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let config = folder.configs.of_directory(path.parent().unwrap_or(path)).ok()?;
    let file = discovery::File {
        path: path.to_owned(),
        stamp: FileStamp::from_metadata(&metadata),
        config,
    };
    scan_file(session, &file, cache, None, &mut Vec::new())
}

/// The entries of the cache for files that have not changed.
fn known_files(cache: Option<&ReadThrough>, files: &[discovery::File]) -> Vec<Option<KnownContent>> {
    match cache {
        Some(cache) => cache
            .cache()
            .known_files(files.iter().map(|file| (&*file.path, &file.stamp))),
        None => vec![None; files.len()],
    }
}

fn scan_file(
    session: &Session,
    file: &discovery::File,
    cache: Option<&ReadThrough>,
    known: Option<&KnownContent>,
    buffer: &mut Vec<u8>,
) -> Option<ScannedFile> {
    let scanned = catch_unwind(AssertUnwindSafe(|| {
        let is_clean = cache.is_some_and(|cache| is_clean(file, cache, known, buffer));
        diagnostics_of_file(session, file, is_clean)
    }));
    match scanned {
        Ok(Ok(scanned)) => Some(scanned),
        Ok(Err(error)) => {
            tracing::debug!("{}: {error}", file.path.display());
            None
        }
        Err(_) => {
            tracing::error!("{}: analyzing it has failed, please report this", file.path.display());
            None
        }
    }
}

/// Whether a file has metrics and no violation.
fn is_clean(file: &discovery::File, cache: &ReadThrough, known: Option<&KnownContent>, buffer: &mut Vec<u8>) -> bool {
    let (_, analysis) = cache.analyze_file(&file.path, file.stamp.size, file.config.max_file_size, known, buffer);
    analysis.is_ok_and(|analysis| evaluate(&analysis.metrics, &file.config).violations.is_empty())
}

/// The diagnostics of a file. A file that `is_clean` is not read.
fn diagnostics_of_file(
    session: &Session,
    file: &discovery::File,
    is_clean: bool,
) -> Result<ScannedFile, AnalysisError> {
    let uri = Url::from_file_path(&file.path)
        .map_err(|()| AnalysisError::Read(std::io::Error::other("the path is not absolute")))?;
    if is_clean {
        let diagnostics = Diagnostics::none();
        return Ok(ScannedFile { uri, diagnostics });
    }
    let text = read_text(&file.path, file.config.max_file_size)?;
    let document = Document::new(Rope::from_str(&text));
    drop(text);
    let evaluation = evaluate(&document, &file.config);
    let diagnostics = Diagnostics::of(
        &uri,
        &document,
        &evaluation,
        None,
        &session.settings(),
        session.support(),
    );
    Ok(ScannedFile { uri, diagnostics })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::lsp_types::{Diagnostic, Range};

    fn seen(look: u64, message: Option<&str>) -> Seen {
        let diagnostic = |message: &str| Diagnostic::new_simple(Range::default(), message.to_owned());
        let file = message.map(|message| ScannedFile {
            uri: Url::parse("file:///a.py").unwrap(),
            diagnostics: Diagnostics {
                result_id: look,
                items: [diagnostic(message)].into(),
            },
        });
        Seen {
            path: PathBuf::from("/a.py"),
            look,
            file,
        }
    }

    #[test]
    fn what_was_seen_last_holds_whichever_is_told_last() {
        let scan = Scan::new(1, Location::Off).unwrap();
        let known = || {
            scan.files()
                .into_iter()
                .map(|file| file.diagnostics.items[0].message.clone())
                .next()
        };
        assert!(scan.note(seen(2, Some("two"))).is_some());
        assert!(scan.note(seen(1, Some("one"))).is_none());
        assert_eq!(known().as_deref(), Some("two"));
        assert!(scan.note(seen(3, Some("two"))).is_none(), "nothing new");
        assert_eq!(scan.files()[0].diagnostics.result_id, 2, "the same set");
        let gone = scan.note(seen(5, None)).expect("news");
        assert!(gone.diagnostics.items.is_empty());
        assert!(scan.note(seen(4, Some("four"))).is_none());
        assert_eq!(known(), None, "what was deleted does not come back");
        assert_eq!(scan.summary().files, 0);
        assert!(scan.note(seen(6, Some("six"))).is_some());
        assert_eq!(known().as_deref(), Some("six"));
    }
}

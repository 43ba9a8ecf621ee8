//! The thread that writes what a process has to remember.
//!
//! It writes many entries in one short transaction, so that processes are seldom in each other's way, and nobody waits for the
//! disk but whoever ends. While a transaction is short, it takes in what else comes: most touch most of a small file, so that
//! few cost less than many, and of a short run nearly all is prepared before it ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction};

use super::bounded;
use super::database::{Database, DatabaseError, Fault};
use super::health::Health;
use super::key::ContentKey;
use super::maintenance::{self, Limits};
use super::store::{Counts, today};

/// So many entries are handed over at once. They are written in the order of the file, in which few are dearer than many: batches
/// of a quarter cost a cold run of Django 2.5 % more.
pub(super) const BATCH: usize = 1024;

/// No more batches than this wait to be written. What comes on top is forgotten, rather than held in memory.
const CAPACITY: usize = 128;

/// For so long a transaction waits for more. Others who want to write wait meanwhile, so it is little of what they have patience
/// for.
const OPEN_TRANSACTION: Duration = Duration::from_millis(50);

/// Something to remember.
pub(super) struct Entry {
    /// A content, which is noted as used today.
    pub key: ContentKey,
    /// What its analysis came to, unless that is known.
    pub payload: Option<Arc<[u8]>>,
    /// A path that has the content.
    pub path: Option<PathEntry>,
}

/// What there is to remember of a path.
#[derive(Clone, Copy)]
pub(super) struct PathEntry {
    /// The row of the path.
    pub id: i64,
    /// The checksum of its row.
    pub checksum: i64,
}

/// What is handed over at once.
#[derive(Default)]
pub(super) struct Batch {
    /// What there is to remember.
    pub entries: Vec<Entry>,
    /// How often the cache was used.
    pub uses: Counts,
}

/// The thread.
pub(super) struct Writer {
    sender: SyncSender<Batch>,
    thread: LastWrites,
}

/// A thread that gets no more to write.
#[derive(Default)]
pub(super) struct LastWrites(Option<JoinHandle<()>>);

impl Writer {
    /// Starts it. It opens the file in the folder when it has something to write, unless that is open.
    pub(super) fn start(folder: PathBuf, health: Arc<Health>, database: Option<Database>) -> Self {
        let (sender, receiver) = sync_channel(CAPACITY);
        let work = Work {
            folder,
            health: Arc::clone(&health),
            database,
        };
        let started = std::thread::Builder::new()
            .name("cache".to_owned())
            .spawn(move || work.run(&receiver));
        let thread = started.map_err(|error| {
            health.note(format!("it cannot be written ({error})"));
            health.writing.trip();
        });
        Self {
            sender,
            thread: LastWrites(thread.ok()),
        }
    }

    /// Has it write a batch, some time soon.
    pub(super) fn send(&self, batch: Batch) {
        // Full, or over: it is forgotten.
        let _ = self.sender.try_send(batch);
    }

    /// Has it write what it was sent now, as there is no more.
    pub(super) fn end(self) -> LastWrites {
        self.thread
    }
}

impl LastWrites {
    /// Waits until all is written.
    pub(super) fn finish(self) {
        if let Some(thread) = self.0 {
            // If it panicked, what it had is forgotten.
            let _ = thread.join();
        }
    }
}

/// What the thread works with.
struct Work {
    folder: PathBuf,
    health: Arc<Health>,
    database: Option<Database>,
}

impl Work {
    fn run(mut self, batches: &Receiver<Batch>) {
        let mut tidied = None;
        while let Ok(first) = batches.recv() {
            if self.health.writing.is_open() {
                return;
            }
            self.write(first, batches);
            // Once a day, should the process live so long.
            if tidied != Some(today()) {
                tidied = Some(today());
                self.tidy();
            }
        }
    }

    /// Writes a batch, and those that come meanwhile. Damage and a full disk are mended once; what cannot be written then is
    /// forgotten.
    fn write(&mut self, first: Batch, more: &Receiver<Batch>) {
        let first = in_order_of_file(first);
        // Should the transaction fail, even before it takes the first, they are needed again.
        let mut written = vec![Arc::clone(&first)];
        let until = Instant::now() + OPEN_TRANSACTION;
        let next = || {
            let left = until.saturating_duration_since(Instant::now());
            let batch = in_order_of_file(more.recv_timeout(left).ok()?);
            written.push(Arc::clone(&batch));
            Some(batch)
        };
        let batches = std::iter::once(first).chain(std::iter::from_fn(next));
        let Err(error) = self.try_write(batches) else {
            return self.health.writing.succeeded();
        };
        let mended = match error.fault() {
            Fault::Damaged => {
                self.health.note(format!("it was damaged ({error}) and begins anew"));
                self.reset()
            }
            Fault::Full => {
                self.health.note("the disk is full; it is made smaller".to_owned());
                self.database()
                    .and_then(|database| Ok(maintenance::make_room(&mut database.connection)?))
            }
            Fault::Forbidden | Fault::Other => Err(error),
        };
        match mended.and_then(|()| self.try_write(written.into_iter())) {
            Ok(()) => self.health.writing.succeeded(),
            Err(error) => {
                self.health.note(format!("it cannot be written ({error})"));
                match error.fault() {
                    // Who waited once for another process does not wait again.
                    Fault::Other if !error.is_busy() => self.health.writing.failed(),
                    _ => self.health.writing.trip(),
                }
            }
        }
    }

    fn try_write(&mut self, batches: impl Iterator<Item = Arc<Batch>>) -> Result<(), DatabaseError> {
        if self.health.take_needs_reset() {
            self.reset()?;
        }
        let database = self.database()?;
        write(database, batches)?;
        if !database.has_tables {
            // It has them now; what follows is to be written as into any other.
            self.database = None;
        }
        Ok(())
    }

    fn reset(&mut self) -> Result<(), DatabaseError> {
        self.database = None;
        Database::reset(&self.folder)
    }

    /// The file, opened if it is not open.
    fn database(&mut self) -> Result<&mut Database, DatabaseError> {
        let opened = match self.database.take() {
            Some(opened) => opened,
            None => {
                let mut opened = Database::open(&self.folder)?;
                if let Some(trouble) = opened.trouble.take() {
                    self.health.note(trouble);
                }
                opened
            }
        };
        Ok(self.database.insert(opened))
    }

    /// Removes what is too old or too much, if that is due. That it cannot be done is no trouble yet.
    fn tidy(&mut self) {
        if let Some(database) = &mut self.database {
            let handle = database.connection.get_interrupt_handle();
            let tidy = || maintenance::tidy_if_due(&mut database.connection, &Limits::default(), today());
            let _ = bounded::within(bounded::TIDYING, handle, tidy);
        }
    }
}

/// Writes batches, all of them or nothing.
pub(super) fn write(database: &mut Database, batches: impl Iterator<Item = Arc<Batch>>) -> Result<(), DatabaseError> {
    let transaction = database.begin()?;
    for batch in batches {
        insert(&transaction, &batch.entries)?;
        count_uses(&transaction, batch.uses, today())?;
    }
    Ok(transaction.commit()?)
}

fn insert(transaction: &Transaction<'_>, entries: &[Entry]) -> rusqlite::Result<()> {
    let day = today();
    let mut content = transaction.prepare_cached(
        "INSERT INTO content (id, last_used, key, payload) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET last_used = ?2, key = ?3, payload = ?4",
    )?;
    let mut used = transaction.prepare_cached("UPDATE content SET last_used = ?2 WHERE id = ?1 AND last_used <> ?2")?;
    let mut path = transaction.prepare_cached("REPLACE INTO paths (id, content, checksum) VALUES (?1, ?2, ?3)")?;
    for entry in entries {
        let id = entry.key.row_id();
        match (&entry.payload, &entry.path) {
            (Some(payload), _) => content.execute((id, day, entry.key.as_bytes(), payload))?,
            (None, None) => used.execute((id, day))?,
            (None, Some(_)) => 0,
        };
        if let Some(entry) = entry.path {
            path.execute((entry.id, id, entry.checksum))?;
        }
    }
    Ok(())
}

/// Neighbours in a table one after the other: contents by their rows, each once, and then paths.
fn in_order_of_file(mut batch: Batch) -> Arc<Batch> {
    let place = |entry: &Entry| (entry.path.map(|path| path.id), entry.key.row_id());
    batch.entries.sort_unstable_by_key(place);
    batch.entries.dedup_by(|later, kept| {
        later.path.is_none() && kept.path.is_none() && kept.payload.is_some() && later.key == kept.key
    });
    Arc::new(batch)
}

/// Adds to the uses of a day.
pub(super) fn count_uses(connection: &Connection, uses: Counts, day: i64) -> rusqlite::Result<()> {
    if uses == Counts::default() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO uses (day, hits, misses) VALUES (?1, ?2, ?3)
         ON CONFLICT (day) DO UPDATE SET hits = hits + ?2, misses = misses + ?3",
    )?;
    statement.execute((day, uses.hits.cast_signed(), uses.misses.cast_signed()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::cache::{Cache, ContentKey, Database, FILE_NAME};
    use antipasta_metrics::Finding;
    use antipasta_metrics::measure;

    #[test]
    fn what_was_to_be_written_when_damage_was_found_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let metrics = measure("x = 1\n").unwrap();
        for number in 0..10 {
            let key = ContentKey::of(format!("x = {number}\n").as_bytes());
            cache.remember_content(key, Finding::Metrics(&metrics));
        }
        let file = folder.path().join(FILE_NAME);
        drop(Database::open(folder.path()).unwrap());
        let mut damaged = std::fs::read(&file).unwrap();
        damaged[100..].fill(0xff);
        std::fs::write(&file, damaged).unwrap();
        cache.flush();
        assert!(cache.take_trouble().unwrap().contains("damaged"));
        drop(cache);
        let statistics = Database::open(folder.path()).unwrap().statistics().unwrap();
        assert_eq!(statistics.contents, 10);
    }
}

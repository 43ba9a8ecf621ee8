//! The cache as the analysis uses it: what is known is read at once, what is new is written in the background.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{CachedStatement, OptionalExtension, Row};
use xxhash_rust::xxh3::xxh3_64;

use super::database::{Database, DatabaseError, Purpose};
use super::health::Health;
use super::key::ContentKey;
use super::known::Known;
use super::location::{DIRECTORY_VARIABLE, Location, NO_CACHE_VARIABLE};
use super::writer::{self, BATCH, Batch, Entry, LastWrites, PathEntry, Writer};
use antipasta_metrics::ANALYZER;
use antipasta_metrics::payload::{self, Finding, Payload};
use antipasta_pool::locks::lock;
use antipasta_workspace::discovery::FileStamp;

const FILE_QUERY: &str = "
    SELECT content.key, content.payload, content.last_used, paths.checksum
    FROM paths JOIN content ON content.id = paths.content
    WHERE paths.id = ?1";

const CONTENT_QUERY: &str = "SELECT key, payload, last_used FROM content WHERE id = ?1";

/// The cache, as one process uses it. Threads share it.
///
/// Nothing here fails or waits for long: what cannot be read is not known, and what cannot be written is forgotten.
pub struct Cache {
    /// `None` if it is in the memory of this process.
    folder: Option<PathBuf>,
    /// `None` once the writer has it: that of a cache that was new, so that there is nothing to look for. Also if another process
    /// was in the way.
    reader: Mutex<Option<Database>>,
    is_new: bool,
    writing: Mutex<Writing>,
    health: Arc<Health>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What is to be written.
#[derive(Default)]
struct Writing {
    entries: Vec<Entry>,
    /// Started once there is enough to write.
    writer: Option<Writer>,
    /// What is being written since there was no more to add.
    last: LastWrites,
}

impl Writing {
    fn has_work(&self) -> bool {
        self.writer.is_some() || !self.entries.is_empty()
    }
}

/// How often the cache was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often it knew.
    pub hits: u64,
    /// How often it did not.
    pub misses: u64,
}

/// Why there is no cache though there is to be one.
#[derive(Debug, thiserror::Error)]
pub enum NoCache {
    /// The system names no folder for caches.
    #[error(
        "there is no cache: this system has no folder for it; {DIRECTORY_VARIABLE} can name one, and {NO_CACHE_VARIABLE}=1 says \
         that none is wanted"
    )]
    NoFolder,
    /// The cache in the folder cannot be used.
    #[error("the cache in {folder} is not used: {source}", folder = folder.display())]
    Unusable {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: DatabaseError,
    },
}

impl Cache {
    /// Opens the cache in a folder; makes it if there is none.
    ///
    /// # Errors
    ///
    /// There is no cache to work with.
    pub fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let health = Health::default();
        let mut database = match Database::open_as_it_is(folder, Purpose::Read) {
            Ok(database) => database,
            // What it knows is not known this time; what is new may still be written.
            Err(error) if error.is_busy() => return Ok(Self::with(Some(folder), None, true, health)),
            Err(error) => return Err(error),
        };
        if let Some(trouble) = database.trouble.take() {
            health.note(trouble);
        }
        if !database.is_writable {
            health.writing.trip();
        }
        let is_empty = "SELECT NOT EXISTS (SELECT * FROM content)";
        let is_empty = || database.connection.query_row(is_empty, [], |row| row.get(0));
        // Whoever asks next will see what is wrong.
        let is_new = !database.has_tables || is_empty().unwrap_or(false);
        Ok(Self::with(Some(folder), Some(database), is_new, health))
    }

    fn with(folder: Option<&Path>, reader: Option<Database>, is_new: bool, health: Health) -> Self {
        Self {
            folder: folder.map(Path::to_owned),
            reader: Mutex::new(reader),
            is_new,
            writing: Mutex::default(),
            health: Arc::new(health),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// A cache of this process alone, which ends with it; for a process that lives long where there is no other.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        Ok(Self::with(None, Some(Database::in_memory()?), false, Health::default()))
    }

    /// The cache at a location, if there is to be one.
    ///
    /// # Errors
    ///
    /// There is none though there is to be one.
    pub fn at(location: &Location) -> Result<Option<Self>, NoCache> {
        match location {
            Location::Off => Ok(None),
            Location::Unknown => Err(NoCache::NoFolder),
            Location::Folder(folder) => Self::open(folder).map(Some).map_err(|source| NoCache::Unusable {
                folder: folder.clone(),
                source,
            }),
        }
    }

    /// What is known of files that are what they were: for each absolute path and stamp, in their order.
    pub fn known_files<'f>(
        &self,
        files: impl ExactSizeIterator<Item = (&'f Path, &'f FileStamp)>,
    ) -> Vec<Option<Known>> {
        let mut known = Vec::new();
        known.resize_with(files.len(), || None);
        if !self.is_worth_asking() {
            return known;
        }
        let read = || -> rusqlite::Result<()> {
            let reader = lock(&self.reader);
            let Some(reader) = &*reader else {
                return Ok(());
            };
            // One transaction, so that files are not locked again for each.
            let transaction = reader.connection.unchecked_transaction()?;
            let mut statement = transaction.prepare_cached(FILE_QUERY)?;
            for ((path, stamp), place) in files.zip(&mut known) {
                *place = self.known_file(&mut statement, path, stamp)?;
            }
            Ok(())
        };
        match read() {
            Ok(()) => self.health.reading.succeeded(),
            Err(error) => self.health.could_not_read(&error),
        }
        known
    }

    fn known_file(
        &self,
        statement: &mut CachedStatement<'_>,
        path: &Path,
        stamp: &FileStamp,
    ) -> rusqlite::Result<Option<Known>> {
        let path = path.as_os_str().as_encoded_bytes();
        let found = statement.query_row([path_id(path)], |row| Ok((known_of(row)?, row.get::<_, i64>(3)?)));
        let Some((found, checksum)) = found.optional()? else {
            return Ok(None);
        };
        let believed = found.filter(|(known, _)| path_checksum(ANALYZER, path, stamp, &known.key) == checksum);
        Ok(believed.map(|found| self.used(found)))
    }

    /// What is known of a content.
    pub fn known_content(&self, key: &ContentKey) -> Option<Known> {
        if !self.is_worth_asking() {
            return None;
        }
        let read = || -> rusqlite::Result<Option<Option<(Known, i64)>>> {
            let reader = lock(&self.reader);
            let Some(reader) = &*reader else {
                return Ok(None);
            };
            let mut statement = reader.connection.prepare_cached(CONTENT_QUERY)?;
            statement.query_row([key.row_id()], known_of).optional()
        };
        match read() {
            Ok(found) => {
                self.health.reading.succeeded();
                let same = found.flatten().filter(|(known, _)| known.key == *key);
                same.map(|found| self.used(found))
            }
            Err(error) => {
                self.health.could_not_read(&error);
                None
            }
        }
    }

    /// Notes once a day that something is used.
    fn used(&self, (known, last_used): (Known, i64)) -> Known {
        if last_used != today() && self.folder.is_some() {
            self.write(Entry {
                key: known.key,
                payload: None,
                path: None,
            });
        }
        known
    }

    /// What something that is known says. If it is damaged, that is noted, and there is nothing.
    pub fn decode(&self, known: &Known) -> Option<Payload> {
        let payload = known.payload();
        if payload.is_none() {
            self.health
                .note("it had damaged entries, which are replaced".to_owned());
        }
        payload
    }

    /// Remembers what was found of a content, and returns it as it will be known; `None` if nothing is remembered any more.
    pub fn remember_content(&self, key: ContentKey, finding: Finding<'_>) -> Option<Known> {
        if self.health.writing.is_open() {
            return None;
        }
        let bytes: Arc<[u8]> = payload::encode(key.seed(), finding)?.into();
        self.write(Entry {
            key,
            payload: Some(Arc::clone(&bytes)),
            path: None,
        });
        Some(Known { key, bytes })
    }

    /// Remembers which content the file at an absolute path has. The stamp was taken at `now`, before the content was read; if
    /// that is too soon to tell changes by, nothing is remembered.
    pub fn remember_file(&self, path: &Path, stamp: &FileStamp, now: SystemTime, key: ContentKey) {
        if stamp.is_settled(now) {
            let path = path.as_os_str().as_encoded_bytes();
            self.write(Entry {
                key,
                payload: None,
                path: Some(PathEntry {
                    id: path_id(path),
                    checksum: path_checksum(ANALYZER, path, stamp, &key),
                }),
            });
        }
    }

    fn is_worth_asking(&self) -> bool {
        !self.is_new && !self.health.reading.is_open()
    }

    fn write(&self, entry: Entry) {
        if self.health.writing.is_open() {
            return;
        }
        let mut writing = lock(&self.writing);
        writing.entries.push(entry);
        if writing.entries.len() >= BATCH {
            self.send(&mut writing, Counts::default());
        }
    }

    /// Has the writer write what there is to write. In memory, there is none to wait for.
    fn send(&self, writing: &mut Writing, uses: Counts) {
        let entries = std::mem::take(&mut writing.entries);
        let Some(folder) = &self.folder else {
            if let Some(reader) = &mut *lock(&self.reader) {
                // What there is no room for is not known.
                let _ = writer::write(reader, std::iter::once(Batch { entries, uses }.into()));
            }
            return;
        };
        let start = || {
            let unused = self.is_new.then(|| lock(&self.reader).take()).flatten();
            Writer::start(folder.clone(), Arc::clone(&self.health), unused)
        };
        writing.writer.get_or_insert_with(start).send(Batch { entries, uses });
    }

    /// Counts uses of the cache.
    pub fn count(&self, counts: Counts) {
        self.hits.fetch_add(counts.hits, Ordering::Relaxed);
        self.misses.fetch_add(counts.misses, Ordering::Relaxed);
    }

    /// Has all that is to be remembered written now, while this thread does something else: when it has no more to add.
    pub fn begin_flush(&self) {
        let mut writing = lock(&self.writing);
        if writing.has_work() && !self.health.writing.is_open() {
            self.send_last(&mut writing, self.take_uses());
        }
    }

    /// Waits until all that is to be remembered is written, or given up. Returns the uses that were counted since the last time.
    pub fn flush(&self) -> Counts {
        let uses = self.take_uses();
        let mut writing = lock(&self.writing);
        if self.health.writing.is_open() {
            return uses;
        }
        if writing.has_work() {
            self.send_last(&mut writing, uses);
        } else if uses != Counts::default()
            && let Some(reader) = &mut *lock(&self.reader)
        {
            // Nothing is lost if another process is writing just now.
            let no_waiting: Option<fn(i32) -> bool> = None;
            let _ = reader.connection.busy_handler(no_waiting);
            let _ = writer::count_uses(&reader.connection, uses, today());
        }
        std::mem::take(&mut writing.last).finish();
        uses
    }

    /// Has the writer write what there is, and end.
    fn send_last(&self, writing: &mut Writing, uses: Counts) {
        if !writing.entries.is_empty() || uses != Counts::default() {
            self.send(writing, uses);
        }
        if let Some(writer) = writing.writer.take() {
            std::mem::replace(&mut writing.last, writer.end()).finish();
        }
    }

    fn take_uses(&self) -> Counts {
        Counts {
            hits: self.hits.swap(0, Ordering::Relaxed),
            misses: self.misses.swap(0, Ordering::Relaxed),
        }
    }

    /// What went wrong with the cache, for people; once.
    pub fn take_trouble(&self) -> Option<String> {
        let trouble = self.health.take_trouble()?;
        Some(match &self.folder {
            Some(folder) => format!("the cache in {}: {trouble}", folder.display()),
            None => format!("the cache in memory: {trouble}"),
        })
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.flush();
    }
}

/// A content and the day on which it was last used; `None` if its row makes no sense.
fn known_of(row: &Row<'_>) -> rusqlite::Result<Option<(Known, i64)>> {
    let (Ok(key), Ok(payload)) = (row.get_ref(0)?.as_blob(), row.get_ref(1)?.as_blob()) else {
        return Ok(None);
    };
    let last_used = row.get(2)?;
    Ok(ContentKey::from_slice(key).map(|key| {
        let bytes = payload.into();
        (Known { key, bytes }, last_used)
    }))
}

/// The row of a path: enough to find it by, not to believe it.
fn path_id(path: &[u8]) -> i64 {
    xxh3_64(path).cast_signed()
}

/// A checksum over all that a row about a path says, and over the analyzer that the content was measured by. A row does not name
/// its analyzer, and the file need not have changed since an older version of this program measured it.
fn path_checksum(analyzer: &str, path: &[u8], stamp: &FileStamp, key: &ContentKey) -> i64 {
    let FileStamp {
        size,
        modified_ns,
        changed_ns,
        inode,
    } = stamp;
    let mut row = Vec::with_capacity(analyzer.len() + path.len() + 4 * size_of::<u64>() + size_of::<ContentKey>());
    row.extend_from_slice(analyzer.as_bytes());
    row.extend_from_slice(path);
    row.extend_from_slice(&size.to_le_bytes());
    row.extend_from_slice(&modified_ns.to_le_bytes());
    row.extend_from_slice(&changed_ns.to_le_bytes());
    row.extend_from_slice(&inode.to_le_bytes());
    row.extend_from_slice(key.as_bytes());
    xxh3_64(&row).cast_signed()
}

/// The days since 1970.
pub(super) fn today() -> i64 {
    const SECONDS: u64 = 24 * 60 * 60;
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| (since.as_secs() / SECONDS).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::database::FILE_NAME;
    use std::time::Duration;

    #[test]
    fn a_file_that_another_analyzer_measured_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.py");
        std::fs::write(&file, "x = 1\n").unwrap();
        let stamp = FileStamp::from_metadata(&std::fs::metadata(&file).unwrap());
        let key = ContentKey::of(b"x = 1\n");
        let later = SystemTime::now() + Duration::from_mins(1);
        let cache = Cache::open(folder.path()).unwrap();
        cache.remember_content(key, Finding::Decoding("no text"));
        cache.remember_file(&file, &stamp, later, key);
        cache.flush();
        let is_known = || {
            let cache = Cache::open(folder.path()).unwrap();
            cache.known_files([(&*file, &stamp)].into_iter())[0].is_some()
        };
        assert!(is_known());
        let path = file.as_os_str().as_encoded_bytes();
        for analyzer in ["", "another"] {
            let checksum = path_checksum(analyzer, path, &stamp, &key);
            let database = rusqlite::Connection::open(folder.path().join(FILE_NAME)).unwrap();
            let changed = database.execute("UPDATE paths SET checksum = ?1", [checksum]).unwrap();
            assert_eq!(changed, 1);
            drop(database);
            assert!(!is_known(), "{analyzer:?}");
        }
    }
}

//! What users can have done to the cache: looked at, checked, made smaller, carried elsewhere.

use std::io;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::bounded;
use super::database::{Database, DatabaseError, connect_to_read, make_tables};
use super::key::ContentKey;
use super::known::Known;
use super::maintenance::{self, Limits};
use super::ownership::{self, Refusal};
use super::schema::{self, Owner};
use super::store::today;
use antipasta_workspace::replace_file::{Trees, refuse_way_out};
use antipasta_workspace::system_error::of_kind;

/// What there is in the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The version of its tables.
    pub version: i32,
    /// The size of the file, in bytes.
    pub file_bytes: u64,
    /// What of it is in use, in bytes.
    pub used_bytes: u64,
    /// How many contents are known.
    pub contents: u64,
    /// How many bytes say what is known of them.
    pub payload_bytes: u64,
    /// How many paths are known.
    pub paths: u64,
    /// How many days ago the content was used that was not used for longest; `None` if there is none.
    pub oldest_days: Option<i64>,
    /// How often the cache was asked, in the days that it remembers, and knew.
    pub hits: u64,
    /// How often it was asked, and did not.
    pub misses: u64,
}

/// Whether what is in the cache adds up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// What SQLite finds wrong with the file.
    pub problems: Vec<String>,
    /// How many contents there are.
    pub contents: u64,
    /// How many of them are damaged.
    pub damaged: u64,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.damaged == 0
    }
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many contents are new.
    pub added: u64,
    /// How many were known.
    pub known: u64,
    /// How many were damaged, and left out.
    pub refused: u64,
}

impl Database {
    /// What there is in the cache.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn statistics(&self) -> Result<Statistics, DatabaseError> {
        let number = |sql: &str| -> rusqlite::Result<u64> {
            let number: Option<i64> = self.connection.query_row(sql, [], |row| row.get(0))?;
            Ok(number.unwrap_or(0).max(0).cast_unsigned())
        };
        let handle = self.connection.get_interrupt_handle();
        bounded::within(bounded::COMMAND, handle, || {
            let size = maintenance::size(&self.connection)?;
            let extent = maintenance::extent(&self.connection)?;
            let oldest = maintenance::oldest_use(&self.connection)?;
            Ok(Statistics {
                version: schema::version(&self.connection)?,
                file_bytes: size.file,
                used_bytes: size.used,
                contents: extent.contents,
                payload_bytes: extent.payload_bytes,
                paths: number("SELECT count(*) FROM paths")?,
                oldest_days: oldest.map(|oldest| today().saturating_sub(oldest).max(0)),
                hits: number("SELECT sum(hits) FROM uses")?,
                misses: number("SELECT sum(misses) FROM uses")?,
            })
        })
    }

    /// Looks at every page and every entry.
    ///
    /// # Errors
    ///
    /// The file cannot be read at all.
    pub fn verify(&self) -> Result<Verification, DatabaseError> {
        let handle = self.connection.get_interrupt_handle();
        bounded::within(bounded::COMMAND, handle, || {
            let mut verification = Verification::default();
            let mut check = self.connection.prepare("PRAGMA integrity_check")?;
            for problem in check.query_map([], |row| row.get::<_, String>(0))? {
                let problem = problem?;
                if problem != "ok" {
                    verification.problems.push(problem);
                }
            }
            for_each_content(&self.connection, |known| {
                verification.contents += 1;
                verification.damaged += u64::from(known.is_none());
                Ok(())
            })?;
            Ok(verification)
        })
    }

    /// Removes what is above the limits. Returns how many contents were removed.
    ///
    /// # Errors
    ///
    /// It cannot be done.
    pub fn collect_garbage(&mut self, limits: &Limits) -> Result<u64, DatabaseError> {
        let handle = self.connection.get_interrupt_handle();
        let tidy = || maintenance::tidy(&mut self.connection, limits, today());
        Ok(bounded::within(bounded::COMMAND, handle, tidy)?)
    }

    /// Writes the contents to a new file, for its owner alone, without the paths, which are of this machine only. What does not
    /// add up is left out. Returns how many there are.
    ///
    /// # Errors
    ///
    /// The file exists, a link on the way to it leads out of its repository, or it cannot be written.
    pub fn export(&self, file: &Path) -> Result<u64, DatabaseError> {
        refuse_way_out(file, &Trees::default())?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Beside the other, which is there as a whole or not at all, and is no link that was there before.
        let scratch = tempfile::Builder::new().prefix(".antipasta-").tempfile_in(folder);
        let scratch = scratch.map_err(|error| of_kind(error.kind()))?;
        let handle = self.connection.get_interrupt_handle();
        let exported = bounded::within(bounded::COMMAND, handle, || self.copy_to(scratch.path()))?;
        scratch
            .persist_noclobber(file)
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => io::Error::other("it exists already, and is not overwritten"),
                _ => error.error,
            })?;
        Ok(exported)
    }

    /// Writes the contents to an empty file that nobody else knows.
    fn copy_to(&self, file: &Path) -> Result<u64, DatabaseError> {
        let mut copy = Connection::open(file)?;
        copy.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")?;
        make_tables(&mut copy)?;
        let transaction = copy.transaction()?;
        let mut exported = 0;
        for_each_content(&self.connection, |known| {
            exported += u64::from(known.is_some_and(|known| add(&transaction, &known, today()).is_ok_and(|new| new)));
            Ok(())
        })?;
        transaction.commit()?;
        Ok(exported)
    }

    /// Takes over the contents of a file that was exported. What does not add up is left out.
    ///
    /// # Errors
    ///
    /// The file is no cache, is tracked by git or of a newer version, or this cache cannot be written.
    pub fn import(&mut self, file: &Path) -> Result<Imported, DatabaseError> {
        ownership::look_at_export(file)?;
        // Of what stands beside it, nothing is part of it.
        let source = connect_to_read(&std::fs::canonicalize(file)?, true)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut imported = Imported::default();
        bounded::within(bounded::COMMAND, source.get_interrupt_handle(), || {
            match schema::owner(&source)? {
                Owner::Known(1..) => {}
                Owner::Newer(version) => return Err(DatabaseError::Newer(version)),
                Owner::Known(_) | Owner::Altered | Owner::Other => return Err(Refusal::NoExport.into()),
            }
            Ok(for_each_content(&source, |known| {
                match known {
                    None => imported.refused += 1,
                    Some(known) if add(&transaction, &known, today())? => imported.added += 1,
                    Some(_) => imported.known += 1,
                }
                Ok(())
            })?)
        })?;
        transaction.commit()?;
        Ok(imported)
    }

    /// Makes the tables those of another version, for a program that knows no later one.
    ///
    /// # Errors
    ///
    /// It cannot be done.
    pub fn migrate(&mut self, to: i32) -> Result<(), DatabaseError> {
        let handle = self.connection.get_interrupt_handle();
        let migrate = || schema::migrate(&mut self.connection, to);
        Ok(bounded::within(bounded::COMMAND, handle, migrate)?)
    }
}

/// The versions that [`Database::migrate`] knows.
pub const VERSIONS: std::ops::RangeInclusive<i32> = 1..=schema::VERSION;

/// Adds a content that was last used on a day, unless there is one in its row. Returns whether it was added.
fn add(transaction: &Transaction<'_>, known: &Known, day: i64) -> rusqlite::Result<bool> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO content (id, last_used, key, payload) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
    )?;
    let rows = insert.execute((known.key.row_id(), day, known.key.as_bytes(), &known.bytes))?;
    Ok(rows > 0)
}

/// Calls a function for every content, or `None` for one that is damaged.
///
/// # Errors
///
/// It cannot be read, or has no end.
fn for_each_content(
    connection: &Connection,
    mut each: impl FnMut(Option<Known>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    maintenance::extent(connection)?;
    let mut statement = connection.prepare("SELECT id, key, payload FROM content")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(sound(row)?)?;
    }
    Ok(())
}

/// The content of a row, if it adds up.
fn sound(row: &Row<'_>) -> rusqlite::Result<Option<Known>> {
    let (ValueRef::Integer(id), ValueRef::Blob(key), ValueRef::Blob(payload)) =
        (row.get_ref(0)?, row.get_ref(1)?, row.get_ref(2)?)
    else {
        return Ok(None);
    };
    let key = ContentKey::from_slice(key).filter(|key| key.row_id() == id);
    let known = key.map(|key| Known {
        key,
        bytes: payload.into(),
    });
    Ok(known.filter(Known::is_sound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;
    use antipasta_metrics::Finding;
    use antipasta_metrics::measure;
    use std::fs;

    /// A cache that knows a number of contents.
    fn filled(count: usize) -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        for number in 0..count {
            let source = format!("x = {number}\n");
            let metrics = measure(&source).unwrap();
            cache.remember_content(ContentKey::of(source.as_bytes()), Finding::Metrics(&metrics));
        }
        drop(cache);
        let database = Database::open(folder.path()).unwrap();
        (folder, database)
    }

    #[test]
    fn what_is_exported_can_be_imported() {
        let (folder, database) = filled(1500);
        let file = folder.path().join("export");
        assert_eq!(database.export(&file).unwrap(), 1500);
        assert!(database.export(&file).is_err(), "it exists");
        let (_folder, mut other) = filled(100);
        let imported = other.import(&file).unwrap();
        assert_eq!((imported.added, imported.known, imported.refused), (1400, 100, 0));
        assert_eq!(other.statistics().unwrap().contents, 1500);
        assert!(other.verify().unwrap().is_sound());
    }

    #[test]
    fn damaged_entries_are_found_and_not_imported() {
        let (folder, database) = filled(100);
        let damage =
            "UPDATE content SET payload = zeroblob(length(payload)) WHERE id IN (SELECT id FROM content LIMIT 7)";
        database.connection.execute_batch(damage).unwrap();
        // Sound as such, but not what is known of this content.
        let swap = "UPDATE content SET id = id + 1 WHERE id = (SELECT max(id) FROM content)";
        database.connection.execute_batch(swap).unwrap();
        let verification = database.verify().unwrap();
        assert_eq!(
            (verification.contents, verification.damaged, verification.is_sound()),
            (100, 8, false)
        );
        let file = folder.path().join("export");
        assert_eq!(database.export(&file).unwrap(), 92);
        let (_folder, mut other) = filled(0);
        let file = folder.path().join(crate::cache::FILE_NAME);
        drop(database);
        let imported = other.import(&file).unwrap();
        assert_eq!((imported.added, imported.refused), (92, 8));
    }

    #[test]
    fn what_is_no_cache_is_not_imported() {
        let (folder, mut database) = filled(1);
        let file = folder.path().join("file");
        for content in [&b""[..], b"garbage", &[0; 5000]] {
            fs::write(&file, content).unwrap();
            assert!(database.import(&file).is_err());
        }
        assert!(database.import(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn contents_outlive_migrations() {
        let (folder, mut database) = filled(10);
        for version in VERSIONS.rev() {
            database.migrate(version).unwrap();
        }
        drop(database);
        let database = Database::open(folder.path()).unwrap();
        let statistics = database.statistics().unwrap();
        assert_eq!((statistics.version, statistics.contents), (schema::VERSION, 10));
        assert!(database.verify().unwrap().is_sound());
    }
}

//! The file of the cache, opened: as well as the system, the disk and other processes allow.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::schema;

/// The name of the file in its folder.
pub const FILE_NAME: &str = "metrics.sqlite3";

/// No row is longer than this many bytes. Damage must not make us ask for gigabytes.
const MAX_ROW_BYTES: i32 = 64 << 20;

/// The size of a page, in bytes: a run reads and writes most of them, and many small ones take longer.
const PAGE_BYTES: i32 = 16 << 10;

/// A database in memory has no more than this many pages, of 4 KiB each: 64 MiB.
const MAX_PAGES_IN_MEMORY: i64 = 16 << 10;

/// How often a connection tries again while another process is in its way; it waits some 30 milliseconds each time, and two
/// seconds in all.
const ATTEMPTS: i32 = 60;

/// Why there is no cache to work with.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Its folder cannot be made.
    #[error("{0}")]
    Folder(#[from] io::Error),
    /// It is of a version that this program does not know.
    #[error("it is of a newer version ({0}; this program knows up to {VERSION})", VERSION = schema::VERSION)]
    Newer(i32),
    /// SQLite cannot work with it.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// What a failure of SQLite means for the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file is not what it was.
    Damaged,
    /// There is no room for more.
    Full,
    /// The file cannot be written, or not even opened.
    Forbidden,
    /// Something else, which may pass: another process is in the way, or the disk fails.
    Other,
}

impl Fault {
    /// What a failure means.
    pub fn of(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::Forbidden,
            // The statements are sound, so tables that do not fit them are not.
            Some(
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown | ErrorCode::TypeMismatch,
            ) => Self::Damaged,
            Some(_) => Self::Other,
            None => Self::Damaged,
        }
    }
}

/// An open file.
pub struct Database {
    /// The connection.
    pub(super) connection: Connection,
    /// Whether it can be written.
    pub(super) is_writable: bool,
    /// Whether there is anything to read.
    pub(super) has_tables: bool,
    /// What had to be done, or done without, to open it; for people.
    pub trouble: Option<String>,
}

impl Database {
    /// Opens the file in a folder, and makes both if need be. A file that is damaged beyond use is made anew; one that cannot
    /// be written is opened to be read.
    ///
    /// # Errors
    ///
    /// There is no cache to work with.
    pub fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let database = Self::open_as_it_is(folder)?;
        if database.has_tables {
            return Ok(database);
        }
        let Self {
            connection, trouble, ..
        } = database;
        let mut made = Self::with_tables(connection, 0, folder)?;
        made.trouble = trouble.or(made.trouble);
        Ok(made)
    }

    /// The same, but a file that is new stays empty until something is written ([`Self::begin`]).
    ///
    /// # Errors
    ///
    /// There is no cache to work with.
    pub(super) fn open_as_it_is(folder: &Path) -> Result<Self, DatabaseError> {
        let made = fs::create_dir_all(folder);
        let path = folder.join(FILE_NAME);
        let opened = connect(&path).and_then(|connection| Self::writable(connection, folder));
        let error = match opened {
            Err(DatabaseError::Sqlite(error)) => error,
            done => return done,
        };
        match Fault::of(&error) {
            Fault::Damaged => {
                reset(&path)?;
                let mut database = connect(&path).and_then(|connection| Self::writable(connection, folder))?;
                database.trouble = Some(format!("it was damaged ({error}) and begins anew"));
                Ok(database)
            }
            Fault::Forbidden => {
                made?;
                Self::read_only(&path).map_err(|_| error.into())
            }
            Fault::Full | Fault::Other => Err(error.into()),
        }
    }

    /// One in the memory of this process, which ends with it.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub(super) fn in_memory() -> Result<Self, DatabaseError> {
        let mut connection = Connection::open_in_memory()?;
        set_up(&mut connection)?;
        schema::migrate(&mut connection, schema::VERSION)?;
        // What comes on top is refused.
        connection.pragma_update(None, "max_page_count", MAX_PAGES_IN_MEMORY)?;
        Ok(Self {
            connection,
            is_writable: true,
            has_tables: true,
            trouble: None,
        })
    }

    fn writable(connection: Connection, folder: &Path) -> Result<Self, DatabaseError> {
        let version = schema::version(&connection)?;
        if version > schema::VERSION {
            // Even its log is the other version's business.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            return Err(DatabaseError::Newer(version));
        }
        // A process that is killed costs nothing even so. A machine that loses its power may leave a damaged file behind; that is
        // noticed, row by row, and costs less than to wait for the disk in every run.
        connection.pragma_update(None, "synchronous", "OFF")?;
        if version != 0 {
            return Self::with_tables(connection, version, folder);
        }
        Ok(Self {
            connection,
            is_writable: true,
            has_tables: false,
            trouble: None,
        })
    }

    /// Makes the tables of a version those of this program's.
    fn with_tables(mut connection: Connection, version: i32, folder: &Path) -> Result<Self, DatabaseError> {
        if version == 0 {
            lay_out(&connection)?;
        }
        let trouble = set_journal(&connection, folder)?;
        if version != schema::VERSION {
            schema::migrate(&mut connection, schema::VERSION)?;
        }
        Ok(Self {
            connection,
            is_writable: true,
            has_tables: true,
            trouble,
        })
    }

    /// Begins to write. A file that is new gets its tables with what is written, and without a log, which would have all of it
    /// written twice: whoever opens it next adds that.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn begin(&mut self) -> Result<Transaction<'_>, DatabaseError> {
        if self.has_tables {
            return Ok(self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?);
        }
        lay_out_pages(&self.connection)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Deferred)?;
        // The first statement waits for others who write, and writes: in a transaction of its own, that would be one more.
        lay_out_vacuum(&transaction)?;
        schema::migrate_within(&transaction, schema::VERSION)?;
        // Another process may have been faster.
        let version = schema::version(&transaction)?;
        if version != schema::VERSION {
            return Err(DatabaseError::Newer(version));
        }
        Ok(transaction)
    }

    /// Opens what cannot be written.
    fn read_only(path: &Path) -> Result<Self, DatabaseError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        set_up(&mut connection)?;
        let connection = match schema::version(&connection) {
            Ok(_) => connection,
            // Where the files that processes share cannot be made, nobody else can write either.
            Err(_) => {
                let uri = format!("file:{}?immutable=1", escaped(path));
                let mut connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
                set_up(&mut connection)?;
                connection
            }
        };
        match schema::version(&connection)? {
            version if version == schema::VERSION => Ok(Self {
                connection,
                is_writable: false,
                has_tables: true,
                trouble: Some("it cannot be written, and is only read".to_owned()),
            }),
            version if version > schema::VERSION => Err(DatabaseError::Newer(version)),
            _ => Err(DatabaseError::Sqlite(rusqlite::Error::QueryReturnedNoRows)),
        }
    }

    /// Makes the file anew, without anything in it.
    ///
    /// # Errors
    ///
    /// It cannot be done.
    pub fn reset(folder: &Path) -> Result<(), DatabaseError> {
        reset(&folder.join(FILE_NAME))
    }
}

fn connect(path: &Path) -> Result<Connection, DatabaseError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    set_up(&mut connection)?;
    Ok(connection)
}

/// Says how a file is laid out, which holds if it is said before there are tables.
fn lay_out(connection: &Connection) -> rusqlite::Result<()> {
    lay_out_pages(connection)?;
    lay_out_vacuum(connection)
}

/// The part of that which comes before a transaction.
fn lay_out_pages(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", PAGE_BYTES)
}

/// The part of that which is written.
fn lay_out_vacuum(connection: &Connection) -> rusqlite::Result<()> {
    // What is removed leaves room, which is given back when that is asked for.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")
}

/// What holds for every connection.
pub(super) fn set_up(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(wait_a_moment))?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_ROW_BYTES)?;
    // The tables may have been written by anyone.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(())
}

/// Waits while another process is in the way, at random, so that those who wait do not meet again; says whether to try again.
fn wait_a_moment(attempt: i32) -> bool {
    let longest = 1_u64 << attempt.clamp(0, 6);
    std::thread::sleep(Duration::from_micros(fastrand::u64(100..=longest * 1000)));
    attempt < ATTEMPTS
}

/// Has changes written to a log beside the file, so that nobody who reads waits for whoever writes; or, where that does not
/// work, as the system allows. Says what it had to do without.
fn set_journal(connection: &Connection, folder: &Path) -> rusqlite::Result<Option<String>> {
    let mode = if is_remote(folder) { "DELETE" } else { "WAL" };
    let set = |mode: &str| {
        connection.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| {
            row.get::<_, String>(0)
        })
    };
    let got = match unless_busy(|| set(mode)) {
        Ok(got) => got,
        Err(error) if mode == "WAL" && is_missing_feature(&error) => set("DELETE")?,
        Err(error) => return Err(error),
    };
    let is_log = got.eq_ignore_ascii_case("WAL");
    Ok((!is_log)
        .then(|| "its file system allows no write-ahead log; processes may have to wait for each other".to_owned()))
}

/// Does something again while another process is in the way. For what SQLite itself does not wait with: whoever changes the
/// journal's mode begins as a reader, and of two readers who want to write both would wait for ever.
fn unless_busy<T>(mut work: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let mut attempt = 0;
    loop {
        match work() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait_a_moment(attempt) => {
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// Whether something failed because the system cannot do it, and not because it cannot do it now.
fn is_missing_feature(error: &rusqlite::Error) -> bool {
    Fault::of(error) == Fault::Other && error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy)
}

/// Whether a folder is on another machine, where the memory that processes share for the log is not shared.
#[cfg(target_os = "linux")]
fn is_remote(folder: &Path) -> bool {
    use nix::sys::statfs::{AFS_SUPER_MAGIC, CODA_SUPER_MAGIC, FsType, NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, statfs};
    // As in the Linux kernel's `linux/magic.h`: CIFS, SMB 2, and the Plan 9 protocol.
    const MORE: [FsType; 3] = [FsType(0xff53_4d42), FsType(0xfe53_4d42), FsType(0x0102_1997)];
    statfs(folder).is_ok_and(|found| {
        let kind = found.filesystem_type();
        [NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, AFS_SUPER_MAGIC, CODA_SUPER_MAGIC].contains(&kind) || MORE.contains(&kind)
    })
}

/// Not known on this platform.
#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}

/// Empties a file, whatever is in it. Processes that have it open go on with an empty one.
fn reset(path: &Path) -> Result<(), DatabaseError> {
    let in_place = || -> Result<(), DatabaseError> {
        let connection = connect(path)?;
        // So that SQLite knows of the log, if it can.
        let _ = schema::version(&connection);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)?;
        let emptied = connection.execute_batch("VACUUM");
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)?;
        emptied?;
        lay_out(&connection)?;
        Ok(connection.execute_batch("VACUUM")?)
    };
    in_place().or_else(|_| {
        // Nobody can work with a file in such a state.
        for suffix in ["-wal", "-shm", "-journal", ""] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            match fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    })
}

/// A path as the URIs of SQLite have it.
fn escaped(path: &Path) -> String {
    let mut escaped = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => escaped.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02x}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    fn rows(database: &Database) -> i64 {
        let connection = &database.connection;
        connection
            .query_row("SELECT count(*) FROM content", [], |row| row.get(0))
            .unwrap()
    }

    /// A folder with a cache of many rows.
    fn filled() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).unwrap();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                    INSERT INTO content SELECT i, 1, randomblob(32), randomblob(300) FROM n";
        database.connection.execute_batch(fill).unwrap();
        folder
    }

    #[test]
    fn it_is_made_and_found_again() {
        let folder = filled();
        let database = Database::open(folder.path()).unwrap();
        assert_eq!(
            (rows(&database), database.is_writable, &database.trouble),
            (2000, true, &None)
        );
        let mode: String = database
            .connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
        let vacuum: i64 = database
            .connection
            .query_row("PRAGMA auto_vacuum", [], |row| row.get(0))
            .unwrap();
        assert_eq!(vacuum, 2);
    }

    #[test]
    fn many_make_it_at_once() {
        for _ in 0..200 {
            let folder = tempfile::tempdir().unwrap();
            let barrier = std::sync::Barrier::new(16);
            std::thread::scope(|scope| {
                for _ in 0..16 {
                    scope.spawn(|| {
                        barrier.wait();
                        let database = Database::open(folder.path()).unwrap();
                        assert!(
                            database.is_writable && database.trouble.is_none(),
                            "{:?}",
                            database.trouble
                        );
                    });
                }
            });
        }
    }

    #[test]
    fn a_file_that_is_no_database_begins_anew() {
        for content in [&b"garbage"[..], &[0xff; 100_000], b"SQLite format 3\0 or so"] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(FILE_NAME), content).unwrap();
            let database = Database::open(folder.path()).unwrap();
            assert_eq!(rows(&database), 0);
            assert!(database.trouble.is_some(), "{:?}", content.len());
        }
    }

    #[test]
    fn tables_that_are_missing_are_damage() {
        let folder = filled();
        Database::open(folder.path())
            .unwrap()
            .connection
            .execute_batch("DROP TABLE content")
            .unwrap();
        let error = Database::open(folder.path())
            .unwrap()
            .connection
            .prepare("SELECT id FROM content")
            .unwrap_err();
        assert_eq!(Fault::of(&error), Fault::Damaged);
    }

    #[test]
    fn a_truncated_file_begins_anew_or_reads_what_is_left() {
        for length in [1, 100, 4096, 5000, 100_000] {
            let folder = filled();
            let file = File::options().write(true).open(folder.path().join(FILE_NAME)).unwrap();
            file.set_len(length).unwrap();
            let database = Database::open(folder.path()).unwrap();
            let count = "SELECT count(*) FROM content WHERE length(payload) > 0";
            match database.connection.query_row(count, [], |row| row.get::<_, i64>(0)) {
                Ok(rows) => assert!(rows < 2000),
                Err(error) => assert_eq!(Fault::of(&error), Fault::Damaged, "{error}"),
            }
        }
    }

    #[test]
    fn a_newer_file_is_left_untouched() {
        let folder = filled();
        let database = Database::open(folder.path()).unwrap();
        database
            .connection
            .pragma_update(None, "user_version", schema::VERSION + 1)
            .unwrap();
        drop(database);
        let path = folder.path().join(FILE_NAME);
        let before = fs::read(&path).unwrap();
        let refused = Database::open(folder.path());
        assert!(matches!(refused, Err(DatabaseError::Newer(version)) if version == schema::VERSION + 1));
        assert!(fs::read(&path).unwrap() == before);
    }

    #[test]
    fn what_cannot_be_written_is_read() {
        let folder = filled();
        let database = Database::read_only(&folder.path().join(FILE_NAME)).unwrap();
        assert_eq!((rows(&database), database.is_writable), (2000, false));
        let refused = database.connection.execute_batch("DELETE FROM content").unwrap_err();
        assert_eq!(Fault::of(&refused), Fault::Forbidden);
    }

    #[test]
    fn paths_are_escaped() {
        assert_eq!(escaped(Path::new("/a b/c?%.sqlite3")), "/a%20b/c%3f%25.sqlite3");
    }
}

//! The file of the cache, opened: as well as the system, the disk and other processes allow.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::bounded;
use super::ownership::{self, Claim, Refusal, SIBLINGS, sibling};
use super::schema::{self, Owner};
use antipasta_metrics::payload::MAX_PAYLOAD_BYTES;

/// The name of the file in its folder.
pub const FILE_NAME: &str = "metrics.sqlite3";

/// No row is longer than this many bytes. Damage must not make us ask for gigabytes.
const MAX_ROW_BYTES: i32 = MAX_PAYLOAD_BYTES as i32 + (64 << 10);

/// The size of a page, in bytes: a run reads and writes most of them, and many small ones take longer.
const PAGE_BYTES: i32 = 16 << 10;

/// A database in memory has no more than this many pages, of 4 KiB each: 64 MiB.
const MAX_PAGES_IN_MEMORY: i64 = 16 << 10;

/// What the use of a connection is, and so how long it waits while another process is in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What cannot be read at once is not known: some milliseconds.
    Read,
    /// Two seconds.
    Write,
}

/// How often a connection to write tries again, at random moments.
const ATTEMPTS: i32 = 60;

/// The same, of one to read.
const ATTEMPTS_TO_READ: i32 = 6;

/// Why there is no cache to work with.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not to be used.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is of a version that this program does not know.
    #[error("it is of a newer version ({0}; this program knows up to {VERSION})", VERSION = schema::VERSION)]
    Newer(i32),
    /// It has tables that this program does not make.
    #[error("its tables are not those of this program")]
    Altered,
    /// It was interrupted.
    #[error("it took too long; `antipasta-lsp cache clear` begins anew")]
    Endless,
    /// SQLite cannot work with it.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Endless,
            _ => Self::Sqlite(error),
        }
    }
}

impl DatabaseError {
    /// What it means for the cache.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Sqlite(error) => Fault::of(error),
            Self::Altered | Self::Endless => Fault::Damaged,
            Self::Io(_) | Self::Refused(_) | Self::Newer(_) => Fault::Forbidden,
        }
    }

    /// Whether another process is in the way.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
    }
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
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::Unknown
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::OperationInterrupted,
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
    /// Opens the file in a folder to write, and makes both if need be. A file of ours that is damaged beyond use is made anew;
    /// one that cannot be written is opened to be read.
    ///
    /// # Errors
    ///
    /// There is no cache to work with.
    pub fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let mut database = Self::open_as_it_is(folder, Purpose::Write)?;
        if !database.has_tables {
            make_tables(&mut database.connection)?;
            let trouble = set_journal(&database.connection, folder)?;
            database.has_tables = true;
            database.trouble = database.trouble.or(trouble);
        }
        Ok(database)
    }

    /// The same, but a file that is new stays empty until something is written ([`Self::begin`]), and one that is to be read is
    /// not waited for.
    ///
    /// # Errors
    ///
    /// There is no cache to work with, or another process is in the way.
    pub(super) fn open_as_it_is(folder: &Path, purpose: Purpose) -> Result<Self, DatabaseError> {
        let (path, claim) = ownership::prepare(folder)?;
        if claim == Claim::Unnamed {
            refuse_foreign(&path)?;
        }
        let open = || Self::of_file(&path, folder, purpose);
        let error = match open() {
            Err(error) => error,
            done => return done,
        };
        match error.fault() {
            Fault::Damaged if claim == Claim::Ours => {
                reset(&path)?;
                let mut database = open()?;
                database.trouble = Some(format!("it was damaged ({error}) and begins anew"));
                Ok(database)
            }
            Fault::Damaged => Err(Refusal::Foreign(path).into()),
            Fault::Forbidden if matches!(error, DatabaseError::Sqlite(_)) => Self::read_only(&path).map_err(|_| error),
            Fault::Other if claim == Claim::Ours && is_io(&error) => {
                // Where processes cannot share memory, a log that another system has left cannot be read.
                leave_log(&path).map_err(|_| error)?;
                open()
            }
            Fault::Forbidden | Fault::Full | Fault::Other => Err(error),
        }
    }

    /// One in the memory of this process, which ends with it.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub(super) fn in_memory() -> Result<Self, DatabaseError> {
        let mut connection = Connection::open_in_memory()?;
        set_up(&mut connection, Purpose::Write)?;
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

    /// Opens a file that [`ownership::prepare`] has looked at.
    fn of_file(path: &Path, folder: &Path, purpose: Purpose) -> Result<Self, DatabaseError> {
        let mut connection = connect(path, purpose)?;
        let handle = connection.get_interrupt_handle();
        let (version, trouble) = bounded::within(bounded::OPENING, handle, || -> Result<_, DatabaseError> {
            let version = version_of_ours(&connection, path)?;
            // A process that is killed costs nothing even so. A machine that loses its power may leave a damaged file behind; that
            // is noticed, row by row, and costs less than to wait for the disk in every run.
            connection.pragma_update(None, "synchronous", "OFF")?;
            if version == 0 {
                return Ok((version, None));
            }
            if version != schema::VERSION {
                schema::migrate(&mut connection, schema::VERSION)?;
            }
            if connection.is_readonly(rusqlite::MAIN_DB)? {
                return Ok((version, Some(ONLY_READ.to_owned())));
            }
            let trouble = match purpose {
                Purpose::Read => None,
                Purpose::Write => set_journal(&connection, folder)?,
            };
            Ok((version, trouble))
        })?;
        Ok(Self {
            is_writable: !connection.is_readonly(rusqlite::MAIN_DB)?,
            connection,
            has_tables: version != 0,
            trouble,
        })
    }

    /// Begins to write. A file that is new gets its tables first, and no log, which would have all of it written twice: whoever
    /// opens it next adds that.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn begin(&mut self) -> Result<Transaction<'_>, DatabaseError> {
        if !self.has_tables {
            make_tables(&mut self.connection)?;
        }
        Ok(self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// Opens what cannot be written.
    fn read_only(path: &Path) -> Result<Self, DatabaseError> {
        let connection = match connect_to_read(path, false) {
            Ok(connection) if schema::version(&connection).is_ok() => connection,
            // Where the files that processes share cannot be made, nobody else can write either.
            _ => connect_to_read(path, true)?,
        };
        let handle = connection.get_interrupt_handle();
        match bounded::within(bounded::OPENING, handle, || version_of_ours(&connection, path))? {
            version if version == schema::VERSION => Ok(Self {
                connection,
                is_writable: false,
                has_tables: true,
                trouble: Some(ONLY_READ.to_owned()),
            }),
            _ => Err(DatabaseError::Sqlite(rusqlite::Error::QueryReturnedNoRows)),
        }
    }

    /// Makes the file anew, without anything in it, if it is ours.
    ///
    /// # Errors
    ///
    /// It is not ours, or it cannot be done.
    pub fn reset(folder: &Path) -> Result<(), DatabaseError> {
        match ownership::prepare(folder)? {
            (_, Claim::Empty) => Ok(()),
            (path, Claim::Ours) => reset(&path),
            (path, Claim::Unnamed) => match refuse_foreign(&path)? {
                Owner::Known(0) => Ok(()),
                _ => reset(&path),
            },
        }
    }
}

/// Refuses a file that does not say who made it, unless it has nothing in it, or what SQLite keeps beside it says that it is
/// ours. Writes nothing.
fn refuse_foreign(path: &Path) -> Result<Owner, DatabaseError> {
    let is_alone = !SIBLINGS.iter().any(|suffix| sibling(path, suffix).exists());
    let owner = || -> Result<Owner, DatabaseError> {
        let connection = connect_to_read(path, is_alone)?;
        let handle = connection.get_interrupt_handle();
        Ok(bounded::within(bounded::OPENING, handle, || {
            schema::owner(&connection)
        })?)
    };
    match owner() {
        Ok(Owner::Other) => Err(Refusal::Foreign(path.to_owned()).into()),
        Err(error) if error.fault() == Fault::Damaged => Err(Refusal::Foreign(path.to_owned()).into()),
        done => done,
    }
}

/// The version of the tables in a file of ours. Writes nothing: what is not ours is another program's business, and so is its
/// log, and that of a newer version.
fn version_of_ours(connection: &Connection, path: &Path) -> Result<i32, DatabaseError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let version = match schema::owner(connection)? {
        Owner::Known(version) => version,
        Owner::Newer(version) => return Err(DatabaseError::Newer(version)),
        Owner::Altered => return Err(DatabaseError::Altered),
        Owner::Other => return Err(Refusal::Foreign(path.to_owned()).into()),
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(version)
}

/// What is wrong with a file that the system lets nobody write.
const ONLY_READ: &str = "it cannot be written, and is only read";

/// What all connections to files have in common.
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX.union(OpenFlags::SQLITE_OPEN_NOFOLLOW);

fn connect(path: &Path, purpose: Purpose) -> Result<Connection, DatabaseError> {
    let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = Connection::open_with_flags(path, flags)?;
    set_up(&mut connection, purpose)?;
    Ok(connection)
}

/// Opens a file that nobody writes to through this connection; if it is `immutable`, nobody else does either, and nothing beside
/// it is looked at.
pub(super) fn connect_to_read(path: &Path, is_immutable: bool) -> Result<Connection, DatabaseError> {
    let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY;
    let mut connection = if is_immutable {
        let uri = format!("file:{}?immutable=1", escaped(path));
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    set_up(&mut connection, Purpose::Read)?;
    Ok(connection)
}

/// Makes the tables in a file without any. It is ours from then on, whatever becomes of this process.
pub(super) fn make_tables(connection: &mut Connection) -> Result<(), DatabaseError> {
    lay_out_pages(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    // The first statement waits for others who write, and writes: in a transaction of its own, that would be one more.
    lay_out_vacuum(&transaction)?;
    schema::migrate_within(&transaction, schema::VERSION)?;
    // Another process may have been faster.
    let version = schema::version(&transaction)?;
    if version != schema::VERSION {
        return Err(DatabaseError::Newer(version));
    }
    Ok(transaction.commit()?)
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
pub(super) fn set_up(connection: &mut Connection, purpose: Purpose) -> rusqlite::Result<()> {
    connection.busy_handler(Some(match purpose {
        Purpose::Read => wait_a_moment_to_read,
        Purpose::Write => wait_a_moment,
    }))?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_ROW_BYTES)?;
    // The tables may have been written by anyone.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    Ok(())
}

/// Waits while another process is in the way, at random, so that those who wait do not meet again; says whether to try again.
fn wait_a_moment(attempt: i32) -> bool {
    let longest = 1_u64 << attempt.clamp(0, 6);
    std::thread::sleep(Duration::from_micros(fastrand::u64(100..=longest * 1000)));
    attempt < ATTEMPTS
}

/// The same, for some milliseconds.
fn wait_a_moment_to_read(attempt: i32) -> bool {
    wait_a_moment(attempt) && attempt < ATTEMPTS_TO_READ
}

/// Has changes written to a log beside the file, so that nobody who reads waits for whoever writes; or, where that does not
/// work, as the system allows. Says what it had to do without.
fn set_journal(connection: &Connection, folder: &Path) -> rusqlite::Result<Option<String>> {
    let is_log = |mode: String| mode.eq_ignore_ascii_case("WAL");
    let journal = |pragma: &str| {
        connection
            .query_row(pragma, [], |row| row.get::<_, String>(0))
            .map(is_log)
    };
    if journal("PRAGMA journal_mode")? {
        return Ok(None);
    }
    let has_log = !is_remote(folder)
        && shares_memory(folder)
        && match unless_busy(|| journal("PRAGMA journal_mode = WAL")) {
            Err(error) if is_missing_feature(&error) => false,
            done => done?,
        };
    Ok((!has_log)
        .then(|| "its file system allows no write-ahead log; processes may have to wait for each other".to_owned()))
}

/// Whether processes can share memory by way of a file in a folder, which a log needs. SQLite says so when the log is first
/// read: too late for a file that others have open. So it is tried with another file.
fn shares_memory(folder: &Path) -> bool {
    let try_log = || -> Result<(), DatabaseError> {
        let scratch = tempfile::Builder::new().prefix(".antipasta-").tempdir_in(folder)?;
        let connection = Connection::open(scratch.path().join(FILE_NAME))?;
        connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; CREATE TABLE t (x)")?;
        Ok(())
    };
    // If another file cannot be made, there is nothing to say against it.
    !try_log().is_err_and(|error| is_io(&error))
}

/// Ends the use of a log that cannot be read as long as processes would have to share memory for it.
fn leave_log(path: &Path) -> Result<(), DatabaseError> {
    let connection = connect(path, Purpose::Write)?;
    // Whoever has a file alone needs no memory to share.
    connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE")?;
    Ok(())
}

fn is_io(error: &DatabaseError) -> bool {
    matches!(error, DatabaseError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure))
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

/// Empties a file of ours, whatever is in it. Processes that have it open go on with an empty one.
fn reset(path: &Path) -> Result<(), DatabaseError> {
    let in_place = || -> Result<(), DatabaseError> {
        let connection = connect(path, Purpose::Write)?;
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
        for suffix in SIBLINGS.into_iter().chain([""]) {
            match fs::remove_file(sibling(path, suffix)) {
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

    /// A database of another program.
    fn foreign(path: &Path, sql: &str) {
        Connection::open(path).unwrap().execute_batch(sql).unwrap();
    }

    #[test]
    fn what_is_not_ours_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let tables = "CREATE TABLE content (x); INSERT INTO content VALUES (1);";
        let mut contents = vec![
            b"garbage".to_vec(),
            vec![0xff; 100_000],
            vec![0; 5000],
            b"SQLite format 3\0 or so".to_vec(),
        ];
        for sql in [
            String::new(),
            tables.to_owned(),
            format!("PRAGMA user_version = 3; {tables}"),
            format!("PRAGMA journal_mode = WAL; PRAGMA user_version = 1; {tables}"),
            format!("PRAGMA application_id = 7; {tables}"),
            "PRAGMA application_id = 7; CREATE TABLE t (x); DROP TABLE t".to_owned(),
        ] {
            let _ = fs::remove_file(&path);
            foreign(&path, &sql);
            contents.push(fs::read(&path).unwrap());
        }
        for content in contents.into_iter().filter(|content| !content.is_empty()) {
            fs::write(&path, &content).unwrap();
            for _ in 0..2 {
                let refused = Database::open(folder.path()).err().unwrap();
                assert!(
                    matches!(refused, DatabaseError::Refused(Refusal::Foreign(_))),
                    "{refused}"
                );
                assert!(Database::reset(folder.path()).is_err());
                assert!(fs::read(&path).unwrap() == content);
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_database_without_anything_in_it_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        foreign(&path, "CREATE TABLE t (x); DROP TABLE t");
        assert_eq!(rows(&Database::open(folder.path()).unwrap()), 0);
        assert_eq!(ownership::claim_of(&path).unwrap(), Claim::Ours);
    }

    #[test]
    fn a_file_is_ours_as_soon_as_it_has_tables() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let mut database = Database::open_as_it_is(folder.path(), Purpose::Read).unwrap();
        assert_eq!(ownership::claim_of(&path).unwrap(), Claim::Empty);
        let transaction = database.begin().unwrap();
        assert_eq!(ownership::claim_of(&path).unwrap(), Claim::Ours);
        drop(transaction);
        // A log that nobody has emptied yet makes no difference.
        let opened = Database::open(folder.path()).unwrap();
        assert_eq!(ownership::claim_of(&path).unwrap(), Claim::Ours);
        drop(opened);
        Database::reset(folder.path()).unwrap();
        assert_eq!(rows(&Database::open(folder.path()).unwrap()), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_and_a_file_that_are_made_are_of_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("cache");
        drop(Database::open(&folder).unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(FILE_NAME))), (0o700, 0o600));
    }

    #[test]
    fn whoever_reads_does_not_wait_for_whoever_writes() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Database::open_as_it_is(folder.path(), Purpose::Read).unwrap();
        drop(first.begin().unwrap());
        // It has tables and no log, and the one who writes has it.
        let writing = first.begin().unwrap();
        let reader = Database::open_as_it_is(folder.path(), Purpose::Read).unwrap();
        assert_eq!(rows(&reader), 0);
        drop(writing);
        first.connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let refused = Database::open_as_it_is(folder.path(), Purpose::Read).err().unwrap();
        assert!(refused.is_busy(), "{refused}");
    }

    #[test]
    fn a_log_that_cannot_be_shared_is_left() {
        let folder = filled();
        let path = folder.path().join(FILE_NAME);
        assert!(shares_memory(folder.path()));
        leave_log(&path).unwrap();
        let reader = Database::open_as_it_is(folder.path(), Purpose::Read).unwrap();
        let mode: String = reader
            .connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .unwrap();
        assert_eq!((mode.as_str(), rows(&reader)), ("delete", 2000));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn tables_that_are_not_as_we_make_them_are_damage() {
        for change in [
            "DROP TABLE content",
            "CREATE TRIGGER t AFTER INSERT ON content BEGIN DELETE FROM content; END",
            "ALTER TABLE content RENAME TO other; CREATE VIEW content AS SELECT * FROM other",
        ] {
            let folder = filled();
            let database = Database::open(folder.path()).unwrap();
            let connection = &database.connection;
            connection
                .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, true)
                .unwrap();
            connection.execute_batch(change).unwrap();
            drop(database);
            let database = Database::open(folder.path()).unwrap();
            assert_eq!(rows(&database), 0, "{change}");
            assert!(database.trouble.is_some(), "{change}");
        }
    }

    #[test]
    fn a_truncated_file_begins_anew_or_reads_what_is_left() {
        for length in [100, 4096, 5000, 100_000] {
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

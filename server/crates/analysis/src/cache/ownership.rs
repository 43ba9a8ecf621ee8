//! Whose files they are: SQLite is let near none that this program did not make, and follows no links.

use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::database::FILE_NAME;
use super::location::DIRECTORY_VARIABLE;
use super::schema::APPLICATION_ID;
use antipasta_rules::escape::one_line;
use antipasta_workspace::discovery::normalized;
use antipasta_workspace::git;
use antipasta_workspace::regular_file;

/// What SQLite adds to the name of a file, for those that it keeps beside it.
pub(super) const SIBLINGS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Where the header of a file has the number of the application that made it.
///
/// Source: [SQLite's file format, 1.3](https://www.sqlite.org/fileformat2.html#the_database_header).
const APPLICATION_AT: usize = 68;

const HEADER_BYTES: usize = 100;

const MAGIC: &[u8] = b"SQLite format 3\0";

/// What a write-ahead log begins with, but for its last bit; its index; and a rollback journal.
///
/// Source: [SQLite's file format, 3 and 4.1](https://www.sqlite.org/fileformat2.html#the_rollback_journal), [the format of the
/// index, 1.1](https://www.sqlite.org/walformat.html#the_wal_index_file_format).
const WAL_MAGIC: u32 = 0x377f_0682;
const INDEX_VERSION: u32 = 3_007_000;
const JOURNAL_MAGIC: [u8; MAGIC_BYTES] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
const MAGIC_BYTES: usize = 8;

/// Why a file is left alone.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Its folder cannot be made, or it cannot be looked at.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It, or one beside it, is a link, which may lead anywhere.
    #[error("{} is a symbolic link, and none are followed there", shown(.0))]
    Link(PathBuf),
    /// It, or one beside it, is a folder, a pipe or a device.
    #[error("{} is no regular file", shown(.0))]
    Special(PathBuf),
    /// Another program made it.
    #[error(
        "{} was not made by antipasta-lsp, and is left as it is; move it away, or name another folder by {DIRECTORY_VARIABLE}",
        shown(.0)
    )]
    Foreign(PathBuf),
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// It is no file that `cache export` wrote.
    #[error("`antipasta-lsp cache export` did not write it")]
    NoExport,
    /// Everybody who commits to the repository can say what is in it.
    #[error("git tracks {}, so whoever commits could change results by it; take it out of the repository", shown(.0))]
    Tracked(PathBuf),
    /// It is in a repository, and nobody knows whether git tracks it.
    #[error("{} may be tracked by git: {}", shown(.0), .1)]
    Unknown(PathBuf, io::Error),
}

fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

/// What a file says of itself before SQLite reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// There is nothing in it, or no file.
    Empty,
    /// This program made it.
    Ours,
    /// It is a database that names no maker yet: what SQLite keeps beside it may have more.
    Unnamed,
}

/// Makes a folder for the cache, for its owner alone, unless it is there, and looks whether the files in it can be ours.
/// Returns the path of the file, without links on the way, and what it says of itself.
///
/// # Errors
///
/// The folder cannot be made, or a file in it is not to be used.
pub(super) fn prepare(folder: &Path) -> Result<(PathBuf, Claim), Refusal> {
    let spelled = normalized(&std::path::absolute(folder)?);
    refuse_tracked(&spelled, FILE_NAME)?;
    make_folder(&spelled)?;
    let folder = without_links(&spelled)?;
    if folder != spelled {
        refuse_tracked(&folder, FILE_NAME)?;
    }
    let path = folder.join(FILE_NAME);
    for suffix in SIBLINGS {
        is_there(&sibling(&path, suffix))?;
    }
    let claim = claim_of(&path)?;
    if claim == Claim::Empty {
        for suffix in SIBLINGS {
            refuse_unrelated(&sibling(&path, suffix), suffix)?;
        }
        make_file(&path);
    }
    Ok((path, claim))
}

/// Refuses what git tracks: a file in an absolute folder, one that SQLite keeps beside it, or a link on the way to it.
fn refuse_tracked(folder: &Path, name: &str) -> Result<(), Refusal> {
    let beside = SIBLINGS.map(|suffix| format!("{name}{suffix}"));
    let names: Vec<&str> = std::iter::once(name).chain(beside.iter().map(String::as_str)).collect();
    match git::first_tracked(folder, &names) {
        Ok(None) => Ok(()),
        Ok(Some(path)) => Err(Refusal::Tracked(path)),
        Err(error) => Err(Refusal::Unknown(folder.join(name), error)),
    }
}

/// Looks whether a file that the user names can be a cache that this program exported.
///
/// # Errors
///
/// It is no such file, git tracks it, or it cannot be read.
pub(super) fn look_at_export(file: &Path) -> Result<(), Refusal> {
    let (opened, metadata) = match regular_file::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refusal::Missing),
        done => done?,
    };
    for path in [normalized(&std::path::absolute(file)?), fs::canonicalize(file)?] {
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
            refuse_tracked(folder, &name.to_string_lossy())?;
        }
    }
    match claim(opened, &metadata)? {
        Some(Claim::Ours) => Ok(()),
        _ => Err(Refusal::NoExport),
    }
}

/// Refuses a file that is where SQLite keeps one beside a database, but is none that SQLite wrote. Where the database is new,
/// SQLite takes it for a leftover, and deletes or overwrites it.
fn refuse_unrelated(path: &Path, suffix: &str) -> Result<(), Refusal> {
    if !is_there(path)? {
        return Ok(());
    }
    let mut begin = Vec::with_capacity(MAGIC_BYTES);
    let (file, _) = regular_file::open(path)?;
    file.take(MAGIC_BYTES as u64).read_to_end(&mut begin)?;
    let expected: &[&[u8]] = match suffix {
        "-wal" => &[&WAL_MAGIC.to_be_bytes(), &(WAL_MAGIC + 1).to_be_bytes()],
        "-shm" => &[&INDEX_VERSION.to_ne_bytes()],
        _ => &[&JOURNAL_MAGIC],
    };
    // Another process may have begun to write it.
    let is_unwritten = begin.iter().all(|byte| *byte == 0);
    match is_unwritten || expected.iter().any(|magic| begin.starts_with(magic)) {
        true => Ok(()),
        false => Err(Refusal::Foreign(path.to_owned())),
    }
}

/// What a file says of itself.
///
/// # Errors
///
/// It is no regular file, was made by another program, or cannot be read.
pub(super) fn claim_of(path: &Path) -> Result<Claim, Refusal> {
    if !is_there(path)? {
        return Ok(Claim::Empty);
    }
    let (file, metadata) = regular_file::open(path)?;
    claim(file, &metadata)?.ok_or_else(|| Refusal::Foreign(path.to_owned()))
}

/// What an open file says of itself; `None` if another program made it.
fn claim(file: fs::File, metadata: &Metadata) -> io::Result<Option<Claim>> {
    if metadata.len() == 0 {
        return Ok(Some(Claim::Empty));
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    let number = header
        .get(APPLICATION_AT..)
        .and_then(|rest| rest.first_chunk())
        .filter(|_| header.starts_with(MAGIC));
    Ok(match number.map(|number| i32::from_be_bytes(*number)) {
        Some(APPLICATION_ID) => Some(Claim::Ours),
        Some(0) => Some(Claim::Unnamed),
        _ => None,
    })
}

/// A file that SQLite keeps beside another.
pub(super) fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether there is a regular file.
fn is_there(path: &Path) -> Result<bool, Refusal> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => match refusal_of(path, &metadata) {
            None => Ok(true),
            Some(refusal) => Err(refusal),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn refusal_of(path: &Path, metadata: &Metadata) -> Option<Refusal> {
    if metadata.is_symlink() {
        return Some(Refusal::Link(path.to_owned()));
    }
    (!metadata.is_file()).then(|| Refusal::Special(path.to_owned()))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        // As for all folders of caches. Source: XDG Base Directory Specification 0.8.
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Makes an empty file for its owner alone; what SQLite adds beside it is as it is. If it cannot be made, SQLite says why.
#[expect(
    clippy::disallowed_methods,
    reason = "a new file is made, and none that exists is opened"
)]
fn make_file(path: &Path) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let _ = options.open(path);
}

/// The folder itself, so that SQLite can be asked to follow no links.
#[cfg(unix)]
fn without_links(folder: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(folder)
}

/// SQLite does not ask about links here, and does not read the other form of paths well.
#[cfg(not(unix))]
fn without_links(folder: &Path) -> io::Result<PathBuf> {
    Ok(folder.to_owned())
}

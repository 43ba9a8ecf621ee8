//! The bytes of one file to its metrics.

use std::io;
use std::ops::AddAssign;
use std::path::Path;
use std::time::{Duration, Instant};

use antipasta_metrics::{FileMetrics, contribution_of_source};
use antipasta_syntax::{DecodeError, MAX_BYTES, SyntaxError, decode, parse};
use antipasta_workspace::discovery::FileStamp;
use antipasta_workspace::regular_file;
use antipasta_workspace::system_error::reason;

/// The metrics of a file, and what they cost.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The metrics.
    pub metrics: FileMetrics,
    /// How large the file is.
    pub bytes: u64,
    /// Where the time went.
    pub phases: Phases,
}

/// How long each phase of an analysis took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    /// Reading the file.
    pub read: Duration,
    /// Bytes to text.
    pub decode: Duration,
    /// Text to a syntax tree.
    pub parse: Duration,
    /// Syntax tree to metrics.
    pub measure: Duration,
}

impl AddAssign for Phases {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.decode += other.decode;
        self.parse += other.parse;
        self.measure += other.measure;
    }
}

/// Why a file has no metrics.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// It cannot be read.
    #[error("cannot be read: {}", reason(.0))]
    Read(#[from] io::Error),
    /// It is larger than programs are.
    #[error("too large: {size} bytes, and `max_file_size` is {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// How many there may be.
        limit: u64,
    },
    /// Its bytes are no text.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Its text is no program.
    #[error("syntax error: line {line}, column {column}: {message}", line = .0.line, column = .0.column, message = .0.message)]
    Syntax(#[from] SyntaxError),
    /// Its bytes are no text, as was found out before; in the words of a [`DecodeError`].
    #[error("{0}")]
    KnownDecode(String),
    /// A pointer stands in its place, and Git LFS has its content.
    #[error("a Git LFS pointer instead of its content (`git lfs pull` brings the content to the working tree)")]
    LfsPointer,
    /// What it was before a change cannot be analyzed, so it cannot be compared.
    #[error("cannot be compared with what it was before the change: {0}")]
    Base(Box<AnalysisError>),
    /// It was given up after this time.
    #[error("given up after {} s", .0.as_secs_f64())]
    TookTooLong(Duration),
    /// There was no time to analyze it.
    #[error("not checked: the time was up")]
    OutOfTime,
    /// Analyzing it failed in a way that it never should.
    #[error("internal error, please report it: {0}")]
    Panicked(String),
}

/// What [pointers](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md) begin with.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The metrics of a file of at most `limit` bytes. `buffer` is room for them, kept from one file to the next.
///
/// # Errors
///
/// Why the file has no metrics.
pub fn analyze_file(path: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<Analysis, AnalysisError> {
    let start = Instant::now();
    read_bytes(path, limit, buffer)?;
    let read = start.elapsed();
    let mut analysis = analyze_bytes(buffer)?;
    analysis.phases.read = read;
    Ok(analysis)
}

/// The text of a file of at most `limit` bytes, as Python reads it.
///
/// # Errors
///
/// Why the file has no text.
pub fn read_text(path: &Path, limit: u64) -> Result<String, AnalysisError> {
    let mut buffer = Vec::new();
    read_bytes(path, limit, &mut buffer)?;
    not_a_pointer(&buffer)?;
    Ok(decode(&buffer)?.into_owned())
}

/// That Git LFS has the content is the error, and not that a pointer is no program.
fn not_a_pointer(bytes: &[u8]) -> Result<(), AnalysisError> {
    match bytes.starts_with(LFS_POINTER) {
        true => Err(AnalysisError::LfsPointer),
        false => Ok(()),
    }
}

/// That a file has more bytes than it may have is an error.
///
/// # Errors
///
/// It has.
pub fn within_limit(size: u64, limit: u64) -> Result<(), AnalysisError> {
    match size > limit {
        true => Err(AnalysisError::TooLarge { size, limit }),
        false => Ok(()),
    }
}

/// Reads a file of at most `limit` bytes. Returns its stamp from just before.
pub(super) fn read_bytes(path: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<FileStamp, AnalysisError> {
    let (mut file, metadata) = regular_file::open(path)?;
    let stamp = FileStamp::from_metadata(&metadata);
    within_limit(stamp.size, limit)?;
    buffer.clear();
    regular_file::read_to_end(&mut file, &metadata, limit, buffer)?;
    Ok(stamp)
}

/// The metrics of a file with the given bytes.
///
/// # Errors
///
/// Why there are none.
pub fn analyze_bytes(bytes: &[u8]) -> Result<Analysis, AnalysisError> {
    within_limit(bytes.len() as u64, MAX_BYTES as u64)?;
    not_a_pointer(bytes)?;
    let start = Instant::now();
    let text = decode(bytes)?;
    let decoded = Instant::now();
    let source = parse(&text)?;
    let parsed = Instant::now();
    let metrics = contribution_of_source(&source).file_metrics(&text);
    drop(source);
    Ok(Analysis {
        metrics,
        bytes: bytes.len() as u64,
        phases: Phases {
            read: Duration::ZERO,
            decode: decoded - start,
            parse: parsed - decoded,
            measure: parsed.elapsed(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_and_where() {
        let message = |bytes: &[u8]| analyze_bytes(bytes).unwrap_err().to_string();
        assert!(message(b"x = 1\ny = (\n").starts_with("syntax error: line "));
        assert!(message(b"x = '\xe9'\n").contains("line 1: byte 0xe9"));
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n";
        assert!(message(pointer).starts_with("a Git LFS pointer"));
        let missing = analyze_file(Path::new("no such file"), 9, &mut Vec::new()).unwrap_err();
        assert!(missing.to_string().starts_with("cannot be read"));
    }
}

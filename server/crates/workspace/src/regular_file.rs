//! Opens and reads regular files only, up to a size limit.
//!
//! A repository can contain a link to a pipe, a device or a kernel log (`/proc/kmsg`). Opening it can block forever, and
//! reading it may never end. So every file is opened without blocking, and its type is checked before it is read.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::system_error::of_following;

/// Opens a regular file for reading. Links to regular files are followed.
///
/// # Errors
///
/// An error of the system, or [`io::ErrorKind::InvalidInput`] if it is no regular file.
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use nix::fcntl::OFlag;
        use std::os::unix::fs::OpenOptionsExt;
        // Without this flag, opening a pipe waits for a writer.
        options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
    }
    #[expect(clippy::disallowed_methods, reason = "here it is made safe")]
    let file = options.open(path).map_err(|error| of_following(path, error))?;
    let metadata = file.metadata()?;
    let what = match metadata.is_file() {
        true => return Ok((file, metadata)),
        false if metadata.is_dir() => "a directory, not a file",
        false => "not a regular file",
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, what))
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
///
/// An error of [`open`] or of the system, or [`io::ErrorKind::FileTooLarge`].
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (mut file, metadata) = open(path)?;
    let mut bytes = Vec::new();
    read_to_end(&mut file, &metadata, limit, &mut bytes)?;
    Ok(bytes)
}

/// The text of a file, which must be UTF-8.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidData`] if it is not.
pub fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// As [`read`], but refuses links.
///
/// # Errors
///
/// An error of [`read`], or [`io::ErrorKind::InvalidInput`] if it is a link.
pub fn read_unless_link(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    match path.symlink_metadata()?.is_symlink() {
        true => Err(io::Error::new(io::ErrorKind::InvalidInput, "a symbolic link")),
        false => read(path, limit),
    }
}

/// Appends the rest of an open file to `bytes`.
///
/// # Errors
///
/// An error of the system, or [`io::ErrorKind::FileTooLarge`] if the file has more than `limit` bytes; then at most one byte
/// more than the limit was appended.
pub fn read_to_end(file: &mut File, metadata: &Metadata, limit: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    // The size in the metadata may be wrong: the file may grow while it is read, and kernel files have none.
    let read = file.take(limit.saturating_add(1)).read_to_end(bytes)?;
    if read as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(())
}

/// The error of a file that is larger than its limit.
pub fn too_large(limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_up_to_the_limit_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        assert_eq!(read(&path, 3).unwrap(), b"abc");
        assert_eq!(read(&path, 2).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(read(folder.path(), 2).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let link = folder.path().join("link");
        symlink("/dev/zero", &link).unwrap();
        for path in [&pipe, &link] {
            assert_eq!(
                read(path, 2).unwrap_err().kind(),
                io::ErrorKind::InvalidInput,
                "{path:?}"
            );
        }
        let target = folder.path().join("target");
        fs::write(&target, "abc").unwrap();
        let link = folder.path().join("link to a file");
        symlink(&target, &link).unwrap();
        assert_eq!(read(&link, 3).unwrap(), b"abc");
    }
}

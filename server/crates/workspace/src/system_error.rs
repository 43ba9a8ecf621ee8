//! Messages for errors of the system.

use std::borrow::Cow;
use std::io;
use std::path::Path;

/// The text before the number of an error of the system.
const NUMBER: &str = " (os error ";

/// The message of an error, without its number.
pub fn reason(error: &io::Error) -> String {
    without_numbers(&error.to_string()).into_owned()
}

/// Whether an error means that a path does not exist. After any other error, the path may exist.
pub fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a path does not exist, not even as a link. A path that cannot be accessed may exist.
pub fn is_missing(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| is_absence(&error))
}

/// Whether a path cannot be accessed, as in a folder without permission, so that it is unknown whether it exists.
pub fn is_out_of_sight(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| !is_absence(&error))
}

/// The error of following a path, with a better message for a broken link: the system says only that there is no such file,
/// but a listing of the folder shows the link.
pub fn of_following(path: &Path, error: io::Error) -> io::Error {
    match is_absence(&error) && path.is_symlink() {
        true => io::Error::new(error.kind(), "a link that leads nowhere"),
        false => error,
    }
}

/// An error of a kind with the system's message. The messages of the standard library, such as "entity not found", are for
/// programmers.
pub fn of_kind(kind: io::ErrorKind) -> io::Error {
    let words = match kind {
        io::ErrorKind::NotFound => "No such file or directory",
        io::ErrorKind::PermissionDenied => "Permission denied",
        io::ErrorKind::AlreadyExists => "File exists",
        io::ErrorKind::IsADirectory => "Is a directory",
        io::ErrorKind::NotADirectory => "Not a directory",
        io::ErrorKind::ReadOnlyFilesystem => "Read-only file system",
        io::ErrorKind::StorageFull => "No space left on device",
        io::ErrorKind::QuotaExceeded => "Disk quota exceeded",
        io::ErrorKind::InvalidFilename => "File name too long",
        kind => return kind.into(),
    };
    io::Error::new(kind, words)
}

/// A text without the error numbers that it quotes.
pub fn without_numbers(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    while let Some(start) = text.find(NUMBER) {
        let number = &text[start + NUMBER.len()..];
        match number.find(|letter: char| !letter.is_ascii_digit()) {
            Some(digits @ 1..) if number[digits..].starts_with(')') => {
                let end = start + NUMBER.len() + digits + 1;
                text = Cow::Owned(format!("{}{}", &text[..start], &text[end..]));
            }
            _ => break,
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_not_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", path("link")).unwrap();
        for (name, expected) in [("file", false), ("link", false), ("none", true), ("file/below", true)] {
            assert_eq!(is_missing(&path(name)), expected, "{name}");
        }
        let words = |name: &str| reason(&of_following(&path(name), io::ErrorKind::NotFound.into()));
        assert_eq!(words("link"), "a link that leads nowhere");
        assert_ne!(words("none"), words("link"));
    }

    #[test]
    fn errors_of_a_kind_are_in_the_words_of_the_system() {
        let error = of_kind(io::ErrorKind::NotFound);
        assert_eq!(
            (error.kind(), reason(&error)),
            (io::ErrorKind::NotFound, "No such file or directory".to_owned())
        );
    }

    #[test]
    fn numbers_of_the_system_are_left_out() {
        assert_eq!(
            without_numbers("a: No such file (os error 2); b (os error 17)"),
            "a: No such file; b"
        );
        for text in ["plain", "a (os error x)", "a (os error )", "a (os error 2"] {
            assert_eq!(without_numbers(text), text);
        }
        assert!(!reason(&io::Error::from_raw_os_error(2)).contains("os error"));
    }
}

//! What the system says of an error, for people.

use std::borrow::Cow;
use std::io;
use std::path::Path;

/// What stands before the number of an error of the system.
const NUMBER: &str = " (os error ";

/// What went wrong, without the number that the system has for it.
pub fn reason(error: &io::Error) -> String {
    without_numbers(&error.to_string()).into_owned()
}

/// Whether an error says that nothing is there. Any other leaves open what is there, so a path that gives it is not missing.
pub fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether nothing has a path, not even a link. A path that cannot be looked at is not missing.
pub fn is_missing(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| is_absence(&error))
}

/// Whether a path cannot even be looked at, as in a folder that may not be entered: what is there is not known.
pub fn is_out_of_sight(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| !is_absence(&error))
}

/// The error of following a path, in better words if the path is a link: the system says only that there is no such file,
/// which is not what a listing of the folder says.
pub fn of_following(path: &Path, error: io::Error) -> io::Error {
    match is_absence(&error) && path.is_symlink() {
        true => io::Error::new(error.kind(), "a link that leads nowhere"),
        false => error,
    }
}

/// An error of a kind, in the words that the system has for it. Those of the standard library for a kind alone, such as "entity
/// not found", are for programmers.
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

/// A text without the numbers of the errors that it quotes.
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

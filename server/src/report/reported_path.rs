//! The paths of files in reports.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use url::Url;

use antipasta_rules::escape::{self, whole_line};
use antipasta_workspace::discovery::{is_repository, normalized};

/// The characters that are escaped in a URI's path: all that RFC 3986 does not call `unreserved`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a file in reports for people and for programs.
#[derive(Clone)]
pub(crate) struct ReportedPath {
    /// The path as it was found, escaped by [`escape::name`], for antipasta's JSON. `Display` shows it to people.
    pub shown: String,
    /// The path relative to the top of the repository, or absolute if it is not below it; without `.` and `..`.
    location: PathBuf,
}

/// The folder that portable paths are relative to: the top of the repository around the working directory, because programs that
/// read reports know files by their paths in the repository. Outside of a repository, it is the working directory.
pub(crate) fn top_of(working_directory: &Path) -> &Path {
    let mut above = working_directory.ancestors();
    above
        .find(|directory| is_repository(directory))
        .unwrap_or(working_directory)
}

impl ReportedPath {
    /// `path` is absolute or relative to `working_directory`. Portable paths are relative to `top`.
    pub(crate) fn new(path: &Path, working_directory: &Path, top: &Path) -> Self {
        let absolute = normalized(&working_directory.join(path));
        let relative = absolute.strip_prefix(top).map(Path::to_path_buf);
        Self {
            shown: escape::name(path).into_owned(),
            location: relative.unwrap_or(absolute),
        }
    }

    /// Whether the path is below the top, so that [`uri`](Self::uri) is relative to the top.
    pub(super) fn is_relative(&self) -> bool {
        self.location.is_relative()
    }

    /// The path relative to the top, or the absolute path if it is not below the top. It has `/` on every system, and is escaped by
    /// [`escape::name`].
    pub(crate) fn portable(&self) -> String {
        escape::portable_name(&self.location)
    }

    /// The path as a URI, byte for byte: a reference relative to the top, or a `file` URL.
    pub(super) fn uri(&self) -> String {
        if !self.is_relative() {
            return Url::from_file_path(&self.location).map_or_else(|()| self.portable(), String::from);
        }
        let mut uri = String::new();
        for component in self.location.components() {
            if !uri.is_empty() {
                uri.push('/');
            }
            uri.extend(percent_encode(component.as_os_str().as_encoded_bytes(), ESCAPED));
        }
        uri
    }
}

/// The key by which URIs of [`ReportedPath::uri`] are sorted: relative ones come last, and paths are compared name by name.
pub(super) fn order_of(uri: &str) -> (bool, Vec<Vec<u8>>) {
    let names = uri.split('/').map(|name| percent_decode_str(name).collect());
    (!uri.starts_with("file:"), names.collect())
}

/// The path for people, escaped so that it can begin a line.
impl fmt::Display for ReportedPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&whole_line(&self.shown))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn reported(path: &[u8]) -> ReportedPath {
        let (top, working_directory) = (Path::new("/home/me/project"), Path::new("/home/me/project/sub"));
        ReportedPath::new(Path::new(OsStr::from_bytes(path)), working_directory, top)
    }

    #[test]
    fn paths_in_the_repository_are_relative_to_it_however_they_are_named() {
        for path in ["a.py", "./a.py", "../sub/./a.py", "/home/me/project/sub/a.py"] {
            let reported = reported(path.as_bytes());
            assert_eq!(reported.shown, path);
            assert_eq!((&*reported.portable(), &*reported.uri()), ("sub/a.py", "sub/a.py"));
        }
    }

    #[test]
    fn paths_elsewhere_are_absolute() {
        for path in ["../../other/a b.py", "/home/me/other/a b.py"] {
            let reported = reported(path.as_bytes());
            assert!(!reported.is_relative());
            assert_eq!(reported.portable(), "/home/me/other/a b.py");
            assert_eq!(reported.uri(), "file:///home/me/other/a%20b.py");
        }
    }

    #[test]
    fn uris_keep_every_byte() {
        assert_eq!(
            reported(b"../a:%,\n\xff/\xc3\xa9.py").uri(),
            "a%3A%25%2C%0A%FF/%C3%A9.py"
        );
        assert_eq!(reported(b"../\xff.py").portable(), "\u{fffd}FF.py");
    }
}

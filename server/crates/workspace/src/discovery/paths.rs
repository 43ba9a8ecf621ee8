//! Operations on paths as texts.

#[cfg(unix)]
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// A path without `.` and `..`. Links are not resolved.
pub fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normalized.pop();
            }
            component => normalized.push(component),
        }
    }
    normalized
}

/// An absolute path relative to a directory, with as many `..` as needed; unchanged if they have nothing in common.
pub fn seen_from(path: &Path, directory: &Path) -> PathBuf {
    for (levels, above) in directory.ancestors().enumerate() {
        if above.parent().is_none() && levels > 0 {
            break;
        }
        if let Ok(below) = path.strip_prefix(above) {
            let up = std::iter::repeat_n(Component::ParentDir, levels);
            return up.chain(below.components()).collect();
        }
    }
    path.to_owned()
}

/// The rest of a path of a walk after the root of the walk.
pub(super) fn below<'p>(path: &'p Path, root: &Path) -> &'p Path {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        // The root is the same byte for byte; comparing components takes a large part of a walk.
        let rest = path.as_os_str().as_bytes().strip_prefix(root.as_os_str().as_bytes());
        if let Some(rest) = rest.and_then(|rest| rest.strip_prefix(b"/")) {
            return Path::new(OsStr::from_bytes(rest));
        }
    }
    path.strip_prefix(root).unwrap_or(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn words_that_lead_back_are_left_out() {
        for (path, expected) in [
            ("/a/./b/../c", "/a/c"),
            ("/../a", "/a"),
            ("a/b/..", "a"),
            ("/a/b/", "/a/b"),
        ] {
            assert_eq!(normalized(Path::new(path)), Path::new(expected));
        }
    }

    #[test]
    fn paths_are_seen_from_the_working_directory() {
        for (path, expected) in [
            ("/repo/sub/a.py", "a.py"),
            ("/repo/sub/deep/a.py", "deep/a.py"),
            ("/repo/a.py", "../a.py"),
            ("/repo/other/a.py", "../other/a.py"),
            ("/elsewhere/a.py", "/elsewhere/a.py"),
        ] {
            assert_eq!(seen_from(Path::new(path), Path::new("/repo/sub")), Path::new(expected));
        }
        assert_eq!(seen_from(Path::new("/a.py"), Path::new("/")), Path::new("a.py"));
    }
}

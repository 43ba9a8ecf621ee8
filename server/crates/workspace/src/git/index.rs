//! Whether git tracks a path, read from the index file: for code that may not run git, such as the server.
//!
//! Format: [gitformat-index](https://git-scm.com/docs/gitformat-index), versions 2 to 4, with SHA-1 and SHA-256, split
//! and sparse.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::{bytes_of, core_value_in};
use crate::regular_file;

/// An index is not larger than this many bytes: some ten million paths.
const MAX_BYTES: u64 = 1 << 30;

/// A `.git` file, which leads to the folder of a worktree or a submodule, is not larger than this many bytes.
const MAX_LINK_BYTES: u64 = 64 << 10;

/// The bytes of an object's name: SHA-1, SHA-256.
const NAME_BYTES: [usize; 2] = [20, 32];

/// The first of the paths `folder/NAME` that git tracks, or that is below a tracked link or submodule. Searches all
/// repositories that the absolute `folder` is in, and the one that the environment names. The comparison ignores case, as
/// some file systems do. A folder is tracked if anything in it is.
///
/// # Errors
///
/// An index cannot be read.
pub fn first_tracked(folder: &Path, names: &[&str]) -> io::Result<Option<PathBuf>> {
    // If it is unknown, relative paths are still relative to it.
    let working_directory = std::env::current_dir().unwrap_or_default();
    let given = Given::from_environment(|name| std::env::var_os(name), &working_directory);
    first_tracked_also_by(given.as_ref(), folder, names)
}

fn first_tracked_also_by(given: Option<&Given>, folder: &Path, names: &[&str]) -> io::Result<Option<PathBuf>> {
    let found = folder.ancestors().filter_map(|top| {
        let git = git_folder(top)?;
        Some((top.to_owned(), git.clone(), git.join("index")))
    });
    let given = given.into_iter().flat_map(|given| {
        let indices = given.indices.iter();
        indices.map(|index| (given.top.clone(), given.git.clone(), index.clone()))
    });
    for (top, git, index) in found.chain(given) {
        let Ok(below) = folder.strip_prefix(&top) else {
            continue;
        };
        let paths: Vec<PathBuf> = names.iter().map(|name| below.join(name)).collect();
        if let Some(path) = tracked_by(&git, &index, &paths)? {
            return Ok(Some(top.join(path)));
        }
    }
    Ok(None)
}

/// The repository that the environment names, as in hooks and where git's folder is apart from the working tree.
///
/// Source: [git, ENVIRONMENT VARIABLES](https://git-scm.com/docs/git#_the_git_repository).
struct Given {
    /// Git's folder.
    git: PathBuf,
    /// The top of the working tree, without links.
    top: PathBuf,
    indices: Vec<PathBuf>,
}

impl Given {
    /// Reads environment variables of a process in a working directory; `None` if they name no repository.
    fn from_environment(variable: impl Fn(&str) -> Option<OsString>, working_directory: &Path) -> Option<Self> {
        let path_in = |name| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            Some(working_directory.join(value))
        };
        let [git, top, index] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"].map(path_in);
        if git.is_none() && top.is_none() && index.is_none() {
            return None;
        }
        let around = || {
            let mut around = working_directory.ancestors();
            around.find_map(|top| Some((top.to_owned(), git_folder(top)?)))
        };
        let (git, usual_top) = match git {
            Some(git) => (git, working_directory.to_owned()),
            None => around().map(|(top, git)| (git, top))?,
        };
        let configured = || {
            let top = core_value_in(&git.join("config"), "worktree").ok()?;
            Some(git.join(top?))
        };
        let top = top.or_else(configured).unwrap_or(usual_top);
        Some(Self {
            top: top.canonicalize().unwrap_or(top),
            indices: std::iter::once(git.join("index")).chain(index).collect(),
            git,
        })
    }
}

/// The folder of a working tree's index; `None` if `top` is not the top of a working tree.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    let metadata = git.metadata().ok()?;
    if metadata.is_dir() {
        return Some(git);
    }
    let link = regular_file::read(&git, MAX_LINK_BYTES).ok()?;
    let target = link.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    Some(top.join(super::path_of(target)))
}

/// The first of some paths that an index contains. `git` has the shared part of a split index.
fn tracked_by<'p>(git: &Path, index: &Path, paths: &'p [PathBuf]) -> io::Result<Option<&'p Path>> {
    let Some(index) = read(index)? else {
        return Ok(None);
    };
    let unreadable = || io::Error::new(io::ErrorKind::InvalidData, "the index of git cannot be read");
    let parsed = Index::parse(&index, paths).ok_or_else(unreadable)?;
    let (None, Some(name)) = (parsed.tracked, parsed.shared) else {
        return Ok(parsed.tracked);
    };
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    let shared = read(&git.join(format!("sharedindex.{name}")))?.ok_or_else(unreadable)?;
    // Entries that the other part removes count as tracked.
    let shared = Index::parse(&shared, paths).ok_or_else(unreadable)?;
    Ok(shared.tracked)
}

/// The bytes of an index; `None` if there is none.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match regular_file::read(path, MAX_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The result of looking for some paths in an index.
struct Index<'i, 'p> {
    /// The first path that it contains.
    tracked: Option<&'p Path>,
    /// The name of the shared index, if it is split.
    shared: Option<&'i [u8]>,
}

impl<'i, 'p> Index<'i, 'p> {
    /// Looks for `paths` in an index; `None` if `bytes` are no index.
    fn parse(bytes: &'i [u8], paths: &'p [PathBuf]) -> Option<Self> {
        // The index does not say the length of hashes. With the wrong length, the entries do not end where they must.
        NAME_BYTES.iter().find_map(|&name| Self::with_names(bytes, name, paths))
    }

    fn with_names(bytes: &'i [u8], name: usize, paths: &'p [PathBuf]) -> Option<Self> {
        let wanted: Vec<_> = paths.iter().map(|path| (path, bytes_of(path))).collect();
        let rest = bytes.strip_prefix(b"DIRC")?;
        let version = number(rest)?;
        let count = number(rest.get(4..)?)?;
        // The last bytes are the checksum.
        let content = bytes.get(..bytes.len().checked_sub(name)?)?;
        let mut at = 12;
        let mut tracked: Option<&Path> = None;
        let mut entry = Vec::new();
        for _ in 0..count {
            at = next_entry(content, at, version, name, &mut entry)?;
            tracked = tracked.or_else(|| {
                let found = wanted.iter().find(|(_, bytes)| leads_to(&entry, bytes));
                found.map(|(path, _)| path.as_path())
            });
        }
        let mut shared = None;
        while at < content.len() {
            let size = number(content.get(at + 4..)?)? as usize;
            let extension = content.get(at + 8..(at + 8).checked_add(size)?)?;
            if content.get(at..at + 4)? == b"link" {
                shared = Some(extension.get(..name)?);
            }
            at += 8 + size;
        }
        Some(Self { tracked, shared })
    }
}

/// Reads the path of the entry at `at` into `path`, which has the path of the entry before. Returns the offset of the next
/// entry.
fn next_entry(bytes: &[u8], at: usize, version: u32, name: usize, path: &mut Vec<u8>) -> Option<usize> {
    const STATUS_BYTES: usize = 40;
    const EXTENDED: u8 = 0x40;
    let flags = at + STATUS_BYTES + name;
    let mut begin = flags + 2;
    match version {
        2 => {}
        3 | 4 => begin += if bytes.get(flags)? & EXTENDED != 0 { 2 } else { 0 },
        _ => return None,
    }
    if version == 4 {
        let (cut, length) = variable_number(bytes.get(begin..)?)?;
        begin += length;
        path.truncate(path.len().checked_sub(cut)?);
    } else {
        path.clear();
    }
    let rest = bytes.get(begin..)?;
    let length = memchr::memchr(0, rest)?;
    path.extend_from_slice(&rest[..length]);
    let end = begin + length;
    Some(match version {
        4 => end + 1,
        // One to eight zeros.
        _ => at + ((end - at) / 8 + 1) * 8,
    })
}

/// Whether an entry is the path, something in it, or a link or submodule above it.
fn leads_to(entry: &[u8], path: &[u8]) -> bool {
    // In a sparse index, folders end with a slash.
    let entry = entry.strip_suffix(b"/").unwrap_or(entry);
    let (short, long) = if entry.len() < path.len() {
        (entry, path)
    } else {
        (path, entry)
    };
    !short.is_empty()
        && long[..short.len()].eq_ignore_ascii_case(short)
        && long.get(short.len()).is_none_or(|&next| next == b'/')
}

/// A number of four bytes.
fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// A number in the encoding of version 4 and of packs, and its length in bytes.
fn variable_number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        value = (value << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::process::Command;

    fn git(folder: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.com"]);
        let output = command.args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// A repository with some tracked files, and one that is not.
    fn repository(arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(folder.path()).unwrap();
        git(&top, &[&["init", "--quiet"], arguments].concat());
        for name in ["a.py", "cache/metrics", "cache/other", "cached/x", "sub/deep/a file"] {
            let path = top.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        git(&top, &["add", "."]);
        git(&top, &["rm", "--quiet", "--cached", "cache/other"]);
        (folder, top)
    }

    fn is_tracked(path: &Path) -> io::Result<bool> {
        let name = path.file_name().unwrap().to_str().unwrap();
        Ok(first_tracked(path.parent().unwrap(), &["no such file", name])?.is_some())
    }

    fn assert_found(top: &Path, when: &str) {
        for (path, expected) in [
            ("a.py", true),
            ("cache/metrics", true),
            ("Cache/METRICS", true),
            ("cache", true),
            ("sub/deep", true),
            ("sub/deep/a file", true),
            ("cache/other", false),
            ("cache/metric", false),
            ("cache/metrics2", false),
            ("cach", false),
            ("a.py/below", true),
        ] {
            assert_eq!(is_tracked(&top.join(path)).unwrap(), expected, "{when}: {path}");
        }
    }

    #[test]
    fn what_every_kind_of_index_tracks_is_found() {
        let (_folder, top) = repository(&[]);
        assert_found(&top, "version 2");
        git(&top, &["update-index", "--index-version", "4"]);
        assert_found(&top, "version 4");
        git(&top, &["update-index", "--index-version", "3"]);
        git(&top, &["update-index", "--skip-worktree", "a.py"]);
        assert_found(&top, "version 3");
        git(&top, &["update-index", "--split-index"]);
        fs::write(top.join("more"), "x").unwrap();
        git(&top, &["add", "more"]);
        assert_found(&top, "split");
        assert!(is_tracked(&top.join("more")).unwrap());
        let (_folder, top) = repository(&["--object-format=sha256"]);
        assert_found(&top, "SHA-256");
    }

    #[test]
    fn worktrees_have_an_index_of_their_own() {
        let (_folder, top) = repository(&[]);
        git(&top, &["commit", "--quiet", "-m", "x"]);
        git(&top, &["worktree", "add", "--quiet", "other", "HEAD"]);
        assert_found(&top.join("other"), "worktree");
        git(&top.join("other"), &["rm", "--quiet", "-r", "."]);
        assert!(!is_tracked(&top.join("other/a.py")).unwrap());
    }

    #[test]
    fn a_folder_of_git_that_the_environment_names_counts() {
        let (_folder, top) = repository(&[]);
        let elsewhere = tempfile::tempdir().unwrap();
        let apart = elsewhere.path().join("apart.git");
        fs::rename(top.join(".git"), &apart).unwrap();
        let index = elsewhere.path().join("other index");
        let is_tracked = |variables: &[(&str, &Path)], working_directory: &Path| {
            let variable = |name: &str| {
                let given = variables.iter().find(|(given, _)| *given == name);
                given.map(|(_, path)| path.as_os_str().to_owned())
            };
            let given = Given::from_environment(variable, working_directory);
            let first = first_tracked_also_by(given.as_ref(), &top.join("cache"), &["none", "metrics"]);
            first.unwrap().is_some()
        };
        assert!(!is_tracked(&[], &top));
        assert!(!is_tracked(&[("GIT_DIR", Path::new(""))], &top));
        assert!(is_tracked(&[("GIT_DIR", &apart)], &top));
        assert!(is_tracked(
            &[("GIT_DIR", &apart), ("GIT_WORK_TREE", &top)],
            elsewhere.path()
        ));
        assert!(is_tracked(
            &[("GIT_DIR", Path::new("apart.git")), ("GIT_WORK_TREE", &top)],
            elsewhere.path()
        ));
        assert!(!is_tracked(&[("GIT_DIR", &apart)], elsewhere.path()));
        git(&apart, &["config", "core.bare", "false"]);
        git(&apart, &["config", "core.worktree", top.to_str().unwrap()]);
        assert!(is_tracked(&[("GIT_DIR", &apart)], elsewhere.path()));
        fs::rename(apart.join("index"), &index).unwrap();
        assert!(!is_tracked(&[("GIT_DIR", &apart)], &top));
        assert!(is_tracked(&[("GIT_DIR", &apart), ("GIT_INDEX_FILE", &index)], &top));
        fs::rename(&apart, elsewhere.path().join(".git")).unwrap();
        assert!(is_tracked(
            &[("GIT_WORK_TREE", &top), ("GIT_INDEX_FILE", &index)],
            elsewhere.path()
        ));
    }

    #[test]
    fn an_index_that_makes_no_sense_is_an_error() {
        let (_folder, top) = repository(&[]);
        let index = top.join(".git/index");
        let sound = fs::read(&index).unwrap();
        // Where an extension begins, an index may end.
        for length in 0..sound.len() / 2 {
            fs::write(&index, &sound[..length]).unwrap();
            assert!(is_tracked(&top.join("nothing")).is_err(), "{length}");
        }
        fs::remove_file(&index).unwrap();
        assert!(!is_tracked(&top.join("a.py")).unwrap());
    }
}

//! Atomic replacement of files, which never follows a link out of the repository.
//!
//! A repository can contain a link in place of a file that we write, or of its folder. A link to a target in the repository
//! is followed. A link out of the repository is refused: it could lead to any file of the user. The same applies to the
//! working directory and to folders that the user names, even if they are no repository: archives can contain links too.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::discovery::{is_repository, normalized};
use crate::system_error::of_kind;

/// The folders that the user names, whose content is not trusted.
#[derive(Clone, Debug, Default)]
pub struct Trees(Vec<PathBuf>);

impl Trees {
    /// The folders at some paths. Paths of other things are ignored.
    ///
    /// # Errors
    ///
    /// The working directory cannot be found.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> io::Result<Self> {
        let paths: io::Result<Vec<_>> = paths.into_iter().map(|path| absolute(path)).collect();
        paths.map(Self)
    }

    /// The folder that a path may not lead out of: its repository; outside of any repository, the innermost of these folders
    /// and the working directory.
    fn around<'t>(&'t self, path: &'t Path, working_directory: &'t Path) -> Option<&'t Path> {
        let above = || path.ancestors().skip(1);
        let is_tree =
            |directory: &&Path| *directory == working_directory || self.0.iter().any(|tree| tree == directory);
        above()
            .find(|directory| is_repository(directory))
            .or_else(|| above().find(is_tree))
    }
}

/// Replaces the content of a file, or creates it. Concurrent readers, and readers after a crash, see either the old content
/// or the new one. An existing file keeps its permissions, and a link that stays in its tree remains a link. A device is
/// written to, and so is a pipe that has a reader.
///
/// # Errors
///
/// The file cannot be written; its old content remains.
pub fn replace_file(path: &Path, trees: &Trees, content: &[u8]) -> io::Result<()> {
    replace_file_by(path, trees, |file| file.write_all(content))
}

/// As [`replace_file`], with the content that `write` writes.
///
/// # Errors
///
/// An error of [`replace_file`] or of `write`.
pub fn replace_file_by(
    path: &Path,
    trees: &Trees,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let path = absolute(path)?;
    let (target, present) = match target_of(&path, trees)? {
        Target::Stream => return write_into(&path, write),
        Target::Nothing => (path, None),
        Target::File(target, permissions) => (target, Some(permissions)),
    };
    let mut file = match beside(&target) {
        // The file is writable, but its folder is not: write in place.
        Err(error) if present.is_some() && is_refusal(&error) => return write_into(&target, write),
        file => file?,
    };
    write(&mut file)?;
    file.as_file().sync_all()?;
    if let Some(permissions) = present {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(&target).map(drop).map_err(|error| error.error)
}

/// Creates the folders of a file that is written later, and checks that it can be written.
///
/// # Errors
///
/// It cannot be written.
pub fn prepare_file(path: &Path, trees: &Trees) -> io::Result<()> {
    let path = absolute(path)?;
    stays_in_tree(&path, trees)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            // A file is in the place of the folder.
            io::ErrorKind::AlreadyExists => of_kind(io::ErrorKind::NotADirectory),
            _ => error,
        })?;
    }
    match target_of(&path, trees)? {
        Target::Stream => Ok(()),
        Target::Nothing => beside(&path).map(drop),
        Target::File(target, _) => match beside(&target) {
            Err(error) if is_refusal(&error) => open_to_write(&target, false).map(drop),
            file => file.map(drop),
        },
    }
}

/// What is at a path.
enum Target {
    Nothing,
    /// A file; its path has no links.
    File(PathBuf, fs::Permissions),
    /// A device or a pipe, or the standard output.
    Stream,
}

fn target_of(path: &Path, trees: &Trees) -> io::Result<Target> {
    stays_in_tree(path, trees)?;
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            return Err(io::Error::new(error.kind(), "it is a link that leads nowhere"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Target::Nothing),
        Err(error) => return Err(error),
    };
    // `/dev/stdout` may be a file that other processes write to as well.
    let is_of_system = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    if metadata.is_dir() {
        Err(of_kind(io::ErrorKind::IsADirectory))
    } else if !metadata.is_file() || is_of_system {
        Ok(Target::Stream)
    } else if metadata.permissions().readonly() {
        Err(of_kind(io::ErrorKind::PermissionDenied))
    } else {
        Ok(Target::File(fs::canonicalize(path)?, metadata.permissions()))
    }
}

/// Refuses a path that leads out of its tree by a link. For files that are written by other means.
///
/// # Errors
///
/// The path leads out of its tree, or cannot be resolved.
pub fn refuse_way_out(path: &Path, trees: &Trees) -> io::Result<()> {
    stays_in_tree(&absolute(path)?, trees)
}

/// As [`refuse_way_out`], for an absolute path.
fn stays_in_tree(path: &Path, trees: &Trees) -> io::Result<()> {
    let working_directory = std::env::current_dir()?;
    let Some(tree) = trees.around(path, &working_directory) else {
        return Ok(());
    };
    // A path that does not exist yet has no links.
    let Some(Ok(real)) = path.ancestors().map(fs::canonicalize).find(Result::is_ok) else {
        return Ok(());
    };
    match real.starts_with(fs::canonicalize(tree)?) {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("a link leads out of {} to {}", tree.display(), real.display()),
        )),
    }
}

/// The absolute form of a path. Links are not resolved.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    Ok(normalized(&std::env::current_dir()?.join(path)))
}

/// A temporary file in the folder of another one.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".antipasta-");
    as_any_new_file(&mut builder);
    let file = builder.tempfile_in(path.parent().unwrap_or(path));
    // Its name would not help the user in an error message.
    file.map_err(|error| of_kind(error.kind()))
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

fn write_into(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = open_to_write(path, true)?;
    write(&mut file)?;
    file.flush()
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "what cannot be replaced is written as it is")]
fn open_to_write(path: &Path, truncate: bool) -> io::Result<fs::File> {
    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use std::os::unix::fs::OpenOptionsExt;
    use std::time::{Duration, Instant};
    const LONGEST_WAIT: Duration = Duration::from_secs(2);
    const BETWEEN_TRIES: Duration = Duration::from_millis(10);
    let mut options = OpenOptions::new();
    options.write(true).truncate(truncate);
    // Without this flag, opening a pipe waits for a reader. An archive can contain a pipe that has no reader.
    options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
    let is_unread = |error: &io::Error| error.raw_os_error() == Some(Errno::ENXIO as i32);
    let begun = Instant::now();
    let file = loop {
        match options.open(path) {
            // The reader may be starting just now, as in `cat pipe & antipasta-lsp --output pipe`.
            Err(error) if is_unread(&error) && begun.elapsed() < LONGEST_WAIT => std::thread::sleep(BETWEEN_TRIES),
            Err(error) if is_unread(&error) => {
                return Err(io::Error::new(error.kind(), "it is a pipe that nobody reads"));
            }
            file => break file?,
        }
    };
    // The reader may be slower than the writer.
    let flags = OFlag::from_bits_truncate(fcntl(&file, FcntlArg::F_GETFL)?);
    fcntl(&file, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK))?;
    Ok(file)
}

#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "what cannot be replaced is written as it is")]
fn open_to_write(path: &Path, truncate: bool) -> io::Result<fs::File> {
    OpenOptions::new().write(true).truncate(truncate).open(path)
}

/// Sets the default permissions of new files: temporary files are private to their owner.
#[cfg(unix)]
fn as_any_new_file(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

/// On Windows, the folder determines the permissions.
#[cfg(not(unix))]
fn as_any_new_file(_: &mut Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_and_replaced_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace_file(&path, &Trees::default(), b"one").unwrap();
        replace_file(&path, &Trees::default(), b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace_file(&folder.path().join("no/such/folder"), &Trees::default(), b"").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["a", "link"].map(|name| folder.path().join(name));
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        symlink("a", &link).unwrap();
        replace_file(&link, &Trees::default(), b"two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o750);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(
            replace_file(&path, &Trees::default(), b"three").unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
    }

    /// A repository beside what it must not touch.
    #[cfg(unix)]
    fn repository() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        fs::create_dir_all(repository.join(".git")).unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "old").unwrap();
        (folder, repository, victim)
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link_out_of_the_repository() {
        use std::os::unix::fs::symlink;
        let (folder, repository, victim) = repository();
        symlink(&victim, repository.join("file")).unwrap();
        symlink(folder.path(), repository.join("folder")).unwrap();
        symlink("/dev/null", repository.join("device")).unwrap();
        symlink(folder.path().join("new"), repository.join("nowhere")).unwrap();
        for name in [
            "file",
            "folder/victim",
            "folder/new",
            "folder/new/deeper",
            "device",
            "nowhere",
        ] {
            let path = repository.join(name);
            assert!(prepare_file(&path, &Trees::default()).is_err(), "{name}");
            assert!(replace_file(&path, &Trees::default(), b"new").is_err(), "{name}");
        }
        assert_eq!(fs::read(&victim).unwrap(), b"old");
        assert!(!folder.path().join("new").exists());
        let message = replace_file(&repository.join("file"), &Trees::default(), b"new")
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("a link leads out of "), "{message}");
        // Whoever names a link that is in no repository knows what it leads to.
        let link = folder.path().join("link");
        symlink(&victim, &link).unwrap();
        replace_file(&link, &Trees::default(), b"new").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_named_is_a_tree_even_if_it_is_no_repository() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("inner")).unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "old").unwrap();
        symlink("../victim", tree.join("file")).unwrap();
        symlink("..", tree.join("folder")).unwrap();
        symlink("../inside", tree.join("inner/link")).unwrap();
        fs::write(tree.join("inside"), "old").unwrap();
        let [outer, inner] = [&tree, &tree.join("inner")].map(|tree| Trees::of([tree]).unwrap());
        for name in ["file", "folder/victim", "folder/new"] {
            let path = tree.join(name);
            assert!(prepare_file(&path, &outer).is_err(), "{name}");
            assert!(refuse_way_out(&path, &outer).is_err(), "{name}");
            let message = replace_file(&path, &outer, b"new").unwrap_err().to_string();
            assert!(message.starts_with("a link leads out of "), "{message}");
        }
        assert_eq!(fs::read(&victim).unwrap(), b"old");
        // What stays in the innermost tree is followed.
        assert!(replace_file(&tree.join("inner/link"), &inner, b"new").is_err());
        replace_file(&tree.join("inner/link"), &outer, b"new").unwrap();
        assert_eq!(fs::read(tree.join("inside")).unwrap(), b"new");
        // A tree may be named by a link.
        symlink(&tree, folder.path().join("link")).unwrap();
        let linked = folder.path().join("link");
        let trees = Trees::of([&linked]).unwrap();
        replace_file(&linked.join("inside"), &trees, b"newer").unwrap();
        assert!(replace_file(&linked.join("file"), &trees, b"new").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_written_to_only_if_somebody_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let trees = Trees::default();
        assert_eq!(
            replace_file(&pipe, &trees, b"x").unwrap_err().to_string(),
            "it is a pipe that nobody reads"
        );
        let copy = folder.path().join("copy");
        let mut reader = std::process::Command::new("cat");
        let reader = reader.arg(&pipe).stdout(fs::File::create(&copy).unwrap());
        let mut reader = reader.spawn().unwrap();
        // More than a pipe holds.
        let text = vec![b'x'; 1 << 20];
        replace_file(&pipe, &trees, &text).unwrap();
        assert!(reader.wait().unwrap().success());
        assert_eq!(fs::read(&copy).unwrap(), text);
    }

    #[test]
    fn folders_are_made_and_what_cannot_be_written_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        prepare_file(&path, &Trees::default()).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 0);
        replace_file(&path, &Trees::default(), b"one").unwrap();
        prepare_file(&path, &Trees::default()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        for name in ["a", "a/b/c/d"] {
            assert!(
                prepare_file(&folder.path().join(name), &Trees::default()).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace_file(&path, &Trees::default(), b"one").unwrap();
        let failed = replace_file_by(&path, &Trees::default(), |file| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

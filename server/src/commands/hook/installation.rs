//! The file of the hook: what is there, and how ours comes and goes.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use super::managers::Manager;
use super::script::{HOOK, KEPT, binary_of, is_script};
use antipasta_rules::escape;
use antipasta_workspace::regular_file;
use antipasta_workspace::system_error::{is_absence, of_kind};

/// The largest hook that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Where the hook is, or would be.
pub(super) struct Installation {
    /// The folder in which git looks for hooks.
    folder: PathBuf,
    /// The file that git runs.
    pub hook: PathBuf,
    /// The hook that was there before, if ours is there now.
    pub kept: PathBuf,
}

/// What is at the place of the hook.
#[derive(Debug)]
pub(super) enum InstalledHook {
    Nothing,
    Ours {
        /// The binary that it names; it runs the one on the `PATH` if it names none, or one that is gone.
        binary: Option<PathBuf>,
        content: Vec<u8>,
    },
    /// One of a program that writes it anew whenever it likes.
    Managed(Manager),
    /// One that somebody wrote.
    Other,
}

/// What an installation came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Installed {
    /// There was none of ours.
    New {
        /// Whether another one was there, which comes first now.
        keeps: bool,
    },
    /// Ours was another one.
    Renewed,
    /// It was as it should be.
    Unchanged,
}

/// What an uninstallation came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Uninstalled {
    /// Ours is gone.
    Removed,
    /// The one that was there before is there again.
    Restored,
    /// Ours was not there.
    NotThere,
}

impl Installation {
    /// That in a folder of hooks.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self {
            hook: folder.join(HOOK),
            kept: folder.join(KEPT),
            folder,
        }
    }

    /// What is there.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(super) fn found(&self) -> anyhow::Result<InstalledHook> {
        let managed = |content| Manager::detect(&self.folder, content).map(InstalledHook::Managed);
        match regular_file::read(&self.hook, MAX_BYTES) {
            Ok(content) if is_script(&content) => Ok(InstalledHook::Ours {
                binary: binary_of(&content),
                content,
            }),
            Ok(content) => Ok(managed(Some(&content)).unwrap_or(InstalledHook::Other)),
            Err(error) if is_absence(&error) => Ok(managed(None).unwrap_or(match exists(&self.hook) {
                // A link that leads nowhere.
                true => InstalledHook::Other,
                false => InstalledHook::Nothing,
            })),
            Err(error) => Err(error).with_context(|| at(&self.hook, "cannot be read")),
        }
    }

    /// Whether git runs it: others it leaves alone.
    pub(super) fn is_executable(&self) -> bool {
        is_executable(&self.hook)
    }

    /// Puts a script there. A hook that somebody wrote is kept, under another name, and comes first.
    ///
    /// # Errors
    ///
    /// The place is taken, or cannot be written to. Then all is as it was.
    pub(super) fn install(&self, script: &[u8]) -> anyhow::Result<Installed> {
        match self.found()? {
            InstalledHook::Managed(manager) => Err(anyhow!(
                "{} manages the hooks in {}, and would overwrite another one; to run the check with it, {}",
                manager.name(),
                escape::path(&self.folder),
                manager.advice()
            )),
            InstalledHook::Ours { content, .. } if content == script && self.is_executable() => {
                Ok(Installed::Unchanged)
            }
            InstalledHook::Ours { .. } => self.write(script).map(|()| Installed::Renewed),
            InstalledHook::Nothing if exists(&self.kept) => self.refuse_left_over(),
            InstalledHook::Nothing => self.write(script).map(|()| Installed::New { keeps: false }),
            InstalledHook::Other if exists(&self.kept) => self.refuse_left_over(),
            InstalledHook::Other => {
                fs::rename(&self.hook, &self.kept).with_context(|| at(&self.hook, "cannot be moved"))?;
                self.write(script).inspect_err(|_| {
                    // Why it was not written is what there is to say.
                    let _ = fs::rename(&self.kept, &self.hook);
                })?;
                Ok(Installed::New { keeps: true })
            }
        }
    }

    /// Takes ours away, and puts back what was there before.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to.
    pub(super) fn uninstall(&self) -> anyhow::Result<Uninstalled> {
        if !matches!(self.found()?, InstalledHook::Ours { .. }) {
            return Ok(Uninstalled::NotThere);
        }
        if exists(&self.kept) {
            fs::rename(&self.kept, &self.hook).with_context(|| at(&self.kept, "cannot be moved"))?;
            return Ok(Uninstalled::Restored);
        }
        fs::remove_file(&self.hook).with_context(|| at(&self.hook, "cannot be removed"))?;
        Ok(Uninstalled::Removed)
    }

    /// Has the file hold a script, at once: a commit at the same time runs the one or the other.
    fn write(&self, script: &[u8]) -> anyhow::Result<()> {
        let written = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::Builder::new()
                .prefix(".pre-commit-")
                .tempfile_in(&self.folder)
                // What it is called until then tells nobody anything.
                .map_err(|error| of_kind(error.kind()))?;
            file.write_all(script)?;
            make_executable(file.as_file())?;
            file.persist(&self.hook).map_err(|error| error.error)?;
            Ok(())
        };
        written().with_context(|| at(&self.hook, "cannot be written"))
    }

    fn refuse_left_over<T>(&self) -> anyhow::Result<T> {
        bail!(
            "{} is in the way: it is the hook that was kept at an earlier installation. Move it away, or rename it to \
             pre-commit if you still want it, and install again",
            escape::path(&self.kept)
        )
    }
}

fn at(path: &Path, what: &str) -> String {
    format!("{} {what}", escape::path(path))
}

/// Whether there is something, be it a link that leads nowhere.
pub(super) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.exists()
}

#[cfg(unix)]
fn make_executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

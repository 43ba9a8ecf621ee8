//! Installing and uninstalling the file of the hook.

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

/// The place of the hook.
pub(super) struct Installation {
    /// The folder in which git looks for hooks.
    folder: PathBuf,
    /// The file that git runs.
    pub hook: PathBuf,
    /// Where the hook is kept that was there before ours.
    pub kept: PathBuf,
}

/// The hook that is installed.
#[derive(Debug)]
pub(super) enum InstalledHook {
    Nothing,
    Ours {
        /// The binary that it names. If there is none, or it is gone, the hook runs the one on the `PATH`.
        binary: Option<PathBuf>,
        content: Vec<u8>,
    },
    /// The hook of a program that manages hooks, and may overwrite another one at any time.
    Managed(Manager),
    /// A hook that somebody wrote.
    Other,
}

/// The result of an installation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Installed {
    /// Our hook was not there.
    New {
        /// Whether another hook was there. It is kept, and runs first.
        keeps: bool,
    },
    /// Our hook was there with another script.
    Renewed,
    /// Our hook was there already.
    Unchanged,
}

/// The result of an uninstallation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Uninstalled {
    /// Our hook is removed.
    Removed,
    /// Our hook is removed, and the one that was there before is back.
    Restored,
    /// Our hook was not there.
    NotThere,
}

impl Installation {
    /// The hook in a folder of hooks.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self {
            hook: folder.join(HOOK),
            kept: folder.join(KEPT),
            folder,
        }
    }

    /// Reads the hook that is installed.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(super) fn found(&self) -> anyhow::Result<InstalledHook> {
        let managed = |content| Manager::detect(&self.folder, content).map(InstalledHook::Managed);
        match regular_file::read(&self.hook, MAX_BYTES) {
            Ok(content) if is_script(&content) => Ok(InstalledHook::Ours {
                binary: binary_of(&content),
                content,
            }),
            Ok(content) => Ok(managed(Some(&content)).unwrap_or(InstalledHook::Other)),
            Err(error) if is_absence(&error) => Ok(managed(None).unwrap_or(match exists(&self.hook) {
                // A broken link.
                true => InstalledHook::Other,
                false => InstalledHook::Nothing,
            })),
            Err(error) => Err(error).with_context(|| at(&self.hook, "cannot be read")),
        }
    }

    /// Whether the hook is executable. Git ignores hooks that are not.
    pub(super) fn is_executable(&self) -> bool {
        is_executable(&self.hook)
    }

    /// Installs a script. A hook that somebody wrote is kept under another name, and runs first.
    ///
    /// # Errors
    ///
    /// Another program manages the hooks, a kept hook is in the way, or the file cannot be written. Then nothing has changed.
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
                    // The first error is reported; it does not matter if this fails too.
                    let _ = fs::rename(&self.kept, &self.hook);
                })?;
                Ok(Installed::New { keeps: true })
            }
        }
    }

    /// Removes our hook, and puts back the one that was there before.
    ///
    /// # Errors
    ///
    /// The files cannot be changed.
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

    /// Replaces the file by a script in one step: a commit at the same time runs either the old or the new script.
    fn write(&self, script: &[u8]) -> anyhow::Result<()> {
        let written = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::Builder::new()
                .prefix(".pre-commit-")
                .tempfile_in(&self.folder)
                // The name of the temporary file would mean nothing to users.
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

/// Whether a path exists. A broken link does.
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

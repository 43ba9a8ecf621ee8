//! `antipasta-lsp hook`: have git check what is committed.

mod installation;
mod managers;
mod script;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use crate::console;
use crate::escape;
use crate::git::{Hooks, Repository};
use installation::{Found, Installation, Installed, Uninstalled, exists};

pub use script::CHECK_ARGUMENTS;

/// What to do with the hook of a repository.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Have git check the content of each commit, and refuse one with violations.
    ///
    /// Writes the hook `pre-commit` of this repository, where `core.hooksPath` says or else in `.git/hooks`. A hook that is there
    /// is kept, and comes first. Hooks of pre-commit, prek, husky and lefthook are left to them, with a word on what to write
    /// for them.
    Install {
        /// What else to run the check with, such as `-- --changed-only`, after `--check --staged --quiet --on-error warn`.
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<OsString>,
    },
    /// Remove the hook, and put back the one that was there before.
    Uninstall,
    /// Say whether the hook is there, and what it runs.
    Status {
        /// How to say it.
        #[arg(long, value_enum, default_value_t)]
        format: StatusFormat,
    },
}

/// How to say what the hook is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// What to tell the user when a command fails.
type Failure = String;

impl HookCommand {
    /// What the hook is to run the binary with, if it is to be installed.
    pub fn check_arguments(&self) -> Option<Vec<OsString>> {
        match self {
            Self::Install { arguments } => {
                let given = CHECK_ARGUMENTS.map(OsString::from);
                Some(given.into_iter().chain(arguments.iter().cloned()).collect())
            }
            Self::Uninstall | Self::Status { .. } => None,
        }
    }

    /// Does it. Exit code 0 if it worked, else 1.
    pub fn run(self) -> ExitCode {
        let done = hooks().and_then(|hooks| {
            let installation = Installation::in_folder(hooks.folder);
            match self {
                Self::Install { arguments } => install(&installation, &arguments, hooks.is_shared),
                Self::Uninstall => uninstall(&installation),
                Self::Status { format } => status(&installation, format),
            }
        });
        match done.and_then(|text| console::print(&text)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                console::errors(failure);
                ExitCode::from(1)
            }
        }
    }
}

/// Where git looks for the hooks of the repository that the working directory is in.
fn hooks() -> Result<Hooks, Failure> {
    let directory = env::current_dir().map_err(|error| format!("the working directory is not known: {error}"))?;
    let repository = Repository::of_directory(&directory)
        .map_err(|error| format!("{error}; only a repository with a working tree has commits to check"))?;
    let hooks = repository.hooks().map_err(|error| error.to_string())?;
    // An empty path, or such as that of a null device, has git find none.
    if hooks.folder == repository.top() || hooks.folder.exists() && !hooks.folder.is_dir() {
        return Err(format!(
            "hooks are turned off: `core.hooksPath` leads to {}",
            escape::path(&hooks.folder)
        ));
    }
    Ok(hooks)
}

fn install(installation: &Installation, arguments: &[OsString], is_shared: bool) -> Result<String, Failure> {
    let binary = env::current_exe().map_err(|error| format!("the path of this program is not known: {error}"))?;
    let installed = installation.install(&script::script(&binary, arguments))?;
    let hook = escape::path(&installation.hook);
    if is_shared {
        console::warning(format_args!(
            "{hook} is outside of this repository, where `core.hooksPath` leads: it runs in all others that use it too"
        ));
    }
    Ok(match installed {
        Installed::New { keeps: false } => format!("Installed {hook}\n"),
        Installed::New { keeps: true } => format!(
            "Installed {hook}\nThe hook that was there comes first; it is {} now\n",
            escape::path(&installation.kept)
        ),
        Installed::Renewed => format!("Renewed {hook}\n"),
        Installed::Unchanged => format!("{hook} is installed already\n"),
    })
}

fn uninstall(installation: &Installation) -> Result<String, Failure> {
    let uninstalled = installation.uninstall()?;
    let hook = escape::path(&installation.hook);
    Ok(match uninstalled {
        Uninstalled::Removed => format!("Removed {hook}\n"),
        Uninstalled::Restored => format!("Removed {hook}, and put back the one that was there before\n"),
        Uninstalled::NotThere => format!("{hook} is none of antipasta-lsp: there is nothing to remove\n"),
    })
}

fn status(installation: &Installation, format: StatusFormat) -> Result<String, Failure> {
    let found = installation.found()?;
    let is_there = |binary: &Path| binary.is_file();
    if format == StatusFormat::Json {
        let (is_installed, manager, binary) = match &found {
            Found::Ours { binary, .. } => (true, None, binary.as_deref()),
            Found::Managed(manager) => (false, Some(manager.name()), None),
            Found::Nothing | Found::Other => (false, None, None),
        };
        let keeps = is_installed && exists(&installation.kept);
        // JSON has no other paths than those that are text.
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let facts = json!({
            "installed": is_installed,
            "path": text(&installation.hook),
            "executable": installation.is_executable(),
            "binary": binary.map(text),
            "binary_exists": binary.map(is_there),
            "keeps": keeps.then(|| text(&installation.kept)),
            "manager": manager,
        });
        return Ok(escape::json(format!("{facts:#}\n")));
    }
    let hook = escape::path(&installation.hook);
    let mut lines = vec![match &found {
        Found::Ours { .. } => format!("installed: {hook}"),
        Found::Nothing => format!("not installed: there is no {hook}"),
        Found::Other => format!("not installed: {hook} is another hook, which `antipasta-lsp hook install` keeps"),
        Found::Managed(manager) => format!(
            "not installed: the hooks are those of {}; to have it run the check, {}",
            manager.name(),
            manager.advice()
        ),
    }];
    if let Found::Ours { binary, .. } = found {
        if !installation.is_executable() {
            lines.push(
                "git does not run it, as it is not executable; `antipasta-lsp hook install` mends that".to_owned(),
            );
        }
        lines.push(match binary {
            Some(binary) if is_there(&binary) => format!("runs: {}", escape::path(&binary)),
            Some(binary) => format!(
                "runs: antipasta-lsp on the PATH, as there is no {} any more",
                escape::path(&binary)
            ),
            None => "runs: antipasta-lsp on the PATH".to_owned(),
        });
        if exists(&installation.kept) {
            lines.push(format!("after: {}", escape::path(&installation.kept)));
        }
    }
    Ok(lines.join("\n") + "\n")
}

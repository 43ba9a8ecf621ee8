//! `antipasta-lsp hook`: a hook that checks each commit.

mod installation;
mod managers;
mod script;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use crate::console;
use antipasta_rules::escape;
use antipasta_workspace::git::{self, Hooks, Limits, Repository};
use installation::{Installation, Installed, InstalledHook, Uninstalled, exists};

pub(super) use script::CHECK_ARGUMENTS;

/// The commands for the hook of a repository.
#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Install a hook with which git checks each commit, and refuses one with violations.
    ///
    /// Writes the hook `pre-commit` of this repository into the folder of `core.hooksPath`, by default `.git/hooks`. A hook that is
    /// there is kept, and runs first. If pre-commit, prek, husky or lefthook manages the hooks, nothing is written: the message says
    /// how to run the check with it.
    Install {
        /// More arguments for the check, such as `-- --changed-only`. They follow `--check --staged --quiet --on-error warn`.
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<OsString>,
    },
    /// Remove the hook, and put back the one that was there before.
    Uninstall,
    /// Show whether the hook is installed, and what it runs.
    Status {
        /// How to print the status.
        #[arg(long, value_enum, default_value_t)]
        format: StatusFormat,
    },
}

/// How to print the status of the hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

impl HookCommand {
    /// The arguments that the hook passes to the binary; `None` if no hook is to be installed.
    pub(crate) fn check_arguments(&self) -> Option<Vec<OsString>> {
        match self {
            Self::Install { arguments } => {
                let given = CHECK_ARGUMENTS.map(OsString::from);
                Some(given.into_iter().chain(arguments.iter().cloned()).collect())
            }
            Self::Uninstall | Self::Status { .. } => None,
        }
    }

    /// Runs the command. Exit code 0 if it succeeded, else 1.
    pub(crate) fn run(self) -> ExitCode {
        let done = hooks().and_then(|hooks| {
            let installation = Installation::in_folder(hooks.folder.clone());
            match self {
                Self::Install { arguments } => install(&installation, &arguments, &hooks),
                Self::Uninstall => uninstall(&installation),
                Self::Status { format } => status(&installation, format),
            }
        });
        match done.and_then(|text| console::print(&text)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                console::error_with_details(console::with_causes(&error));
                ExitCode::from(1)
            }
        }
    }
}

/// The folder in which git looks for the hooks of the repository around the working directory.
fn hooks() -> anyhow::Result<Hooks> {
    let directory = env::current_dir().context("the working directory is not known")?;
    let limits = Limits {
        silence: git::timeout()?,
        deadline: None,
    };
    let repository = Repository::discover(&directory, limits)?;
    let hooks = repository.hooks()?;
    // With an empty path, or with that of a null device, git finds no hooks.
    if hooks.folder == repository.top() || hooks.folder.exists() && !hooks.folder.is_dir() {
        bail!(
            "hooks are turned off: `core.hooksPath` is {}, which is no folder for hooks; `git config --show-origin \
             core.hooksPath` says where that is set",
            escape::path(&hooks.folder)
        );
    }
    Ok(hooks)
}

fn install(installation: &Installation, arguments: &[OsString], hooks: &Hooks) -> anyhow::Result<String> {
    let binary = env::current_exe().context("the path of this program is not known")?;
    // If git tracks the hook, other people run it, on whose machines the path is wrong.
    let binary = (!hooks.is_tracked).then_some(&*binary);
    let installed = installation.install(&script::script(binary, arguments))?;
    let hook = escape::path(&installation.hook);
    if hooks.is_shared {
        console::warning(format_args!(
            "{hook} is outside of this repository (`core.hooksPath`): it runs in every repository that uses this folder"
        ));
    }
    if hooks.is_tracked {
        console::say(format_args!(
            "{hook} is in the working tree (`core.hooksPath`): it runs the antipasta-lsp on the PATH of whoever commits"
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

fn uninstall(installation: &Installation) -> anyhow::Result<String> {
    let uninstalled = installation.uninstall()?;
    let hook = escape::path(&installation.hook);
    Ok(match uninstalled {
        Uninstalled::Removed => format!("Removed {hook}\n"),
        Uninstalled::Restored => format!("Removed {hook}, and put back the one that was there before\n"),
        Uninstalled::NotThere if exists(&installation.hook) => {
            format!("Nothing to remove: antipasta-lsp did not make {hook}\n")
        }
        Uninstalled::NotThere => format!("Nothing to remove: there is no hook {hook}\n"),
    })
}

fn status(installation: &Installation, format: StatusFormat) -> anyhow::Result<String> {
    let found = installation.found()?;
    let is_there = |binary: &Path| binary.is_file();
    if format == StatusFormat::Json {
        let (is_installed, manager, binary, arguments) = match &found {
            InstalledHook::Ours { binary, content } => (true, None, binary.as_deref(), script::arguments_of(content)),
            InstalledHook::Managed(manager) => (false, Some(manager.name()), None, None),
            InstalledHook::Nothing | InstalledHook::Other => (false, None, None, None),
        };
        let keeps = is_installed && exists(&installation.kept);
        let text = |path: &Path| escape::name(path).into_owned();
        let facts = json!({
            "installed": is_installed,
            "path": text(&installation.hook),
            "executable": installation.is_executable(),
            "binary": binary.map(text),
            "binary_exists": binary.map(is_there),
            "arguments": arguments,
            "keeps": keeps.then(|| text(&installation.kept)),
            "manager": manager,
        });
        return Ok(escape::json(format!("{facts:#}\n")));
    }
    let hook = escape::path(&installation.hook);
    let mut lines = vec![match &found {
        InstalledHook::Ours { .. } => format!("installed: {hook}"),
        InstalledHook::Nothing => format!("not installed: there is no {hook}"),
        InstalledHook::Other => {
            format!("not installed: {hook} is another hook; `antipasta-lsp hook install` keeps it, and runs it first")
        }
        InstalledHook::Managed(manager) => format!(
            "not installed: {} manages the hooks; to run the check with it, {}",
            manager.name(),
            manager.advice()
        ),
    }];
    if let InstalledHook::Ours { binary, content } = found {
        if !installation.is_executable() {
            lines.push(
                "git does not run it: it is not executable; `antipasta-lsp hook install` makes it executable"
                    .to_owned(),
            );
        }
        let arguments = script::arguments_of(&content).unwrap_or_default();
        lines.push(match binary {
            Some(binary) if is_there(&binary) => format!("runs: {} {arguments}", escape::path(&binary)),
            Some(binary) => format!(
                "runs: antipasta-lsp {arguments}\nfrom the PATH, because {} is gone; `antipasta-lsp hook install` writes it anew",
                escape::path(&binary)
            ),
            None => format!("runs: antipasta-lsp {arguments}\nfrom the PATH"),
        });
        if exists(&installation.kept) {
            lines.push(format!("after: {}", escape::path(&installation.kept)));
        }
    }
    Ok(lines.join("\n") + "\n")
}

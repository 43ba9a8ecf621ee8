//! `antipasta-lsp config`: write, check, show or convert configurations.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};

use crate::console;
use antipasta_rules::config::{self, Config, Overrides, TEMPLATE};
use antipasta_rules::escape;
use antipasta_workspace::discovery::{Configs, FILE_NAME, OLD_FILE_NAME, PYPROJECT, misnamed, read_config, read_text};
use antipasta_workspace::replace_file::{Trees, replace_file};

/// The commands for configurations.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write a first configuration.
    #[command(alias = "generate")]
    Init {
        /// Where to write it.
        #[arg(long, short, value_name = "FILE", default_value = FILE_NAME)]
        output: PathBuf,
        /// Replace the file if it exists.
        #[arg(long)]
        force: bool,
        /// An option of antipasta. This program never asks.
        #[arg(long, hide = true)]
        non_interactive: bool,
    },
    /// Check a configuration.
    Validate {
        /// The file [default: the configuration for this directory].
        file: Option<PathBuf>,
    },
    /// Show the configuration for a directory, defaults included.
    #[command(alias = "view")]
    Show {
        /// The directory, or a file in it. A configuration file is shown itself.
        #[arg(default_value = ".", hide_default_value = true)]
        path: PathBuf,
        /// Show this configuration instead.
        #[arg(long, short, value_name = "FILE", alias = "path", short_alias = 'p')]
        config: Option<PathBuf>,
        /// How to show it.
        #[arg(long, value_enum, default_value_t)]
        format: ShowFormat,
    },
    /// Print the JSON Schema of configurations, for editors.
    Schema,
    /// Convert an old `.antipasta.config.json` to a `.antipasta.yaml`.
    Migrate {
        /// The old configuration.
        #[arg(default_value = OLD_FILE_NAME)]
        file: PathBuf,
        /// Where to write the new one; `-` is the standard output.
        #[arg(long, short, value_name = "FILE", default_value = FILE_NAME)]
        output: PathBuf,
        /// Replace the file if it exists.
        #[arg(long)]
        force: bool,
    },
}

/// How to show a configuration.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum ShowFormat {
    /// As a configuration file.
    #[default]
    Yaml,
    /// As JSON.
    Json,
}

impl ConfigCommand {
    /// Runs the command. Exit code 0 if it succeeded and the configuration is valid, else 1.
    pub(crate) fn run(self) -> ExitCode {
        let done = match self {
            Self::Init { output, force, .. } => init(&output, force),
            Self::Validate { file } => validate(file),
            Self::Show { path, config, format } => show(&path, config.as_deref(), format),
            Self::Schema => console::print_json(&config::json_schema()),
            Self::Migrate { file, output, force } => migrate(&file, &output, force),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                console::errors(console::with_causes(&error));
                ExitCode::from(1)
            }
        }
    }
}

fn init(output: &Path, force: bool) -> anyhow::Result<()> {
    write(output, TEMPLATE, force)?;
    console::print(&format!("Wrote {}\n", escape::path(output)))
}

fn validate(file: Option<PathBuf>) -> anyhow::Result<()> {
    let config = match file {
        Some(file) => read_config(&file)?,
        None => config_for(Path::new("."))?,
    };
    let Some(path) = &config.path else {
        let hint = match misnamed(Path::new(".")) {
            Some(name) => format!("; {name} is not read, so rename it"),
            None => String::new(),
        };
        bail!(
            "no {FILE_NAME} and no {PYPROJECT} with [tool.antipasta] found in this directory or above it; `antipasta-lsp config init` writes one{hint}"
        );
    };
    console::problems(&config.warnings);
    let mut text = format!(
        "✅ Configuration file is valid: {}\n\nPython files are judged by:\n",
        escape::path(path)
    );
    for threshold in config.thresholds.iter().filter(|threshold| threshold.enabled) {
        text += &format!(
            "  - {} {} {}\n",
            threshold.metric, threshold.comparison, threshold.limit
        );
    }
    text += &format!("Ignore patterns: {}\n", config.ignore_patterns.len());
    console::print(&text)
}

fn show(path: &Path, file: Option<&Path>, format: ShowFormat) -> anyhow::Result<()> {
    let config = match file.or_else(|| Some(path).filter(|path| is_config(path))) {
        Some(file) => read_config(file)?,
        None => config_for(path)?,
    };
    match format {
        ShowFormat::Yaml => {
            let origin = match &config.path {
                Some(path) => format!("# {}\n", escape::path(path)),
                None => "# the default configuration: there is no file\n".to_owned(),
            };
            console::print(&(origin + &config::to_yaml(&config.settings)))
        }
        ShowFormat::Json => console::print_json(&config.settings.to_json()),
    }
}

fn migrate(file: &Path, output: &Path, force: bool) -> anyhow::Result<()> {
    let text = read_text(file).with_context(|| format!("{}: cannot be read", escape::path(file)))?;
    let migrated = config::migrate(file, &text)?;
    console::problems(&migrated.config.warnings);
    console::problems(&migrated.dropped);
    let text = config::to_yaml(&migrated.config.settings);
    if output == Path::new("-") {
        return console::print(&text);
    }
    write(output, &text, force)?;
    console::print(&format!(
        "Wrote {}; you can remove {}\n",
        escape::path(output),
        escape::path(file)
    ))
}

/// Whether a path names a configuration file, by the rules of the reference.
fn is_config(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    path.is_file() && (matches!(extension, Some("yaml" | "yml")) || path.file_name() == Some(OsStr::new(PYPROJECT)))
}

/// The configuration for a directory, or for a file in it.
fn config_for(path: &Path) -> anyhow::Result<Config> {
    let working_directory = std::env::current_dir().context("the working directory")?;
    let path = working_directory.join(path);
    let metadata = fs::metadata(&path).with_context(|| escape::path(&path))?;
    let directory = if metadata.is_dir() { Some(&*path) } else { path.parent() };
    let configs = Configs::nearest(&working_directory, Overrides::default());
    let found = configs.of_directory(&normal(directory.unwrap_or(&path)))?;
    Ok((*found).clone())
}

/// A path without `.`.
fn normal(path: &Path) -> PathBuf {
    path.components().collect()
}

fn write(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let shown = escape::path(path);
    if !force && path.symlink_metadata().is_ok() {
        bail!("{shown} exists already; `--force` replaces it");
    }
    let written = replace_file(path, &Trees::default(), text.as_bytes());
    written.with_context(|| format!("{shown}: cannot be written"))
}

//! `antipasta-lsp cache`: show, verify, shrink or move the cache.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::check::{self, CheckOptions, Input, OnError};
use crate::console;
use antipasta_analysis::cache::{DIRECTORY_VARIABLE, Database, DatabaseError, FILE_NAME, Limits, Location, VERSIONS};
use antipasta_rules::config::Overrides;
use antipasta_rules::escape::{one_line, whole_line};
use antipasta_workspace::replace_file::{Trees, prepare_file};

/// The commands for the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show how large the cache is, and how often it is hit.
    Stats,
    /// Look for damage in every page and every entry. Exit code 1 if there is any.
    Verify,
    /// Remove entries that were not used for long, and the least recently used ones above a size.
    Gc {
        /// The size to keep, in megabytes.
        #[arg(long, value_name = "MB", value_parser = parse_megabytes, default_value_t = Limits::default().bytes / BYTES_PER_MEGABYTE)]
        max_size: u64,
        /// For how many days to keep unused entries.
        #[arg(long, value_name = "DAYS", value_parser = parse_days, default_value_t = Limits::default().days)]
        max_age: u32,
    },
    /// Remove all entries.
    Clear,
    /// Write the entries to a file, for another machine.
    Export {
        /// The file. It must not exist.
        file: PathBuf,
    },
    /// Add the entries that another machine has exported.
    Import {
        /// The exported file.
        file: PathBuf,
    },
    /// Analyze files, so that the cache has their metrics.
    Warm {
        /// Files and directories.
        #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
        paths: Vec<PathBuf>,
    },
    /// Print the path of the cache.
    Path,
    /// Convert the tables to another version, for an older program.
    Migrate {
        /// The version of the tables.
        #[arg(long, value_name = "VERSION", value_parser = parse_version, allow_negative_numbers = true)]
        to: i32,
    },
}

/// How to print the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CacheFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

const BYTES_PER_MEGABYTE: u64 = 1_000_000;

/// A size in megabytes.
fn parse_megabytes(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "must be a whole number of megabytes")
}

/// A time in days.
fn parse_days(text: &str) -> anyhow::Result<u32> {
    let most = u32::MAX;
    text.parse()
        .map_err(|_| anyhow!("must be a whole number of days, at most {most}"))
}

/// A version of the tables.
fn parse_version(text: &str) -> anyhow::Result<i32> {
    let version = text.parse().ok().filter(|version| VERSIONS.contains(version));
    version.ok_or_else(|| anyhow!("must be a version from {} to {}", VERSIONS.start(), VERSIONS.end()))
}

/// The result of a command: names and values, in the order in which they are printed.
type Facts = Vec<(&'static str, Value)>;

impl CacheCommand {
    /// Runs the command. Exit code 0 if it succeeded and found no damage, else 1.
    pub(crate) fn run(self, format: CacheFormat) -> ExitCode {
        let done = self.facts().and_then(|(facts, is_sound)| {
            match format {
                CacheFormat::Text => console::print(&shown(facts))?,
                CacheFormat::Json => console::print_json(&object(facts))?,
            }
            Ok(is_sound)
        });
        match done {
            Ok(is_sound) => ExitCode::from(u8::from(!is_sound)),
            Err(error) => {
                console::error(console::with_causes(&error));
                ExitCode::from(1)
            }
        }
    }

    /// Runs the command. Returns the result, and whether there is no damage.
    fn facts(self) -> anyhow::Result<(Facts, bool)> {
        let cache = CacheFolder(folder()?);
        let facts = match self {
            Self::Path => vec![("path", json!(cache.file()))],
            Self::Stats => cache.statistics()?,
            Self::Verify => return cache.verify(),
            Self::Gc { max_size, max_age } => cache.collect_garbage(&Limits {
                bytes: max_size.saturating_mul(BYTES_PER_MEGABYTE),
                days: max_age,
            })?,
            Self::Clear => cache.clear()?,
            Self::Export { file } => cache.export(&file)?,
            Self::Import { file } => cache.import(&file)?,
            Self::Warm { paths } => {
                let warmed = check::warm(&options(paths))?;
                vec![("hits", json!(warmed.hits)), ("misses", json!(warmed.misses))]
            }
            Self::Migrate { to } => {
                cache.open()?.migrate(to).map_err(|error| cache.error(error))?;
                vec![("version", json!(to))]
            }
        };
        Ok((facts, true))
    }
}

/// The folder of the cache, which the commands work on.
struct CacheFolder(PathBuf);

impl CacheFolder {
    fn file(&self) -> PathBuf {
        self.0.join(FILE_NAME)
    }

    /// An error of the cache, with its path.
    fn error(&self, error: DatabaseError) -> anyhow::Error {
        with_file(&self.file(), error)
    }

    fn open(&self) -> anyhow::Result<Database> {
        let mut database = Database::open(&self.0).map_err(|error| self.error(error))?;
        if let Some(trouble) = database.trouble.take() {
            console::warning(format_args!("the cache in {}: {trouble}", self.0.display()));
        }
        Ok(database)
    }

    fn statistics(&self) -> anyhow::Result<Facts> {
        let statistics = self.open()?.statistics().map_err(|error| self.error(error))?;
        let lookups = statistics.hits + statistics.misses;
        let rate = (lookups > 0).then(|| statistics.hits as f64 / lookups as f64);
        Ok(vec![
            ("path", json!(self.file())),
            ("version", json!(statistics.version)),
            ("file_bytes", json!(statistics.file_bytes)),
            ("used_bytes", json!(statistics.used_bytes)),
            ("contents", json!(statistics.contents)),
            ("payload_bytes", json!(statistics.payload_bytes)),
            ("paths", json!(statistics.paths)),
            ("oldest_days", json!(statistics.oldest_days)),
            ("hits", json!(statistics.hits)),
            ("misses", json!(statistics.misses)),
            ("hit_rate", json!(rate)),
        ])
    }

    fn verify(&self) -> anyhow::Result<(Facts, bool)> {
        let verification = self.open()?.verify().map_err(|error| self.error(error))?;
        let facts = vec![
            ("is_sound", json!(verification.is_sound())),
            ("contents", json!(verification.contents)),
            ("damaged", json!(verification.damaged)),
            ("problems", json!(verification.problems)),
        ];
        Ok((facts, verification.is_sound()))
    }

    fn collect_garbage(&self, limits: &Limits) -> anyhow::Result<Facts> {
        let mut database = self.open()?;
        let removed = database.collect_garbage(limits).map_err(|error| self.error(error))?;
        let file_bytes = database.statistics().map_err(|error| self.error(error))?.file_bytes;
        Ok(vec![("removed", json!(removed)), ("file_bytes", json!(file_bytes))])
    }

    fn clear(&self) -> anyhow::Result<Facts> {
        Database::reset(&self.0).map_err(|error| self.error(error))?;
        Ok(vec![("cleared", json!(self.file()))])
    }

    fn export(&self, file: &Path) -> anyhow::Result<Facts> {
        // As in a check, the output is prepared before anything is read.
        if file.symlink_metadata().is_err() {
            prepare_file(file, &Trees::default()).with_context(|| format!("{}: cannot be written", file.display()))?;
        }
        let exported = self.open()?.export(file).map_err(|error| with_file(file, error))?;
        Ok(vec![("exported", json!(exported)), ("file", json!(file))])
    }

    fn import(&self, file: &Path) -> anyhow::Result<Facts> {
        let imported = self.open()?.import(file).map_err(|error| with_file(file, error))?;
        Ok(vec![
            ("added", json!(imported.added)),
            ("known", json!(imported.known)),
            ("refused", json!(imported.refused)),
        ])
    }
}

/// An error about a file, with its path, unless the message has it already. A refusal may be about another file of the folder.
fn with_file(file: &Path, error: DatabaseError) -> anyhow::Error {
    let file = file.display().to_string();
    match error.to_string().contains(&*one_line(&file)) {
        true => anyhow::Error::new(error),
        false => anyhow::Error::new(error).context(file),
    }
}

/// The folder of the cache.
fn folder() -> anyhow::Result<PathBuf> {
    match Location::of_environment() {
        Location::Folder(folder) => Ok(folder),
        Location::Off => bail!("the cache is turned off by the environment"),
        Location::Unknown => bail!("this system has no folder for a cache; ${DIRECTORY_VARIABLE} can name one"),
    }
}

/// The options of a check without reports.
fn options(paths: Vec<PathBuf>) -> CheckOptions {
    CheckOptions {
        input: Input::Paths(paths),
        config: None,
        overrides: Overrides::default(),
        destinations: Vec::new(),
        quiet: true,
        statistics: false,
        report_unused_ignores: false,
        changed_only: false,
        baseline: None,
        add_ignores: false,
        shard: None,
        on_error: OnError::Fail,
        max_time: None,
        git_timeout: None,
        no_cache: false,
        jobs: None,
    }
}

fn object(facts: Facts) -> Value {
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(facts.collect())
}

/// A number of bytes, for people.
fn size(bytes: f64) -> String {
    match bytes {
        ..1e3 => format!("{bytes:.0} B"),
        ..1e6 => format!("{:.0} kB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

fn shown(facts: Facts) -> String {
    match &facts[..] {
        [("cleared", Value::String(path))] => return format!("Cleared {}\n", one_line(path)),
        [(_, Value::String(only))] => return format!("{}\n", whole_line(only)),
        _ => {}
    }
    let line = |(name, value): (&str, Value)| match value {
        Value::Number(number) if name.ends_with("_bytes") => {
            let name = name.trim_end_matches("_bytes");
            format!("{name:<16}{}\n", size(number.as_f64().unwrap_or(0.0)))
        }
        Value::Number(rate) if name.ends_with("_rate") => {
            format!("{name:<16}{:.0} %\n", rate.as_f64().unwrap_or(0.0) * 100.0)
        }
        Value::String(text) => format!("{name:<16}{}\n", one_line(&text)),
        Value::Null => format!("{name:<16}-\n"),
        Value::Array(lines) => lines.iter().map(|line| format!("{name:<16}{line}\n")).collect(),
        value => format!("{name:<16}{value}\n"),
    };
    facts.into_iter().map(line).collect()
}

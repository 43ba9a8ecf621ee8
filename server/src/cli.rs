//! The command line.

mod usage;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, ColorChoice, Parser, Subcommand};

use crate::check::{self, BaselineAction, BaselineOptions, CheckOptions, Input, OnError, Shard};
use crate::commands::{CacheCommand, CacheFormat, ConfigCommand, HookCommand, MergeCommand, VerifyCommand};
use crate::console;
use crate::lsp::{self, Connection};
use crate::report::{self, Destination, OutputFormat};
use antipasta_analysis::cache::Location;
use antipasta_metrics::MetricType;
use antipasta_rules::config::{Overrides, parse_pattern, parse_threshold};
use antipasta_workspace::discovery::is_named_source;
use antipasta_workspace::git::Change;
use antipasta_workspace::seconds;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  antipasta-lsp                               serve an editor on the standard input and output
  antipasta-lsp --check                       check the Python files below this directory
  antipasta-lsp --check src --quiet           show violations only
  antipasta-lsp --check src -t cyc=15         allow a cyclomatic complexity of up to 15
  antipasta-lsp --check . --format json --output report.json
  antipasta-lsp --check --output-format text --output-format sarif:report.sarif
  antipasta-lsp --check --staged              check what the next commit contains, as a hook does
  antipasta-lsp --check --diff origin/main    check the files of a pull request
  antipasta-lsp --check --staged --changed-only
                                              count only what the next commit makes worse
  antipasta-lsp --check --write-baseline antipasta-baseline.jsonl
                                              allow the violations there are, and count what is new or gets worse
  antipasta-lsp --check --shard 1/4 --format json --output 1.json
                                              check the first of four parts; `antipasta-lsp merge` joins them
  git show HEAD:a.py | antipasta-lsp --check - --stdin-filename a.py
  antipasta-lsp hook install                  have git do so before each commit
  antipasta-lsp config init                   write a first .antipasta.yaml

Exit codes of --check:
  0  no violations
  2  violations
  1  no violations, but something could not be checked, or the command is wrong";

/// Code metrics for Python: cyclomatic and cognitive complexity, Halstead's metrics, maintainability index, line counts.
///
/// Compares every function and file with the thresholds in `.antipasta.yaml` (or `[tool.antipasta]` in `pyproject.toml`).
/// The numbers are those of antipasta. Without `--check` it is a language server, which an editor starts.
#[derive(Debug, Parser)]
#[command(name = "antipasta-lsp", version, styles = STYLES, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<CliCommand>,

    /// Do not read or write the cache.
    #[arg(long)]
    no_cache: bool,

    #[command(flatten)]
    serve: ServeArguments,

    #[command(flatten)]
    check: CheckArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Language server")]
struct ServeArguments {
    /// Serve an editor on the standard input and output, as without any argument.
    #[arg(long, conflicts_with_all = ["socket", "check"])]
    stdio: bool,

    /// Serve an editor that listens on this port of this machine.
    #[arg(long, value_name = "PORT", conflicts_with = "check", value_parser = parse_port)]
    socket: Option<u16>,

    /// The process that starts the server. Editors pass it; it is not needed.
    #[arg(long = "clientProcessId", hide = true, conflicts_with = "check")]
    client_process_id: Option<u32>,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Write, check, show or convert configurations.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Merge the reports of all shards (`--shard`) into one.
    Merge(MergeCommand),
    /// Show, verify, shrink or move the cache.
    Cache {
        #[command(subcommand)]
        command: CacheCommand,

        /// How to print the result.
        #[arg(id = "cache_format", long = "format", value_enum, default_value_t, global = true)]
        format: CacheFormat,
    },
    /// Install a hook with which git checks each commit.
    #[command(subcommand)]
    Hook(HookCommand),
    /// Run the Python antipasta on the same files, and list the differences.
    ///
    /// Every value of every function, class and file is compared, to the last digit, and every violation. Exit code 0 if all are
    /// the same, 2 if some differ, 1 if they cannot be compared.
    Verify(VerifyCommand),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Check")]
#[group(id = "check_arguments", multiple = true, requires = "check")]
struct CheckArguments {
    /// Check files and exit.
    #[arg(long)]
    check: bool,

    /// Files and directories to check, by default this directory; `-` is source on the standard input.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Check what the next commit contains: the files that differ from `HEAD` in git's index, as they are in the index.
    ///
    /// The working tree does not matter; the configuration is read from the index too, unless git does not track it. Paths
    /// limit which of the files are checked. The check passes when there is nothing to check. Under `pre-commit run
    /// --from-ref FROM --to-ref TO`, where nothing is staged, this is `--diff FROM...TO`.
    #[arg(long, group = "change")]
    staged: bool,

    /// Check the files that changed since a branch began, or between two commits.
    ///
    /// `REF` compares the working tree with the merge base of REF and HEAD, as a pull request to REF does. `FROM..TO` and
    /// `FROM...TO` compare the commit TO with FROM, or with the merge base of the two, wherever HEAD is. In a partial clone, git
    /// fetches what it lacks for this, except in a hook.
    #[arg(long, value_name = "REF", group = "change", value_parser = Change::parse)]
    diff: Option<Change>,

    /// Count only violations that are new, or whose value got worse by the change.
    ///
    /// A function is recognized by its qualified name, wherever in the file it is; a renamed one is recognized if all its
    /// metrics are unchanged. The report says how a value got worse, such as `12 -> 17`.
    #[arg(long, requires = "change")]
    changed_only: bool,

    /// Allow the violations in a baseline, as long as they get no worse.
    ///
    /// An entry has a path, a qualified name and a metric, and no line. A violation counts if the baseline has no entry for it,
    /// or if its value is worse; the report says by how much, such as `12 -> 17`. With `--staged`, and with `--diff` between
    /// two commits, the baseline is read from the index or the commit, if git tracks it.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write the violations there are to the baseline.
    ///
    /// The violations of the files that are checked replace the entries of these files. Entries of other files stay, unless
    /// the files are gone. The file can be named here or by `--baseline`.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "change")]
    write_baseline: Option<Option<PathBuf>>,

    /// Remove entries from the baseline that are no longer needed.
    ///
    /// An entry is removed if its file or function is gone or no longer violates. Values that got better are lowered. Nothing
    /// is added or raised. Entries of files that are not checked stay. The file can be named here or by `--baseline`.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = ["change", "write_baseline"])]
    prune_baseline: Option<Option<PathBuf>>,

    /// Write an ignore comment for each violation: `# antipasta: ignore[METRIC<=VALUE]`. From then on, it counts only if it
    /// gets worse.
    ///
    /// The comments are written on the lines of `def` and `class`. A comment cannot ignore the value of a whole file.
    #[arg(long, conflicts_with_all = ["write_baseline", "prune_baseline"])]
    add_ignores: bool,

    /// Another name for PATH, as antipasta has it.
    #[arg(long = "directory", short = 'd', value_name = "PATH", hide = true)]
    directories: Vec<PathBuf>,

    /// Another name for PATH, as antipasta has it.
    #[arg(long = "files", short = 'f', value_name = "PATH", hide = true)]
    files: Vec<PathBuf>,

    /// Use this configuration for all files, instead of the nearest one above each file.
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Check one of several parts of the files, such as 1/4, for jobs that share the work.
    ///
    /// The parts are of about the same size. They depend only on the paths and sizes of the files, so every job finds the same
    /// ones. `antipasta-lsp merge` makes one report of their reports, in JSON or SARIF.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["write_baseline", "prune_baseline"])]
    shard: Option<Shard>,

    /// What to do when a file cannot be checked: it is not Python or cannot be read, or git or this program fails.
    ///
    /// `warn` reports it and passes, so that it blocks no commit. Violations, a wrong command line and a wrong configuration
    /// never pass. If the option is given several times, the last one counts.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, overrides_with = "on_error")]
    on_error: OnError,

    /// Stop after this time, and check the riskiest files first.
    ///
    /// Files known from an earlier run come first, then those that match `critical_paths` of the configuration, then those that
    /// are large and changed often in git's history. A file that takes half of the time, or 10 seconds, is given up. Files that
    /// were not checked are reported; without violations, the exit code is then 1 (see --on-error).
    #[arg(long, value_name = "SECONDS", value_parser = seconds::parse, conflicts_with = "add_ignores")]
    max_time: Option<Duration>,

    /// How long git may write nothing before it is stopped, in seconds [default: $ANTIPASTA_GIT_TIMEOUT, else 30].
    ///
    /// A git that hangs is a failure like any other (see --on-error). It never takes longer than what is left of --max-time. A
    /// git that keeps writing may take ten times as long.
    #[arg(long, value_name = "SECONDS", value_parser = seconds::parse)]
    git_timeout: Option<Duration>,

    /// The format of the report.
    #[arg(
        long,
        value_enum,
        default_value_t,
        ignore_case = true,
        conflicts_with = "output_formats"
    )]
    format: OutputFormat,

    /// Report in this format, to a file if one is named. Can be given several times.
    ///
    /// `--output-format text --output-format sarif:report.sarif` shows violations to people and writes them for tools. The
    /// kinds are those of `--format`. At most one report goes to the standard output.
    #[arg(long = "output-format", value_name = "KIND[:FILE]")]
    output_formats: Vec<Destination>,

    /// Write the report to this file instead of the standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Show violations only.
    #[arg(long, short)]
    quiet: bool,

    /// Judge a metric by another threshold, such as `cyclomatic_complexity=15`.
    ///
    /// The metric can be named by a prefix: cyc (cyclomatic_complexity), cog (cognitive_complexity), mai
    /// (maintainability_index), vol, dif, eff (halstead_volume, _difficulty, _effort). It has no effect on a metric that the
    /// configuration does not judge. Can be given several times.
    #[arg(long = "threshold", short, value_name = "TYPE=VALUE", value_parser = parse_threshold)]
    thresholds: Vec<(MetricType, f64)>,

    /// Check files that match a pattern, even if a rule ignores them. Can be given several times.
    ///
    /// In directories, only `*.py` files are checked, whatever the pattern.
    #[arg(long = "include-pattern", short, value_name = "PATTERN", value_parser = parse_pattern)]
    include_patterns: Vec<String>,

    /// Ignore files that match a pattern, as in a .gitignore. Can be given several times.
    #[arg(long = "exclude-pattern", short, value_name = "PATTERN", value_parser = parse_pattern)]
    exclude_patterns: Vec<String>,

    /// Check files that a .gitignore ignores.
    #[arg(long)]
    no_gitignore: bool,

    /// Check every file, whatever ignores it.
    ///
    /// In directories, that is every `*.py` file.
    #[arg(long)]
    force_analyze: bool,

    /// List the ignore comments that suppress nothing.
    #[arg(long)]
    report_unused_ignores: bool,

    /// Print what the run cost to the standard error: files, functions, time by phase, throughput, memory.
    #[arg(long)]
    statistics: bool,

    /// How many threads to use at most [default: one for each processor].
    #[arg(long, short, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,

    /// The name of the source on the standard input. It is used in the report, to find the configuration, and to see whether
    /// the file is ignored.
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,

    /// When to use colors.
    #[arg(long, value_name = "WHEN", default_value_t)]
    color: ColorChoice,
}

/// A number of threads.
fn parse_jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "must be a whole number of at least 1")
}

/// A port.
fn parse_port(text: &str) -> anyhow::Result<u16> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| anyhow!("must be a port, from 1 to {}", u16::MAX))
}

/// Whether a check can be run with some arguments; why not, if it cannot.
fn is_check(arguments: Vec<OsString>) -> anyhow::Result<()> {
    let words = std::iter::once(OsString::from(env!("CARGO_PKG_NAME"))).chain(arguments);
    match Cli::try_parse_from(words) {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = error.to_string();
            // What the first line is about may be in lines below it. The usage comes after an empty one.
            let mut lines = message.lines().map(str::trim).take_while(|line| !line.is_empty());
            let first = lines.next().unwrap_or_default().trim_start_matches("error: ");
            let others: Vec<_> = lines.collect();
            let message = [first, &others.join(", ")].join(" ");
            bail!("the hook could not check with these arguments: {}", message.trim_end())
        }
    }
}

/// Whether a path looks like that of a baseline, and not like something to check.
fn is_baseline(path: &Path) -> bool {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "jsonl" || extension == "json");
    let is_nothing = !path.exists() && !is_named_source(path) && path.as_os_str() != "-";
    !path.is_dir() && (is_json || is_nothing)
}

/// What `--staged` checks: what is staged, or else what pre-commit says that it was asked about.
fn staged() -> anyhow::Result<Change> {
    let asked = |name| env::var(name).ok().filter(|revision| !revision.is_empty());
    let (Some(from), Some(to)) = (asked("PRE_COMMIT_FROM_REF"), asked("PRE_COMMIT_TO_REF")) else {
        return Ok(Change::Staged);
    };
    let range = format!("{from}...{to}");
    let change = Change::parse(&range)?;
    console::say(format_args!(
        "pre-commit compares {range}, so this is what is checked, not what is staged"
    ));
    Ok(change)
}

/// Reads the command line of this process and does what it says.
pub(crate) fn main() -> ExitCode {
    let words = usage::ours(std::env::args_os());
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(message) => {
            let message = match message.use_stderr() {
                true => usage::explained(message, &words),
                false => message,
            };
            // What is printed on request is no error. The exit code 2, which clap would use, says that there are violations.
            let is_error = message.use_stderr();
            let is_lost = message
                .print()
                .is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe);
            return ExitCode::from(u8::from(is_error || is_lost));
        }
    };
    match cli.command {
        Some(CliCommand::Config(command)) => command.run(),
        Some(CliCommand::Merge(command)) => command.run(),
        Some(CliCommand::Cache { command, format }) => command.run(format),
        Some(CliCommand::Hook(command)) => match command.check_arguments().map_or(Ok(()), is_check) {
            Ok(()) => command.run(),
            Err(error) => {
                console::error(console::with_causes(&error));
                ExitCode::from(1)
            }
        },
        Some(CliCommand::Verify(command)) => command.run(),
        None if cli.check.check => cli.check.run(cli.no_cache),
        None => cli.serve.run(cli.no_cache),
    }
}

impl ServeArguments {
    fn run(self, no_cache: bool) -> ExitCode {
        let cache = match no_cache {
            true => Location::Off,
            false => Location::of_environment(),
        };
        match self.socket {
            Some(port) => lsp::serve(Connection::Socket(port), cache),
            None => {
                if io::stdin().is_terminal() {
                    console::say("This is a language server, and waits for an editor. To check files, see --help.");
                }
                lsp::serve(Connection::Stdio, cache)
            }
        }
    }
}

impl CheckArguments {
    fn run(self, no_cache: bool) -> ExitCode {
        match self.color {
            ColorChoice::Always => anstream::ColorChoice::AlwaysAnsi.write_global(),
            ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
            ColorChoice::Auto => {}
        }
        match self.options(no_cache) {
            Ok(options) => check::run(&options).into(),
            Err(error) => {
                console::error(console::with_causes(&error));
                ExitCode::from(1)
            }
        }
    }

    fn options(mut self, no_cache: bool) -> anyhow::Result<CheckOptions> {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        self.paths.append(&mut self.directories);
        self.paths.append(&mut self.files);
        let (action, option, named) = match (&self.write_baseline, &self.prune_baseline) {
            (Some(file), _) => (BaselineAction::Write, "--write-baseline", Some(file.clone())),
            (_, Some(file)) => (BaselineAction::Prune, "--prune-baseline", Some(file.clone())),
            _ => (BaselineAction::Apply, "--baseline", None),
        };
        let file = match (self.baseline.take(), named) {
            (Some(file), Some(Some(path))) => {
                // `--baseline FILE --write-baseline PATH...`: what follows is what to check.
                if file != path && is_baseline(&path) {
                    bail!(
                        "the baseline is named twice: --baseline {} and {option} {}",
                        file.display(),
                        path.display()
                    );
                }
                if file != path {
                    self.paths.push(path);
                }
                Some(file)
            }
            (None, Some(Some(file))) => Some(file),
            (None, Some(None)) => {
                bail!("{option} needs the name of the baseline: `{option} antipasta-baseline.jsonl`");
            }
            (file, _) => file,
        };
        let baseline = file.map(|file| BaselineOptions { file, action });
        let writes = [
            ("--write-baseline", self.write_baseline.is_some()),
            ("--prune-baseline", self.prune_baseline.is_some()),
            ("--add-ignores", self.add_ignores),
        ];
        let writes = writes.iter().find(|(_, is_given)| *is_given);
        if let Some((option, _)) = writes.filter(|_| self.paths.iter().any(is_stdin)) {
            bail!("{option} is for files: it cannot be combined with `-`, source on the standard input");
        }
        let change = match self.staged {
            true => Some(staged()?),
            false => self.diff,
        };
        if self.add_ignores && !matches!(change, None | Some(Change::Since(_))) {
            let message = "--add-ignores changes files of the working tree: it cannot be combined with --staged, nor with \
                           --diff between two commits";
            bail!(message);
        }
        let input = if !self.paths.iter().any(is_stdin) {
            if self.stdin_filename.is_some() {
                bail!("--stdin-filename goes with `-`, source on the standard input");
            }
            match change {
                Some(change) => Input::Change(change, self.paths),
                None if self.paths.is_empty() => Input::Paths(vec![PathBuf::from(".")]),
                None => Input::Paths(self.paths),
            }
        } else if change.is_some() {
            bail!("`-` is no file of a commit: it cannot be combined with --staged or --diff");
        } else if self.paths.len() == 1 {
            Input::Stdin(self.stdin_filename.unwrap_or_else(|| PathBuf::from("-")))
        } else {
            bail!("`-` cannot be combined with other paths");
        };
        let reports = if self.output_formats.is_empty() {
            vec![Destination {
                format: self.format,
                file: None,
            }]
        } else {
            self.output_formats
        };
        let destinations = report::destinations(reports, self.output)?;
        Ok(CheckOptions {
            input,
            config: self.config,
            overrides: Overrides {
                thresholds: self.thresholds,
                exclude_patterns: self.exclude_patterns,
                include_patterns: self.include_patterns,
                no_gitignore: self.no_gitignore,
                force_analyze: self.force_analyze,
            },
            destinations,
            quiet: self.quiet,
            statistics: self.statistics,
            report_unused_ignores: self.report_unused_ignores,
            changed_only: self.changed_only,
            baseline,
            add_ignores: self.add_ignores,
            shard: self.shard,
            on_error: self.on_error,
            max_time: self.max_time,
            git_timeout: self.git_timeout,
            no_cache,
            jobs: self.jobs.map(NonZeroUsize::get),
        })
    }
}

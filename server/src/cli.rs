//! The command line.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};

use crate::cache::Location;
use crate::check::{
    self, BaselineOptions, BaselineTask, CheckOptions, Destination, Input, OnError, OutputFormat, Shard,
};
use crate::commands::{CacheCommand, CacheFormat, ConfigCommand, HookCommand, MergeCommand, VerifyCommand};
use crate::config::{Overrides, parse_pattern, parse_threshold};
use crate::console;
use crate::escape;
use crate::git::Change;
use crate::lsp::{self, Connection};
use crate::metrics::MetricType;

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
  antipasta-lsp --check --baseline antipasta-baseline.jsonl --write-baseline
                                              tolerate what there is, and count what is new or gets worse
  antipasta-lsp --check --shard 1/4 --format json --output 1.json
                                              check the first of four parts; `antipasta-lsp merge` joins them
  git show HEAD:a.py | antipasta-lsp --check - --stdin-filename a.py
  antipasta-lsp hook install                  have git do so before each commit
  antipasta-lsp config init                   write a .antipasta.yaml to begin with

Exit codes of --check:
  0  no violations
  2  violations
  1  no violations, but something could not be analysed or the command is wrong";

/// Code metrics for Python: cyclomatic and cognitive complexity, Halstead's metrics, maintainability index, line counts.
///
/// Holds every function and file against the thresholds in `.antipasta.yaml` (or `[tool.antipasta]` in
/// `pyproject.toml`), with the numbers of antipasta. Without `--check` it is a language server: an editor starts it, and
/// speaks the Language Server Protocol with it.
#[derive(Debug, Parser)]
#[command(name = "antipasta-lsp", version, styles = STYLES, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Do without the cache: analyse whatever was analysed before, and remember nothing.
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
    #[arg(long, value_name = "PORT", conflicts_with = "check", value_parser = clap::value_parser!(u16).range(1..))]
    socket: Option<u16>,

    /// The process that starts the server. Editors pass it; it is not needed.
    #[arg(long = "clientProcessId", hide = true, conflicts_with = "check")]
    client_process_id: Option<u32>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write, check, show or convert configurations.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make one report of those of several parts, as `--shard` makes them.
    Merge(MergeCommand),
    /// Look at the cache, check it, make it smaller, or carry it elsewhere.
    Cache {
        #[command(subcommand)]
        command: CacheCommand,

        /// How to say what came of it.
        #[arg(id = "cache_format", long = "format", value_enum, default_value_t, global = true)]
        format: CacheFormat,
    },
    /// Have git check what is committed.
    #[command(subcommand)]
    Hook(HookCommand),
    /// Run the Python antipasta beside this one, and say what differs.
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

    /// Check what the next commit contains: the files in git's index that differ from `HEAD`, as they are there.
    ///
    /// Nothing in the working tree matters, not even a configuration, unless git does not track it. Paths, if there are any,
    /// say which of the files to check. That there are none to check is no error.
    #[arg(long, group = "change")]
    staged: bool,

    /// Check the files that were changed since a branch began, or between two commits.
    ///
    /// `REF` compares the working tree with the merge base of REF and HEAD, as a pull request to REF does. `FROM..TO` and
    /// `FROM...TO` compare the commit TO with FROM, or with the merge base of the two, wherever HEAD is.
    #[arg(long, value_name = "REF", group = "change", value_parser = Change::of_revisions)]
    diff: Option<Change>,

    /// Count only what the change made: violations of functions that are new, and of values that got worse.
    ///
    /// A function is known again by its qualified name wherever it has gone in the file, and by its numbers if it was renamed.
    /// The report says how a value got worse, such as `12 -> 17`.
    #[arg(long, requires = "change")]
    changed_only: bool,

    /// Tolerate the violations that a baseline has, as long as they get no worse.
    ///
    /// The baseline knows them by path, qualified name and metric, whatever the line. A violation counts if it is not in the
    /// baseline, or its value is worse than there; the report says how, such as `12 -> 17`. With `--staged`, and with `--diff`
    /// between two commits, the baseline is that of the index or of the commit, if git tracks it.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Make the present violations the baseline.
    ///
    /// Those of the files that are checked take the place of what the baseline had of them; what it has of other files stays,
    /// unless they are gone.
    #[arg(long, requires = "baseline", conflicts_with = "change")]
    write_baseline: bool,

    /// Take out of the baseline what it tolerates needlessly.
    ///
    /// Entries go whose function is gone or keeps to its threshold, and those of files that are gone; values that got better
    /// are lowered to what they are. Nothing is added or raised. Files that are not checked keep theirs.
    #[arg(long, requires = "baseline", conflicts_with_all = ["change", "write_baseline"])]
    prune_baseline: bool,

    /// Write an ignore comment for each violation: `# antipasta: ignore[METRIC<=VALUE]`, so that only what gets worse violates
    /// from now on.
    ///
    /// The comments are put on the lines of `def` and `class`. Values of a file as a whole cannot be ignored by a comment.
    #[arg(long, conflicts_with_all = ["write_baseline", "prune_baseline"])]
    add_ignores: bool,

    /// The configuration to use for all files, in place of the nearest above each file.
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Check one of several parts of the files, such as 1/4, for jobs that share the work.
    ///
    /// The parts are of about the same size, and depend on nothing but the paths and sizes of the files: each job finds the same
    /// ones. `antipasta-lsp merge` makes one report of theirs, in JSON or SARIF.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["write_baseline", "prune_baseline"])]
    shard: Option<Shard>,

    /// What it comes to that something could not be checked: a file that is no Python or cannot be read, or git or this
    /// program failing.
    ///
    /// `warn` reports it and passes, so that it blocks no commit; violations, a wrong command line and a wrong configuration
    /// never pass. The last one given counts.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, overrides_with = "on_error")]
    on_error: OnError,

    /// Stop in time, after having checked the riskiest files first.
    ///
    /// What is known from an earlier run comes first, then what the configuration names in `critical_paths`, then what is
    /// large and was changed often in git's history. A file that takes half of the time, or 10 seconds, is given up. What was
    /// not checked is reported; without violations, the exit code is 1 then (see --on-error).
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, conflicts_with = "add_ignores")]
    max_time: Option<Duration>,

    /// How to report.
    #[arg(
        long,
        value_enum,
        default_value_t,
        ignore_case = true,
        conflicts_with = "output_formats"
    )]
    format: OutputFormat,

    /// Report in a format, to a file if one is named; given several times, in several at once.
    ///
    /// `--output-format text --output-format sarif:report.sarif` shows violations to people and writes them for tools. The
    /// kinds are those of `--format`. One report at most goes to the standard output.
    #[arg(long = "output-format", value_name = "KIND[:FILE]")]
    output_formats: Vec<Destination>,

    /// Write the report that names no file to this one, in place of the standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Show violations only.
    #[arg(long, short)]
    quiet: bool,

    /// Judge a metric by another threshold, such as `cyclomatic_complexity=15`.
    ///
    /// The metric can be named by a prefix: cyc (cyclomatic_complexity), cog (cognitive_complexity), mai
    /// (maintainability_index), vol, dif, eff (halstead_volume, _difficulty, _effort). A metric that the configuration
    /// does not judge stays unjudged. May be given several times.
    #[arg(long = "threshold", short, value_name = "TYPE=VALUE", value_parser = parse_threshold)]
    thresholds: Vec<(MetricType, f64)>,

    /// Take in files that match a pattern, whatever else leaves them out. May be given several times.
    #[arg(long = "include-pattern", short, value_name = "PATTERN", value_parser = parse_pattern)]
    include_patterns: Vec<String>,

    /// Leave out files that match a pattern, as in a .gitignore. May be given several times.
    #[arg(long = "exclude-pattern", short, value_name = "PATTERN", value_parser = parse_pattern)]
    exclude_patterns: Vec<String>,

    /// Take in files that a .gitignore leaves out.
    #[arg(long)]
    no_gitignore: bool,

    /// Take in every file, whatever leaves it out.
    #[arg(long)]
    force_analyze: bool,

    /// List the ignore comments that suppress nothing.
    #[arg(long)]
    report_unused_ignores: bool,

    /// Say on the standard error what the run cost: files, functions, time by phase, throughput, memory.
    #[arg(long)]
    statistics: bool,

    /// The most threads to use [default: one for each processor].
    #[arg(long, short, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,

    /// The name of the source on the standard input: for the report, and to find its configuration.
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,

    /// When to colour what is written.
    #[arg(long, value_name = "WHEN", default_value_t)]
    color: ColorChoice,
}

/// A number of threads.
fn parse_jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "must be a whole number of at least 1")
}

/// Whether a check can be run with some arguments; why not, if it cannot.
fn is_check(arguments: Vec<OsString>) -> Result<(), String> {
    let words = std::iter::once(OsString::from(env!("CARGO_PKG_NAME"))).chain(arguments);
    match Cli::try_parse_from(words) {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default();
            Err(format!(
                "the hook could not check with these arguments: {}",
                message.trim_start_matches("error: ")
            ))
        }
    }
}

/// The longest time that may be asked for, in seconds.
const MOST_SECONDS: f64 = 1e6;

/// A time.
fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| *seconds > 0.0 && *seconds <= MOST_SECONDS);
    let seconds = seconds.ok_or_else(|| format!("must be a number of seconds above 0, and at most {MOST_SECONDS}"))?;
    Ok(Duration::from_secs_f64(seconds))
}

/// An error about the command line of this process, which may name any of it, with the words escaped that it names.
fn with_escapes(error: clap::Error) -> clap::Error {
    let words = std::env::args_os().map(|word| escape::one_line(&word.to_string_lossy()).into_owned());
    match Cli::try_parse_from(words) {
        Err(escaped) if escaped.kind() == error.kind() => escaped,
        _ => {
            let text = error.to_string();
            let text = escape::one_line(text.trim_start_matches("error: "));
            Cli::command().error(error.kind(), text)
        }
    }
}

/// Reads the command line of this process and does what it says.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            let message = with_escapes(message);
            // What is printed on request is no error. The exit code 2, which clap would use, says that there are violations.
            let is_error = message.use_stderr();
            let is_lost = message
                .print()
                .is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe);
            return ExitCode::from(u8::from(is_error || is_lost));
        }
    };
    match cli.command {
        Some(Command::Config(command)) => command.run(),
        Some(Command::Merge(command)) => command.run(),
        Some(Command::Cache { command, format }) => command.run(format),
        Some(Command::Hook(command)) => match command.check_arguments().map_or(Ok(()), is_check) {
            Ok(()) => command.run(),
            Err(message) => {
                console::error(message);
                ExitCode::from(1)
            }
        },
        Some(Command::Verify(command)) => command.run(),
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
            Err(message) => {
                console::error(message);
                ExitCode::from(1)
            }
        }
    }

    fn options(self, no_cache: bool) -> Result<CheckOptions, String> {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        let writes = [
            ("--write-baseline", self.write_baseline),
            ("--prune-baseline", self.prune_baseline),
            ("--add-ignores", self.add_ignores),
        ];
        let writes = writes.iter().find(|(_, is_given)| *is_given);
        if let Some((option, _)) = writes.filter(|_| self.paths.iter().any(is_stdin)) {
            return Err(format!(
                "{option} is for files: it cannot be combined with `-`, source on the standard input"
            ));
        }
        let change = if self.staged { Some(Change::Staged) } else { self.diff };
        if self.add_ignores && !matches!(change, None | Some(Change::Since(_))) {
            let message = "--add-ignores changes files of the working tree: it cannot be combined with --staged, nor with \
                           --diff between two commits";
            return Err(message.to_owned());
        }
        let task = match (self.write_baseline, self.prune_baseline) {
            (true, _) => BaselineTask::Write,
            (_, true) => BaselineTask::Prune,
            _ => BaselineTask::Apply,
        };
        let baseline = self.baseline.map(|file| BaselineOptions { file, task });
        let input = if !self.paths.iter().any(is_stdin) {
            if self.stdin_filename.is_some() {
                return Err("--stdin-filename goes with `-`, source on the standard input".to_owned());
            }
            match change {
                Some(change) => Input::Change(change, self.paths),
                None if self.paths.is_empty() => Input::Paths(vec![PathBuf::from(".")]),
                None => Input::Paths(self.paths),
            }
        } else if change.is_some() {
            return Err("`-` is no file of a commit: it cannot be combined with --staged or --diff".to_owned());
        } else if self.paths.len() == 1 {
            Input::Stdin(self.stdin_filename.unwrap_or_else(|| PathBuf::from("-")))
        } else {
            return Err("`-` cannot be combined with other paths".to_owned());
        };
        let reports = if self.output_formats.is_empty() {
            vec![Destination {
                format: self.format,
                file: None,
            }]
        } else {
            self.output_formats
        };
        let destinations = check::destinations(reports, self.output)?;
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
            no_cache,
            jobs: self.jobs.map(NonZeroUsize::get),
        })
    }
}

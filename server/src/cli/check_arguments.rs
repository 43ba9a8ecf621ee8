//! The arguments of `--check`.

use std::env;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, ColorChoice};

use crate::check::{self, BaselineAction, BaselineOptions, CheckOptions, Input, OnError, Shard};
use crate::console;
use crate::report::{self, Destination, OutputFormat};
use antipasta_metrics::MetricType;
use antipasta_rules::config::{Overrides, parse_pattern, parse_threshold};
use antipasta_workspace::discovery::is_named_source;
use antipasta_workspace::git::Change;
use antipasta_workspace::seconds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Check")]
#[group(id = "check_arguments", multiple = true, requires = "check")]
pub(super) struct CheckArguments {
    /// Check files and exit.
    #[arg(long)]
    pub(super) check: bool,

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

    /// Change the threshold of a metric, such as `cyclomatic_complexity=15`.
    ///
    /// The metric can be named by a prefix: cyc (cyclomatic_complexity), cog (cognitive_complexity), mai
    /// (maintainability_index), vol, dif, eff (halstead_volume, _difficulty, _effort). It has no effect on a metric for which
    /// the configuration has no threshold. Can be given several times.
    #[arg(long = "threshold", short, value_name = "TYPE=VALUE", value_parser = parse_threshold)]
    thresholds: Vec<(MetricType, f64)>,

    /// Check files that match a pattern, even if a rule ignores them. Can be given several times.
    ///
    /// In directories, only `*.py` files are checked, also if the pattern matches other files.
    #[arg(long = "include-pattern", short, value_name = "PATTERN", value_parser = parse_pattern)]
    include_patterns: Vec<String>,

    /// Ignore files that match a pattern, as in a .gitignore. Can be given several times.
    #[arg(long = "exclude-pattern", short, value_name = "PATTERN", value_parser = parse_pattern)]
    exclude_patterns: Vec<String>,

    /// Check files that a .gitignore ignores.
    #[arg(long)]
    no_gitignore: bool,

    /// Check every file, even if a rule ignores it.
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

impl CheckArguments {
    /// Runs the check. The exit code is that of its verdict, or 1 if the arguments contradict each other.
    pub(super) fn run(self, no_cache: bool) -> ExitCode {
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

    /// The options of the check.
    ///
    /// # Errors
    ///
    /// The arguments contradict each other.
    fn options(mut self, no_cache: bool) -> anyhow::Result<CheckOptions> {
        self.paths.append(&mut self.directories);
        self.paths.append(&mut self.files);
        let baseline = self.take_baseline()?;
        self.refuse_writing_to_stdin()?;
        let change = self.take_change()?;
        let input = self.take_input(change)?;
        let destinations = self.take_destinations()?;
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

    /// The baseline and how it is used. If the word behind `--write-baseline` or `--prune-baseline` is not a baseline, it is added
    /// to the paths to check.
    fn take_baseline(&mut self) -> anyhow::Result<Option<BaselineOptions>> {
        let (action, option, named) = match (&self.write_baseline, &self.prune_baseline) {
            (Some(file), _) => (BaselineAction::Write, "--write-baseline", Some(file.clone())),
            (_, Some(file)) => (BaselineAction::Prune, "--prune-baseline", Some(file.clone())),
            _ => (BaselineAction::Apply, "--baseline", None),
        };
        let file = match (self.baseline.take(), named) {
            (Some(file), Some(Some(path))) if file != path => {
                if is_baseline(&path) {
                    bail!(
                        "the baseline is named twice: --baseline {} and {option} {}",
                        file.display(),
                        path.display()
                    );
                }
                // `--baseline FILE --write-baseline PATH...`
                self.paths.push(path);
                Some(file)
            }
            (None, Some(Some(file))) => Some(file),
            (None, Some(None)) => {
                bail!("{option} needs the name of the baseline: `{option} antipasta-baseline.jsonl`");
            }
            (file, _) => file,
        };
        Ok(file.map(|file| BaselineOptions { file, action }))
    }

    fn refuse_writing_to_stdin(&self) -> anyhow::Result<()> {
        let writes = [
            ("--write-baseline", self.write_baseline.is_some()),
            ("--prune-baseline", self.prune_baseline.is_some()),
            ("--add-ignores", self.add_ignores),
        ];
        match writes.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if self.reads_stdin() => {
                bail!("{option} is for files: it cannot be combined with `-`, source on the standard input")
            }
            _ => Ok(()),
        }
    }

    /// Whether a path is `-`, the standard input.
    fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    fn take_change(&mut self) -> anyhow::Result<Option<Change>> {
        let change = match self.staged {
            true => Some(staged()?),
            false => self.diff.take(),
        };
        if self.add_ignores && !matches!(change, None | Some(Change::Since(_))) {
            bail!(
                "--add-ignores changes files of the working tree: it cannot be combined with --staged, nor with --diff \
                 between two commits"
            );
        }
        Ok(change)
    }

    fn take_input(&mut self, change: Option<Change>) -> anyhow::Result<Input> {
        let reads_stdin = self.reads_stdin();
        let paths = std::mem::take(&mut self.paths);
        if !reads_stdin {
            if self.stdin_filename.is_some() {
                bail!("--stdin-filename goes with `-`, source on the standard input");
            }
            return Ok(match change {
                Some(change) => Input::Change(change, paths),
                None if paths.is_empty() => Input::Paths(vec![PathBuf::from(".")]),
                None => Input::Paths(paths),
            });
        }
        if change.is_some() {
            bail!("`-` is no file of a commit: it cannot be combined with --staged or --diff");
        }
        match &paths[..] {
            [_] => Ok(Input::Stdin(
                self.stdin_filename.take().unwrap_or_else(|| PathBuf::from("-")),
            )),
            _ => bail!("`-` cannot be combined with other paths"),
        }
    }

    fn take_destinations(&mut self) -> anyhow::Result<Vec<Destination>> {
        let mut reports = std::mem::take(&mut self.output_formats);
        if reports.is_empty() {
            reports.push(Destination {
                format: self.format,
                file: None,
            });
        }
        report::destinations(reports, self.output.take())
    }
}

/// A number of threads.
fn parse_jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "must be a whole number of at least 1")
}

/// Whether a path looks like that of a baseline, and not like something to check.
fn is_baseline(path: &Path) -> bool {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "jsonl" || extension == "json");
    let is_nothing = !path.exists() && !is_named_source(path) && path.as_os_str() != "-";
    !path.is_dir() && (is_json || is_nothing)
}

/// The change that `--staged` checks: the staged one, or the one between the two commits that pre-commit was asked to compare.
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

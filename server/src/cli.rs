//! The command line.

mod check_arguments;
mod usage;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

use crate::commands::{CacheCommand, CacheFormat, ConfigCommand, HookCommand, MergeCommand, VerifyCommand};
use crate::console;
use crate::lsp::{self, Connection};
use antipasta_analysis::cache::Location;
use check_arguments::CheckArguments;

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
            // `--help` and `--version` are not errors. clap's exit code 2 would mean that there are violations.
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

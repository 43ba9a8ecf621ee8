//! One run of the check, from the command line's options to the exit code.

use std::io::{self, Read, Write};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::add_ignores::say_what_was_added;
use super::baseline::{Baseline, BaselineError, settle};
use super::changed_files::{ChangedFiles, ChangedFilesError, Selection};
use super::checked_file::CheckedFile;
use super::inspection::Inspection;
use super::notices;
use super::options::{CheckOptions, Input, OnError};
use super::progress::{Progress, with_spinner};
use super::risk::{recent_changes, riskiest_first};
use super::shard::{Item, Shard};
use super::statistics::{Statistics, Totals};
use super::task::{Content, Task};
use rustc_hash::FxHashMap;

use crate::console;
use crate::report::{Destination, Report, ReportedPath, ShardInfo, fingerprint, top_of};
use antipasta_analysis::ReadThrough;
use antipasta_analysis::cache::{Cache, Counts, Known, Location};
use antipasta_pool::{Pool, PoolError, Priority};
use antipasta_rules::config::{Config, ConfigErrors};
use antipasta_rules::escape::whole_line;
use antipasta_syntax::ANALYSIS_STACK_BYTES;
use antipasta_workspace::discovery::{
    self, Configs, DiscoveryError, FILE_NAME, FileStamp, PYPROJECT, normalized, read_config,
};
use antipasta_workspace::git::{self, GitError, Limits, Repository};
use antipasta_workspace::replace_file::Trees;

/// How a check ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every file was analysed, and no value violates: exit code 0.
    Clean,
    /// There are violations: exit code 2.
    Violations,
    /// There are none, but not all was analysed: exit code 1.
    Failed,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Clean => Self::SUCCESS,
            Verdict::Failed => Self::from(1),
            Verdict::Violations => Self::from(2),
        }
    }
}

/// Why a check gives no report.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error("the working directory is not known: {0}")]
    WorkingDirectory(io::Error),
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    #[error("{0}")]
    Discovery(#[from] DiscoveryError),
    #[error("{0}")]
    Git(#[from] GitError),
    #[error("{0}")]
    ChangedFiles(#[from] ChangedFilesError),
    #[error("{0}")]
    Baseline(#[from] BaselineError),
    #[error("No files found to analyze{0}")]
    NoFiles(String),
    #[error("{0}")]
    Pool(#[from] PoolError),
    #[error("the standard input: {0}")]
    Stdin(io::Error),
    #[error("the standard input has not ended within the time limit (--max-time): nothing was checked")]
    EndlessStdin,
    #[error("{path}: cannot be written: {error}", path = .0.display(), error = .1)]
    Output(PathBuf, io::Error),
    /// As was found out before the analysis.
    #[error("{path}: cannot be written: {error}", path = .0.display(), error = .1)]
    Unwritable(PathBuf, io::Error),
    #[error("the report cannot be written: {0}")]
    Stdout(io::Error),
    #[error("internal error, please report it")]
    Panicked,
}

impl CheckError {
    /// Whether it is no fault of the command line or of a configuration, which only the user can mend.
    fn is_failure(&self) -> bool {
        match self {
            Self::Config(_) | Self::Discovery(_) | Self::NoFiles(_) | Self::Unwritable(..) => false,
            Self::Git(error) | Self::ChangedFiles(ChangedFilesError::Git(error)) => !matches!(
                error,
                GitError::Revision(_)
                    | GitError::UnknownRevision { .. }
                    | GitError::NoCommit { .. }
                    | GitError::LinkNotOnDisk(_)
                    | GitError::Timeout(_)
            ),
            Self::ChangedFiles(_) => false,
            Self::Baseline(error) => !matches!(error, BaselineError::Missing(_) | BaselineError::Malformed(..)),
            Self::WorkingDirectory(_)
            | Self::Pool(_)
            | Self::Stdin(_)
            | Self::EndlessStdin
            | Self::Output(..)
            | Self::Stdout(_)
            | Self::Panicked => true,
        }
    }
}

/// More threads than this only cost memory, whatever is asked for.
const MAX_JOBS: usize = 256;

/// Of so many paths of a change that are left out it is said why.
const MOST_REASONS: usize = 5;

/// Git's history may take this part of a limited time.
const PART_FOR_HISTORY: u32 = 8;

/// How much longer than its limited time a check may take, to write its reports. Nobody may read the pipe that one goes to.
const TIME_FOR_REPORTS: Duration = Duration::from_secs(30);

/// Ends this process, whatever it waits for, when a check has had its time.
fn end_in_time(time: Duration, on_error: OnError) {
    std::thread::spawn(move || {
        std::thread::sleep(time + TIME_FOR_REPORTS);
        let message = format!(
            "the check was stopped {} s after its time limit (--max-time); does anybody read its report?",
            TIME_FOR_REPORTS.as_secs()
        );
        match on_error {
            OnError::Warn => console::warning(message),
            OnError::Fail => console::error(message),
        }
        std::process::exit(i32::from(on_error == OnError::Fail));
    });
}

/// Runs a check and reports. What goes wrong is said on the standard error.
pub(crate) fn run(options: &CheckOptions) -> Verdict {
    if let Some(time) = options.max_time {
        end_in_time(time, options.on_error);
    }
    // A panic has been told of when it is caught.
    let ended = catch_unwind(|| Run::of(options).and_then(Run::go)).unwrap_or(Err(CheckError::Panicked));
    let passes = options.on_error == OnError::Warn;
    match ended {
        Ok(Verdict::Failed) if passes => {
            console::warning("the check is incomplete, and passes all the same (`--on-error warn`)");
            Verdict::Clean
        }
        Ok(verdict) => verdict,
        Err(error) if passes && error.is_failure() => {
            console::warning(format_args!(
                "{error}; the check passes all the same (`--on-error warn`)"
            ));
            Verdict::Clean
        }
        Err(error) => {
            match &error {
                CheckError::Config(errors) => console::errors(errors),
                CheckError::Discovery(DiscoveryError::Config(errors))
                | CheckError::ChangedFiles(ChangedFilesError::Discovery(DiscoveryError::Config(errors))) => {
                    console::errors(errors);
                }
                error => console::error(error),
            }
            Verdict::Failed
        }
    }
}

/// Has the cache know the metrics of what would be checked. Returns what it knew before, and what it did not.
///
/// # Errors
///
/// There is nothing to analyse or no cache; why, for people.
pub(crate) fn warm(options: &CheckOptions) -> Result<Counts, String> {
    let run = Run::of(options).map_err(|error| error.to_string())?;
    run.warm().map_err(|error| error.to_string())
}

/// What was analysed, and by what.
struct Analysed {
    files: Vec<CheckedFile>,
    inspection: Arc<Inspection>,
    /// How long the cache was asked.
    recall: Duration,
    /// How long the analysis took.
    analysis: Duration,
}

struct Run<'a> {
    options: &'a CheckOptions,
    configs: Configs,
    /// The files of the change that is to be checked, if it is one.
    change: Option<ChangedFiles>,
    baseline: Option<Arc<Baseline>>,
    /// The folders that were named.
    trees: Trees,
    pool: Pool,
    start: Instant,
    git_limits: Limits,
}

impl<'a> Run<'a> {
    fn of(options: &'a CheckOptions) -> Result<Self, CheckError> {
        let start = Instant::now();
        let working_directory = std::env::current_dir().map_err(CheckError::WorkingDirectory)?;
        let overrides = options.overrides.clone();
        let git_limits = Limits {
            silence: options.git_timeout.map_or_else(git::timeout, Ok)?,
            deadline: options.max_time.map(|time| start + time),
        };
        let change = match &options.input {
            Input::Change(change, _) => {
                let repository = Repository::discover(&working_directory, git_limits)?;
                Some(ChangedFiles::of(change, options.changed_only, repository)?)
            }
            Input::Paths(_) | Input::Stdin(_) => None,
        };
        let mut contents = contents_of_change(options, change.as_ref())?;
        let trees = trees_of(&options.input).map_err(CheckError::WorkingDirectory)?;
        let baseline = match &options.baseline {
            Some(baseline) => {
                let content = contents.remove(&normalized(&working_directory.join(&baseline.file)));
                Some(Arc::new(Baseline::read(
                    baseline,
                    &working_directory,
                    content,
                    trees.clone(),
                )?))
            }
            None => None,
        };
        let configs = match &options.config {
            Some(path) => Configs::given(&working_directory, overrides, read_config(path)?),
            None => Configs::nearest(&working_directory, overrides).with_contents(contents),
        };
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            options,
            configs,
            change,
            baseline,
            trees,
            pool: Pool::new(
                "analysis",
                options.jobs.unwrap_or_else(processors).min(MAX_JOBS),
                Priority::Interactive,
                ANALYSIS_STACK_BYTES,
            ),
            start,
            git_limits,
        })
    }

    fn go(mut self) -> Result<Verdict, CheckError> {
        let options = self.options;
        let destinations = options.destinations.iter();
        let reports = destinations.filter_map(|to| Some((to.file.as_ref()?, to.prepare(&self.trees).err()?)));
        let baseline = options.baseline.iter();
        let baseline = baseline.filter_map(|baseline| Some((&baseline.file, baseline.prepare(&self.trees).err()?)));
        let unwritable = reports.chain(baseline);
        all_errors(unwritable.map(|(path, error)| CheckError::Unwritable(path.clone(), error)))?;
        let (mut tasks, left_out, cache) =
            with_spinner("Looking for files...", options.quiet, || self.tasks_and_cache())?;
        let discovery = self.start.elapsed();
        notices::warn_of_configs(&self.configs);
        if let Some(change) = &self.change {
            change.changes.warnings.iter().for_each(console::warning);
            if tasks.is_empty() {
                change.explain_all_files();
            }
        } else if tasks.is_empty() && left_out == 0 {
            let example = match &options.input {
                Input::Paths(paths) => discovery::example_of_left_out(paths, &self.configs),
                _ => None,
            };
            return Err(CheckError::NoFiles(
                example.map_or_else(String::new, |why| format!(": {why}")),
            ));
        }
        let mut part = None;
        if let Some(shard) = options.shard {
            let (own, named) = self.of_shard(tasks, shard)?;
            tasks = own;
            part = Some(named);
        }
        let is_file = |task: &&Task| !matches!(task.content, Content::Unreadable(_));
        self.announce(tasks.iter().filter(is_file).count())?;
        let Analysed {
            mut files,
            inspection,
            recall,
            analysis,
        } = self.analysed(tasks, cache)?;
        if let Some(cache) = &inspection.cache {
            cache.cache().begin_flush();
        }
        if let Some(note) = self.change.as_ref().and_then(ChangedFiles::fetched) {
            console::say(note);
        }
        notices::warn_of_files(&files);
        let mut stale_entries = None;
        if let (Some(baseline), Some(given)) = (&mut self.baseline, &options.baseline) {
            let is_of_commit = self.change.as_ref().is_some_and(ChangedFiles::are_of_commit);
            stale_entries = Some(settle(
                Arc::make_mut(baseline),
                given,
                &mut files,
                (!is_of_commit).then_some(self.git_limits),
                options.quiet,
            )?);
        }
        let all_are_added = !options.add_ignores || say_what_was_added(&files, options.quiet);
        let totals = Totals::new(&files);
        let report = Report {
            files: files.into_iter().map(|file| file.report).collect(),
            is_quiet: options.quiet,
            lists_unused_ignores: options.report_unused_ignores,
            shard: part,
            stale_entries,
        };
        notices::warn_of_unchecked(&report);
        let begun = Instant::now();
        self.write(&report)?;
        if !options.quiet && options.destinations.iter().all(|to| to.file.is_some()) {
            notices::say_what_was_found(&report, &options.destinations);
        }
        if options.statistics {
            let statistics = Statistics {
                totals,
                discovery,
                recall,
                analysis,
                report: begun.elapsed(),
                threads: self.pool.running(),
            };
            // The run has its report; that nobody listens to its cost is no failure.
            let _ = statistics.write(&mut anstream::stderr());
        }
        if let Some(cache) = &inspection.cache {
            close(cache.cache());
        }
        let verdict = match verdict(&report) {
            Verdict::Clean if !all_are_added => Verdict::Failed,
            verdict => verdict,
        };
        // The process ends: the system takes back at once what would take long to be freed piece by piece. The cache is closed,
        // unless a thread that was left behind has it.
        if let Some(mut inspection) = Arc::into_inner(inspection) {
            std::mem::forget(std::mem::take(&mut inspection.tasks));
        }
        std::mem::forget((report, self.pool));
        Ok(verdict)
    }

    /// The tasks that are in a part of all, and what its report says of it.
    fn of_shard(&self, tasks: Vec<Task>, shard: Shard) -> Result<(Vec<Task>, ShardInfo), CheckError> {
        let items = self.items(&tasks)?;
        let part = shard.part(&items, &self.settings(&tasks));
        let mut own = shard.of(&items).into_iter().peekable();
        let tasks = tasks.into_iter().enumerate();
        let own = tasks.filter(|(index, _)| own.next_if_eq(index).is_some());
        Ok((own.map(|(_, task)| task).collect(), part))
    }

    /// What parts are made of. All files are read, also those of other parts: their jobs may have found others in their place.
    fn items(&self, tasks: &[Task]) -> Result<Vec<Item>, CheckError> {
        let working_directory = self.configs.working_directory();
        let top = top_of(working_directory);
        let item = |task: &Task, buffer: &mut Vec<u8>| Item {
            name: ReportedPath::new(&task.path, working_directory, top).portable(),
            size: task.stamp.size,
            content: task.mark(buffer),
        };
        self.pool.start(tasks.iter().map(|task| task.stamp.size).sum())?;
        let rescue = |task: &Task, _| item(task, &mut Vec::new());
        Ok(self.pool.map(tasks, |task| task.stamp.size, Vec::new, item, rescue)?)
    }

    /// What results depend on beside the files.
    fn settings(&self, tasks: &[Task]) -> Vec<String> {
        let options = self.options;
        let mut settings = vec![
            env!("CARGO_PKG_VERSION").to_owned(),
            format!("{:?}", options.overrides),
            format!("{:?}", (options.changed_only, options.report_unused_ignores)),
            self.baseline
                .as_ref()
                .map_or_else(String::new, |baseline| baseline.text()),
        ];
        // Files that follow one another mostly share their configuration.
        let mut last: Option<(&Arc<Config>, String)> = None;
        for task in tasks {
            let print = match last.take() {
                Some((config, print)) if Arc::ptr_eq(config, &task.config) => print,
                _ => {
                    let Config {
                        thresholds,
                        ignore_patterns,
                        use_gitignore,
                        max_file_size,
                        ..
                    } = &*task.config;
                    fingerprint(&[&format!(
                        "{:?}",
                        (thresholds, ignore_patterns, use_gitignore, max_file_size)
                    )])
                }
            };
            settings.push(print.clone());
            last = Some((&task.config, print));
        }
        settings
    }

    fn warm(self) -> Result<Counts, CheckError> {
        let (tasks, _, cache) = self.tasks_and_cache()?;
        let analysed = self.analysed(tasks, cache)?;
        let cache = analysed.inspection.cache.as_ref();
        Ok(cache.map_or_else(Counts::default, |cache| close(cache.cache())))
    }

    /// Analyses, by way of the cache if there is one.
    fn analysed(&self, tasks: Vec<Task>, cache: Option<Cache>) -> Result<Analysed, CheckError> {
        let begun = Instant::now();
        let tasks = self.recalled(tasks, cache.as_ref());
        let recall = begun.elapsed();
        self.pool.start(tasks.iter().map(|(task, _)| task.stamp.size).sum())?;
        let begun = Instant::now();
        let working_directory = self.configs.working_directory();
        let inspection = Arc::new(Inspection {
            tasks,
            cache: cache.map(ReadThrough::new),
            blobs: self.change.as_ref().and_then(|change| change.blobs.clone()),
            baseline: self.baseline.clone(),
            working_directory: working_directory.to_owned(),
            top: top_of(working_directory).to_owned(),
            changed_only: self.options.changed_only,
            add_ignores: self.options.add_ignores,
            trees: self.trees.clone(),
        });
        let progress = Progress::new(inspection.tasks.len(), self.options.quiet);
        let files = match self.options.max_time {
            None => inspection.of_all(&self.pool, &progress)?,
            Some(time) => {
                let deadline = self.start + time;
                let now = Instant::now();
                let limits = Limits {
                    deadline: Some(now + deadline.saturating_duration_since(now) / PART_FOR_HISTORY),
                    ..self.git_limits
                };
                let changes = recent_changes(working_directory, limits);
                let order = riskiest_first(&inspection.tasks, &self.configs, &changes);
                inspection.of_some(order, &self.pool, deadline, &progress)?
            }
        };
        progress.finish();
        Ok(Analysed {
            files,
            analysis: begun.elapsed(),
            recall,
            inspection,
        })
    }

    /// What is to be analysed, how many files were named that are not, and the cache, which is opened meanwhile.
    fn tasks_and_cache(&self) -> Result<(Vec<Task>, usize, Option<Cache>), CheckError> {
        let (tasks, cache) = std::thread::scope(|scope| {
            let opening = self
                .uses_cache()
                .then(|| scope.spawn(|| Cache::at(&Location::of_environment())));
            (self.tasks(), opening.map(std::thread::ScopedJoinHandle::join))
        });
        let (tasks, left_out) = tasks?;
        let cache = match cache {
            None => None,
            Some(Ok(Ok(cache))) => cache,
            Some(Ok(Err(why))) => {
                console::warning(why);
                None
            }
            Some(Err(_)) => {
                console::warning("the cache is not used: opening it has failed, please report this");
                None
            }
        };
        Ok((tasks, left_out, cache))
    }

    /// What is to be analysed, and how many files were named that are not. Reports are in the order of the paths, by which those
    /// of several parts can be merged.
    fn tasks(&self) -> Result<(Vec<Task>, usize), CheckError> {
        match (&self.options.input, &self.change) {
            (Input::Paths(paths), _) => self.found(paths),
            (Input::Stdin(name), _) => {
                let task = self.given(name)?;
                match discovery::reason_to_leave_out(name, &self.configs).filter(|_| name.as_os_str() != "-") {
                    None => Ok((vec![task], 0)),
                    Some(reason) => {
                        if !self.options.quiet {
                            console::say(reason);
                        }
                        Ok((Vec::new(), 1))
                    }
                }
            }
            (Input::Change(_, paths), Some(change)) => {
                let Selection {
                    mut tasks,
                    left_out,
                    warnings,
                } = change.tasks(paths, &self.configs)?;
                tasks.sort_by(|one, other| one.path.cmp(&other.path));
                warnings.iter().for_each(console::warning);
                if !self.options.quiet {
                    left_out.iter().take(MOST_REASONS).for_each(console::say);
                    if let others @ 1.. = left_out.len().saturating_sub(MOST_REASONS) {
                        console::say(format_args!("… and {others} more paths that are named are not checked"));
                    }
                }
                Ok((tasks, 0))
            }
            (Input::Change(..), None) => Ok((Vec::new(), 0)),
        }
    }

    fn found(&self, paths: &[PathBuf]) -> Result<(Vec<Task>, usize), CheckError> {
        let found = discovery::discover(paths, &self.configs, &self.pool)?;
        found.warnings.iter().for_each(console::warning);
        let task = |file: discovery::File| Task {
            path: file.path,
            absolute: PathBuf::new(),
            stamp: file.stamp,
            config: file.config,
            content: Content::OnDisk,
            base: None,
        };
        let mut tasks: Vec<_> = found.files.into_iter().map(task).collect();
        if !self.options.quiet {
            found.reasons.iter().for_each(console::say);
            match found.left_out.saturating_sub(found.reasons.len()) {
                0 => {}
                _ if found.reasons.is_empty() => {}
                others => console::say(format_args!("… and {others} more files that are named are not checked")),
            }
        }
        if !found.unreadable.is_empty() {
            let unreadable = found.unreadable.into_iter().map(|directory| Task {
                path: directory.path,
                absolute: PathBuf::new(),
                stamp: FileStamp::default(),
                config: directory.config,
                content: Content::Unreadable(directory.error),
                base: None,
            });
            tasks.extend(unreadable);
            tasks.sort_by(|one, other| one.path.cmp(&other.path));
        }
        Ok((tasks, found.left_out))
    }

    fn given(&self, name: &Path) -> Result<Task, CheckError> {
        let directory = name.parent().unwrap_or(Path::new(""));
        let config = self.configs.of_directory(directory).map_err(DiscoveryError::Config)?;
        let content = read_stdin(config.max_file_size.saturating_add(1), self.git_limits.deadline)?;
        if content.is_empty() {
            // As an empty file, it passes; but what was to write it may have failed.
            console::warning("the standard input is empty");
        }
        Ok(Task {
            path: name.to_owned(),
            absolute: PathBuf::new(),
            stamp: FileStamp {
                size: content.len() as u64,
                ..FileStamp::default()
            },
            config,
            content: Content::Given(content),
            base: None,
        })
    }

    /// What the reference says before it begins. A report for programs stands alone on the standard output.
    fn announce(&self, files: usize) -> Result<(), CheckError> {
        if self.options.quiet || files == 0 {
            return Ok(());
        }
        let mut lines = notices::used_configs(&self.configs);
        lines.push(format!("Analyzing {files} files..."));
        if self.options.destinations.iter().any(Destination::is_for_people) {
            let lines: String = lines.iter().map(|line| format!("{}\n", whole_line(line))).collect();
            unless_reader_left(io::stdout().write_all(lines.as_bytes())).map_err(CheckError::Stdout)
        } else {
            lines.iter().for_each(console::say);
            Ok(())
        }
    }

    /// Whether there is to be a cache. Source on the standard input is analysed sooner than one is opened.
    fn uses_cache(&self) -> bool {
        !self.options.no_cache && !matches!(self.options.input, Input::Stdin(_))
    }

    /// The tasks, each with what the cache knows of its file.
    fn recalled(&self, mut tasks: Vec<Task>, cache: Option<&Cache>) -> Vec<(Task, Option<Known>)> {
        let Some(cache) = cache else {
            return tasks.into_iter().map(|task| (task, None)).collect();
        };
        let on_disk = tasks.iter_mut().filter(|task| matches!(task.content, Content::OnDisk));
        for task in on_disk {
            task.absolute = self.configs.working_directory().join(&task.path);
        }
        // Of what is not on disk, nothing is known: no file has an empty path.
        let known = cache.known_files(tasks.iter().map(|task| (&*task.absolute, &task.stamp)));
        tasks.into_iter().zip(known).collect()
    }

    /// Writes the reports, those to files first: whoever reads the standard output may leave. One that cannot be written does
    /// not stop the others.
    fn write(&self, report: &Report) -> Result<(), CheckError> {
        let destinations = &self.options.destinations;
        let (to_files, others): (Vec<_>, Vec<_>) = destinations.iter().partition(|to| to.file.is_some());
        let write = |to: &Destination| {
            let written = to.write(report, &self.pool, &self.trees);
            match &to.file {
                Some(path) => written.map_err(|error| CheckError::Output(path.clone(), error)),
                None => unless_reader_left(written).map_err(CheckError::Stdout),
            }
        };
        all_errors(to_files.into_iter().chain(others).filter_map(|to| write(to).err()))
    }
}

/// The folders that are named on the command line.
fn trees_of(input: &Input) -> io::Result<Trees> {
    match input {
        Input::Paths(paths) | Input::Change(_, paths) => Trees::of(paths),
        Input::Stdin(_) => Ok(Trees::default()),
    }
}

/// Says all errors but the last, which is returned.
fn all_errors(errors: impl Iterator<Item = CheckError>) -> Result<(), CheckError> {
    let mut errors: Vec<_> = errors.collect();
    match errors.pop() {
        None => Ok(()),
        Some(last) => {
            errors.iter().for_each(console::error);
            Err(last)
        }
    }
}

/// Who reads the standard output may leave when they have seen enough (`| head`). The verdict stays the same.
fn unless_reader_left(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// At most so many bytes of the source on the standard input. Without a deadline, it is waited for: whoever types ends it.
fn read_stdin(limit: u64, deadline: Option<Instant>) -> Result<Vec<u8>, CheckError> {
    let read = move || {
        let mut content = Vec::new();
        let done = io::stdin().lock().take(limit).read_to_end(&mut content);
        done.map(|_| content)
    };
    let Some(deadline) = deadline else {
        return read().map_err(CheckError::Stdin);
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(read()));
    let left = deadline.saturating_duration_since(Instant::now());
    match receiver.recv_timeout(left) {
        Ok(content) => content.map_err(CheckError::Stdin),
        Err(_) => Err(CheckError::EndlessStdin),
    }
}

/// What the files of a change hold that say how to check it, by their absolute paths, as far as they are not to be read from disk.
fn contents_of_change(
    options: &CheckOptions,
    change: Option<&ChangedFiles>,
) -> Result<FxHashMap<PathBuf, Vec<u8>>, CheckError> {
    let mut names = Vec::new();
    if options.config.is_none() {
        names.extend([FILE_NAME, PYPROJECT]);
    }
    let baseline = options
        .baseline
        .as_ref()
        .and_then(|baseline| baseline.file.file_name()?.to_str());
    names.extend(baseline);
    match change {
        Some(change) if !names.is_empty() => Ok(change.contents(&names)?),
        _ => Ok(FxHashMap::default()),
    }
}

/// Has the cache remember what is new, and says what went wrong with it. Returns how often it was asked.
fn close(cache: &Cache) -> Counts {
    let uses = cache.flush();
    if let Some(trouble) = cache.take_trouble() {
        console::warning(trouble);
    }
    uses
}

fn verdict(report: &Report) -> Verdict {
    if report.violations() > 0 {
        Verdict::Violations
    } else if report.failures().next().is_some() || report.unchecked().next().is_some() {
        Verdict::Failed
    } else {
        Verdict::Clean
    }
}

//! One run of a check, from the options to the verdict.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::baseline::finish::finish as finish_baseline;
use super::checked_file::CheckedFile;
use super::checker::Checker;
use super::context::CheckContext;
use super::error::CheckError;
use super::notices;
use super::options::{CheckOptions, Input, OnError};
use super::output;
use super::progress::{CheckProgress, with_spinner};
use super::sources::{
    ChangedFiles, FileContent, FoundSources, SourceFile, find, recent_changes, riskiest_first, select_shard,
};
use super::statistics::{CheckStatistics, Totals};
use super::verdict::CheckVerdict;
use crate::console;
use crate::report::{Report, ShardInfo, top_of};
use antipasta_analysis::ReadThrough;
use antipasta_analysis::cache::{Cache, Counts, Known, Location};
use antipasta_workspace::discovery;
use antipasta_workspace::git::Limits;

/// With a time limit, reading git's history may take this part of the time.
const PART_FOR_HISTORY: u32 = 8;

/// How much longer than its time limit a check may take to write its reports. A report may go to a pipe that nobody reads.
const TIME_FOR_REPORTS: Duration = Duration::from_secs(30);

/// Runs a check and writes its reports. Errors go to the standard error.
pub(crate) fn run(options: &CheckOptions) -> CheckVerdict {
    if let Some(time) = options.max_time {
        end_in_time(time, options.on_error);
    }
    // The panic hook has printed the panic already.
    let ended = catch_unwind(|| check(options)).unwrap_or(Err(CheckError::Panicked));
    let passes = options.on_error == OnError::Warn;
    match ended {
        Ok(CheckVerdict::Failed) if passes => {
            console::warning("the check is incomplete, and passes all the same (`--on-error warn`)");
            CheckVerdict::Clean
        }
        Ok(verdict) => verdict,
        Err(error) if passes && error.is_failure() => {
            console::warning(format_args!(
                "{error}; the check passes all the same (`--on-error warn`)"
            ));
            CheckVerdict::Clean
        }
        Err(error) => {
            error.print();
            CheckVerdict::Failed
        }
    }
}

/// Puts the metrics of the files into the cache. Returns how many it had already, and how many it had not.
///
/// # Errors
///
/// There are no files, or they cannot be analyzed.
pub(crate) fn warm(options: &CheckOptions) -> Result<Counts, CheckError> {
    let context = CheckContext::new(options)?;
    let (sources, cache) = find_and_open_cache(&context)?;
    let analyzed = analyze(&context, sources.files, cache)?;
    let cache = analyzed.checker.cache.as_ref();
    Ok(cache.map_or_else(Counts::default, |cache| close(cache.cache())))
}

/// Ends this process when the time limit and the time for reports are over, even if it waits for something.
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

fn check(options: &CheckOptions) -> Result<CheckVerdict, CheckError> {
    let mut context = CheckContext::new(options)?;
    output::prepare(&context)?;
    let found = with_spinner("Looking for files...", options.quiet, || find_and_open_cache(&context));
    let (sources, cache) = found?;
    let discovery = context.start.elapsed();
    notices::warn_of_configs(&context.configs);
    explain_missing_files(&context, &sources)?;
    let (files, shard) = match options.shard {
        Some(shard) => select_shard(&context, sources.files, shard).map(|(files, info)| (files, Some(info)))?,
        None => (sources.files, None),
    };
    let is_file = |file: &&SourceFile| !matches!(file.content, FileContent::Unreadable(_));
    output::announce(&context, files.iter().filter(is_file).count())?;
    let Analyzed {
        files,
        checker,
        recall,
        analysis,
    } = analyze(&context, files, cache)?;
    if let Some(cache) = &checker.cache {
        cache.cache().begin_flush();
    }
    let totals = Totals::new(&files);
    let (report, all_are_added) = finish(&mut context, files, shard)?;
    let begun = Instant::now();
    output::write(&context, &report)?;
    if !options.quiet && options.destinations.iter().all(|to| to.file.is_some()) {
        notices::say_what_was_found(&report, &options.destinations);
    }
    if options.statistics {
        let statistics = CheckStatistics {
            totals,
            discovery,
            recall,
            analysis,
            report: begun.elapsed(),
            threads: context.pool.running(),
        };
        // The report is written, so it is no failure if the statistics cannot be.
        let _ = statistics.write(&mut anstream::stderr());
    }
    if let Some(cache) = &checker.cache {
        close(cache.cache());
    }
    let verdict = match CheckVerdict::new(&report) {
        CheckVerdict::Clean if !all_are_added => CheckVerdict::Failed,
        verdict => verdict,
    };
    leave_to_system(context, checker, report);
    Ok(verdict)
}

/// Leaves memory to the system, which takes it back at once when the process ends. Freeing it piece by piece would take long.
fn leave_to_system(context: CheckContext<'_>, checker: Arc<Checker>, report: Report) {
    // A thread that was left behind may still use the checker. Else its cache is closed here.
    if let Some(mut checker) = Arc::into_inner(checker) {
        std::mem::forget(std::mem::take(&mut checker.files));
    }
    std::mem::forget((report, context.pool));
}

/// If there are no files to check, says why.
fn explain_missing_files(context: &CheckContext<'_>, sources: &FoundSources) -> Result<(), CheckError> {
    if let Some(change) = &context.change {
        change.changes.warnings.iter().for_each(console::warning);
        if sources.files.is_empty() {
            change.explain_all_files();
        }
    } else if sources.files.is_empty() && sources.ignored == 0 {
        let example = match &context.options.input {
            Input::Paths(paths) => discovery::example_of_left_out(paths, &context.configs),
            _ => None,
        };
        return Err(CheckError::NoFiles(
            example.map_or_else(String::new, |why| format!(": {why}")),
        ));
    }
    Ok(())
}

/// Applies or writes the baseline, prints messages, and makes the report. The second value says whether all ignore comments could
/// be added that `--add-ignores` asked for.
fn finish(
    context: &mut CheckContext<'_>,
    mut files: Vec<CheckedFile>,
    shard: Option<ShardInfo>,
) -> Result<(Report, bool), CheckError> {
    let options = context.options;
    if let Some(note) = context.change.as_ref().and_then(ChangedFiles::fetched) {
        console::say(note);
    }
    notices::warn_of_files(&files);
    let mut stale_entries = None;
    if let (Some(baseline), Some(given)) = (&mut context.baseline, &options.baseline) {
        let is_of_commit = context.change.as_ref().is_some_and(ChangedFiles::are_of_commit);
        stale_entries = Some(finish_baseline(
            Arc::make_mut(baseline),
            given,
            &mut files,
            (!is_of_commit).then_some(context.git_limits),
            options.quiet,
        )?);
    }
    let all_are_added = !options.add_ignores || notices::say_what_was_added(&files, options.quiet);
    let report = Report {
        files: files.into_iter().map(|file| file.report).collect(),
        is_quiet: options.quiet,
        lists_unused_ignores: options.report_unused_ignores,
        shard,
        stale_entries,
    };
    notices::warn_of_unchecked(&report);
    Ok((report, all_are_added))
}

/// The results of all files, and what they cost.
struct Analyzed {
    files: Vec<CheckedFile>,
    checker: Arc<Checker>,
    /// How long looking up the files in the cache took.
    recall: Duration,
    /// How long the analysis took.
    analysis: Duration,
}

/// Analyzes and evaluates the files. Metrics that the cache has are not computed again.
fn analyze(context: &CheckContext<'_>, files: Vec<SourceFile>, cache: Option<Cache>) -> Result<Analyzed, CheckError> {
    let begun = Instant::now();
    let files = recall(context, files, cache.as_ref());
    let recall = begun.elapsed();
    context
        .pool
        .start(files.iter().map(|(file, _)| file.stamp.size).sum())?;
    let begun = Instant::now();
    let working_directory = context.configs.working_directory();
    let checker = Arc::new(Checker {
        files,
        cache: cache.map(ReadThrough::new),
        blobs: context.change.as_ref().and_then(|change| change.blobs.clone()),
        baseline: context.baseline.clone(),
        working_directory: working_directory.to_owned(),
        top: top_of(working_directory).to_owned(),
        changed_only: context.options.changed_only,
        add_ignores: context.options.add_ignores,
        trees: context.trees.clone(),
    });
    let progress = CheckProgress::new(checker.files.len(), context.options.quiet);
    let files = match context.options.max_time {
        None => checker.check_all(&context.pool, &progress)?,
        Some(time) => check_within(context, &checker, context.start + time, &progress)?,
    };
    progress.finish();
    Ok(Analyzed {
        files,
        analysis: begun.elapsed(),
        recall,
        checker,
    })
}

/// Checks as many files as there is time for, the riskiest first.
fn check_within(
    context: &CheckContext<'_>,
    checker: &Arc<Checker>,
    deadline: Instant,
    progress: &CheckProgress,
) -> Result<Vec<CheckedFile>, CheckError> {
    let now = Instant::now();
    let limits = Limits {
        deadline: Some(now + deadline.saturating_duration_since(now) / PART_FOR_HISTORY),
        ..context.git_limits
    };
    let changes = recent_changes(context.configs.working_directory(), limits);
    let order = riskiest_first(&checker.files, &context.configs, &changes);
    Ok(checker.check_within(order, &context.pool, deadline, progress)?)
}

/// Finds the source files while another thread opens the cache.
fn find_and_open_cache(context: &CheckContext<'_>) -> Result<(FoundSources, Option<Cache>), CheckError> {
    let (sources, cache) = std::thread::scope(|scope| {
        let opening = uses_cache(context.options).then(|| scope.spawn(|| Cache::at(&Location::of_environment())));
        (find(context), opening.map(std::thread::ScopedJoinHandle::join))
    });
    let sources = sources?;
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
    Ok((sources, cache))
}

/// Whether the check uses the cache. Analyzing the standard input takes less time than opening a cache.
fn uses_cache(options: &CheckOptions) -> bool {
    !options.no_cache && !matches!(options.input, Input::Stdin(_))
}

/// The files, each with its entry in the cache, if there is one.
fn recall(
    context: &CheckContext<'_>,
    files: Vec<SourceFile>,
    cache: Option<&Cache>,
) -> Vec<(SourceFile, Option<Known>)> {
    let Some(cache) = cache else {
        return files.into_iter().map(|file| (file, None)).collect();
    };
    let working_directory = context.configs.working_directory();
    let paths: Vec<_> = files.iter().map(|file| file.path_in_cache(working_directory)).collect();
    let known = cache.known_files(paths.iter().zip(&files).map(|(path, file)| (&**path, &file.stamp)));
    files.into_iter().zip(known).collect()
}

/// Writes new entries to the cache, and warns if the cache has failed. Returns how many lookups were hits and misses.
fn close(cache: &Cache) -> Counts {
    let uses = cache.flush();
    if let Some(trouble) = cache.take_trouble() {
        console::warning(trouble);
    }
    uses
}

//! Messages of a check besides its report.

use std::path::Path;

use super::checked_file::CheckedFile;
use crate::console::{counted, error, problems, say, warning};
use crate::report::{Destination, NOTHING_TO_CHECK, Report};
use antipasta_metrics::MetricType;
use antipasta_rules::config::{Overrides, trouble_of_given_pattern};
use antipasta_workspace::discovery::{Configs, FILE_NAME, OLD_FILE_NAME, misnamed};

/// Warns of problems of the configurations, of configurations that are not read, and of options that have no effect.
pub(super) fn warn_of_configs(configs: &Configs) {
    let used = configs.used();
    for config in &used {
        problems(&config.warnings);
    }
    let overrides = configs.overrides();
    for (metric, _) in &overrides.thresholds {
        if !used.is_empty() && used.iter().all(|config| config.threshold(*metric).is_none()) {
            warning(format_args!(
                "--threshold {metric}: has no effect; the configuration does not judge {metric}"
            ));
        }
    }
    for (index, (metric, _)) in overrides.thresholds.iter().enumerate() {
        let count = |thresholds: &[(MetricType, f64)]| thresholds.iter().filter(|(other, _)| other == metric).count();
        if count(&overrides.thresholds[..index]) == 1 {
            warning(format_args!(
                "--threshold {metric}: is given more than once; the last one counts"
            ));
        }
    }
    warn_of_patterns(overrides);
    let is_used = |name: &str| {
        used.iter()
            .any(|config| config.path.as_ref().is_some_and(|path| path.ends_with(name)))
    };
    if let Some(name) = misnamed(configs.working_directory()).filter(|name| !is_used(name)) {
        warning(format_args!(
            "{name} is not read: a configuration is called {FILE_NAME}"
        ));
    }
    let old = configs.working_directory().join(OLD_FILE_NAME);
    if used.iter().any(|config| config.path.is_none()) && old.is_file() {
        let message = "is not read any more; `antipasta-lsp config migrate` converts it to a `.antipasta.yaml`";
        warning(format_args!("{OLD_FILE_NAME} {message}"));
    }
}

/// Warns of patterns on the command line that have no effect.
fn warn_of_patterns(overrides: &Overrides) {
    for (option, patterns) in [
        ("--exclude-pattern", &overrides.exclude_patterns),
        ("--include-pattern", &overrides.include_patterns),
    ] {
        if overrides.force_analyze && !patterns.is_empty() {
            warning(format_args!(
                "{option} has no effect with --force-analyze, which checks every file"
            ));
            continue;
        }
        for pattern in patterns {
            if let Some(trouble) = trouble_of_given_pattern(pattern) {
                warning(format_args!("{option} '{pattern}': {trouble}"));
            }
        }
    }
}

/// Warns of metrics without a value, and of ignore comments that cannot be read.
pub(super) fn warn_of_files(files: &[CheckedFile]) {
    for CheckedFile { report, .. } in files {
        if let Some(message) = report.evaluation.unmeasured_message() {
            warning(format_args!("{}: {message}", report.path));
        }
        for note in &report.evaluation.warnings {
            warning(format_args!("{}:{}: {}", report.path, note.line, note.message));
        }
    }
}

/// The most files that a warning names.
const MOST_NAMED: usize = 5;

/// Warns of files that were not checked because the time limit was reached.
pub(super) fn warn_of_unchecked(report: &Report) {
    let unchecked: Vec<_> = report.unchecked().collect();
    if unchecked.is_empty() {
        return;
    }
    let named: Vec<_> = unchecked.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let others = match unchecked.len() - named.len() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    warning(format_args!(
        "the time limit was reached; {} of {} not checked: {}{others}",
        unchecked.len(),
        counted(report.files.len(), "file was", "files were"),
        named.join(", ")
    ));
}

/// Prints what was found and where the reports are. The check does so if all reports go to files.
pub(super) fn say_what_was_found(report: &Report, destinations: &[Destination]) {
    if report.files.is_empty() {
        return say(NOTHING_TO_CHECK);
    }
    let mut found = match report.violations() {
        0 => "No violations".to_owned(),
        violations => format!(
            "{} in {}",
            counted(violations, "violation", "violations"),
            counted(report.files_with_violations(), "file", "files")
        ),
    };
    let checked = report.files.len() - report.failures().count() - report.unchecked().count();
    found += &format!(" ({} checked", counted(checked, "file", "files"));
    for (count, what) in [
        (report.failures().count(), "could not be analyzed"),
        (report.unchecked().count(), "not checked: the time was up"),
    ] {
        if count > 0 {
            found += &format!(", {count} {what}");
        }
    }
    let files: Vec<_> = destinations.iter().filter_map(|to| to.file.as_ref()).collect();
    if let [first, others @ ..] = &files[..] {
        let reports = if others.is_empty() { "report" } else { "reports" };
        found += &format!("); {reports}: {}", first.display());
        for file in others {
            found += &format!(", {}", file.display());
        }
    }
    say(found);
}

/// A line for people about each configuration that is used.
pub(super) fn used_configs(configs: &Configs) -> Vec<String> {
    let shown = |path: &Path| {
        path.strip_prefix(configs.working_directory())
            .unwrap_or(path)
            .display()
            .to_string()
    };
    let line = |path: Option<&Path>| match path {
        Some(path) => format!("Using configuration: {}", shown(path)),
        None => {
            format!("No {FILE_NAME} found: using the default configuration (`antipasta-lsp config init` writes one)")
        }
    };
    configs
        .used()
        .iter()
        .map(|config| line(config.path.as_deref()))
        .collect()
}

/// Prints how many ignore comments were added, and why others were not. Returns whether all could be added.
pub(super) fn say_what_was_added(files: &[CheckedFile], quiet: bool) -> bool {
    let (mut comments, mut changed_files, mut all_went_well) = (0, 0, true);
    for file in files {
        match &file.added_ignores {
            Ok(0) => {}
            Ok(added) => {
                comments += added;
                changed_files += 1;
            }
            Err(why) => {
                error(format_args!(
                    "{}: no ignore comments were added: {why}",
                    file.report.path
                ));
                all_went_well = false;
            }
        }
    }
    if !quiet {
        let comments = counted(comments, "ignore comment", "ignore comments");
        let changed_files = counted(changed_files, "file", "files");
        say(format!("Added {comments} to {changed_files}"));
    }
    let violations = files.iter().flat_map(|file| file.report.violations());
    let of_files = violations.filter(|violation| violation.name.is_none()).count();
    if of_files > 0 {
        warning(format_args!(
            "{} of files as a whole, which comments cannot ignore; a baseline can allow them: `--write-baseline FILE`",
            counted(of_files, "violation is", "violations are")
        ));
    }
    all_went_well
}

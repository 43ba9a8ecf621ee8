//! Why a file is ignored, and how to include it.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::configs::Configs;
use super::find::is_source;
use super::patterns::Patterns;

/// How many entries are searched for an ignored file.
const MOST_ENTRIES: usize = 100_000;

/// The rule that ignores a file, and the option that would include it, as the end of a sentence. Both paths are absolute:
/// `argument` is the directory that was named, or that contains the named file.
pub(super) fn reason_of(path: &Path, argument: &Path, configs: &Configs) -> String {
    let below_argument = path.strip_prefix(argument).unwrap_or(path);
    let deciding = |patterns: &[String], base: &Path| {
        let decides = |pattern: &&String| Patterns::new(base, [pattern.as_str()]).leave_out(path, below_argument);
        // The last pattern that matches decides; `!` patterns alone match nothing.
        patterns.iter().rev().find(decides).cloned()
    };
    let overrides = configs.overrides();
    if let Some(pattern) = deciding(&overrides.exclude_patterns, configs.working_directory()) {
        return format!("`--exclude-pattern {pattern}`");
    }
    for directory in [path.parent().unwrap_or(path), argument] {
        let Ok(config) = configs.of_directory(directory) else {
            continue;
        };
        if let Some(pattern) = deciding(&config.ignore_patterns, configs.base_of(&config)) {
            let origin = match &config.path {
                Some(file) => file
                    .strip_prefix(configs.working_directory())
                    .unwrap_or(file)
                    .display()
                    .to_string(),
                None => "the default configuration".to_owned(),
            };
            return format!(
                "the pattern `{pattern}` of `ignore_patterns` in {origin}; `--include-pattern '{}'` checks it",
                pattern_of(path, below_argument, configs.working_directory())
            );
        }
    }
    "an ignore file (`git check-ignore -v` says which); `--no-gitignore` checks it".to_owned()
}

/// The rule that ignores a file, as a text. Both paths are absolute: `argument` is the directory that was named, or that
/// contains the named file.
pub fn why_left_out(path: &Path, argument: &Path, configs: &Configs) -> String {
    let shown = path.strip_prefix(configs.working_directory()).unwrap_or(path);
    format!(
        "{} is left out by {}",
        shown.display(),
        reason_of(path, argument, configs)
    )
}

/// A pattern for the command line that matches this file and no other of its name. Such patterns are relative to the working
/// directory, if the file is below it.
fn pattern_of(path: &Path, below_argument: &Path, working_directory: &Path) -> String {
    let path = path.strip_prefix(working_directory).unwrap_or(below_argument);
    match path.components().count() {
        // Without a slash, it would match at any depth.
        1 => format!("/{}", path.display()),
        _ => path.display().to_string(),
    }
}

/// Why nothing is found below some paths, shown by one ignored file; `None` if there is no Python file.
pub fn example_of_left_out(paths: &[PathBuf], configs: &Configs) -> Option<String> {
    paths.iter().find_map(|path| {
        let argument: PathBuf = configs.working_directory().join(path).components().collect();
        let walk = WalkBuilder::new(&argument)
            .standard_filters(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        let mut files = walk.take(MOST_ENTRIES).flatten();
        let file = files.find(|entry| is_source(entry.path()) && entry.path().is_file())?;
        let reason = reason_of(file.path(), &argument, configs);
        let shown = file.path().strip_prefix(configs.working_directory());
        Some(format!(
            "{} is left out by {reason}",
            shown.unwrap_or(file.path()).display()
        ))
    })
}

//! What a run says beside its report.

use std::path::Path;

use super::report::Report;
use crate::console::{problems, warning};
use crate::discovery::{Configs, FILE_NAME, OLD_FILE_NAME};

/// Warns of what is odd about the configurations that were used, and of overrides that do nothing.
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
    let old = configs.working_directory().join(OLD_FILE_NAME);
    if used.iter().any(|config| config.path.is_none()) && old.is_file() {
        let message = "is not read any more; `antipasta-lsp config migrate` makes a `.antipasta.yaml` of it";
        warning(format_args!("{OLD_FILE_NAME} {message}"));
    }
}

/// How many files a warning names.
const MOST_NAMED: usize = 5;

/// Warns of files that there was no time for.
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
        "the time is up: {} of {} not checked: {}{others}",
        unchecked.len(),
        counted(report.files.len(), "file was", "files were"),
        named.join(", ")
    ));
}

/// Which configurations are used, for people.
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

/// So many of something.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

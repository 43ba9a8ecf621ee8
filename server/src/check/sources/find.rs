//! Finding the source files of a check.

use std::path::{Path, PathBuf};

use super::changed_files::ChangedSources;
use super::source_file::{FileContent, SourceFile};
use super::stdin::read_stdin;
use crate::check::context::CheckContext;
use crate::check::error::CheckError;
use crate::check::options::Input;
use crate::console;
use antipasta_workspace::discovery::{self, DiscoveryError, FileStamp};

/// The most paths of a change for which the check says why they are ignored.
const MOST_REASONS: usize = 5;

/// The source files of a check.
pub(crate) struct FoundSources {
    /// The files, in the order of their paths. Merged reports of shards have the same order.
    pub files: Vec<SourceFile>,
    /// How many files were named and are ignored.
    pub ignored: usize,
}

/// Finds the source files, and says which paths are ignored and why.
pub(crate) fn find(context: &CheckContext<'_>) -> Result<FoundSources, CheckError> {
    match (&context.options.input, &context.change) {
        (Input::Paths(paths), _) => find_below(paths, context),
        (Input::Stdin(name), _) => from_stdin(name, context),
        (Input::Change(_, paths), Some(_)) => find_changed(paths, context),
        (Input::Change(..), None) => Ok(FoundSources {
            files: Vec::new(),
            ignored: 0,
        }),
    }
}

fn find_below(paths: &[PathBuf], context: &CheckContext<'_>) -> Result<FoundSources, CheckError> {
    let found = discovery::discover(paths, &context.configs, &context.pool)?;
    found.warnings.iter().for_each(console::warning);
    let file = |file: discovery::File| SourceFile {
        path: file.path,
        stamp: file.stamp,
        config: file.config,
        content: FileContent::OnDisk,
        base: None,
    };
    let mut files: Vec<_> = found.files.into_iter().map(file).collect();
    if !context.options.quiet {
        found.reasons.iter().for_each(console::say);
        match found.left_out.saturating_sub(found.reasons.len()) {
            0 => {}
            _ if found.reasons.is_empty() => {}
            others => console::say(format_args!("… and {others} more files that are named are not checked")),
        }
    }
    if !found.unreadable.is_empty() {
        let unreadable = found.unreadable.into_iter().map(|directory| SourceFile {
            path: directory.path,
            stamp: FileStamp::default(),
            config: directory.config,
            content: FileContent::Unreadable(directory.error),
            base: None,
        });
        files.extend(unreadable);
        files.sort_by(|one, other| one.path.cmp(&other.path));
    }
    Ok(FoundSources {
        files,
        ignored: found.left_out,
    })
}

fn find_changed(paths: &[PathBuf], context: &CheckContext<'_>) -> Result<FoundSources, CheckError> {
    let Some(change) = &context.change else {
        return Ok(FoundSources {
            files: Vec::new(),
            ignored: 0,
        });
    };
    let ChangedSources {
        mut files,
        reasons,
        warnings,
    } = change.select(paths, &context.configs)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    warnings.iter().for_each(console::warning);
    if !context.options.quiet {
        reasons.iter().take(MOST_REASONS).for_each(console::say);
        if let others @ 1.. = reasons.len().saturating_sub(MOST_REASONS) {
            console::say(format_args!("… and {others} more paths that are named are not checked"));
        }
    }
    Ok(FoundSources { files, ignored: 0 })
}

fn from_stdin(name: &Path, context: &CheckContext<'_>) -> Result<FoundSources, CheckError> {
    let file = read_from_stdin(name, context)?;
    match discovery::reason_to_leave_out(name, &context.configs).filter(|_| name.as_os_str() != "-") {
        None => Ok(FoundSources {
            files: vec![file],
            ignored: 0,
        }),
        Some(reason) => {
            if !context.options.quiet {
                console::say(reason);
            }
            Ok(FoundSources {
                files: Vec::new(),
                ignored: 1,
            })
        }
    }
}

fn read_from_stdin(name: &Path, context: &CheckContext<'_>) -> Result<SourceFile, CheckError> {
    let directory = name.parent().unwrap_or(Path::new(""));
    let config = context
        .configs
        .of_directory(directory)
        .map_err(DiscoveryError::Config)?;
    let content = read_stdin(config.max_file_size.saturating_add(1), context.git_limits.deadline)?;
    if content.is_empty() {
        // An empty file passes, but the program that should have written the source may have failed.
        console::warning("the standard input is empty");
    }
    Ok(SourceFile {
        path: name.to_owned(),
        stamp: FileStamp {
            size: content.len() as u64,
            ..FileStamp::default()
        },
        config,
        content: FileContent::Inline(content),
        base: None,
    })
}

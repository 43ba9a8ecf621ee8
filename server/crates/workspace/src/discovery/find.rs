//! The files to analyze for the paths of a command line.

use std::error::Error;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};
use rustc_hash::FxHashMap;

use super::configs::Configs;
use super::ignore_files::IgnoreFiles;
use super::left_out::{example_of_left_out, reason_of};
use super::paths::{below, normalized};
use super::patterns::{PatternLists, Patterns, TooManyPatterns};
use super::stamp::FileStamp;
use crate::system_error::{is_absence, of_following};
use antipasta_pool::Pool;
use antipasta_pool::locks::{into_inner, lock};
use antipasta_rules::config::{Config, ConfigErrors, EXTENSION, NAMED_EXTENSIONS};

/// Whether a search of directories finds a file of this name.
pub fn is_source(path: &Path) -> bool {
    path.extension() == Some(OsStr::new(EXTENSION))
}

/// Whether a file of this name is analyzed if the user names it.
pub fn is_named_source(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| NAMED_EXTENSIONS.contains(&extension.as_str()))
}

/// The message about a named file that is no Python.
pub fn no_python(path: &Path) -> String {
    let allowed = NAMED_EXTENSIONS.map(|extension| format!(".{extension}")).join(", ");
    format!("{}: not analyzed: no Python file ({allowed})", path.display())
}

/// A file to analyze.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path in reports: the argument that it was found by, and the rest.
    pub path: PathBuf,
    /// Its stamp: the size, to plan by, and what tells whether it has changed.
    pub stamp: FileStamp,
    /// The configuration that applies to it.
    pub config: Arc<Config>,
}

/// The result of a search.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The files, in the order of their paths, each once.
    pub files: Vec<File>,
    /// The directories that cannot be searched, in the order of their paths.
    pub unreadable: Vec<Unreadable>,
    /// Warnings: ignore files that are disregarded, and named files that are no Python.
    pub warnings: Vec<String>,
    /// How many named files patterns ignore, or are no Python. Hooks name every file of a commit: the check passes if none
    /// of them is left to analyze.
    pub left_out: usize,
    /// Why the first of them are ignored, as sentences.
    pub reasons: Vec<String>,
}

/// A directory that cannot be searched.
#[derive(Debug)]
pub struct Unreadable {
    /// Its path in reports.
    pub path: PathBuf,
    /// The configuration that applies above it.
    pub config: Arc<Config>,
    /// Why not.
    pub error: io::Error,
}

/// The prefix of Emacs' locks: broken links beside files with unsaved changes.
const EMACS_LOCK: &str = ".#";

/// For how many ignored files a reason is reported.
const MOST_REASONS: usize = 5;

/// Why a search fails.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// A path of the command line cannot be accessed.
    #[error("{path}: {source}", path = .path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A configuration has errors.
    #[error(transparent)]
    Config(Arc<ConfigErrors>),
}

/// Finds the files that `paths` stand for: a file is itself, a directory every Python file below it that nothing leaves
/// out, looked at on the threads of `pool`. Relative paths start at the working directory of `configs`. Symbolic links to directories are not followed.
///
/// # Errors
///
/// A path does not exist, or a configuration is invalid.
pub fn discover(paths: &[PathBuf], configs: &Configs, pool: &Pool) -> Result<Discovered, DiscoveryError> {
    let search = Search::new(configs);
    for path in paths {
        let absolute = search.absolute(path);
        let metadata = std::fs::metadata(&absolute).map_err(|error| DiscoveryError::Path {
            path: path.clone(),
            source: of_following(&absolute, error),
        })?;
        if metadata.is_dir() {
            let before = search.count();
            let config = search.config_of(&absolute).map_err(DiscoveryError::Config)?;
            search.walk(path, &Rules::Configured(config), pool);
            if !configs.overrides().include_patterns.is_empty() {
                search.walk(path, &Rules::Included, pool);
            }
            if search.count() == before {
                lock(&search.found).empty.push(path.clone());
            }
        } else {
            search.named(path, &metadata);
        }
    }
    search.finish()
}

/// Why [`discover`] would ignore a named file, as a sentence; `None` if it would not. The file need not exist.
pub fn reason_to_leave_out(path: &Path, configs: &Configs) -> Option<String> {
    let search = Search::new(configs);
    let absolute = search.absolute(path);
    let directory = absolute.parent().unwrap_or(&absolute);
    let config = search.config_of(directory).ok()?;
    let name = Path::new(absolute.file_name().unwrap_or_default());
    if search.is_taken(&config, &absolute, name) {
        return None;
    }
    let reason = reason_of(&absolute, directory, configs);
    Some(format!("{} is left out by {reason}", path.display()))
}

/// Whether a rule makes [`discover`] ignore a file below a directory; the file's extension does not matter. Both paths are
/// absolute. A file whose configuration is invalid is ignored.
pub fn is_left_out(path: &Path, directory: &Path, configs: &Configs) -> bool {
    let search = Search::new(configs);
    let (Ok(Some(_)), Ok(top)) = (search.config_if_taken(path, directory), search.config_of(directory)) else {
        return true;
    };
    if !top.use_gitignore {
        return false;
    }
    let mut ignored = IgnoreFiles::above(directory, configs.working_directory());
    let mut directories: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .take_while(|above| *above != directory)
        .collect();
    directories.reverse();
    let depth = directories.len() + 1;
    // Links to directories are not followed.
    let mut directories = directories.into_iter().zip(1..);
    directories.any(|(above, depth)| above.is_symlink() || ignored.leave_out(above, depth, true))
        || ignored.leave_out(path, depth, false)
}

/// The directories at or below `start` that [`discover`] enters for a directory `top`. Both paths are absolute. While the
/// configuration is invalid, the built-in one decides.
pub fn entered(start: &Path, top: &Path, configs: &Configs) -> Vec<PathBuf> {
    let search = Search::new(configs);
    let config = search.config_of(top).unwrap_or_else(|_| Arc::new(Config::built_in()));
    let filter = search.filter(top, &Rules::Configured(config));
    let mut above: Vec<&Path> = start.ancestors().take_while(|above| *above != top).collect();
    above.reverse();
    let is_entered = |(directory, depth): (&&Path, _)| !directory.is_symlink() && filter.passes(directory, depth, true);
    if !above.iter().zip(1..).all(is_entered) {
        return Vec::new();
    }
    let entries = filter.walk(start, above.len()).filter_map(Result::ok);
    entries.filter(is_directory).map(DirEntry::into_path).collect()
}

/// A file to analyze, unless a `.gitignore` ignores it.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its absolute path.
    pub path: PathBuf,
    /// The configuration that applies to it.
    pub config: Arc<Config>,
    /// Whether a `.gitignore` can ignore it.
    pub respects_gitignore: bool,
}

/// Chooses the files, given by absolute paths, that [`discover`] would find for the same `arguments`. The files need not
/// exist.
///
/// # Errors
///
/// A configuration is invalid.
pub fn choose<'p>(
    paths: impl IntoIterator<Item = &'p Path>,
    arguments: &[PathBuf],
    configs: &Configs,
) -> Result<Vec<Chosen>, DiscoveryError> {
    let search = Search::new(configs);
    let absolute = |argument| normalized(&configs.working_directory().join(argument));
    let arguments: Vec<_> = arguments.iter().map(absolute).collect();
    let chosen = |path| search.chosen(path, &arguments).transpose();
    let chosen = paths.into_iter().filter_map(chosen);
    chosen.collect::<Result<_, _>>().map_err(DiscoveryError::Config)
}

/// What a walk ignores.
enum Rules {
    /// What configurations and `.gitignore` files ignore. The configuration of the directory where the walk starts decides
    /// whether `.gitignore` applies and which directories are entered; below, the nearest one of each file decides.
    Configured(Arc<Config>),
    /// All but what the include patterns of the command line match.
    Included,
}

/// One search, shared by the threads that examine what a walk finds.
struct Search<'a> {
    configs: &'a Configs,
    included: Patterns,
    excluded: Arc<Patterns>,
    patterns: Mutex<KnownPatterns>,
    found: Mutex<Findings>,
}

/// The patterns of configurations.
#[derive(Default)]
struct KnownPatterns {
    /// By the configuration's address.
    by_config: FxHashMap<usize, Arc<Patterns>>,
    lists: PatternLists,
    too_many: TooManyPatterns,
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    /// Runs of files, each in the order of their paths.
    files: Vec<File>,
    unreadable: Vec<Unreadable>,
    warnings: Vec<String>,
    /// Directories of the command line without a file to analyze.
    empty: Vec<PathBuf>,
    left_out: usize,
    reasons: Vec<String>,
    error: Option<Arc<ConfigErrors>>,
}

impl<'a> Search<'a> {
    fn new(configs: &'a Configs) -> Self {
        let base = configs.working_directory();
        let overrides = configs.overrides();
        let of = |patterns: &'a [String]| Patterns::new(base, patterns.iter().map(String::as_str));
        let excluded: &[String] = if overrides.force_analyze {
            &[]
        } else {
            &overrides.exclude_patterns
        };
        Self {
            configs,
            included: of(&overrides.include_patterns),
            excluded: Arc::new(of(excluded)),
            patterns: Mutex::default(),
            found: Mutex::default(),
        }
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        normal(&self.configs.working_directory().join(path))
    }

    fn config_of(&self, directory: &Path) -> Result<Arc<Config>, Arc<ConfigErrors>> {
        self.configs.of_directory(directory)
    }

    /// A configuration's own patterns.
    fn patterns_of(&self, config: &Arc<Config>) -> Arc<Patterns> {
        let mut known = lock(&self.patterns);
        let known = &mut *known;
        let patterns = known.by_config.entry(Arc::as_ptr(config) as usize).or_insert_with(|| {
            let base = self.configs.base_of(config);
            let patterns = known.lists.get(base, &config.ignore_patterns).unwrap_or_else(|| {
                let file = config.path.as_deref().unwrap_or(base);
                known.too_many.add(&format!("{}: ignore_patterns", file.display()));
                Patterns::new(base, [])
            });
            Arc::new(patterns)
        });
        Arc::clone(patterns)
    }

    fn walk(&self, argument: &Path, rules: &Rules, pool: &Pool) {
        let root = self.absolute(argument);
        let argument = &normal(argument);
        let filter = self.filter(&root, rules);
        let source = |entry: Result<DirEntry, ignore::Error>| match entry {
            Ok(entry) => (entry.depth() > 0 && !is_directory(&entry)).then_some(entry),
            Err(error) => {
                self.cannot_search(error, argument, &root);
                None
            }
        };
        let files = pool.map_stream(filter.walk(&root, 0).filter_map(source), || {
            let mut examiner = Examiner {
                search: self,
                argument,
                root: &root,
                keeps_rules: matches!(rules, Rules::Configured(_)),
                directory: None,
            };
            move |entry| examiner.examine(&entry)
        });
        let mut found = lock(&self.found);
        found.files.extend(files);
        found.warnings.extend(filter.take_warnings());
    }

    /// Records an error of a walk below an argument.
    fn cannot_search(&self, error: ignore::Error, argument: &Path, root: &Path) {
        let path = path_of(&error).unwrap_or(root).to_owned();
        let shown = match below(&path, root) {
            below if below.as_os_str().is_empty() => argument.to_owned(),
            below => argument.join(below),
        };
        let config = match self.config_of(path.parent().unwrap_or(&path)) {
            Ok(config) => config,
            Err(errors) => return self.fail(errors),
        };
        lock(&self.found).unreadable.push(Unreadable {
            path: if shown.as_os_str().is_empty() {
                ".".into()
            } else {
                shown
            },
            config,
            error: system_error(&error),
        });
    }

    /// The filter of a walk below a root.
    fn filter(&self, root: &Path, rules: &Rules) -> Arc<Filter> {
        let (pruned, respects_gitignore) = match rules {
            Rules::Configured(config) => (Some(self.patterns_of(config)), config.use_gitignore),
            Rules::Included => (None, false),
        };
        let ignored = respects_gitignore.then(|| IgnoreFiles::above(root, self.configs.working_directory()));
        Arc::new(Filter {
            root: root.to_owned(),
            excluded: Arc::clone(&self.excluded),
            pruned,
            ignored: Mutex::new(ignored),
        })
    }

    /// Adds a file of the command line. If a rule ignores it, that is reported, except for the configuration's own patterns:
    /// hooks name every file of a commit.
    fn named(&self, path: &Path, metadata: &Metadata) {
        let absolute = self.absolute(path);
        let is_python = is_named_source(&absolute);
        // Something that is no file is not ignored by its name: the error is reported when it is read.
        if !is_python && metadata.is_file() && !self.configs.overrides().force_analyze {
            let warning = no_python(path);
            let mut found = lock(&self.found);
            found.warnings.push(warning);
            found.left_out += 1;
            return;
        }
        let name = PathBuf::from(absolute.file_name().unwrap_or_default());
        let config = match self.config_of(absolute.parent().unwrap_or(&absolute)) {
            Ok(config) => config,
            Err(errors) => return self.fail(errors),
        };
        if self.is_taken(&config, &absolute, &name) {
            lock(&self.found).files.push(File {
                path: normal(path),
                stamp: match metadata.is_file() {
                    true => FileStamp::from_metadata(metadata),
                    false => FileStamp::default(),
                },
                config,
            });
        } else {
            self.leave_out(path, &absolute);
        }
    }

    /// Records that a pattern ignores a named file.
    fn leave_out(&self, path: &Path, absolute: &Path) {
        let mut found = lock(&self.found);
        found.left_out += 1;
        if found.reasons.len() < MOST_REASONS {
            let directory = absolute.parent().unwrap_or(absolute);
            let reason = reason_of(absolute, directory, self.configs);
            found
                .reasons
                .push(format!("{} is left out by {reason}", path.display()));
        }
    }

    fn is_taken(&self, config: &Arc<Config>, path: &Path, below_argument: &Path) -> bool {
        self.is_included(path, below_argument)
            || !(self.excluded.leave_out(path, below_argument)
                || self.patterns_of(config).leave_out(path, below_argument))
    }

    /// The configuration of a file below an argument, unless patterns ignore it.
    fn config_if_taken(&self, path: &Path, argument: &Path) -> Result<Option<Arc<Config>>, Arc<ConfigErrors>> {
        let Ok(below_argument) = path.strip_prefix(argument) else {
            return Ok(None);
        };
        let pruning = self.patterns_of(&self.config_of(argument)?);
        let is_pruned = |directory: &Path| {
            let absolute = argument.join(directory);
            let prunes = |patterns: &Patterns| patterns.prune(&absolute, directory);
            directory.ends_with(".git") || prunes(&self.excluded) || prunes(&pruning)
        };
        let mut directories = below_argument
            .ancestors()
            .skip(1)
            .filter(|above| !above.as_os_str().is_empty());
        if directories.any(is_pruned) && !self.is_included(path, below_argument) {
            return Ok(None);
        }
        let config = self.config_of(path.parent().unwrap_or(path))?;
        Ok(self.is_taken(&config, path, below_argument).then_some(config))
    }

    /// A file that is one of the arguments or below one, unless a rule ignores its path.
    fn chosen(&self, path: &Path, arguments: &[PathBuf]) -> Result<Option<Chosen>, Arc<ConfigErrors>> {
        let chosen = |config, respects_gitignore| Chosen {
            path: path.to_owned(),
            config,
            respects_gitignore,
        };
        if arguments.iter().any(|argument| argument == path) {
            if !is_named_source(path) && !self.configs.overrides().force_analyze {
                return Ok(None);
            }
            let config = self.config_of(path.parent().unwrap_or(path))?;
            let name = Path::new(path.file_name().unwrap_or_default());
            return Ok(self.is_taken(&config, path, name).then(|| chosen(config, false)));
        }
        if !is_source(path) {
            return Ok(None);
        }
        for argument in arguments {
            if let Some(config) = self.config_if_taken(path, argument)? {
                let below_argument = path.strip_prefix(argument).unwrap_or(path);
                let respects_gitignore =
                    self.config_of(argument)?.use_gitignore && !self.is_included(path, below_argument);
                return Ok(Some(chosen(config, respects_gitignore)));
            }
        }
        Ok(None)
    }

    /// The number of files and errors so far.
    fn count(&self) -> usize {
        let found = lock(&self.found);
        found.files.len() + found.unreadable.len()
    }

    fn is_included(&self, path: &Path, below_argument: &Path) -> bool {
        // An include pattern matches what it would ignore as an ignore pattern.
        !self.included.is_empty() && self.included.leave_out(path, below_argument)
    }

    fn fail(&self, errors: Arc<ConfigErrors>) {
        lock(&self.found).error.get_or_insert(errors);
    }

    fn finish(self) -> Result<Discovered, DiscoveryError> {
        let mut found = into_inner(self.found);
        if let Some(errors) = found.error {
            return Err(DiscoveryError::Config(errors));
        }
        // If nothing else is found, it is an error.
        if !found.files.is_empty() || !found.unreadable.is_empty() || found.left_out > 0 {
            for path in &found.empty {
                let example = example_of_left_out(std::slice::from_ref(path), self.configs);
                let example = example.map_or_else(String::new, |why| format!(": {why}"));
                let warning = format!("{}: no Python files found{example}", path.display());
                found.warnings.push(warning);
            }
        }
        let mut patterns = into_inner(self.patterns);
        found
            .warnings
            .extend(patterns.too_many.take("configurations have `ignore_patterns` that are"));
        found.warnings.sort();
        found.warnings.dedup();
        found.unreadable.sort_by(|one, other| one.path.cmp(&other.path));
        found.unreadable.dedup_by(|one, other| one.path == other.path);
        // The stable sort detects runs that are sorted already, and only merges them.
        found.files.sort_by(|one, other| one.path.cmp(&other.path));
        found.files.dedup_by(|one, other| one.path == other.path);
        Ok(Discovered {
            files: found.files,
            unreadable: found.unreadable,
            warnings: found.warnings,
            left_out: found.left_out,
            reasons: found.reasons,
        })
    }
}

/// What a walk ignores.
struct Filter {
    root: PathBuf,
    excluded: Arc<Patterns>,
    /// The configuration's patterns; `None` if only include patterns matter.
    pruned: Option<Arc<Patterns>>,
    ignored: Mutex<Option<IgnoreFiles>>,
}

impl Filter {
    /// Whether to visit an entry at a depth below the root: sources, and directories that may contain one. Entries come in
    /// the order of a walk.
    fn passes(&self, path: &Path, depth: usize, is_directory: bool) -> bool {
        let prunes = |patterns: &Patterns| patterns.prune(path, below(path, &self.root));
        let may_be_taken = match (is_directory, &self.pruned) {
            (false, _) => is_source(path),
            (true, _) if path.file_name() == Some(OsStr::new(".git")) => false,
            (true, Some(pruned)) => !prunes(&self.excluded) && !prunes(pruned),
            (true, None) => true,
        };
        let leave_out = |files: &mut IgnoreFiles| files.leave_out(path, depth, is_directory);
        may_be_taken && !lock(&self.ignored).as_mut().is_some_and(leave_out)
    }

    /// Walks the entries below a directory that pass the filter. The directory is at a depth below the root.
    fn walk(self: &Arc<Self>, directory: &Path, depth: usize) -> ignore::Walk {
        let filter = Arc::clone(self);
        let mut builder = WalkBuilder::new(directory);
        // The order of their paths; comparing names here is faster than comparing whole paths later.
        builder.standard_filters(false).sort_by_file_name(OsStr::cmp);
        builder.filter_entry(move |entry| filter.passes(entry.path(), depth + entry.depth(), is_directory(entry)));
        builder.build()
    }

    /// The warnings about ignore files.
    fn take_warnings(&self) -> Vec<String> {
        let mut ignored = lock(&self.ignored);
        ignored.as_mut().map(IgnoreFiles::take_warnings).unwrap_or_default()
    }
}

/// Examines what a walk finds, on one thread.
struct Examiner<'s, 'a> {
    search: &'s Search<'a>,
    argument: &'s Path,
    root: &'s Path,
    /// Whether configurations ignore files; if not, only include patterns matter.
    keeps_rules: bool,
    /// The last directory, and the configuration that applies in it.
    directory: Option<(PathBuf, Arc<Config>, Arc<Patterns>)>,
}

impl Examiner<'_, '_> {
    /// A file, unless a rule ignores it.
    fn examine(&mut self, entry: &DirEntry) -> Option<File> {
        let path = entry.path();
        let below_argument = below(path, self.root);
        let (config, patterns) = self.rules_of(path.parent().unwrap_or(path))?;
        let search = self.search;
        let is_taken = if self.keeps_rules {
            !search.excluded.leave_out(path, below_argument) && !patterns.leave_out(path, below_argument)
        } else {
            search.is_included(path, below_argument)
        };
        let stamp = is_taken.then(|| stamp_of_file(entry)).flatten()?;
        Some(File {
            path: self.argument.join(below_argument),
            stamp,
            config,
        })
    }

    /// The configuration of the files in a directory; `None` if it is invalid.
    fn rules_of(&mut self, directory: &Path) -> Option<(Arc<Config>, Arc<Patterns>)> {
        match &self.directory {
            // Compared as texts: the walk writes all paths of a directory alike, and this is faster than by component.
            Some((last, config, patterns)) if last.as_os_str() == directory.as_os_str() => {
                Some((Arc::clone(config), Arc::clone(patterns)))
            }
            _ => match self.search.config_of(directory) {
                Ok(config) => {
                    let patterns = self.search.patterns_of(&config);
                    self.directory = Some((directory.to_owned(), Arc::clone(&config), Arc::clone(&patterns)));
                    Some((config, patterns))
                }
                Err(errors) => {
                    self.search.fail(errors);
                    None
                }
            },
        }
    }
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// The path of an error of a walk.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// The error of the system in an error of a walk.
fn system_error(error: &ignore::Error) -> io::Error {
    let error = error.io_error();
    let mut cause = error.map(|error| error as &(dyn Error + 'static));
    while let Some(error) = cause {
        if let Some(number) = error.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) {
            return io::Error::from_raw_os_error(number);
        }
        cause = error.source();
    }
    error.map_or(io::ErrorKind::Other, io::Error::kind).into()
}

fn is_emacs_lock(entry: &DirEntry) -> bool {
    entry.path_is_symlink() && entry.file_name().as_encoded_bytes().starts_with(EMACS_LOCK.as_bytes())
}

/// The stamp of a file; `None` if it is a link to a directory, or the lock of an editor.
fn stamp_of_file(entry: &DirEntry) -> Option<FileStamp> {
    let metadata = match entry.path_is_symlink() {
        true => std::fs::metadata(entry.path()),
        false => entry
            .metadata()
            .map_err(|error| error.into_io_error().unwrap_or(io::ErrorKind::Other.into())),
    };
    match metadata {
        Ok(metadata) if metadata.is_file() => Some(FileStamp::from_metadata(&metadata)),
        Ok(metadata) if metadata.is_dir() => None,
        Err(error) if is_absence(&error) && is_emacs_lock(entry) => None,
        // It is a pipe, a device or a broken link: the error is reported when it is read.
        Ok(_) | Err(_) => Some(FileStamp::default()),
    }
}

/// A path without `.` components: `./a/./b` is `a/b`.
fn normal(path: &Path) -> PathBuf {
    path.components()
        .filter(|component| *component != Component::CurDir)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_pool::Priority;
    use antipasta_rules::config::Overrides;
    use std::fs;

    /// A directory with the given files, all empty unless they are rules.
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let top = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = top.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        top
    }

    fn search(top: &tempfile::TempDir, paths: &[&str], overrides: Overrides) -> Result<Discovered, DiscoveryError> {
        let configs = Configs::nearest(top.path(), overrides);
        let paths: Vec<_> = paths.iter().map(PathBuf::from).collect();
        discover(&paths, &configs, &Pool::new("search", 2, Priority::Interactive))
    }

    fn names(found: Result<Discovered, DiscoveryError>) -> Vec<String> {
        let files = found.unwrap().files;
        files
            .iter()
            .map(|file| file.path.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    const TREE: [(&str, &str); 11] = [
        (".git/HEAD", ""),
        (".git/hook.py", ""),
        (".gitignore", "build/\n*.gen.py\n"),
        ("a.py", ""),
        ("b.gen.py", ""),
        ("build/c.py", ""),
        ("pkg/.gitignore", "!keep.gen.py\nd.py\n"),
        ("pkg/d.py", ""),
        ("pkg/keep.gen.py", ""),
        ("pkg/tests/e.py", ""),
        ("pkg/.hidden/f.py", ""),
    ];

    #[test]
    fn gitignore_holds_at_every_level_and_tests_are_left_out_by_default() {
        let top = tree(&TREE);
        let found = names(search(&top, &["."], Overrides::default()));
        assert_eq!(found, ["a.py", "pkg/.hidden/f.py", "pkg/keep.gen.py"]);
    }

    #[test]
    fn overrides_take_in_and_leave_out() {
        let top = tree(&TREE);
        let overrides = Overrides {
            no_gitignore: true,
            exclude_patterns: vec![".hidden".to_owned()],
            ..Overrides::default()
        };
        let found = names(search(&top, &["."], overrides));
        assert_eq!(found, ["a.py", "b.gen.py", "build/c.py", "pkg/d.py", "pkg/keep.gen.py"]);
        let overrides = Overrides {
            include_patterns: vec!["pkg/tests/".to_owned(), "build/*.py".to_owned()],
            exclude_patterns: vec!["pkg/".to_owned()],
            ..Overrides::default()
        };
        assert_eq!(
            names(search(&top, &["."], overrides)),
            ["a.py", "build/c.py", "pkg/tests/e.py"]
        );
        let overrides = Overrides {
            force_analyze: true,
            exclude_patterns: vec!["pkg/".to_owned()],
            ..Overrides::default()
        };
        assert_eq!(names(search(&top, &["."], overrides)).len(), 7);
    }

    #[test]
    fn named_files_are_taken_despite_gitignore_but_not_despite_patterns() {
        let top = tree(&TREE);
        fs::write(top.path().join("README"), "").unwrap();
        let found = search(
            &top,
            &["b.gen.py", "./a.py", "a.py", "pkg/tests/e.py", "README"],
            Overrides::default(),
        )
        .unwrap();
        assert_eq!(found.warnings.len(), 1);
        assert!(found.warnings[0].starts_with("README: not analyzed"));
        assert_eq!(names(Ok(found)), ["a.py", "b.gen.py"]);
    }

    #[test]
    fn every_file_has_the_nearest_configuration() {
        let top = tree(&[
            (".antipasta.yaml", "ignore_patterns: [skip.py]\n"),
            ("skip.py", ""),
            ("a/x.py", ""),
            (
                "a/b/.antipasta.yaml",
                "ignore_patterns: [/y.py]\nuse_gitignore: false\n",
            ),
            ("a/b/skip.py", ""),
            ("a/b/y.py", ""),
            ("a/b/c/y.py", ""),
        ]);
        let found = search(&top, &["a", "skip.py"], Overrides::default());
        assert_eq!(names(found), ["a/b/c/y.py", "a/b/skip.py", "a/x.py"]);
    }

    #[test]
    fn what_does_not_exist_or_is_unsound_is_an_error() {
        let top = tree(&[("a/.antipasta.yaml", "profil: x"), ("a/x.py", "")]);
        assert!(matches!(
            search(&top, &["b"], Overrides::default()),
            Err(DiscoveryError::Path { .. })
        ));
        for path in [".", "a", "a/x.py"] {
            assert!(matches!(
                search(&top, &[path], Overrides::default()),
                Err(DiscoveryError::Config(_))
            ));
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_are_files_and_links_to_directories_are_not_followed() {
        use std::os::unix::fs::symlink;
        let top = tree(&[("a/x.py", "")]);
        symlink("..", top.path().join("a/loop")).unwrap();
        symlink("x.py", top.path().join("a/y.py")).unwrap();
        symlink("nothing", top.path().join("a/z.py")).unwrap();
        symlink("a", top.path().join("dir.py")).unwrap();
        assert_eq!(
            names(search(&top, &["."], Overrides::default())),
            ["a/x.py", "a/y.py", "a/z.py"]
        );
        symlink("user@host.1:2", top.path().join("a/.#x.py")).unwrap();
        assert_eq!(
            names(search(&top, &["."], Overrides::default())).len(),
            3,
            "the lock of an editor is no file"
        );
    }
}

//! From the paths of a command line to the files to analyse.

use std::error::Error;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};
use rustc_hash::FxHashMap;

use super::configs::Configs;
use super::ignore_files::IgnoreFiles;
use super::left_out::{example_of_left_out, reason_of};
use super::paths::{below, normalized};
use super::patterns::{PatternLists, Patterns, TooManyPatterns};
use super::stamp::FileStamp;
use crate::locks::lock;
use crate::system_error::{is_absence, of_following};
use antipasta_pool::Pool;
use antipasta_rules::config::{Config, ConfigErrors, EXTENSION, NAMED_EXTENSIONS};

/// Whether a file is one of those that are looked for in directories, by its name.
pub fn is_source(path: &Path) -> bool {
    path.extension() == Some(OsStr::new(EXTENSION))
}

/// Whether a file is one of those that are analysed if they are named, by its name.
pub fn is_named_source(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| NAMED_EXTENSIONS.contains(&extension.as_str()))
}

/// What to say of a file that is named and is no Python, for people.
pub fn no_python(path: &Path) -> String {
    let allowed = NAMED_EXTENSIONS.map(|extension| format!(".{extension}")).join(", ");
    format!("{}: not analysed: no Python file ({allowed})", path.display())
}

/// A file to analyse.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path as it is reported: that of the argument it was found by, and what follows.
    pub path: PathBuf,
    /// Its size, to plan by, and what else tells whether it is what it was.
    pub stamp: FileStamp,
    /// What it is judged by.
    pub config: Arc<Config>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The files, in the order of their paths, each once.
    pub files: Vec<File>,
    /// The directories that cannot be searched, in the order of their paths.
    pub unreadable: Vec<Unreadable>,
    /// What was not heeded, or was named but is not for us, for people.
    pub warnings: Vec<String>,
    /// How many files were named that patterns leave out, or that are no Python. Hooks name every file of a commit: the
    /// check passes if none of them is left to analyze.
    pub left_out: usize,
    /// Why the first of them are left out, for people.
    pub reasons: Vec<String>,
}

/// A directory that cannot be searched.
#[derive(Debug)]
pub struct Unreadable {
    /// Its path as it is reported.
    pub path: PathBuf,
    /// The configuration that holds above it.
    pub config: Arc<Config>,
    /// Why not.
    pub error: io::Error,
}

/// What Emacs begins the name of a lock with: a link that leads nowhere, beside each file with unsaved changes.
const EMACS_LOCK: &str = ".#";

/// Of so many files that are named and left out it is said why.
const MOST_REASONS: usize = 5;

/// Why nothing can be analysed.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// A path of the command line cannot be looked at.
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
/// A path that does not exist, or an unsound configuration.
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

/// Why [`discover`] would leave out a file that is named, for people; `None` if it would not. It need not be there.
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

/// Whether [`discover`] finds a file below a directory, or would if the file's name ended as it should. Both paths are
/// absolute. A file whose configuration is unsound is left out.
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

/// The directories that [`discover`] enters for a directory `top`, as far as they are at or below `start`: none if it does not
/// come there. Both paths are absolute. As long as the configuration is unsound, the built-in one says what is entered.
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

/// A file that is to be analysed, if it is not left out by a `.gitignore`.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its absolute path.
    pub path: PathBuf,
    /// What it is judged by.
    pub config: Arc<Config>,
    /// Whether a `.gitignore` can leave it out.
    pub respects_gitignore: bool,
}

/// Chooses among files, given by absolute paths, those that [`discover`] would find for the same `arguments`. They need not
/// be there.
///
/// # Errors
///
/// An unsound configuration.
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

/// What a walk leaves out.
enum Rules {
    /// What configurations and `.gitignore` files leave out. That of the directory where the walk starts says whether
    /// the latter count, and what need not be entered; what is below is left to the nearest of each file.
    Configured(Arc<Config>),
    /// All but what the command line's include patterns match.
    Included,
}

/// One search. Shared by the threads that look at what a walk finds.
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
    /// Directories of the command line in which there is nothing to analyse.
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

    /// Notes that a walk below an argument met something that it could not look at.
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

    /// What a walk below a root leaves out.
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

    /// A file of the command line. What leaves it out is said, but for the configuration's own patterns: hooks name every
    /// file of a commit.
    fn named(&self, path: &Path, metadata: &Metadata) {
        let absolute = self.absolute(path);
        let is_python = is_named_source(&absolute);
        // What is no file at all is not left out by its name: it cannot be read, and whoever tries will say so.
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

    /// Notes that a file is named and left out by a pattern.
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

    /// What judges a file below the directory of an argument, if patterns do not leave it out.
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

    /// A file, if it is one of the arguments or below one, and nothing that is known by its path leaves it out.
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

    /// How much was found, and could not be looked at.
    fn count(&self) -> usize {
        let found = lock(&self.found);
        found.files.len() + found.unreadable.len()
    }

    fn is_included(&self, path: &Path, below_argument: &Path) -> bool {
        // A pattern that includes is one that would leave out, were it an ignore pattern.
        !self.included.is_empty() && self.included.leave_out(path, below_argument)
    }

    fn fail(&self, errors: Arc<ConfigErrors>) {
        lock(&self.found).error.get_or_insert(errors);
    }

    fn finish(self) -> Result<Discovered, DiscoveryError> {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(errors) = found.error {
            return Err(DiscoveryError::Config(errors));
        }
        // If there is nothing else, that is an error, which says so.
        if !found.files.is_empty() || !found.unreadable.is_empty() || found.left_out > 0 {
            for path in &found.empty {
                let example = example_of_left_out(std::slice::from_ref(path), self.configs);
                let example = example.map_or_else(String::new, |why| format!(": {why}"));
                let warning = format!("{}: no Python files found{example}", path.display());
                found.warnings.push(warning);
            }
        }
        let mut patterns = self.patterns.into_inner().unwrap_or_else(PoisonError::into_inner);
        found
            .warnings
            .extend(patterns.too_many.take("configurations have `ignore_patterns` that are"));
        found.warnings.sort();
        found.warnings.dedup();
        found.unreadable.sort_by(|one, other| one.path.cmp(&other.path));
        found.unreadable.dedup_by(|one, other| one.path == other.path);
        // What is in order already is found to be, and only merged.
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

/// What a walk leaves out.
struct Filter {
    root: PathBuf,
    excluded: Arc<Patterns>,
    /// What the configuration leaves out; `None` if it does not matter, as only what is included does.
    pruned: Option<Arc<Patterns>>,
    ignored: Mutex<Option<IgnoreFiles>>,
}

impl Filter {
    /// Whether to look at an entry at a depth below the root: at sources, and at directories in which there may be one that is
    /// taken. Entries come in the order of a walk.
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

    /// Walks what passes below a directory, which is itself at a depth below the root.
    fn walk(self: &Arc<Self>, directory: &Path, depth: usize) -> ignore::Walk {
        let filter = Arc::clone(self);
        let mut builder = WalkBuilder::new(directory);
        // The order of their paths, and sooner had here than by comparing whole paths.
        builder.standard_filters(false).sort_by_file_name(OsStr::cmp);
        builder.filter_entry(move |entry| filter.passes(entry.path(), depth + entry.depth(), is_directory(entry)));
        builder.build()
    }

    /// What was not heeded.
    fn take_warnings(&self) -> Vec<String> {
        let mut ignored = lock(&self.ignored);
        ignored.as_mut().map(IgnoreFiles::take_warnings).unwrap_or_default()
    }
}

/// One of those who look at what a walk finds.
struct Examiner<'s, 'a> {
    search: &'s Search<'a>,
    argument: &'s Path,
    root: &'s Path,
    /// Whether the rules of configurations leave out files; if not, only those count that are included.
    keeps_rules: bool,
    /// The directory last looked at, and what holds in it.
    directory: Option<(PathBuf, Arc<Config>, Arc<Patterns>)>,
}

impl Examiner<'_, '_> {
    /// A file, unless something leaves it out.
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

    /// What holds for the files in a directory; `None` if its configuration is unsound.
    fn rules_of(&mut self, directory: &Path) -> Option<(Arc<Config>, Arc<Patterns>)> {
        match &self.directory {
            // As they are written: that is how the walk writes all of one directory, and sooner done than component by component.
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

/// What an error of a walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// The error of the system that an error of a walk is about.
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
        // It is a pipe or a device, or leads nowhere: whoever tries to read it will say so.
        Ok(_) | Err(_) => Some(FileStamp::default()),
    }
}

/// A path without the components that say nothing: `./a/./b` is `a/b`.
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
        discover(
            &paths,
            &configs,
            &Pool::new("search", 2, Priority::Interactive, 1 << 20),
        )
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
        assert!(found.warnings[0].starts_with("README: not analysed"));
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

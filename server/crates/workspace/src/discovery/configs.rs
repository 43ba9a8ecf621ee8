//! The configuration of a file: the nearest one, from the file's directory up to its repository's root.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use crate::regular_file;
use crate::system_error::{is_absence, is_missing, of_following, reason};
use antipasta_pool::locks::lock;
use antipasta_rules::config::{Config, ConfigErrors, Format, Overrides, Problem};

/// The name of a configuration file.
pub const FILE_NAME: &str = ".antipasta.yaml";

/// A file that may contain a configuration as one of its tables.
pub const PYPROJECT: &str = "pyproject.toml";

/// The name of the reference's older configuration, which is no longer read.
pub const OLD_FILE_NAME: &str = ".antipasta.config.json";

/// Common wrong names of configurations.
const WRONG_NAMES: [&str; 3] = [".antipasta.yml", "antipasta.yaml", "antipasta.yml"];

/// The wrong name of a configuration in a directory; `None` if there is none, or if there is a configuration too.
pub fn misnamed(directory: &Path) -> Option<&'static str> {
    if !is_missing(&directory.join(FILE_NAME)) {
        return None;
    }
    WRONG_NAMES.into_iter().find(|name| directory.join(name).is_file())
}

/// The largest configuration that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Reads a configuration file: the table of a `.toml`, anything else as YAML.
///
/// # Errors
///
/// The file cannot be read, is TOML without the table, or has errors.
pub fn read_config(path: &Path) -> Result<Config, ConfigErrors> {
    match read_if_any(path) {
        Ok(Some(config)) => config,
        Ok(None) => Err(unusable(path, "has no table `[tool.antipasta]`".to_owned())),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigErrors {
    unusable(path, format!("cannot be read: {}", reason(error)))
}

/// An error of a configuration as a whole.
fn unusable(path: &Path, message: String) -> ConfigErrors {
    ConfigErrors(vec![Problem {
        path: path.to_owned(),
        position: Default::default(),
        key: String::new(),
        message,
    }])
}

/// The text of a configuration.
///
/// # Errors
///
/// The file cannot be read, is no regular file, is too large, or is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    text_of(regular_file::read(path, MAX_CONFIG_BYTES)?)
}

fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    if bytes.len() as u64 > MAX_CONFIG_BYTES {
        let message = format!("more than {MAX_CONFIG_BYTES} bytes, the most that a configuration may have");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        io::Error::new(io::ErrorKind::InvalidData, format!("line {} is not UTF-8", line + 1))
    })
}

/// The configuration in a file; `None` if it is a TOML file without the table.
fn read_if_any(path: &Path) -> io::Result<Option<Result<Config, ConfigErrors>>> {
    Ok(config_of_text(path, &read_text(path)?))
}

/// The configuration in the text of a file; `None` if it is a TOML file without the table.
fn config_of_text(path: &Path, text: &str) -> Option<Result<Config, ConfigErrors>> {
    match Format::from_path(path) {
        Format::Pyproject => Config::from_pyproject(path, text).transpose(),
        Format::Yaml => Some(Config::from_yaml(path, text)),
    }
}

/// Finds the configurations of files, with a cache by directory.
///
/// Several threads may use it at once.
pub struct Configs {
    /// The directory that relative paths are relative to. Its configuration applies to files without one.
    working_directory: PathBuf,
    overrides: Overrides,
    /// The only configuration, if one was named.
    given: Option<Arc<Config>>,
    /// By absolute path: contents that replace those on disk.
    contents: FxHashMap<PathBuf, Vec<u8>>,
    /// By directory: the configuration at or above it, if there is one.
    known: Mutex<FxHashMap<PathBuf, Option<FoundConfig>>>,
    built_in: OnceLock<Arc<Config>>,
}

/// A configuration, or its errors.
pub type FoundConfig = Result<Arc<Config>, Arc<ConfigErrors>>;

impl Configs {
    /// Configurations found from each file upward.
    pub fn nearest(working_directory: &Path, overrides: Overrides) -> Self {
        Self {
            working_directory: working_directory.to_owned(),
            overrides,
            given: None,
            contents: FxHashMap::default(),
            known: Mutex::default(),
            built_in: OnceLock::new(),
        }
    }

    /// The same configuration for all files.
    pub fn given(working_directory: &Path, overrides: Overrides, config: Config) -> Self {
        let given = Some(Arc::new(overrides.apply(config)));
        Self {
            given,
            ..Self::nearest(working_directory, overrides)
        }
    }

    /// The same, but with contents for some absolute paths that replace those on disk.
    pub fn with_contents(self, contents: FxHashMap<PathBuf, Vec<u8>>) -> Self {
        Self {
            contents,
            known: Mutex::default(),
            ..self
        }
    }

    /// The directory that the patterns of a configuration are relative to: that of a configuration that was found, or the
    /// working directory for one that was named or is built in.
    pub fn base_of<'a>(&'a self, config: &'a Config) -> &'a Path {
        let found_in = config.directory().filter(|_| self.given.is_none());
        found_in.unwrap_or(&self.working_directory)
    }

    /// The overrides of the command line.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// The directory that relative paths are relative to.
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// The configuration for the files in `directory`: the nearest at or above it, up to its repository's root or, outside
    /// of any repository, the root of the file system; else that of the working directory; else the built-in one.
    ///
    /// # Errors
    ///
    /// The errors of the nearest configuration.
    pub fn of_directory(&self, directory: &Path) -> FoundConfig {
        if let Some(config) = &self.given {
            return Ok(Arc::clone(config));
        }
        let directory = self.working_directory.join(directory);
        if let Some(found) = self.at_or_above(&directory) {
            return found;
        }
        if let Some(found) = self.at_or_above(&self.working_directory) {
            return found;
        }
        let built_in = || Arc::new(self.overrides.apply(Config::built_in()));
        Ok(Arc::clone(self.built_in.get_or_init(built_in)))
    }

    /// Every configuration that was used, in the order of their paths.
    pub fn used(&self) -> Vec<Arc<Config>> {
        let known = lock(&self.known);
        let found = known.values().flatten().filter_map(|found| found.as_ref().ok());
        let mut used: Vec<_> = found
            .chain(&self.given)
            .chain(self.built_in.get())
            .map(Arc::clone)
            .collect();
        used.sort_by(|one, other| one.path.cmp(&other.path));
        used.dedup_by(|one, other| Arc::ptr_eq(one, other));
        used
    }

    /// The errors of the invalid configurations that were found, in the order of their paths.
    pub fn unusable(&self) -> Vec<Arc<ConfigErrors>> {
        let known = lock(&self.known);
        let found = known.values().flatten().filter_map(|found| found.as_ref().err());
        let mut unusable: Vec<_> = found.map(Arc::clone).collect();
        unusable.sort_by(|one, other| one.path().cmp(&other.path()));
        unusable.dedup_by(|one, other| Arc::ptr_eq(one, other));
        unusable
    }

    fn at_or_above(&self, directory: &Path) -> Option<FoundConfig> {
        let mut passed = Vec::new();
        let mut result = None;
        for directory in directory.ancestors() {
            if let Some(known) = lock(&self.known).get(directory) {
                result.clone_from(known);
                break;
            }
            passed.push(directory);
            result = self.in_directory(directory);
            if result.is_some() || is_repository(directory) {
                break;
            }
        }
        let mut known = lock(&self.known);
        known.extend(
            passed
                .into_iter()
                .map(|directory| (directory.to_owned(), result.clone())),
        );
        result
    }

    fn in_directory(&self, directory: &Path) -> Option<FoundConfig> {
        let mut found = self.in_file(&directory.join(FILE_NAME));
        let beside = directory.join(PYPROJECT);
        match &mut found {
            None => found = self.in_file(&beside),
            Some(Ok(config)) if self.in_file(&beside).is_some_and(|other| other.is_ok()) => {
                config.warnings.push(Problem {
                    path: directory.join(FILE_NAME),
                    position: Default::default(),
                    key: String::new(),
                    message: format!(
                        "the table `[tool.antipasta]` in the {PYPROJECT} beside this file is not read; keep one of them"
                    ),
                });
            }
            Some(_) => {}
        }
        found.map(|config| {
            let config = config.map(|config| Arc::new(self.overrides.apply(config)));
            config.map_err(Arc::new)
        })
    }

    /// The configuration in a file, if there is one.
    fn in_file(&self, path: &Path) -> Option<Result<Config, ConfigErrors>> {
        let config = match self.contents.get(path) {
            Some(content) => text_of(content.clone()).map(|text| config_of_text(path, &text)),
            None => on_disk(path),
        };
        let config = config.unwrap_or_else(|error| Some(Err(unreadable(path, &error))));
        config.map(|config| config.map(Config::as_found))
    }
}

/// The configuration in a file on disk, if there is one.
fn on_disk(path: &Path) -> io::Result<Option<Result<Config, ConfigErrors>>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => read_if_any(path),
        // Reading a pipe or a device may never end.
        Ok(_) => Ok(Some(Err(unusable(path, "is no regular file".to_owned())))),
        // A broken link exists: its configuration was meant to apply, so this is an error.
        Err(error) if path.is_symlink() => Err(of_following(path, error)),
        // The last error is about a directory without permission, not about a file: its files are reported one by one, and
        // files further below do not need it.
        Err(error) if is_absence(&error) || error.kind() == io::ErrorKind::PermissionDenied => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a directory is the top of a git repository, a worktree or a submodule.
pub fn is_repository(directory: &Path) -> bool {
    directory.join(".git").exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_metrics::MetricType;

    fn write(directory: &Path, name: &str, text: &str) {
        fs::create_dir_all(directory).unwrap();
        fs::write(directory.join(name), text).unwrap();
    }

    fn limit(found: FoundConfig) -> f64 {
        found
            .unwrap()
            .threshold(MetricType::CyclomaticComplexity)
            .unwrap()
            .limit
    }

    fn yaml(limit: u32) -> String {
        format!("defaults: {{max_cyclomatic_complexity: {limit}}}")
    }

    #[test]
    fn the_nearest_configuration_holds_up_to_the_repository() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        write(top, FILE_NAME, &yaml(1));
        write(&top.join("repo"), ".git", "gitdir: elsewhere");
        write(&top.join("repo/a/b"), "x.py", "");
        write(
            &top.join("repo/c"),
            PYPROJECT,
            "[tool.antipasta.defaults]\nmax_cyclomatic_complexity = 3",
        );
        write(&top.join("repo/c/d"), PYPROJECT, "[project]\nname = 'd'");
        let elsewhere = tempfile::tempdir().unwrap();
        write(elsewhere.path(), ".git", "");
        let configs = Configs::nearest(elsewhere.path(), Overrides::default());
        assert_eq!(configs.of_directory(&top.join("repo/a/b")).unwrap().path, None);
        assert_eq!(limit(configs.of_directory(&top.join("repo/c/d"))), 3.0);
        assert_eq!(limit(configs.of_directory(&top.join("other"))), 1.0);
        write(elsewhere.path(), FILE_NAME, &yaml(9));
        let configs = Configs::nearest(elsewhere.path(), Overrides::default());
        assert_eq!(limit(configs.of_directory(&top.join("repo/a/b"))), 9.0);
    }

    #[test]
    fn a_table_beside_a_configuration_is_said_not_to_be_read() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        write(top, FILE_NAME, &yaml(2));
        let warnings = || {
            let configs = Configs::nearest(top, Overrides::default());
            let config = configs.of_directory(top).unwrap();
            config.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        write(top, PYPROJECT, "[tool.ruff]\n");
        assert!(warnings().is_empty());
        write(top, PYPROJECT, "[tool.antipasta]\n");
        let expected = format!(
            "{}: the table `[tool.antipasta]` in the pyproject.toml beside this file is not read; keep one of them",
            top.join(FILE_NAME).display()
        );
        assert_eq!(warnings(), [expected]);
    }

    #[test]
    fn an_unsound_configuration_is_an_error_for_its_files_only() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        write(top, FILE_NAME, &yaml(2));
        write(&top.join("bad"), FILE_NAME, "profil: x");
        let configs = Configs::nearest(top, Overrides::default());
        assert!(configs.of_directory(Path::new("bad/deeper")).is_err());
        assert_eq!(limit(configs.of_directory(Path::new("good"))), 2.0);
        assert_eq!(configs.used().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_no_missing_configuration() {
        for name in [FILE_NAME, PYPROJECT] {
            let top = tempfile::tempdir().unwrap();
            write(&top.path().join("sub"), "file", "");
            for target in ["shared/c.yaml", "file/c.yaml"] {
                let link = top.path().join("sub").join(name);
                std::os::unix::fs::symlink(target, &link).unwrap();
                let configs = Configs::nearest(top.path(), Overrides::default());
                let expected = format!("{}: cannot be read: a link that leads nowhere", link.display());
                let found = configs.of_directory(Path::new("sub")).unwrap_err().to_string();
                assert!(found.contains(&expected), "{target}: {found}");
                assert!(configs.of_directory(Path::new("")).is_ok());
                assert!(read_config(&link).unwrap_err().to_string().contains(&expected));
                fs::remove_file(link).unwrap();
            }
        }
    }

    #[test]
    fn a_file_given_by_name_must_hold_a_configuration() {
        let top = tempfile::tempdir().unwrap();
        write(top.path(), PYPROJECT, "[project]\n");
        let message = |name: &str| read_config(&top.path().join(name)).unwrap_err().to_string();
        assert!(message(PYPROJECT).contains("has no table `[tool.antipasta]`"));
        assert!(message("none.yaml").contains("cannot be read"));
        fs::write(top.path().join("latin.yaml"), b"a: 1\nb: \xe9").unwrap();
        assert!(message("latin.yaml").contains("line 2 is not UTF-8"));
    }
}

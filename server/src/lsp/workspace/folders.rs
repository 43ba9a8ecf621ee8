//! The folders of the workspace, and which configuration holds for each document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use antipasta_pool::Pool;
use antipasta_rules::config::{Config, ConfigErrors, Overrides};
use antipasta_workspace::discovery::{
    self, Configs, Discovered, DiscoveryError, FoundConfig, is_left_out, read_config,
};

/// The folders of the workspace, each with its own configurations.
///
/// A value: when a folder or a configuration changes, there is another.
#[derive(Default)]
pub(crate) struct Workspace {
    folders: Vec<Folder>,
}

/// A folder of the workspace.
pub(crate) struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The configurations in it.
    pub configs: Arc<Configs>,
    /// Why the configuration that was given cannot be used: the nearest ones hold in its place.
    given_errors: Option<Arc<ConfigErrors>>,
}

/// The files of a workspace.
#[derive(Default)]
pub(crate) struct WorkspaceFiles {
    /// The files, in the order of their paths; those that several folders hold, once.
    pub files: Vec<discovery::File>,
    /// What could not be looked at; for people.
    pub warnings: Vec<String>,
    /// Why there is nothing of some folders.
    pub errors: Vec<DiscoveryError>,
}

/// What holds for a document.
#[derive(Clone)]
pub(crate) struct Rules {
    /// The configuration, or what is wrong with it.
    pub config: FoundConfig,
    /// Whether the check would leave the document out, unless it were named.
    pub is_left_out: bool,
}

impl Default for Rules {
    /// The built-in configuration.
    fn default() -> Self {
        Self {
            config: Ok(Arc::new(Config::built_in())),
            is_left_out: false,
        }
    }
}

impl Workspace {
    /// A workspace of some folders. If a configuration is `given`, it holds for all documents; a relative path starts at each
    /// folder.
    pub(crate) fn new(paths: impl IntoIterator<Item = PathBuf>, given: Option<&Path>) -> Self {
        let folders = paths.into_iter().map(|path| {
            let given = given.map(|given| read_config(&path.join(given))).transpose();
            let (given, given_errors) = match given {
                Ok(given) => (given, None),
                Err(errors) => (None, Some(Arc::new(errors))),
            };
            let configs = match given {
                Some(config) => Configs::given(&path, Overrides::default(), config),
                None => Configs::nearest(&path, Overrides::default()),
            };
            Folder {
                path,
                configs: Arc::new(configs),
                given_errors,
            }
        });
        Self {
            folders: folders.collect(),
        }
    }

    /// The configurations that were found so far, sound or not, in no particular order.
    pub(crate) fn configurations(&self) -> Vec<FoundConfig> {
        let of_folder = |folder: &Folder| {
            let unusable = folder.given_errors.iter().cloned().chain(folder.configs.unusable());
            let used = folder.configs.used().into_iter().map(Ok);
            used.chain(unusable.map(Err)).collect::<Vec<FoundConfig>>()
        };
        self.folders.iter().flat_map(of_folder).collect()
    }

    /// The folders.
    pub(crate) fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// Looks for the files on the threads of a pool, until somebody `is_cancelled`.
    pub(crate) fn files(&self, pool: &Pool, is_cancelled: impl Fn() -> bool) -> WorkspaceFiles {
        let mut by_path = BTreeMap::new();
        let mut all = WorkspaceFiles::default();
        for folder in self.folders.iter().take_while(|_| !is_cancelled()) {
            match discovery::discover(std::slice::from_ref(&folder.path), &folder.configs, pool) {
                Ok(Discovered {
                    files,
                    unreadable,
                    warnings,
                    ..
                }) => {
                    let unreadable = unreadable.iter();
                    let unreadable = unreadable.map(|one| format!("{}: {}", one.path.display(), one.error));
                    all.warnings.extend(unreadable);
                    by_path.extend(files.into_iter().map(|file| (file.path.clone(), file)));
                    all.warnings.extend(warnings);
                }
                Err(error) => all.errors.push(error),
            }
        }
        all.files = by_path.into_values().collect();
        all
    }

    /// The innermost folder that holds a path.
    pub(crate) fn folder_of(&self, path: &Path) -> Option<&Folder> {
        let around = self.folders.iter().filter(|folder| path.starts_with(&folder.path));
        around.max_by_key(|folder| folder.path.components().count())
    }

    /// What holds for a document. One that is no file is judged as if it were in the first folder.
    pub(crate) fn rules_of(&self, path: Option<&Path>) -> Rules {
        let folder = match path {
            Some(path) => self.folder_of(path),
            None => self.folders.first(),
        };
        match (folder, path) {
            (Some(folder), Some(path)) => {
                let directory = path.parent().unwrap_or(path);
                let config = folder.configs.of_directory(directory);
                Rules {
                    is_left_out: config.is_ok() && is_left_out(path, &folder.path, &folder.configs),
                    config,
                }
            }
            (Some(folder), None) => Rules {
                config: folder.configs.of_directory(&folder.path),
                is_left_out: false,
            },
            (None, Some(path)) => {
                let directory = path.parent().unwrap_or(path);
                let configs = Configs::nearest(directory, Overrides::default());
                Rules {
                    config: configs.of_directory(directory),
                    is_left_out: false,
                }
            }
            (None, None) => Rules::default(),
        }
    }
}

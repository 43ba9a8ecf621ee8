//! Where the cache is.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use directories::ProjectDirs;

/// The environment variable that says in which folder the cache is.
pub const DIRECTORY_VARIABLE: &str = "ANTIPASTA_CACHE_DIR";

/// The environment variable that turns the cache off, unless it is empty or `0`.
pub const NO_CACHE_VARIABLE: &str = "ANTIPASTA_NO_CACHE";

/// Where the cache is, if there is to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In this folder, which need not exist.
    Folder(PathBuf),
    /// The user wants none.
    Off,
    /// The platform has no folder for it.
    Unknown,
}

impl Location {
    /// Where the environment says, or else in the platform's folder for caches.
    pub fn of_environment() -> Self {
        Self::of(env::var_os(NO_CACHE_VARIABLE), env::var_os(DIRECTORY_VARIABLE))
    }

    fn of(no_cache: Option<OsString>, directory: Option<OsString>) -> Self {
        if no_cache.is_some_and(|value| !value.is_empty() && value != "0") {
            return Self::Off;
        }
        match directory.filter(|directory| !directory.is_empty()) {
            Some(directory) => Self::Folder(directory.into()),
            None => ProjectDirs::from("", "", env!("CARGO_PKG_NAME"))
                .map_or(Self::Unknown, |project| Self::Folder(project.cache_dir().to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_first() {
        let of = |no_cache: Option<&str>, directory: Option<&str>| {
            Location::of(no_cache.map(OsString::from), directory.map(OsString::from))
        };
        let here = Location::Folder("here".into());
        assert_eq!(of(None, Some("here")), here);
        assert_eq!(of(Some(""), Some("here")), here);
        assert_eq!(of(Some("0"), Some("here")), here);
        assert_eq!(of(Some("1"), Some("here")), Location::Off);
        assert_eq!(of(None, Some("")), of(None, None));
    }
}

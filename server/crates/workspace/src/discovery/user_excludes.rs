//! The user's ignore file for all repositories: `core.excludesFile`, or its default.
//!
//! The `ignore` crate would do this too, but it blocks on pipes and reads endless files.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::git::core_value_in;
use crate::system_error::is_absence;

/// The user's ignore file. Errors of reading git's configuration go to `warn`.
///
/// Source: [git-config, FILES](https://git-scm.com/docs/git-config#FILES).
pub(super) fn user_excludes(warn: impl FnMut(&Path, io::Error)) -> Option<PathBuf> {
    excludes(|name| std::env::var_os(name), std::env::home_dir(), warn)
}

fn excludes(
    variable: impl Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
    mut warn: impl FnMut(&Path, io::Error),
) -> Option<PathBuf> {
    let path_in = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let xdg = path_in("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    // The one with the highest precedence comes first.
    let mut files = match variable("GIT_CONFIG_GLOBAL") {
        Some(file) => vec![PathBuf::from(file)],
        None => {
            let own = home.as_ref().map(|home| home.join(".gitconfig"));
            let shared = xdg.as_ref().map(|xdg| xdg.join("git/config"));
            own.into_iter().chain(shared).collect()
        }
    };
    files.push(path_in("GIT_CONFIG_SYSTEM").unwrap_or_else(|| "/etc/gitconfig".into()));
    for file in files.iter().filter(|file| !is_nothing(file)) {
        match core_value_in(file, "excludesfile") {
            Ok(Some(value)) => return with_home(&value, home.as_deref()),
            Ok(None) => {}
            // Like git, disregard a file without read permission.
            Err(error) if is_absence(&error) || error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => warn(file, error),
        }
    }
    xdg.map(|xdg| xdg.join("git/ignore"))
}

/// Whether a path is a common way to name no file.
fn is_nothing(path: &Path) -> bool {
    path.as_os_str().is_empty() || path == Path::new("/dev/null")
}

/// The path for a value; `None` if it names no file.
fn with_home(value: &str, home: Option<&Path>) -> Option<PathBuf> {
    match (value.strip_prefix("~/"), home) {
        _ if is_nothing(Path::new(value)) => None,
        (Some(below), Some(home)) => Some(home.join(below)),
        _ => Some(PathBuf::from(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// What is found where the home folder has some files, and some variables are set; and how many warnings there are.
    fn found(files: &[(&str, &str)], variables: &[(&str, &str)]) -> (Option<String>, usize) {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut warnings = 0;
        let variable = |name: &str| {
            let given = variables.iter().find(|(given, _)| *given == name);
            let value = given.map(|(_, value)| value.replace("HOME", home.path().to_str().unwrap()));
            // Not that of the machine.
            let none = (name == "GIT_CONFIG_SYSTEM").then(|| "/no/such/file".to_owned());
            value.or(none).map(OsString::from)
        };
        let found = excludes(variable, Some(home.path().to_owned()), |_, _| warnings += 1);
        let below = |path: PathBuf| match path.strip_prefix(home.path()) {
            Ok(below) => below.to_str().unwrap().to_owned(),
            Err(_) => path.to_str().unwrap().to_owned(),
        };
        (found.map(below), warnings)
    }

    #[test]
    fn files_and_variables_have_their_order() {
        let line = |name: &str| format!("[core]\nexcludesfile = /{name}\n");
        let [home, xdg, other] = ["home", "xdg", "other"].map(line);
        let files = [
            (".gitconfig", &*home),
            (".config/git/config", &*xdg),
            ("x/git/config", &*other),
        ];
        let path = |files, variables| found(files, variables).0.unwrap_or_default();
        assert_eq!(path(&files, &[]), "/home");
        assert_eq!(path(&files[1..], &[]), "/xdg");
        assert_eq!(path(&files[1..], &[("XDG_CONFIG_HOME", "HOME/x")]), "/other");
        assert_eq!(path(&files, &[("GIT_CONFIG_GLOBAL", "HOME/x/git/config")]), "/other");
        let nothing = found(&files, &[("GIT_CONFIG_GLOBAL", "/dev/null")]);
        assert_eq!(nothing, (Some(".config/git/ignore".to_owned()), 0));
        assert_eq!(path(&files, &[("GIT_CONFIG_GLOBAL", "")]), ".config/git/ignore");
        assert_eq!(
            path(&files[2..], &[("GIT_CONFIG_SYSTEM", "HOME/x/git/config")]),
            "/other"
        );
        assert_eq!(path(&[(".gitconfig", "[core]\nexcludesfile = ~/mine")], &[]), "mine");
        assert_eq!(path(&[(".gitconfig", "[core]\nexcludesfile =")], &[]), "");
        assert_eq!(path(&[], &[("XDG_CONFIG_HOME", "HOME/x")]), "x/git/ignore");
    }

    #[test]
    fn what_has_no_end_is_not_read_and_that_is_said() {
        let large = "#\n".repeat(1 << 20);
        assert_eq!(
            found(&[(".gitconfig", &large)], &[]),
            (Some(".config/git/ignore".to_owned()), 1)
        );
        #[cfg(unix)]
        assert_eq!(
            found(&[], &[("GIT_CONFIG_GLOBAL", "/dev/zero")]),
            (Some(".config/git/ignore".to_owned()), 1)
        );
    }
}

//! Lists of patterns as in a `.gitignore`, matched as the reference matches them.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns, and the directory that they are relative to.
///
/// The last pattern that matches a path, or a directory above it, decides. Unlike in git, a pattern that begins with `!`
/// takes in even what lies below a directory that another pattern leaves out.
#[derive(Clone, Debug)]
pub struct Patterns {
    base: PathBuf,
    /// Runs of patterns that all leave out, or all take in.
    runs: Vec<Run>,
}

#[derive(Clone, Debug)]
struct Run {
    takes_in: bool,
    matcher: Gitignore,
}

impl Patterns {
    /// Patterns relative to `base`, an absolute directory. Those that are no patterns at all are left out; configurations
    /// and command lines have been checked for them.
    pub fn new<'a>(base: &Path, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut runs: Vec<(bool, GitignoreBuilder)> = Vec::new();
        for pattern in patterns {
            let (takes_in, pattern) = match pattern.strip_prefix('!') {
                Some(pattern) => (true, pattern),
                None => (false, pattern),
            };
            if runs.last().is_none_or(|(last, _)| *last != takes_in) {
                runs.push((takes_in, GitignoreBuilder::new("")));
            }
            if let Some((_, builder)) = runs.last_mut() {
                let _ = builder.add_line(None, pattern);
            }
        }
        let runs = runs.into_iter().map(|(takes_in, builder)| Run {
            takes_in,
            matcher: builder.build().unwrap_or_else(|_| Gitignore::empty()),
        });
        Self {
            base: base.to_owned(),
            runs: runs.collect(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether the patterns leave out a file. `path` is absolute; if it is not below the patterns' directory, what counts
    /// is `below_argument`, its path below what was asked for.
    pub fn leave_out(&self, path: &Path, below_argument: &Path) -> bool {
        let relative = path.strip_prefix(&self.base).unwrap_or(below_argument);
        self.verdict(relative, false)
    }

    /// Whether the patterns leave out all that is in a directory, so that it need not be entered.
    pub fn prune(&self, path: &Path, below_argument: &Path) -> bool {
        let relative = path.strip_prefix(&self.base).unwrap_or(below_argument);
        self.runs.iter().all(|run| !run.takes_in) && self.verdict(relative, true)
    }

    fn verdict(&self, relative: &Path, is_directory: bool) -> bool {
        // Only paths below a directory can be matched; `..` and roots have no place in patterns.
        if !relative
            .components()
            .all(|component| matches!(component, Component::Normal(_)))
        {
            return false;
        }
        let matched = |run: &&Run| {
            !run.matcher
                .matched_path_or_any_parents(relative, is_directory)
                .is_none()
        };
        self.runs.iter().rev().find(matched).is_some_and(|run| !run.takes_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(patterns: &[&str], path: &str) -> bool {
        let patterns = Patterns::new(Path::new("/base"), patterns.iter().copied());
        patterns.leave_out(&Path::new("/base").join(path), Path::new("elsewhere"))
    }

    #[test]
    fn patterns_match_as_in_gitignore() {
        let defaults = ["**/test_*.py", "**/*_test.py", "**/tests/**"];
        for path in [
            "test_a.py",
            "a/b/test_a.py",
            "a/a_test.py",
            "tests/a.py",
            "a/tests/b/c.py",
        ] {
            assert!(left_out(&defaults, path), "{path}");
        }
        for path in ["a.py", "a/tests.py", "contest/a.py", "a/mytests/b.py"] {
            assert!(!left_out(&defaults, path), "{path}");
        }
        assert!(left_out(&["build/"], "a/build/b.py") && left_out(&["/build"], "build/b.py"));
        assert!(!left_out(&["/build"], "a/build/b.py"));
    }

    #[test]
    fn the_last_match_decides_even_below_a_directory() {
        let patterns = ["gen/", "!gen/keep.py", "gen/keep.pyi"];
        assert!(left_out(&patterns, "gen/a.py"));
        assert!(!left_out(&patterns, "gen/keep.py"));
        assert!(left_out(&patterns, "gen/keep.pyi"));
        let patterns = Patterns::new(Path::new("/"), patterns);
        assert!(!patterns.prune(Path::new("/gen"), Path::new("gen")));
    }

    #[test]
    fn a_path_outside_is_matched_below_its_argument() {
        let patterns = Patterns::new(Path::new("/base"), ["tests/"]);
        assert!(!patterns.leave_out(Path::new("/tests/pkg/a.py"), Path::new("a.py")));
        assert!(patterns.leave_out(Path::new("/tests/pkg/tests/a.py"), Path::new("tests/a.py")));
        assert!(patterns.prune(Path::new("/tests/pkg/tests"), Path::new("tests")));
    }
}

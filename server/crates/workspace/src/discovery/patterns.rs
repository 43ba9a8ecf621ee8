//! Lists of patterns with the syntax of `.gitignore`, matched like the reference.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use rustc_hash::FxHashMap;

use antipasta_rules::config::{MOST_PATTERN_COST_OF_SCAN, gitignore_line, pattern_cost};

/// Patterns, and the directory that they are relative to.
///
/// The last pattern that matches a path, or a directory above it, decides. Unlike in git, a pattern that begins with `!`
/// includes files even below a directory that another pattern ignores, and a pattern that ends with `/*` matches the entries
/// of a directory, but not the content of its directories.
#[derive(Clone, Debug)]
pub struct Patterns {
    base: PathBuf,
    /// Runs of patterns that are alike.
    runs: Arc<[Run]>,
}

#[derive(Clone, Debug)]
struct Run {
    kind: Kind,
    matcher: Gitignore,
}

/// The effect of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    /// Whether it includes what it matches (`!`).
    takes_in: bool,
    /// Whether it matches directories without their content.
    is_shallow: bool,
}

impl Patterns {
    /// Compiles patterns relative to `base`, an absolute directory. Invalid patterns are skipped: configurations and command
    /// lines were validated.
    pub fn new<'a>(base: &Path, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            base: base.to_owned(),
            runs: compiled(patterns),
        }
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether the patterns ignore a file. `path` is absolute; if it is not below the patterns' directory, `below_argument`,
    /// its path below the argument, is matched.
    pub fn leave_out(&self, path: &Path, below_argument: &Path) -> bool {
        self.verdict(path, below_argument, false)
    }

    /// Whether the patterns ignore the whole content of a directory, so that it need not be entered.
    pub fn prune(&self, path: &Path, below_argument: &Path) -> bool {
        self.runs.iter().all(|run| !run.kind.takes_in) && self.verdict(path, below_argument, true)
    }

    fn verdict(&self, path: &Path, below_argument: &Path, is_directory: bool) -> bool {
        // Comparing paths takes a large part of a walk.
        if self.is_empty() {
            return false;
        }
        let relative = path.strip_prefix(&self.base).unwrap_or(below_argument);
        // Only paths below a directory can be matched; patterns have no `..` and no roots.
        if !relative
            .components()
            .all(|component| matches!(component, Component::Normal(_)))
        {
            return false;
        }
        let matched = |run: &&Run| {
            let levels = match (run.kind.is_shallow, is_directory) {
                (true, true) => 0,
                (true, false) => 1,
                (false, _) => usize::MAX,
            };
            // The path itself, and the directories that it is in. The last ancestor is the patterns' own directory.
            let paths = relative.ancestors().filter(|path| !path.as_os_str().is_empty());
            let mut paths = paths.take(levels).enumerate();
            paths.any(|(level, path)| !run.matcher.matched(path, is_directory || level > 0).is_none())
        };
        self.runs
            .iter()
            .rev()
            .find(matched)
            .is_some_and(|run| !run.kind.takes_in)
    }
}

/// Runs of patterns that are alike.
fn compiled<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Arc<[Run]> {
    let mut runs: Vec<(Kind, GitignoreBuilder)> = Vec::new();
    for pattern in patterns {
        let (takes_in, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        let kind = Kind {
            takes_in,
            is_shallow: pattern.trim_end().ends_with("/*"),
        };
        if runs.last().is_none_or(|(last, _)| *last != kind) {
            runs.push((kind, GitignoreBuilder::new("")));
        }
        if let Some((_, builder)) = runs.last_mut() {
            // For the reference, the root contains everything; in git, the pattern would match nothing.
            let pattern = if pattern.trim_end() == "/" { "**" } else { pattern };
            let _ = builder.add_line(None, &gitignore_line(pattern));
        }
    }
    let runs = runs.into_iter().map(|(kind, builder)| Run {
        kind,
        matcher: builder.build().unwrap_or_else(|_| Gitignore::empty()),
    });
    runs.collect()
}

/// The compiled lists of patterns of one scan. Equal lists are compiled once: a repository may have one in every directory.
pub struct PatternLists {
    known: FxHashMap<Vec<String>, Arc<[Run]>>,
    /// The cost that is left.
    room: usize,
}

impl Default for PatternLists {
    fn default() -> Self {
        Self {
            known: FxHashMap::default(),
            room: MOST_PATTERN_COST_OF_SCAN,
        }
    }
}

impl PatternLists {
    /// As [`Patterns::new`]; `None` if all lists together exceed the limit of their cost.
    pub fn get(&mut self, base: &Path, patterns: &[String]) -> Option<Patterns> {
        let runs = match self.known.get(patterns) {
            Some(runs) => Arc::clone(runs),
            None => {
                let cost = patterns.iter().map(|pattern| pattern_cost(pattern)).sum();
                self.room = self.room.checked_sub(cost)?;
                let runs = compiled(patterns.iter().map(String::as_str));
                self.known.insert(patterns.to_owned(), Arc::clone(&runs));
                runs
            }
        };
        Some(Patterns {
            base: base.to_owned(),
            runs,
        })
    }
}

/// Warnings about patterns that are disregarded because there are too many in total. The first ones are named, the others
/// counted.
#[derive(Default)]
pub struct TooManyPatterns {
    named: Vec<String>,
    more: usize,
}

impl TooManyPatterns {
    /// Adds the patterns of a place, such as a file.
    pub fn add(&mut self, place: &str) {
        const MOST_NAMED: usize = 5;
        if self.named.len() < MOST_NAMED {
            self.named.push(format!(
                "{place}: not heeded: it has too many patterns, together with the others"
            ));
        } else {
            self.more += 1;
        }
    }

    /// Takes the warnings; `others` is the noun for those that are counted.
    pub fn take(&mut self, others: &str) -> Vec<String> {
        let mut said = std::mem::take(&mut self.named);
        if self.more > 0 {
            let more = std::mem::take(&mut self.more);
            said.push(format!("{more} more {others} not heeded, for the same reason"));
        }
        said
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
    fn what_ends_with_a_star_is_not_about_directories_below() {
        for pattern in ["pkg/*", "/pkg/*", "p*/* "] {
            assert!(left_out(&[pattern], "pkg/a.py"), "{pattern}");
            assert!(!left_out(&[pattern], "pkg/sub/a.py"), "{pattern}");
            assert!(!left_out(&["pkg/", &format!("!{pattern}")], "pkg/a.py"), "{pattern}");
            assert!(left_out(&["pkg/", &format!("!{pattern}")], "pkg/sub/a.py"), "{pattern}");
        }
        assert!(left_out(&["/*"], "a.py") && !left_out(&["/*"], "pkg/a.py"));
        for pattern in ["*", "**/*", "pkg/**/*", "pkg/s*", "pkg/*/"] {
            assert!(left_out(&[pattern], "pkg/sub/a.py"), "{pattern}");
        }
        let prunes = |pattern| Patterns::new(Path::new("/"), [pattern]).prune(Path::new("/pkg/sub"), Path::new("sub"));
        assert!(!prunes("pkg/*") && prunes("pkg/*/") && prunes("pkg/s*"));
    }

    #[test]
    fn a_pattern_for_directories_says_nothing_of_files_beside_them() {
        for pattern in ["*/", "**/", "/*/"] {
            assert!(!left_out(&[pattern], "a.py"), "{pattern}");
            assert!(left_out(&[pattern], "pkg/a.py"), "{pattern}");
        }
    }

    #[test]
    fn everything_is_in_the_root() {
        assert!(left_out(&["/"], "a.py") && left_out(&["/"], "pkg/a.py"));
        assert!(!left_out(&["*", "!/"], "a.py"));
    }

    #[test]
    fn braces_are_themselves() {
        assert!(!left_out(&["{a,b}/"], "a/x.py"));
        assert!(left_out(&["{a,b}/"], "{a,b}/x.py"));
        assert!(left_out(&["{a.py"], "{a.py"));
    }

    #[test]
    fn lists_are_compiled_once_and_not_too_many_of_them() {
        let list = |name: usize| -> Vec<String> {
            let patterns = (0..3500).map(|index| format!("a{name}/{index:05}*"));
            patterns.collect()
        };
        let mut lists = PatternLists::default();
        let [one, same] = ["/one", "/other"].map(|base| lists.get(Path::new(base), &list(0)).unwrap());
        assert!(Arc::ptr_eq(&one.runs, &same.runs));
        assert!(one.leave_out(Path::new("/one/a0/00000x"), Path::new("")));
        assert!(same.leave_out(Path::new("/other/a0/00000x"), Path::new("")));
        assert!(!same.leave_out(Path::new("/one/a0/00000x"), Path::new("")));
        lists.room = 2 * 3500 * pattern_cost("a1/00000*");
        assert!(lists.get(Path::new("/"), &list(1)).is_some() && lists.get(Path::new("/"), &list(2)).is_some());
        assert!(lists.get(Path::new("/"), &list(3)).is_none() && lists.get(Path::new("/"), &list(0)).is_some());
        let mut too_many = TooManyPatterns::default();
        (0..7).for_each(|index| too_many.add(&format!("file {index}")));
        let said = too_many.take("files");
        assert_eq!(said.len(), 6);
        assert_eq!(said[5], "2 more files not heeded, for the same reason");
        assert!(too_many.take("files").is_empty());
    }

    #[test]
    fn a_path_outside_is_matched_below_its_argument() {
        let patterns = Patterns::new(Path::new("/base"), ["tests/"]);
        assert!(!patterns.leave_out(Path::new("/tests/pkg/a.py"), Path::new("a.py")));
        assert!(patterns.leave_out(Path::new("/tests/pkg/tests/a.py"), Path::new("tests/a.py")));
        assert!(patterns.prune(Path::new("/tests/pkg/tests"), Path::new("tests")));
    }
}

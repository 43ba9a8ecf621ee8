//! The rules of `.gitignore` files at every level, of `.git/info/exclude` and of the user's own file, as in git.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

use super::paths::below;
use super::patterns::TooManyPatterns;
use super::user_excludes::user_excludes;
use crate::regular_file;
use crate::system_error::is_absence;
use antipasta_rules::config::{
    LONGEST_PATTERN, MOST_PATTERN_COST, MOST_PATTERN_COST_OF_SCAN, gitignore_line, pattern_cost,
};

/// The name of git's ignore files.
pub const GITIGNORE: &str = ".gitignore";

/// The largest ignore file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The ignore files that apply in a directory: its own, and those of all directories above it.
///
/// A file that cannot be read, or has too many patterns, is disregarded as a whole: with a part of it, a later `!` pattern
/// would be missed.
pub(super) struct IgnoreFiles {
    /// The directory where the search starts, as written and without links.
    top: PathBuf,
    real_top: PathBuf,
    /// The user's own rules.
    global: BasedRules,
    /// By directory, from the root of the file system.
    directories: Vec<Rules>,
    /// How many directories are above `top`.
    above: usize,
    /// Warnings about ignore files that are disregarded.
    warnings: Vec<String>,
    too_many: TooManyPatterns,
    compiled: Compiled,
}

/// The rules in one file, and the directory that they are relative to.
#[derive(Clone)]
struct BasedRules {
    base: PathBuf,
    rules: Arc<Gitignore>,
}

impl BasedRules {
    fn none(base: &Path) -> Self {
        Self {
            base: base.to_owned(),
            rules: Arc::new(Gitignore::empty()),
        }
    }

    fn matched(&self, path: &Path, is_directory: bool) -> Match<()> {
        // Comparing paths takes a large part of a walk.
        match self.rules.is_empty() {
            true => Match::None,
            false => self.rules.matched(below(path, &self.base), is_directory).map(|_| ()),
        }
    }
}

/// Recently compiled rules by the text of their file: a repository may have the same file in every directory.
struct Compiled {
    known: FxHashMap<Vec<u8>, (Arc<Gitignore>, usize)>,
    /// The cost of `known`.
    cost: usize,
    /// The cost that is left.
    room: usize,
}

/// The rules of one directory.
struct Rules {
    gitignore: BasedRules,
    exclude: BasedRules,
    /// The cost of these rules and those above them.
    cost: usize,
}

impl IgnoreFiles {
    /// The rules from above a directory. The patterns of the user's own file are relative to `base`.
    pub(super) fn above(top: &Path, base: &Path) -> Self {
        let real_top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        let mut files = Self {
            top: top.to_owned(),
            global: BasedRules::none(base),
            directories: Vec::new(),
            above: 0,
            warnings: Vec::new(),
            too_many: TooManyPatterns::default(),
            compiled: Compiled {
                known: FxHashMap::default(),
                cost: 0,
                room: MOST_PATTERN_COST_OF_SCAN,
            },
            real_top,
        };
        let user_excludes = user_excludes(|path, error| files.not_heeded(path, &error.to_string()));
        if let Some(path) = user_excludes {
            (files.global, _) = files.read(&path, base, 0, regular_file::read);
        }
        let mut above: Vec<PathBuf> = files.real_top.ancestors().skip(1).map(Path::to_owned).collect();
        above.reverse();
        for directory in &above {
            files.enter(directory);
        }
        files.above = above.len();
        files
    }

    /// Whether the rules ignore an entry at a depth below the top; 1 is an entry of the top itself. Entries come in the
    /// order of a walk: the content of a directory follows it.
    pub(super) fn leave_out(&mut self, path: &Path, depth: usize, is_directory: bool) -> bool {
        let path = self.real(path).into_owned();
        self.directories.truncate(self.above + depth);
        if let Some(parent) = path.parent().filter(|_| self.directories.len() < self.above + depth) {
            self.enter(parent);
        }
        let verdict = |rules: fn(&Rules) -> &BasedRules| {
            let mut matches = self.directories.iter().rev().map(rules);
            matches.find_map(|rules| Some(rules.matched(&path, is_directory)).filter(|found| !found.is_none()))
        };
        let of_gitignores = verdict(|rules| &rules.gitignore);
        let verdict = of_gitignores.or_else(|| verdict(|rules| &rules.exclude));
        match verdict {
            Some(Match::Ignore(())) => true,
            Some(_) => false,
            None => self.global.matched(&path, is_directory).is_ignore(),
        }
    }

    /// The warnings since the last call.
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.extend(self.too_many.take("ignore files are"));
        warnings
    }

    /// A path below the top, without the links that lead to the top.
    fn real<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        match self.top == self.real_top {
            true => Cow::Borrowed(path),
            false => Cow::Owned(self.real_top.join(below(path, &self.top))),
        }
    }

    /// Reads the rules of one more directory.
    fn enter(&mut self, directory: &Path) {
        let cost = self.directories.last().map_or(0, |rules| rules.cost);
        // Like git, do not follow a link: the repository would choose what is read.
        let (gitignore, cost) = self.read(
            &directory.join(GITIGNORE),
            directory,
            cost,
            regular_file::read_unless_link,
        );
        let (exclude, cost) = match git_directory(directory) {
            Some(git) => self.read(&git.join("info/exclude"), directory, cost, regular_file::read),
            None => (BasedRules::none(directory), cost),
        };
        self.directories.push(Rules {
            gitignore,
            exclude,
            cost,
        });
    }

    /// The rules in a file, if it exists, and `cost` plus their cost.
    fn read(
        &mut self,
        path: &Path,
        base: &Path,
        cost: usize,
        read: fn(&Path, u64) -> io::Result<Vec<u8>>,
    ) -> (BasedRules, usize) {
        let error = match read(path, MAX_BYTES) {
            Ok(bytes) => match self.compiled.rules_of(bytes, cost) {
                Ok((rules, cost)) => {
                    let base = base.to_owned();
                    return (BasedRules { base, rules }, cost);
                }
                Err(PatternLimit::Scan) => {
                    self.too_many.add(&path.display().to_string());
                    return (BasedRules::none(base), cost);
                }
                Err(PatternLimit::Directory) => "it has too many patterns, or too long ones".to_owned(),
            },
            Err(error) if is_absence(&error) => return (BasedRules::none(base), cost),
            Err(error) => error.to_string(),
        };
        self.not_heeded(path, &error);
        (BasedRules::none(base), cost)
    }

    fn not_heeded(&mut self, path: &Path, why: &str) {
        self.warnings.push(format!("{}: not heeded: {why}", path.display()));
    }
}

/// The limit that patterns exceed.
enum PatternLimit {
    /// That of the patterns that apply to one directory, or that of the length of a pattern.
    Directory,
    /// That of all patterns that were compiled so far.
    Scan,
}

impl Compiled {
    /// The rules in the text of an ignore file, and `cost` plus their cost.
    fn rules_of(&mut self, text: Vec<u8>, cost: usize) -> Result<(Arc<Gitignore>, usize), PatternLimit> {
        if let Some((rules, own)) = self.known.get(&text) {
            return match cost + own > MOST_PATTERN_COST {
                true => Err(PatternLimit::Directory),
                false => Ok((Arc::clone(rules), cost + own)),
            };
        }
        let (builder, total) = parsed(&text, cost)?;
        let own = total - cost;
        self.room = self.room.checked_sub(own).ok_or(PatternLimit::Scan)?;
        let rules = Arc::new(builder.build().map_err(|_| PatternLimit::Directory)?);
        // Rules of all directories would take too much memory: keep recent ones.
        if self.cost + own > MOST_PATTERN_COST {
            self.known.clear();
            self.cost = 0;
        }
        self.cost += own;
        self.known.insert(text, (Arc::clone(&rules), own));
        Ok((rules, total))
    }
}

/// The rules in the text of an ignore file, not yet compiled, and `cost` plus their cost. An invalid pattern matches
/// nothing, as in git.
fn parsed(bytes: &[u8], mut cost: usize) -> Result<(GitignoreBuilder, usize), PatternLimit> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut builder = GitignoreBuilder::new("");
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else {
            continue;
        };
        if line.starts_with('#') || line.trim_end().is_empty() {
            continue;
        }
        cost += pattern_cost(line);
        if cost > MOST_PATTERN_COST || line.len() > LONGEST_PATTERN {
            return Err(PatternLimit::Directory);
        }
        let _ = builder.add_line(None, &gitignore_line(line));
    }
    Ok((builder, cost))
}

/// The common git folder of the repository or worktree whose top is a directory; `None` if there is none.
fn git_directory(directory: &Path) -> Option<PathBuf> {
    const MOST: u64 = 64 << 10;
    let git = directory.join(".git");
    let metadata = git.metadata().ok()?;
    if metadata.is_dir() {
        return Some(git);
    }
    let first_line = |path: &Path| {
        let text = String::from_utf8(regular_file::read(path, MOST).ok()?).ok()?;
        text.lines().next().map(str::to_owned)
    };
    let own = directory.join(first_line(&git)?.strip_prefix("gitdir: ")?);
    Some(own.join(first_line(&own.join("commondir"))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The files of a directory that are left out, in the order of a walk. Names that end with `/` are directories.
    fn left_out(files: &[(&str, &str)], entries: &[&str]) -> (Vec<String>, Vec<String>) {
        let top = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = top.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut ignore = IgnoreFiles::above(top.path(), top.path());
        let left_out = entries.iter().filter(|entry| {
            let name = entry.trim_end_matches('/');
            let depth = Path::new(name).components().count();
            ignore.leave_out(&top.path().join(name), depth, entry.ends_with('/'))
        });
        let left_out = left_out.map(|entry| (*entry).to_owned()).collect();
        (left_out, ignore.take_warnings())
    }

    #[test]
    fn the_nearest_file_decides_then_exclude() {
        let files = [
            (".gitignore", "*.gen.py\nbuild/\n"),
            (".git/info/exclude", "b.py\n!a.gen.py\n"),
            ("p/.gitignore", "!x.gen.py\n"),
        ];
        let entries = [
            "a.gen.py",
            "a.py",
            "b.py",
            "build/",
            "p/",
            "p/b.py",
            "p/x.gen.py",
            "p/y.gen.py",
            "q/",
            "q/x.gen.py",
        ];
        let (left_out, warnings) = left_out(&files, &entries);
        assert_eq!(
            left_out,
            ["a.gen.py", "b.py", "build/", "p/b.py", "p/y.gen.py", "q/x.gen.py"]
        );
        assert_eq!(warnings, [] as [&str; 0]);
    }

    #[test]
    fn lines_are_read_as_git_reads_them() {
        let text = "\u{feff}bom.py\n# c.py\nd.py\r\n{e,f}.py\n[unclosed\n\\#g.py\nh.py  \n";
        let entries = ["bom.py", "c.py", "d.py", "e.py", "#g.py", "h.py", "{e,f}.py"];
        let (left_out, _) = left_out(&[(".gitignore", text)], &entries);
        assert_eq!(left_out, ["bom.py", "d.py", "#g.py", "h.py", "{e,f}.py"]);
    }

    #[test]
    fn a_file_with_too_much_is_not_heeded_at_all() {
        let many = format!("a.py\n{}", "*x\n".repeat(10_000));
        let large = format!("a.py\n{}", "#\n".repeat(1 << 19));
        let long = format!("a.py\n!{}\n", "*".repeat(5_000));
        for (text, expected) in [
            (many, "too many patterns"),
            (long, "too long ones"),
            (large, "larger than 1048576 bytes"),
        ] {
            let (left_out, warnings) = left_out(
                &[(".gitignore", &text), ("p/.gitignore", "b.py\n")],
                &["a.py", "p/", "p/b.py"],
            );
            assert_eq!(left_out, ["p/b.py"]);
            assert!(
                warnings[0].contains(".gitignore: not heeded: ") && warnings[0].contains(expected),
                "{warnings:?}"
            );
        }
    }

    #[test]
    fn the_same_rules_are_compiled_once_and_all_are_not_too_many() {
        let text = |name: usize| {
            (0..2500)
                .map(|index| format!("a{name}/{index:05}*\n"))
                .collect::<String>()
        };
        let cost = 2500 * pattern_cost("a1/00000*");
        let mut compiled = Compiled {
            known: FxHashMap::default(),
            cost: 0,
            room: 2 * cost,
        };
        let [(one, _), (same, total)] = [0, 7].map(|above| compiled.rules_of(text(1).into(), above).ok().unwrap());
        assert!(Arc::ptr_eq(&one, &same));
        assert_eq!(total, cost + 7);
        assert!(matches!(
            compiled.rules_of(text(1).into(), MOST_PATTERN_COST),
            Err(PatternLimit::Directory)
        ));
        assert!(compiled.rules_of(text(2).into(), 0).is_ok());
        assert!(matches!(compiled.rules_of(text(3).into(), 0), Err(PatternLimit::Scan)));
        assert!(compiled.rules_of(text(2).into(), 0).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_and_nothing_but_a_file_is_opened() {
        use std::os::unix::fs::symlink;
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("rules"), "a.py\n").unwrap();
        for (directory, target) in [
            ("link", "../rules"),
            ("device", "/dev/zero"),
            ("nowhere", "no such file"),
        ] {
            fs::create_dir(top.path().join(directory)).unwrap();
            symlink(target, top.path().join(directory).join(GITIGNORE)).unwrap();
        }
        fs::create_dir(top.path().join("pipe")).unwrap();
        nix::unistd::mkfifo(&top.path().join("pipe").join(GITIGNORE), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let mut ignore = IgnoreFiles::above(top.path(), top.path());
        for directory in ["device", "link", "nowhere", "pipe"] {
            assert!(!ignore.leave_out(&top.path().join(directory), 1, true));
            assert!(!ignore.leave_out(&top.path().join(directory).join("a.py"), 2, false));
            assert_eq!(ignore.take_warnings().len(), 1, "{directory}");
        }
    }
}

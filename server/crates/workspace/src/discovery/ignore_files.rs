//! What `.gitignore` files leave out: at every level, with `.git/info/exclude` and the user's own file, as git has it.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};

use super::paths::below;
use crate::regular_file;
use crate::system_error::is_absence;
use antipasta_rules::config::{LONGEST_PATTERN, MOST_PATTERN_COST, gitignore_line, pattern_cost};

/// The file that says, in each directory, what git ignores.
pub const GITIGNORE: &str = ".gitignore";

/// The largest ignore file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The ignore files that hold in a directory: its own, and those of all directories above it.
///
/// A file that cannot be read, or has more than is plenty, is not heeded at all: of a part, the files that a later pattern
/// would take in again would be missed.
pub(super) struct IgnoreFiles {
    /// The directory where the search starts, as it is written and as it is without links.
    top: PathBuf,
    real_top: PathBuf,
    /// The user's own rules.
    global: Gitignore,
    /// By directory, from the root of the file system.
    directories: Vec<Rules>,
    /// How many directories are above `top`.
    above: usize,
    /// What was not heeded, and why; for people.
    warnings: Vec<String>,
}

/// The rules of one directory.
struct Rules {
    gitignore: Gitignore,
    exclude: Gitignore,
    /// What they and those above them cost.
    cost: usize,
}

impl IgnoreFiles {
    /// Those that hold for a directory, but for its own. The patterns of the user's own file start at `base`.
    pub fn above(top: &Path, base: &Path) -> Self {
        let real_top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        let mut files = Self {
            top: top.to_owned(),
            global: Gitignore::empty(),
            directories: Vec::new(),
            above: 0,
            warnings: Vec::new(),
            real_top,
        };
        if let Some(path) = gitconfig_excludes_path() {
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

    /// Whether they leave out an entry at a depth below the top; 1 is an entry of the top itself. Entries come in the order of a
    /// walk: what is in a directory follows it.
    pub fn leave_out(&mut self, path: &Path, depth: usize, is_directory: bool) -> bool {
        let path = self.real(path).into_owned();
        self.directories.truncate(self.above + depth);
        if let Some(parent) = path.parent().filter(|_| self.directories.len() < self.above + depth) {
            self.enter(parent);
        }
        let verdict = |rules: fn(&Rules) -> &Gitignore| {
            let mut matches = self.directories.iter().rev().map(rules);
            matches.find_map(|rules| Some(rules.matched(&path, is_directory)).filter(|found| !found.is_none()))
        };
        let of_gitignores = verdict(|rules| &rules.gitignore);
        let verdict = of_gitignores.or_else(|| verdict(|rules| &rules.exclude));
        match verdict {
            Some(Match::Ignore(_)) => true,
            Some(_) => false,
            None => self.global.matched(&path, is_directory).is_ignore(),
        }
    }

    /// What was not heeded since this was last asked.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
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
        // Git, too, does not follow a link here: whoever makes the repository would say what is read.
        let (gitignore, cost) = self.read(
            &directory.join(GITIGNORE),
            directory,
            cost,
            regular_file::read_unless_link,
        );
        let (exclude, cost) = match git_directory(directory) {
            Some(git) => self.read(&git.join("info/exclude"), directory, cost, regular_file::read),
            None => (Gitignore::empty(), cost),
        };
        self.directories.push(Rules {
            gitignore,
            exclude,
            cost,
        });
    }

    /// The rules in a file, if there is one, and what they cost together with those that cost `cost`.
    fn read(
        &mut self,
        path: &Path,
        base: &Path,
        cost: usize,
        read: fn(&Path, u64) -> io::Result<Vec<u8>>,
    ) -> (Gitignore, usize) {
        let error = match read(path, MAX_BYTES) {
            Ok(bytes) => match rules_of(&bytes, base, cost) {
                Ok(rules) => return rules,
                Err(TooMany) => "it has too many patterns, or too long ones".to_owned(),
            },
            Err(error) if is_absence(&error) => return (Gitignore::empty(), cost),
            Err(error) => error.to_string(),
        };
        self.warnings.push(format!("{}: not heeded: {error}", path.display()));
        (Gitignore::empty(), cost)
    }
}

/// The patterns cost more than the most that they may, or one of them is too long.
struct TooMany;

/// The rules in the text of an ignore file. What is no pattern matches nothing, as in git.
fn rules_of(bytes: &[u8], base: &Path, mut cost: usize) -> Result<(Gitignore, usize), TooMany> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut builder = GitignoreBuilder::new(base);
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else {
            continue;
        };
        if line.starts_with('#') || line.trim_end().is_empty() {
            continue;
        }
        cost += pattern_cost(line);
        if cost > MOST_PATTERN_COST || line.len() > LONGEST_PATTERN {
            return Err(TooMany);
        }
        let _ = builder.add_line(None, &gitignore_line(line));
    }
    Ok((builder.build().map_err(|_| TooMany)?, cost))
}

/// Where git keeps what it knows of the repository whose top is a directory; `None` if it is none. Of a worktree that is where
/// its repository is.
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

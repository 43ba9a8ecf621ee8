//! What is compared with what, and which files differ.

use std::path::{Path, PathBuf};

use super::blobs::ObjectId;
use super::command::{Git, GitError, refusal};
use super::raw_diff::{self, Entry};

/// A change: what is compared with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What the next commit does: the index is compared with `HEAD`.
    Staged,
    /// What was done since a branch began: the working tree is compared with the merge base of a revision and `HEAD`.
    Since(String),
    /// What was done from one commit to another.
    Range {
        /// The commit to compare with.
        from: String,
        /// The commit that is checked.
        to: String,
        /// Whether it is compared with the merge base of the two, as `FROM...TO` says.
        from_merge_base: bool,
    },
}

impl Change {
    /// What `REF`, `FROM..TO` or `FROM...TO` mean; a side that is empty is `HEAD`, as it is for git.
    ///
    /// # Errors
    ///
    /// It is none of these.
    pub fn of_revisions(text: &str) -> Result<Self, GitError> {
        let revision = |revision: &str| match revision {
            "" => "HEAD".to_owned(),
            revision => revision.to_owned(),
        };
        // Git would take it for an option.
        if text.is_empty() || text.starts_with('-') {
            return Err(GitError::Revision(text.to_owned()));
        }
        let Some((from, rest)) = text.split_once("..") else {
            return Ok(Self::Since(text.to_owned()));
        };
        let (from_merge_base, to) = match rest.strip_prefix('.') {
            Some(to) => (true, to),
            None => (false, rest),
        };
        if to.starts_with(['-', '.']) || to.contains("..") {
            return Err(GitError::Revision(text.to_owned()));
        }
        Ok(Self::Range {
            from: revision(from),
            to: revision(to),
            from_merge_base,
        })
    }
}

/// The files of a change, and where else to look for what is not in it.
#[derive(Debug)]
pub struct Changes {
    /// The files that are there after the change and were not, or were others, before it; in the order of their paths. Links
    /// and submodules are none of them.
    pub files: Vec<ChangedFile>,
    /// Where the files are that the change did not touch.
    pub state: State,
    /// What people may want to know about the comparison.
    pub warning: Option<String>,
}

/// Where all files are as they are after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// In the index.
    Index,
    /// In a commit.
    Commit(String),
    /// In the working tree.
    WorkingTree,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its content after the change; `None` if that is what is in the working tree.
    pub blob: Option<ObjectId>,
    /// Its content before the change, under its name of then; `None` if it is new.
    pub base: Option<ObjectId>,
}

/// How files are compared. `git diff` knows what to do where there is no commit yet, but heeds more of the user's settings
/// than we can use.
const DIFF: [&str; 10] = [
    "diff",
    "--raw",
    "-z",
    "--no-abbrev",
    "--find-renames",
    "--no-relative",
    "--no-color",
    "--no-ext-diff",
    "--ignore-submodules=all",
    "--ita-invisible-in-index",
];

pub(super) fn changes(git: &Git, top: &Path, change: &Change) -> Result<Changes, GitError> {
    let (revisions, state, warning) = match change {
        Change::Staged => (vec!["--cached".to_owned()], State::Index, None),
        Change::Since(revision) => {
            let (base, warning) = merge_base(git, revision, "HEAD")?;
            (vec![base], State::WorkingTree, warning)
        }
        Change::Range {
            from,
            to,
            from_merge_base,
        } => {
            let (base, warning) = match from_merge_base {
                true => merge_base(git, from, to)?,
                false => (from.clone(), None),
            };
            (vec![base, to.clone()], State::Commit(to.clone()), warning)
        }
    };
    let revisions = revisions.iter().map(String::as_str);
    let arguments: Vec<&str> = DIFF.into_iter().chain(revisions).chain(["--"]).collect();
    let entries = raw_diff::parse(&git.output(&arguments)?).ok_or(GitError::Answer("diff"))?;
    // In the working tree, a file that is not merged has a content like any other.
    if state == State::Index {
        let unmerged = entries.iter().filter(|entry| entry.is_unmerged);
        let unmerged: Vec<_> = unmerged.map(|entry| entry.path.clone()).collect();
        if !unmerged.is_empty() {
            return Err(GitError::Unmerged(unmerged));
        }
    }
    let file = |entry: Entry| {
        let blob = entry.after?;
        Some(ChangedFile {
            path: top.join(entry.path),
            blob: (state != State::WorkingTree).then_some(blob),
            base: entry.before,
        })
    };
    let mut files: Vec<_> = entries.into_iter().filter_map(file).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Changes { files, state, warning })
}

/// Where two revisions parted. If that is not known, as in a clone that is too shallow, it is the first of them, with a warning.
fn merge_base(git: &Git, one: &str, other: &str) -> Result<(String, Option<String>), GitError> {
    let output = git.command(&["merge-base", one, other]).output()?;
    if output.status.success() {
        let base = String::from_utf8_lossy(&output.stdout);
        return Ok((base.trim().to_owned(), None));
    }
    // This exit code says that there is none; others, that there are no such revisions.
    if output.status.code() != Some(1) {
        return Err(refusal(&output));
    }
    let warning = format!(
        "{one} and {other} have no common commit here, so the comparison is with {one} itself; if this clone is shallow, \
         fetch more of the history"
    );
    Ok((one.to_owned(), Some(warning)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_read_as_git_reads_them() {
        let range = |from: &str, to: &str, from_merge_base| Change::Range {
            from: from.to_owned(),
            to: to.to_owned(),
            from_merge_base,
        };
        for (text, expected) in [
            ("origin/main", Change::Since("origin/main".to_owned())),
            ("HEAD~3", Change::Since("HEAD~3".to_owned())),
            ("a..b", range("a", "b", false)),
            ("a...b", range("a", "b", true)),
            ("v1.0..v1.1", range("v1.0", "v1.1", false)),
            ("a..", range("a", "HEAD", false)),
            ("...b", range("HEAD", "b", true)),
        ] {
            assert_eq!(Change::of_revisions(text).unwrap(), expected, "{text}");
        }
        for text in ["", "-x", "a..-x", "a....b", "a..b..c"] {
            assert!(Change::of_revisions(text).is_err(), "{text}");
        }
    }
}

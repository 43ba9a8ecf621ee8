//! What is compared with what, and which files differ.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use memchr::memmem;

use super::blobs::ObjectId;
use super::command::{Git, GitError, refusal};
use super::raw_diff::{self, Entry};
use crate::child_process::Output;
use antipasta_rules::escape::one_line;

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
    /// All paths of the change, by which arguments can be known: also those of links, of what was deleted, and old names.
    pub paths: Vec<PathBuf>,
    /// What people may want to know about the comparison.
    pub warnings: Vec<String>,
    /// How long git fetched what a partial clone lacks, if it had to.
    pub fetching: Option<Duration>,
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
const DIFF: [&str; 9] = [
    "diff",
    "--raw",
    "-z",
    "--no-abbrev",
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
    let difference = difference(git, &revisions, state == State::WorkingTree)?;
    let entries = raw_diff::parse(&difference.raw).ok_or(GitError::Answer("diff"))?;
    // In the working tree, a file that is not merged has a content like any other.
    if state == State::Index {
        let unmerged = entries.iter().filter(|entry| entry.is_unmerged);
        let unmerged: Vec<_> = unmerged.map(|entry| entry.path.clone()).collect();
        if !unmerged.is_empty() {
            return Err(GitError::Unmerged(unmerged));
        }
    }
    let paths = entries
        .iter()
        .flat_map(|entry| [Some(&entry.path), entry.from.as_ref()]);
    let paths = paths.flatten().map(|path| top.join(path)).collect();
    let file = |entry: Entry| {
        let blob = entry.after?;
        let path = top.join(entry.path);
        // In a sparse checkout, what is not in the working tree is what the index has.
        let is_on_disk = state == State::WorkingTree && (blob.is_zero() || path.symlink_metadata().is_ok());
        Some(ChangedFile {
            path,
            blob: (!is_on_disk).then_some(blob),
            base: entry.before,
        })
    };
    let mut files: Vec<_> = entries.into_iter().filter_map(file).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Changes {
        files,
        state,
        paths,
        warnings: warning.into_iter().chain(difference.warning).collect(),
        fetching: difference.fetching,
    })
}

/// What `git diff` said.
struct Difference {
    raw: Vec<u8>,
    warning: Option<String>,
    fetching: Option<Duration>,
}

/// Compares what `revisions` say.
fn difference(git: &Git, revisions: &[String], is_of_working_tree: bool) -> Result<Difference, GitError> {
    let local = Git {
        // Only looking through the working tree is faster with a monitor.
        monitors: is_of_working_tree && monitors_itself(git)?,
        ..git.without_fetching()
    };
    let run = |git: &Git, renames: &str| {
        let revisions = revisions.iter().map(String::as_str);
        let arguments: Vec<_> = DIFF
            .into_iter()
            .chain([renames])
            .chain(revisions)
            .chain(["--"])
            .collect();
        git.run(&arguments, Vec::new())
    };
    let mut difference = Difference {
        raw: Vec::new(),
        warning: None,
        fetching: None,
    };
    let mut output = run(&local, "--find-renames")?;
    // To know a file that was renamed and changed, git needs contents, which a partial clone need not have.
    let lacks_objects = |output: &Output| memmem::find(&output.stderr, b"lazy fetching disabled").is_some();
    if lacks_objects(&output) && git.fetches {
        let fetches = Git {
            fetches: true,
            ..local.clone()
        };
        let begun = Instant::now();
        let fetched = run(&fetches, "--find-renames")?;
        difference.fetching = Some(begun.elapsed());
        if fetched.status.success() {
            output = fetched;
        }
    }
    if lacks_objects(&output) {
        output = run(&local, "--find-renames=100%")?;
        difference.warning = Some(
            "this clone is partial and lacks what git needs to recognize renamed files: a file that was renamed and changed \
             counts as new"
                .to_owned(),
        );
    }
    if !output.status.success() {
        let refused = refusal("diff", &output.stderr, Some(output.status));
        return Err(why_unknown(git, revisions)?.unwrap_or(refused));
    }
    difference.raw = output.stdout;
    Ok(difference)
}

/// Whether git's own monitor of the working tree is turned on. Where `core.fsmonitor` names a program, it is not.
fn monitors_itself(git: &Git) -> Result<bool, GitError> {
    let output = git.run(&["config", "--type=bool", "--get", "core.fsmonitor"], Vec::new())?;
    match output.status.code() {
        Some(0) => Ok(output.stdout.trim_ascii() == b"true"),
        // It is not set, or no boolean.
        Some(1 | 128) => Ok(false),
        _ => Err(refusal("config", &output.stderr, Some(output.status))),
    }
}

/// Where two revisions parted. If that is not known, as in a clone that is too shallow, it is the first of them, with a warning.
fn merge_base(git: &Git, one: &str, other: &str) -> Result<(String, Option<String>), GitError> {
    let output = git.run(&["merge-base", one, other], Vec::new())?;
    match output.status.code() {
        Some(0) => {
            let base = ObjectId::parse(output.stdout.trim_ascii()).ok_or(GitError::Answer("merge-base"))?;
            Ok((base.as_str().to_owned(), None))
        }
        // This exit code says that there is none; others, that there are no such revisions.
        Some(1) => {
            let warning = format!(
                "{one} and {other} have no common commit here, so the comparison is with {one} itself; if this clone is \
                 shallow, fetch more of the history (`git fetch --unshallow`; in CI, `fetch-depth: 0`)"
            );
            Ok((one.to_owned(), Some(warning)))
        }
        _ => {
            let refused = refusal("merge-base", &output.stderr, Some(output.status));
            Err(why_unknown(git, &[one.to_owned(), other.to_owned()])?.unwrap_or(refused))
        }
    }
}

/// What to say of the first of some revisions that there is not, if one is not there.
fn why_unknown(git: &Git, revisions: &[String]) -> Result<Option<GitError>, GitError> {
    for revision in revisions.iter().filter(|revision| !revision.starts_with('-')) {
        let commit = format!("{revision}^{{commit}}");
        let found = git.run(&["rev-parse", "--verify", "--quiet", &commit], Vec::new())?;
        if !found.status.success() {
            return Ok(Some(GitError::UnknownRevision {
                revision: one_line(revision).into_owned(),
                advice: advice(git, revision)?,
            }));
        }
    }
    Ok(None)
}

/// What to do about a revision that is not there.
fn advice(git: &Git, revision: &str) -> Result<String, GitError> {
    let remotes = git.output(&["remote"])?;
    let remotes = String::from_utf8_lossy(&remotes);
    let tracked = remotes.lines().find_map(|remote| {
        let branch = revision.strip_prefix(remote)?.strip_prefix('/')?;
        Some((remote, branch)).filter(|(_, branch)| !branch.is_empty())
    });
    if let Some((remote, branch)) = tracked {
        // The branch alone is enough where the clone follows all of them, and not in a clone of one branch.
        return Ok(one_line(&format!(
            "fetch it with `git fetch {remote} {branch}:refs/remotes/{remote}/{branch}` (in GitHub Actions, check out with \
             `fetch-depth: 0`; in GitLab, set `GIT_DEPTH: 0`), or see `git branch --all` for the right name"
        ))
        .into_owned());
    }
    let is_shallow = git
        .output(&["rev-parse", "--is-shallow-repository"])?
        .starts_with(b"true");
    if is_shallow {
        return Ok(
            "it is a shallow clone, so fetch more of its history with `git fetch --unshallow` (in GitHub Actions, check \
             out with `fetch-depth: 0`; in GitLab, set `GIT_DEPTH: 0`)"
                .to_owned(),
        );
    }
    if revision == "HEAD" {
        return Ok("there is no commit yet; `--staged` checks what the first one will contain".to_owned());
    }
    Ok("see `git branch --all` and `git tag` for the right name".to_owned())
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

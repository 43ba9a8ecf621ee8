//! The files that differ between two states of a repository.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use memchr::memmem;

use super::blobs::ObjectId;
use super::command::{Git, GitError, refusal};
use super::raw_diff::{self, Entry};
use crate::child_process::Output;
use crate::system_error::{is_missing, is_out_of_sight};
use antipasta_rules::escape::one_line;

/// A change: the two states that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The next commit: the index compared with `HEAD`.
    Staged,
    /// A branch: the working tree compared with the merge base of a revision and `HEAD`.
    Since(String),
    /// The difference between two commits.
    Range {
        /// The commit to compare with.
        from: String,
        /// The commit that is checked.
        to: String,
        /// Whether to compare with the merge base of the two, as in `FROM...TO`.
        from_merge_base: bool,
    },
}

impl Change {
    /// Parses `REF`, `FROM..TO` or `FROM...TO`. As in git, an empty side is `HEAD`.
    ///
    /// # Errors
    ///
    /// The text is none of these.
    pub fn parse(text: &str) -> Result<Self, GitError> {
        let revision = |revision: &str| match revision {
            "" => "HEAD".to_owned(),
            revision => revision.to_owned(),
        };
        // Git would read it as an option.
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

/// The files of a change, and where to read files that it did not touch.
#[derive(Debug)]
pub struct Changes {
    /// The files that the change added or modified, in the order of their paths. Without links and submodules.
    pub files: Vec<ChangedFile>,
    /// Where to read files that the change did not touch.
    pub state: State,
    /// All paths of the change, to validate arguments: also links, deleted files and old names.
    pub paths: Vec<PathBuf>,
    /// Warnings about the comparison.
    pub warnings: Vec<String>,
    /// How long git fetched objects that a partial clone lacks; `None` if it did not have to.
    pub fetching: Option<Duration>,
}

/// The state of all files after a change.
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
    /// Its content after the change; `None` if the working tree has it.
    pub blob: Option<ObjectId>,
    /// Its content before the change, under its old name; `None` if it is new.
    pub base: Option<ObjectId>,
}

/// The options of the comparison. `git diff` works without a commit, but follows more settings of the user than we can use.
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
    let (resolved, revisions, state) = match change {
        Change::Staged => (MergeBase::default(), vec!["--cached".to_owned()], State::Index),
        Change::Since(revision) => {
            let base = merge_base(git, revision, "HEAD")?;
            let revisions = vec![base.commit.clone()];
            (base, revisions, State::WorkingTree)
        }
        Change::Range {
            from,
            to,
            from_merge_base,
        } => {
            let base = match from_merge_base {
                true => merge_base(git, from, to)?,
                false => MergeBase {
                    commit: from.clone(),
                    warnings: Vec::new(),
                },
            };
            // Git would accept trees as well, which are not a state of the repository.
            let revisions = [&base.commit, to].map(|revision| as_commit(revision)).to_vec();
            (base, revisions, State::Commit(to.clone()))
        }
    };
    let difference = difference(git, &revisions, state == State::WorkingTree)?;
    let mut entries = raw_diff::parse(&difference.raw).ok_or(GitError::Answer("diff"))?;
    if state == State::WorkingTree {
        entries.extend(new_out_of_sight(git, top, &resolved.commit)?);
    }
    // In the working tree, an unmerged file can be read like any other.
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
    let is_of_working_tree = state == State::WorkingTree;
    let file = |entry: Entry| {
        let path = top.join(entry.path);
        // Git reports a file that it cannot access as deleted. Keep it: the error is reported when the file is read.
        if is_of_working_tree && (entry.before.is_some() || entry.after.is_some()) && is_hidden(top, &path) {
            return Some(ChangedFile {
                path,
                blob: None,
                base: entry.before,
            });
        }
        let blob = entry.after?;
        // In a sparse checkout, files that are not in the working tree are read from the index.
        let is_on_disk = is_of_working_tree && (blob.is_zero() || !is_missing(&path));
        Some(ChangedFile {
            path,
            blob: (!is_on_disk).then_some(blob),
            base: entry.before,
        })
    };
    let mut files: Vec<_> = entries.into_iter().filter_map(file).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut warnings = Vec::new();
    for warning in resolved.warnings.into_iter().chain(difference.warnings) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Ok(Changes {
        files,
        state,
        paths,
        warnings,
        fetching: difference.fetching,
    })
}

/// Files that are in the index, but not in a commit, and cannot be accessed: a diff of the working tree omits them silently.
fn new_out_of_sight(git: &Git, top: &Path, base: &str) -> Result<Vec<Entry>, GitError> {
    let arguments = DIFF
        .into_iter()
        .chain(["--no-renames", "--diff-filter=A", "--cached", base, "--"]);
    let output = git.without_fetching().output(&arguments.collect::<Vec<_>>())?;
    let mut entries = raw_diff::parse(&output).ok_or(GitError::Answer("diff"))?;
    entries.retain(|entry| is_hidden(top, &top.join(&entry.path)));
    Ok(entries)
}

/// Whether a path may be a file of the working tree that cannot be accessed. Paths beyond a link are not in the working
/// tree.
fn is_hidden(top: &Path, path: &Path) -> bool {
    let mut folders = path.ancestors().skip(1).take_while(|folder| *folder != top);
    is_out_of_sight(path) && !folders.any(Path::is_symlink)
}

/// The warnings of a git command that succeeded.
fn warnings_in(stderr: &[u8]) -> impl Iterator<Item = String> + '_ {
    let said = String::from_utf8_lossy(stderr);
    let lines: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("warning: "))
        // The warning about converted line ends is expected by whoever configured it, and is repeated for each file.
        .filter(|line| !line.starts_with("in the working copy of "))
        .map(|line| format!("git: {}", one_line(line)))
        .collect();
    lines.into_iter()
}

/// The output of `git diff`.
struct Difference {
    raw: Vec<u8>,
    warnings: Vec<String>,
    fetching: Option<Duration>,
}

/// Compares `revisions`.
fn difference(git: &Git, revisions: &[String], is_of_working_tree: bool) -> Result<Difference, GitError> {
    let local = Git {
        // The monitor makes only the search of the working tree faster.
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
        warnings: Vec::new(),
        fetching: None,
    };
    let mut output = run(&local, "--find-renames")?;
    // To detect a file that was renamed and changed, git needs contents, which a partial clone may lack.
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
        difference.warnings.push(
            "this clone is partial and lacks what git needs to recognize renamed files: a file that was renamed and changed \
             counts as new"
                .to_owned(),
        );
    }
    if !output.status.success() {
        let refused = refusal("diff", &output.stderr, Some(output.status));
        return Err(why_unknown(git, revisions)?.unwrap_or(refused));
    }
    difference.warnings.extend(warnings_in(&output.stderr));
    difference.raw = output.stdout;
    Ok(difference)
}

/// Whether git's built-in monitor of the working tree is enabled. It is not if `core.fsmonitor` names a program.
fn monitors_itself(git: &Git) -> Result<bool, GitError> {
    let output = git.run(&["config", "--type=bool", "--get", "core.fsmonitor"], Vec::new())?;
    match output.status.code() {
        Some(0) => Ok(output.stdout.trim_ascii() == b"true"),
        // It is not set, or no boolean.
        Some(1 | 128) => Ok(false),
        _ => Err(refusal("config", &output.stderr, Some(output.status))),
    }
}

/// A revision in a form that git reads as a commit or refuses.
fn as_commit(revision: &str) -> String {
    // A search for a commit's message extends to the end, and finds only commits.
    match revision.starts_with(":/") {
        true => revision.to_owned(),
        false => format!("{revision}^{{commit}}"),
    }
}

/// What to compare with.
#[derive(Default)]
struct MergeBase {
    /// The commit.
    commit: String,
    /// A warning about it.
    warnings: Vec<String>,
}

/// The merge base of two revisions. If it is unknown, as in a clone that is too shallow, the first revision, with a warning.
fn merge_base(git: &Git, one: &str, other: &str) -> Result<MergeBase, GitError> {
    let output = git.run(&["merge-base", one, other], Vec::new())?;
    let mut warnings: Vec<_> = warnings_in(&output.stderr).collect();
    let commit = match output.status.code() {
        Some(0) => {
            let base = ObjectId::parse(output.stdout.trim_ascii()).ok_or(GitError::Answer("merge-base"))?;
            base.as_str().to_owned()
        }
        // This exit code means that there is none; others mean that the revisions do not exist.
        Some(1) => {
            warnings.push(format!(
                "{one} and {other} have no common commit here, so the comparison is with {one} itself; if this clone is \
                 shallow, fetch more of the history (`git fetch --unshallow`; in CI, `fetch-depth: 0`)"
            ));
            one.to_owned()
        }
        _ => {
            let refused = refusal("merge-base", &output.stderr, Some(output.status));
            return Err(why_unknown(git, &[one.to_owned(), other.to_owned()])?.unwrap_or(refused));
        }
    };
    Ok(MergeBase { commit, warnings })
}

/// The error of the first revision that is no commit.
fn why_unknown(git: &Git, revisions: &[String]) -> Result<Option<GitError>, GitError> {
    for revision in revisions.iter().filter(|revision| !revision.starts_with('-')) {
        let revision = revision.strip_suffix("^{commit}").unwrap_or(revision);
        if object(git, &as_commit(revision))?.is_none() {
            let name = one_line(revision).into_owned();
            return Ok(Some(match why_no_commit(git, revision)? {
                Some(why) => GitError::NoCommit { revision: name, why },
                None => GitError::UnknownRevision {
                    revision: name,
                    advice: advice(git, revision)?,
                },
            }));
        }
    }
    Ok(None)
}

/// The object that a name stands for, if there is one.
fn object(git: &Git, name: &str) -> Result<Option<ObjectId>, GitError> {
    let found = git.run(&["rev-parse", "--verify", "--quiet", name], Vec::new())?;
    Ok(ObjectId::parse(found.stdout.trim_ascii()).filter(|_| found.status.success()))
}

/// The parts of a name: the revision, the steps from it such as `~2`, and the path in it.
fn parts_of(revision: &str) -> (&str, &str, Option<&str>) {
    let (named, path) = match revision.split_once(':') {
        Some((named, path)) => (named, Some(path)),
        None => (revision, None),
    };
    let (start, steps) = named.split_at(named.find(['^', '~']).unwrap_or(named.len()));
    (start, steps, path)
}

/// Why an existing revision is no commit; `None` if it does not exist.
fn why_no_commit(git: &Git, revision: &str) -> Result<Option<String>, GitError> {
    const ONLY_COMMITS: &str = "only commits can be compared";
    if let Some(id) = object(git, revision)? {
        let kind = git.output(&["cat-file", "-t", id.as_str()])?;
        return Ok(Some(match kind.trim_ascii() {
            b"tag" => format!("it is the tag of something else; {ONLY_COMMITS}"),
            b"tree" => format!("it is a folder; {ONLY_COMMITS}"),
            _ => format!("it is a file; {ONLY_COMMITS}"),
        }));
    }
    let (start, steps, _) = parts_of(revision);
    if ["^!", "^@", "^-"].iter().any(|set| steps.contains(set)) && object(git, &as_commit(start))?.is_some() {
        let start = one_line(start);
        return Ok(Some(format!(
            "it stands for several; to check what a commit changed, compare it with its parent: `{start}^..{start}`"
        )));
    }
    Ok(None)
}

/// Advice for a revision that does not exist.
fn advice(git: &Git, revision: &str) -> Result<String, GitError> {
    let (start, steps, path) = parts_of(revision);
    let is_there = !start.is_empty() && object(git, &as_commit(start))?.is_some();
    if is_there && path.is_some() {
        return Ok(one_line(&format!(
            "`{start}` has no such file or folder, and only commits can be compared"
        ))
        .into_owned());
    }
    if is_there && !steps.is_empty() {
        let depth = match is_shallow(git)? {
            true => format!("; {SHALLOW}"),
            false => String::new(),
        };
        return Ok(one_line(&format!("`{start}` is there, but has no such parent{depth}")).into_owned());
    }
    if let Some((remote, branch)) = tracked_branch(git, start)? {
        // In a clone of one branch, fetching the branch by name does not create the remote-tracking branch.
        return Ok(one_line(&format!(
            "fetch it with `git fetch {remote} {branch}:refs/remotes/{remote}/{branch}` (in GitHub Actions, check out with \
             `fetch-depth: 0`; in GitLab, set `GIT_DEPTH: 0`), or see `git branch --all` for the right name"
        ))
        .into_owned());
    }
    if is_shallow(git)? {
        return Ok(format!("{SHALLOW}; or see {NAMES}"));
    }
    if start == "HEAD" {
        return Ok("there is no commit yet; `--staged` checks what the first one will contain".to_owned());
    }
    Ok(format!("see {NAMES}"))
}

/// Commands that list revisions.
const NAMES: &str = "`git branch --all` and `git tag` for the right name";

/// Advice for a shallow clone.
const SHALLOW: &str = "it is a shallow clone, so fetch more of its history with `git fetch --unshallow` (in GitHub Actions, \
                       check out with `fetch-depth: 0`; in GitLab, set `GIT_DEPTH: 0`)";

fn is_shallow(git: &Git) -> Result<bool, GitError> {
    let answer = git.output(&["rev-parse", "--is-shallow-repository"])?;
    Ok(answer.starts_with(b"true"))
}

/// The remote and the branch of a name such as `origin/main`.
fn tracked_branch(git: &Git, name: &str) -> Result<Option<(String, String)>, GitError> {
    let remotes = git.output(&["remote"])?;
    let remotes = String::from_utf8_lossy(&remotes);
    Ok(remotes.lines().find_map(|remote| {
        let branch = name.strip_prefix(remote)?.strip_prefix('/')?;
        Some((remote.to_owned(), branch.to_owned())).filter(|_| !branch.is_empty())
    }))
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
            assert_eq!(Change::parse(text).unwrap(), expected, "{text}");
        }
        for text in ["", "-x", "a..-x", "a....b", "a..b..c"] {
            assert!(Change::parse(text).is_err(), "{text}");
        }
    }
}

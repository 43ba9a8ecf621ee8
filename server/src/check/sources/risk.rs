//! The order of files under a time limit: the riskiest first.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::source_file::SourceFile;
use crate::console;
use antipasta_analysis::cache::Known;
use antipasta_rules::config::Config;
use antipasta_workspace::discovery::{Configs, PatternLists, Patterns, TooManyPatterns, normalized};
use antipasta_workspace::git::{GitError, Limits, Repository};

/// How many commits are counted to find files that change often.
const COMMITS: u32 = 500;

/// The indices of the files, the riskiest first. Files in the cache come before all others, because they take no time; then those
/// that match `critical_paths`; then those that are large and change often.
pub(crate) fn riskiest_first(
    files: &[(SourceFile, Option<Known>)],
    configs: &Configs,
    changes: &FxHashMap<PathBuf, u32>,
) -> Vec<usize> {
    let mut patterns: FxHashMap<*const Config, Patterns> = FxHashMap::default();
    let (mut lists, mut too_many) = (PatternLists::default(), TooManyPatterns::default());
    let working_directory = configs.working_directory();
    let rank = |(file, known): &(SourceFile, Option<Known>)| {
        let path = normalized(&working_directory.join(&file.path));
        let critical = patterns.entry(std::ptr::from_ref(&*file.config)).or_insert_with(|| {
            let base = configs.base_of(&file.config);
            lists.get(base, &file.config.critical_paths).unwrap_or_else(|| {
                let file = file.config.path.as_deref().unwrap_or(base);
                too_many.add(&format!("{}: critical_paths", file.display()));
                Patterns::new(base, [])
            })
        });
        let is_critical = !file.config.critical_paths.is_empty() && critical.leave_out(&path, &file.path);
        let changes = changes.get(&path).copied().unwrap_or_default();
        let risk = file.stamp.size.max(1).saturating_mul(u64::from(changes) + 1);
        (known.is_some(), is_critical, risk)
    };
    let ranks: Vec<_> = files.iter().map(rank).collect();
    let said = too_many.take("configurations have `critical_paths` that are");
    said.iter().for_each(console::warning);
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|&index| Reverse(ranks[index]));
    order
}

/// How often the latest commits changed each file, by its absolute path. It is empty if there is no repository, or if git takes
/// too long.
pub(crate) fn recent_changes(working_directory: &Path, limits: Limits) -> FxHashMap<PathBuf, u32> {
    let changes = Repository::discover(working_directory, limits).and_then(|repository| {
        let counts = repository.change_counts(COMMITS)?;
        let absolute = counts
            .into_iter()
            .map(|(path, count)| (repository.top().join(path), count));
        Ok(absolute.collect())
    });
    changes.unwrap_or_else(|error| {
        if matches!(error, GitError::Stopped { .. }) {
            console::warning(format_args!(
                "{error}; large files come first, however often they were changed"
            ));
        }
        FxHashMap::default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::source_file::FileContent;
    use super::*;
    use antipasta_rules::config::Overrides;
    use antipasta_workspace::discovery::FileStamp;
    use std::sync::Arc;

    #[test]
    fn history_says_what_is_changed_often() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let git = |arguments: &[&str]| {
            let mut command = std::process::Command::new("git");
            command
                .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
                .args(arguments);
            for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
                command.env_remove(variable);
            }
            assert!(command.current_dir(&top).output().unwrap().status.success());
        };
        let limits = Limits {
            silence: std::time::Duration::from_secs(1000),
            deadline: None,
        };
        assert!(recent_changes(&top, limits).is_empty(), "there is no repository");
        git(&["init", "--quiet"]);
        std::fs::create_dir(top.join("sub")).unwrap();
        for (name, content) in [("a b.py", "1"), ("sub/\u{e9}.py", "1"), ("a b.py", "2")] {
            std::fs::write(top.join(name), content).unwrap();
            git(&["add", "."]);
            git(&["commit", "--quiet", "--message", "x"]);
        }
        let expected = [(top.join("a b.py"), 2), (top.join("sub/\u{e9}.py"), 1)];
        assert_eq!(recent_changes(&top.join("sub"), limits), expected.into_iter().collect());
    }

    #[test]
    fn critical_files_come_before_large_and_often_changed_ones() {
        let top = std::env::current_dir().unwrap();
        let config = Config::from_yaml(&top.join(".antipasta.yaml"), "critical_paths: [core/, /main.py]").unwrap();
        let config = Arc::new(config);
        let configs = Configs::nearest(&top, Overrides::default());
        let file = |path: &str, size| {
            let file = SourceFile {
                path: PathBuf::from(path),
                stamp: FileStamp {
                    size,
                    ..FileStamp::default()
                },
                config: Arc::clone(&config),
                content: FileContent::OnDisk,
                base: None,
            };
            (file, None)
        };
        let files = [
            file("small.py", 10),
            file("large.py", 100),
            file("changed.py", 20),
            file("main.py", 1),
            file("sub/core/a.py", 2),
            file("sub/main.py", 0),
        ];
        let changes = [(top.join("changed.py"), 5)].into_iter().collect();
        let names: Vec<_> = riskiest_first(&files, &configs, &changes)
            .into_iter()
            .map(|index| files[index].0.path.to_str().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "sub/core/a.py",
                "main.py",
                "changed.py",
                "large.py",
                "small.py",
                "sub/main.py"
            ]
        );
    }
}

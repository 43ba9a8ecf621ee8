//! A baseline: the violations of an old code base that are allowed as long as they get no worse.
//!
//! A path, a qualified name and a metric identify an entry; a line does not. If several functions of a file share a name, the
//! baseline does not tell them apart: it allows as many violations as it has values for the name.

mod entries;
pub(super) mod finish;
mod matching;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use entries::{Entries, EntryKey, FileEntries, MAX_BYTES, MalformedBaseline, rounded};
use matching::{ValueMatch, match_values};

use crate::report::{FileReport, StaleEntry};
use antipasta_rules::escape;
use antipasta_workspace::discovery::{is_repository, normalized, seen_from};
use antipasta_workspace::git::{GitError, Limits, Repository};
use antipasta_workspace::regular_file;
use antipasta_workspace::replace_file::{Trees, prepare_file, replace_file};
use antipasta_workspace::system_error::{is_absence, is_missing};

/// The options for a baseline.
#[derive(Clone, Debug)]
pub(crate) struct BaselineOptions {
    /// The file of the baseline.
    pub file: PathBuf,
    pub action: BaselineAction,
}

impl BaselineOptions {
    /// If the baseline will be written, makes its folders, and finds out whether it can be written.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn prepare(&self, trees: &Trees) -> io::Result<()> {
        match self.action {
            BaselineAction::Apply => Ok(()),
            BaselineAction::Write | BaselineAction::Prune => prepare_file(&self.file, trees),
        }
    }
}

/// How the check uses a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaselineAction {
    /// Allows its violations.
    Apply,
    /// Replaces its entries for the checked files by their violations.
    Write,
    /// Removes entries that are no longer needed.
    Prune,
}

/// Why a baseline cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaselineError {
    #[error("{path}: there is no such baseline; `--write-baseline` writes one", path = .0.display())]
    Missing(PathBuf),
    #[error("{path}: cannot be read: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, io::Error),
    #[error("{path}:{malformed}", path = .0.display(), malformed = .1)]
    Malformed(PathBuf, MalformedBaseline),
    #[error("{path}: cannot be written: {error}", path = .0.display(), error = .1)]
    Write(PathBuf, io::Error),
}

/// A baseline.
#[derive(Clone)]
pub(super) struct Baseline {
    /// The path as it was given.
    path: PathBuf,
    /// The absolute path of the baseline's folder. Paths in the baseline are relative to it.
    folder: PathBuf,
    entries: Entries,
    /// The folders that the command line names.
    trees: Trees,
}

/// The result of matching a file's violations with a baseline.
#[derive(Debug, Default)]
pub(super) struct BaselineMatch {
    /// The values that the baseline allows in this file.
    entries: Vec<MatchedEntry>,
    /// All violations of the file, as entries of a baseline.
    present: FileEntries,
}

/// A value that a baseline allows.
#[derive(Debug, PartialEq)]
struct MatchedEntry {
    key: EntryKey,
    value: f64,
    /// The value that would be enough; `None` if there is no violation any more.
    needed: Option<f64>,
}

/// A baseline's part about one file.
pub(super) struct InBaseline {
    /// The path of the file in the baseline.
    pub path: String,
    /// The match with the file's violations; `None` if the file could not be analyzed.
    pub matched: Option<BaselineMatch>,
}

impl Baseline {
    /// Reads a baseline: `content` if it is given, else the file.
    pub(super) fn read(
        options: &BaselineOptions,
        working_directory: &Path,
        content: Option<Vec<u8>>,
        trees: Trees,
    ) -> Result<Self, BaselineError> {
        let path = options.file.clone();
        let absolute = normalized(&working_directory.join(&path));
        let content = match content {
            Some(content) if content.len() as u64 > MAX_BYTES => Err(regular_file::too_large(MAX_BYTES)),
            Some(content) => Ok(content),
            None => regular_file::read(&absolute, MAX_BYTES),
        };
        let entries = match content.and_then(regular_file::text_of) {
            Ok(text) => entries::parse(&text).map_err(|malformed| BaselineError::Malformed(path.clone(), malformed))?,
            Err(error) if is_absence(&error) && options.action == BaselineAction::Write => Entries::default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BaselineError::Missing(path)),
            Err(error) => return Err(BaselineError::Read(path, error)),
        };
        Ok(Self {
            folder: absolute.parent().unwrap_or(&absolute).to_owned(),
            path,
            entries,
            trees,
        })
    }

    /// The text of the baseline. Entries that were read can always be written.
    pub(super) fn text(&self) -> String {
        entries::write(&self.entries).unwrap_or_default()
    }

    /// The path of a file in the baseline: relative to the baseline's folder, with `/` on every system, escaped as by
    /// [`escape::name`].
    pub(super) fn path_of(&self, absolute: &Path) -> String {
        escape::portable_name(&seen_from(&normalized(absolute), &self.folder))
    }

    /// Moves the violations of a file that the baseline allows to `report.allowed`. In the others, it notes the value that it
    /// allows. `file` is the path of the file in the baseline.
    pub(super) fn apply(&self, file: &str, report: &mut FileReport) -> BaselineMatch {
        let violations = &mut report.evaluation.violations;
        let none = FileEntries::new();
        let allowed = self.entries.get(file).unwrap_or(&none);
        let mut violating: BTreeMap<EntryKey, Vec<usize>> = BTreeMap::new();
        for (index, violation) in violations.iter().enumerate() {
            let key = EntryKey {
                name: violation.subject.display_name(),
                metric: violation.metric(),
            };
            violating.entry(key).or_default().push(index);
        }
        let mut matched = BaselineMatch::default();
        let mut is_allowed = vec![false; violations.len()];
        for (key, indices) in &violating {
            let values: Vec<f64> = indices.iter().map(|&index| rounded(violations[index].value)).collect();
            let mut present: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
            present.sort_by(f64::total_cmp);
            matched.present.insert(key.clone(), present);
            let comparison = violations[indices[0]].threshold.comparison;
            let allowed = allowed.get(key).map_or(&[][..], Vec::as_slice);
            let (of_values, needed) = match_values(&values, allowed, comparison);
            for (&index, before) in indices.iter().zip(of_values) {
                match before {
                    ValueMatch::Allowed => is_allowed[index] = true,
                    ValueMatch::WorseThan(before) => violations[index].before = Some(before),
                    ValueMatch::New => {}
                }
            }
            let entries = allowed.iter().zip(needed);
            matched.entries.extend(entries.map(|(&value, needed)| MatchedEntry {
                key: key.clone(),
                value,
                needed,
            }));
        }
        for (key, values) in allowed.iter().filter(|(key, _)| !violating.contains_key(key)) {
            matched.entries.extend(values.iter().map(|&value| MatchedEntry {
                key: key.clone(),
                value,
                needed: None,
            }));
        }
        let mut is_allowed = is_allowed.into_iter();
        let allowed = violations.extract_if(.., |_| is_allowed.next().unwrap_or_default());
        report.allowed = allowed.collect();
        matched
    }

    /// The files that have entries, were not checked and are gone. A file is not gone if git's index has it and only the working
    /// tree does not, as in a sparse checkout.
    ///
    /// # Errors
    ///
    /// Git fails to list the files of a sparse checkout that are not on disk.
    pub(super) fn gone<'f>(
        &self,
        checked: impl IntoIterator<Item = &'f InBaseline>,
        limits: Limits,
    ) -> Result<BTreeSet<String>, GitError> {
        let checked: BTreeSet<_> = checked.into_iter().map(|checked| checked.path.as_str()).collect();
        let files = self.entries.keys().filter(|file| !checked.contains(file.as_str()));
        let mut gone: BTreeSet<String> = files.filter(|file| self.is_not_on_disk(file)).cloned().collect();
        if gone.is_empty() {
            return Ok(gone);
        }
        let left_out = match Repository::discover(&self.folder, limits) {
            Ok(repository) => repository.not_checked_out()?,
            Err(error) if error.is_no_repository() => return Ok(gone),
            // Without git and without a repository, there is no sparse checkout.
            Err(GitError::Run(_)) if !self.folder.ancestors().any(is_repository) => return Ok(gone),
            Err(error) => return Err(error),
        };
        if !left_out.is_empty() {
            // Git resolves links in the path of the folder.
            let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
            gone.retain(|file| !left_out.contains(&normalized(&folder.join(escape::named(file)))));
        }
        Ok(gone)
    }

    fn is_not_on_disk(&self, file: &str) -> bool {
        is_missing(&self.folder.join(escape::named(file)))
    }

    /// The entries of the checked files that are no longer needed, and those of files that are gone.
    pub(super) fn stale_entries<'f>(
        &self,
        checked: impl IntoIterator<Item = &'f InBaseline>,
        gone: &BTreeSet<String>,
    ) -> Vec<StaleEntry> {
        let mut stale_entries = Vec::new();
        let mut seen = BTreeSet::new();
        for InBaseline { path: file, matched } in checked {
            if !self.entries.contains_key(file) || !seen.insert(file) {
                continue;
            }
            let entries = matched.iter().flat_map(|matched| &matched.entries);
            for entry in entries.filter(|entry| entry.needed != Some(entry.value)) {
                stale_entries.push(StaleEntry {
                    file: file.clone(),
                    name: entry.key.name.clone(),
                    metric: entry.key.metric,
                    allowed: entry.value,
                    needed: entry.needed,
                    is_file_gone: false,
                });
            }
        }
        for (file, entries) in self.entries.iter().filter(|(file, _)| gone.contains(*file)) {
            let values = entries
                .iter()
                .flat_map(|(key, values)| values.iter().map(move |value| (key, *value)));
            stale_entries.extend(values.map(|(key, allowed)| StaleEntry {
                file: file.clone(),
                name: key.name.clone(),
                metric: key.metric,
                allowed,
                needed: None,
                is_file_gone: true,
            }));
        }
        stale_entries.sort_by(|one, other| {
            let [one, other] = [one, other].map(|entry| (&entry.file, &entry.name, entry.metric));
            one.cmp(&other)
        });
        stale_entries
    }

    /// Removes entries that are no longer needed, and lowers values that got better. Nothing is added or raised. Returns how many
    /// values were removed and how many were lowered.
    pub(super) fn prune(&mut self, stale_entries: &[StaleEntry]) -> Result<(usize, usize), BaselineError> {
        let (mut removed, mut lowered) = (0, 0);
        for entry in stale_entries {
            let Some(entries) = self.entries.get_mut(&entry.file) else {
                continue;
            };
            let key = EntryKey {
                name: entry.name.clone(),
                metric: entry.metric,
            };
            let Some(values) = entries.get_mut(&key) else {
                continue;
            };
            let Some(at) = values.iter().position(|value| *value == entry.allowed) else {
                continue;
            };
            match entry.needed {
                Some(needed) => {
                    values[at] = needed;
                    lowered += 1;
                }
                None => {
                    values.remove(at);
                    removed += 1;
                }
            }
        }
        for entries in self.entries.values_mut() {
            entries.values_mut().for_each(|values| values.sort_by(f64::total_cmp));
        }
        if removed + lowered > 0 {
            self.save()?;
        }
        Ok((removed, lowered))
    }

    /// Replaces the entries of the checked files by their violations, and removes the entries of files that are gone. Entries of
    /// files that could not be analyzed stay. Returns how many values the baseline has.
    pub(super) fn rewrite<'f>(
        &mut self,
        checked: impl IntoIterator<Item = &'f InBaseline>,
        gone: &BTreeSet<String>,
    ) -> Result<usize, BaselineError> {
        self.entries.retain(|file, _| !gone.contains(file));
        for InBaseline { path: file, matched } in checked {
            if let Some(matched) = matched {
                self.entries.insert(file.clone(), matched.present.clone());
            }
        }
        self.save()?;
        let values = self.entries.values().flat_map(FileEntries::values);
        Ok(values.map(Vec::len).sum())
    }

    fn save(&mut self) -> Result<(), BaselineError> {
        for entries in self.entries.values_mut() {
            entries.retain(|_, values| !values.is_empty());
        }
        let text =
            entries::write(&self.entries).map_err(|message| io::Error::new(io::ErrorKind::FileTooLarge, message));
        text.and_then(|text| replace_file(&self.path, &self.trees, text.as_bytes()))
            .map_err(|error| BaselineError::Write(self.path.clone(), error))
    }
}

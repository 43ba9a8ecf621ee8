//! A baseline: the violations that an old code base has, and that are tolerated as long as they get no worse.
//!
//! Entries are known by the path, the qualified name and the metric, never by a line. Of several functions of one name in a file,
//! any may take the place of another: what counts is how many violate, and by how much.

mod entries;
mod finish;
mod matching;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use entries::{Entries, EntryKey, FileEntries, MAX_BYTES, MalformedBaseline, rounded};
pub(super) use finish::finish;
use matching::{ValueMatch, match_values};

use crate::report::{FileReport, StaleEntry};
use antipasta_rules::escape;
use antipasta_workspace::discovery::{is_repository, normalized, seen_from};
use antipasta_workspace::git::{GitError, Limits, Repository};
use antipasta_workspace::regular_file;
use antipasta_workspace::replace_file::{Trees, prepare_file, replace_file};
use antipasta_workspace::system_error::{is_absence, is_missing};

/// What to do with a baseline.
#[derive(Clone, Debug)]
pub(crate) struct BaselineOptions {
    /// The file.
    pub file: PathBuf,
    /// What is done with it.
    pub action: BaselineAction,
}

impl BaselineOptions {
    /// If it is to be written, makes its folders, and finds out whether it can be.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub(super) fn prepare(&self, trees: &Trees) -> io::Result<()> {
        match self.action {
            BaselineAction::Apply => Ok(()),
            BaselineAction::Write | BaselineAction::Prune => prepare_file(&self.file, trees),
        }
    }
}

/// What is done with a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaselineAction {
    /// Violations are matched against it.
    Apply,
    /// The violations of the files that are checked take the place of its entries for them.
    Write,
    /// Entries that are no longer needed are removed.
    Prune,
}

/// Why there is no baseline.
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
    /// Its path as it was given.
    path: PathBuf,
    /// The absolute path of its folder, which the paths in it start at.
    folder: PathBuf,
    entries: Entries,
    /// The folders that were named.
    trees: Trees,
}

/// What became of a file's violations when they were matched against a baseline.
#[derive(Debug, Default)]
pub(super) struct BaselineMatch {
    /// The values that the baseline tolerates in this file.
    entries: Vec<MatchedEntry>,
    /// All that violates, as a baseline would have it.
    present: FileEntries,
}

/// A value that a baseline tolerates.
#[derive(Debug, PartialEq)]
struct MatchedEntry {
    key: EntryKey,
    value: f64,
    /// The value that it would be enough to tolerate; `None` if there is nothing to tolerate any more.
    needed: Option<f64>,
}

/// What a baseline has for one file.
pub(super) struct InBaseline {
    /// The path of the file in the baseline.
    pub path: String,
    /// What became of its violations; `None` if it could not be analyzed.
    pub matched: Option<BaselineMatch>,
}

impl Baseline {
    /// Reads a baseline. `content` is what stands for the file, if it is not to be read from disk.
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

    /// Its entries, as they are written; what was read can be.
    pub(super) fn text(&self) -> String {
        entries::write(&self.entries).unwrap_or_default()
    }

    /// The path of a file as it stands in the baseline: from its folder, with `/` on every system, and spelled as [`escape::name`]
    /// spells it.
    pub(super) fn path_of(&self, absolute: &Path) -> String {
        escape::portable_name(&seen_from(&normalized(absolute), &self.folder))
    }

    /// Moves the violations of a file that the baseline allows to `report.allowed`. In the others, it notes the value that it
    /// allows. `file` is the path of the file in the baseline.
    pub(super) fn apply(&self, file: &str, report: &mut FileReport) -> BaselineMatch {
        let violations = &mut report.evaluation.violations;
        let none = FileEntries::new();
        let tolerated = self.entries.get(file).unwrap_or(&none);
        let mut violating: BTreeMap<EntryKey, Vec<usize>> = BTreeMap::new();
        for (index, violation) in violations.iter().enumerate() {
            let key = EntryKey {
                name: violation.subject.display_name(),
                metric: violation.metric(),
            };
            violating.entry(key).or_default().push(index);
        }
        let mut matched = BaselineMatch::default();
        let mut is_tolerated = vec![false; violations.len()];
        for (key, indices) in &violating {
            let values: Vec<f64> = indices.iter().map(|&index| rounded(violations[index].value)).collect();
            let mut present: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
            present.sort_by(f64::total_cmp);
            matched.present.insert(key.clone(), present);
            let comparison = violations[indices[0]].threshold.comparison;
            let tolerated = tolerated.get(key).map_or(&[][..], Vec::as_slice);
            let (of_values, needed) = match_values(&values, tolerated, comparison);
            for (&index, before) in indices.iter().zip(of_values) {
                match before {
                    ValueMatch::Tolerated => is_tolerated[index] = true,
                    ValueMatch::WorseThan(before) => violations[index].before = Some(before),
                    ValueMatch::New => {}
                }
            }
            let entries = tolerated.iter().zip(needed);
            matched.entries.extend(entries.map(|(&value, needed)| MatchedEntry {
                key: key.clone(),
                value,
                needed,
            }));
        }
        for (key, values) in tolerated.iter().filter(|(key, _)| !violating.contains_key(key)) {
            matched.entries.extend(values.iter().map(|&value| MatchedEntry {
                key: key.clone(),
                value,
                needed: None,
            }));
        }
        let mut is_tolerated = is_tolerated.into_iter();
        let allowed = violations.extract_if(.., |_| is_tolerated.next().unwrap_or_default());
        report.allowed = allowed.collect();
        matched
    }

    /// The files with entries that are gone, of those that were not checked. What is not on disk is not gone if git's index has it
    /// and leaves it out of the working tree, as in a sparse checkout.
    ///
    /// # Errors
    ///
    /// Git cannot say what it leaves out.
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
            // Without git there is no sparse checkout, unless this is one.
            Err(GitError::Run(_)) if !self.folder.ancestors().any(is_repository) => return Ok(gone),
            Err(error) => return Err(error),
        };
        if !left_out.is_empty() {
            // Git names files by the real path of the folder.
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
            stale_entries.extend(values.map(|(key, tolerated)| StaleEntry {
                file: file.clone(),
                name: key.name.clone(),
                metric: key.metric,
                allowed: tolerated,
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

    /// Removes entries that are no longer needed; nothing is added, and nothing gets a worse value. Returns how many values were removed
    /// and how many were lowered.
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

    /// Makes the violations of the files that were checked the entries for them, and takes out those of files that are gone.
    /// Those of files that could not be analysed stay. Returns how many values are tolerated in all.
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

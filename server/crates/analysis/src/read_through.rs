//! Files to metrics, by way of the cache: what was measured before is not measured again.

use std::path::Path;
use std::time::{Instant, SystemTime};

use super::analyze::{Analysis, AnalysisError, Phases, analyze_bytes, read_bytes, within_limit};
use super::in_flight::InFlight;
use crate::cache::{Cache, ContentKey, Counts, Known};
use antipasta_metrics::{Finding, Payload};

/// How the outcome of an analysis came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The file was analyzed.
    #[default]
    Analysis,
    /// The file was read, and its content was known.
    KnownContent,
    /// The file was not even read: it is what it was.
    KnownFile,
}

/// A cache, and what its threads are about to have it know.
pub struct ReadThrough {
    cache: Cache,
    in_flight: InFlight,
}

impl ReadThrough {
    /// Nothing is in flight yet.
    pub fn new(cache: Cache) -> Self {
        Self {
            cache,
            in_flight: InFlight::default(),
        }
    }

    /// The cache.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The metrics of the file at an absolute path: `known`, which the cache knew of it by its stamp; or those that it has for its
    /// content; or else new ones, which it is to remember. `size` is the file's in bytes, `limit` what it may be at most, and
    /// `buffer` is room for them, kept from one file to the next.
    pub fn analyze_file(
        &self,
        path: &Path,
        size: u64,
        limit: u64,
        known: Option<&Known>,
        buffer: &mut Vec<u8>,
    ) -> (Origin, Result<Analysis, AnalysisError>) {
        if let Err(error) = within_limit(size, limit) {
            return (Origin::Analysis, Err(error));
        }
        let (origin, analysis) = match known.and_then(|known| self.recall(known, size)) {
            Some(recalled) => (Origin::KnownFile, recalled),
            None => self.read_and_analyze(path, limit, buffer),
        };
        self.count(origin);
        (origin, analysis)
    }

    /// The metrics of a file with the given bytes, likewise.
    pub fn analyze_bytes(&self, bytes: &[u8]) -> (Origin, Result<Analysis, AnalysisError>) {
        let (origin, analysis) = self.analyze_content(ContentKey::of(bytes), bytes);
        self.count(origin);
        (origin, analysis)
    }

    fn count(&self, origin: Origin) {
        self.cache.count(match origin {
            Origin::Analysis => Counts { hits: 0, misses: 1 },
            Origin::KnownContent | Origin::KnownFile => Counts { hits: 1, misses: 0 },
        });
    }

    fn read_and_analyze(
        &self,
        path: &Path,
        limit: u64,
        buffer: &mut Vec<u8>,
    ) -> (Origin, Result<Analysis, AnalysisError>) {
        let start = Instant::now();
        let now = SystemTime::now();
        let stamp = match read_bytes(path, limit, buffer) {
            Ok(stamp) => stamp,
            Err(error) => return (Origin::Analysis, Err(error)),
        };
        let read = start.elapsed();
        let key = ContentKey::of(buffer);
        let (origin, mut analysis) = self.analyze_content(key, buffer);
        self.cache.remember_file(path, &stamp, now, key);
        if let Ok(analysis) = &mut analysis {
            analysis.phases.read = read;
        }
        (origin, analysis)
    }

    fn analyze_content(&self, key: ContentKey, bytes: &[u8]) -> (Origin, Result<Analysis, AnalysisError>) {
        let mut own = None;
        let known = self.in_flight.once(key, || {
            self.cache.known_content(&key).or_else(|| {
                let analysis = own.insert(analyze_bytes(bytes));
                self.remember(key, analysis)
            })
        });
        if let Some(analysis) = own {
            return (Origin::Analysis, analysis);
        }
        match known.and_then(|known| self.recall(&known, bytes.len() as u64)) {
            Some(recalled) => (Origin::KnownContent, recalled),
            // What is damaged is written anew.
            None => {
                let analysis = analyze_bytes(bytes);
                self.remember(key, &analysis);
                (Origin::Analysis, analysis)
            }
        }
    }

    /// What was known of a file of the given size in bytes; nothing if that is damaged.
    fn recall(&self, known: &Known, size: u64) -> Option<Result<Analysis, AnalysisError>> {
        Some(match self.cache.decode(known)? {
            Payload::Metrics(metrics) => Ok(Analysis {
                metrics,
                bytes: size,
                phases: Phases::default(),
            }),
            Payload::Syntax(error) => Err(error.into()),
            Payload::Decoding(words) => Err(AnalysisError::KnownDecode(words)),
        })
    }

    /// Has the cache remember what depends on nothing but the content.
    fn remember(&self, key: ContentKey, analysis: &Result<Analysis, AnalysisError>) -> Option<Known> {
        match analysis {
            Ok(analysis) => self.cache.remember_content(key, Finding::Metrics(&analysis.metrics)),
            Err(AnalysisError::Syntax(error)) => self.cache.remember_content(key, Finding::Syntax(error)),
            Err(AnalysisError::Decode(error)) => {
                self.cache.remember_content(key, Finding::Decoding(&error.to_string()))
            }
            // These may not be so the next time, or are known.
            Err(
                AnalysisError::Read(_)
                | AnalysisError::TooLarge { .. }
                | AnalysisError::LfsPointer
                | AnalysisError::Base(_)
                | AnalysisError::Panicked(_)
                | AnalysisError::TookTooLong(_)
                | AnalysisError::OutOfTime
                | AnalysisError::KnownDecode(_),
            ) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_workspace::discovery::FileStamp;
    use std::time::Duration;

    struct Files {
        folder: tempfile::TempDir,
        cache: tempfile::TempDir,
    }

    impl Files {
        fn new() -> Self {
            let [folder, cache] = [(); 2].map(|()| tempfile::tempdir().unwrap());
            Self { folder, cache }
        }

        /// Writes a file that was last changed long ago, as far as the system lets us say so.
        fn write(&self, content: &str) {
            let path = self.folder.path().join("a.py");
            std::fs::write(&path, content).unwrap();
        }

        /// What is found out of the file, by a process of its own.
        fn look(&self) -> (Origin, Result<Analysis, AnalysisError>) {
            let cache = Cache::open(self.cache.path()).unwrap();
            let path = self.folder.path().join("a.py");
            let stamp = FileStamp::from_metadata(&std::fs::metadata(&path).unwrap());
            let known = cache.known_files([(&*path, &stamp)].into_iter()).remove(0);
            let through = ReadThrough::new(cache);
            let looked = through.analyze_file(&path, stamp.size, u64::MAX, known.as_ref(), &mut Vec::new());
            assert_eq!(through.cache().take_trouble(), None);
            looked
        }
    }

    #[test]
    fn what_was_measured_is_known() {
        let files = Files::new();
        files.write("def f(): pass\n");
        let (origin, first) = files.look();
        assert_eq!(origin, Origin::Analysis);
        let (origin, second) = files.look();
        assert_eq!(
            origin,
            Origin::KnownContent,
            "it was changed too short a time ago to be believed unread"
        );
        assert_eq!(second.unwrap().metrics, first.unwrap().metrics);
        std::thread::sleep(Duration::from_millis(2500));
        assert_eq!(files.look().0, Origin::KnownContent);
        let (origin, third) = files.look();
        assert_eq!((origin, third.unwrap().metrics.functions.len()), (Origin::KnownFile, 1));
        files.write("def g(): pass\n");
        let (origin, changed) = files.look();
        assert_eq!(
            (origin, &*changed.unwrap().metrics.functions[0].name),
            (Origin::Analysis, "g")
        );
        files.write("def f(): pass\n");
        let (origin, back) = files.look();
        assert_eq!(
            (origin, &*back.unwrap().metrics.functions[0].name),
            (Origin::KnownContent, "f")
        );
    }

    #[test]
    fn why_a_file_has_no_metrics_is_known() {
        let files = Files::new();
        files.write("x = (\n");
        let message = |(_, looked): (Origin, Result<Analysis, AnalysisError>)| looked.unwrap_err().to_string();
        let first = message(files.look());
        let (origin, second) = files.look();
        assert_eq!(origin, Origin::KnownContent);
        assert_eq!(message((origin, second)), first);
    }
}

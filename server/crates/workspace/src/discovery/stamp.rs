//! How to tell that a file has changed, without reading it.

use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The coarsest resolution of modification times: FAT has steps of two seconds.
const COARSEST_STEP: Duration = Duration::from_secs(2);

/// Metadata that changes whenever a file's content changes: its size, its times and its inode. A value that the system does
/// not have is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// The size in bytes.
    pub size: u64,
    /// When the content was last changed, in nanoseconds since 1970. Programs can set it.
    pub modified_ns: i64,
    /// When the content or the metadata was last changed, in nanoseconds since 1970. Only the system sets it.
    pub changed_ns: i64,
    /// The number of the file in its file system.
    pub inode: u64,
}

impl FileStamp {
    /// The stamp of a file.
    pub fn from_metadata(metadata: &Metadata) -> Self {
        let (changed_ns, inode) = identity(metadata);
        Self {
            size: metadata.len(),
            modified_ns: metadata.modified().map_or(0, nanoseconds),
            changed_ns,
            inode,
        }
    }

    /// Whether every change after `now`, when the stamp was taken, changes the stamp. Not if the file was changed just
    /// before `now`, or in the future: a second change may fall into the same step of the file system's clock. Git calls
    /// such a file racy.
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let latest = self.modified_ns.max(self.changed_ns);
        let settled = now.checked_sub(COARSEST_STEP).map_or(i64::MIN, nanoseconds);
        self.modified_ns != 0 && latest < settled
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (i64, u64) {
    use std::os::unix::fs::MetadataExt;
    let changed = metadata.ctime().saturating_mul(1_000_000_000);
    (changed.saturating_add(metadata.ctime_nsec()), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (i64, u64) {
    (0, 0)
}

/// Nanoseconds since 1970, saturated.
fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |before| -before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_makes_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        let stamp = || FileStamp::from_metadata(&std::fs::metadata(&path).unwrap());
        std::fs::write(&path, "x = 1\n").unwrap();
        let first = stamp();
        assert_eq!(first.size, 6);
        assert_eq!(stamp(), first);
        // As `cp -p` and `rsync -t` do: new content with the old size and time.
        let other = folder.path().join("b.py");
        std::fs::write(&other, "y = 2\n").unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::File::options()
            .write(true)
            .open(&other)
            .unwrap()
            .set_modified(modified)
            .unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!((stamp().size, stamp().modified_ns), (first.size, first.modified_ns));
        assert_eq!(stamp() == first, cfg!(not(unix)));
    }

    #[test]
    fn a_file_that_was_just_changed_is_not_settled() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let changed = |modified: i64, changed: i64| FileStamp {
            modified_ns: modified * 1_000_000_000,
            changed_ns: changed * 1_000_000_000,
            ..FileStamp::default()
        };
        assert!(changed(990, 990).is_settled(now));
        assert!(!changed(999, 0).is_settled(now));
        assert!(!changed(990, 998).is_settled(now));
        assert!(!changed(2_000, 990).is_settled(now), "the clock has gone backwards");
        assert!(!FileStamp::default().is_settled(now), "nothing is known");
    }
}

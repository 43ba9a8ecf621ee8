//! The cache as the scan uses it: opened for each use, so that whatever was wrong with it the last time may be right again.

use std::sync::{Arc, Mutex};

use antipasta_analysis::ReadThrough;
use antipasta_analysis::cache::{Cache, Database, DatabaseError, Location};
use antipasta_pool::locks::lock;

/// Where the cache is, and what takes its place where there is none.
pub(crate) struct ScanCache {
    location: Location,
    /// Made when it is needed.
    in_memory: Mutex<Option<Arc<ReadThrough>>>,
    /// What was said last of what is wrong with the cache.
    said: Mutex<Option<String>>,
}

impl ScanCache {
    /// The cache at a location.
    pub(crate) fn new(location: Location) -> Self {
        Self {
            location,
            in_memory: Mutex::default(),
            said: Mutex::default(),
        }
    }

    /// Does some work by way of the cache, or without if the user wants none. What is new is written when it returns.
    pub(crate) fn with<R>(&self, work: impl FnOnce(Option<&ReadThrough>) -> R) -> R {
        let cache = match Cache::at(&self.location) {
            Ok(cache) => cache.map(|cache| Arc::new(ReadThrough::new(cache))),
            Err(why) => {
                self.say(why.to_string());
                self.in_memory()
            }
        };
        let result = work(cache.as_deref());
        if let Some(cache) = cache {
            cache.cache().flush();
            if let Some(trouble) = cache.cache().take_trouble() {
                self.say(trouble);
            }
        }
        result
    }

    /// Empties the cache.
    ///
    /// # Errors
    ///
    /// The file is not this program's, or cannot be changed.
    pub(crate) fn clear(&self) -> Result<(), DatabaseError> {
        *lock(&self.in_memory) = None;
        if let Location::Folder(folder) = &self.location {
            Database::reset(folder)?;
        }
        Ok(())
    }

    /// The cache in memory; `None` if even that cannot be had.
    fn in_memory(&self) -> Option<Arc<ReadThrough>> {
        let mut present = lock(&self.in_memory);
        if present.is_none() {
            *present = Cache::in_memory().ok().map(|cache| Arc::new(ReadThrough::new(cache)));
        }
        present.clone()
    }

    /// Says what is wrong, unless that was said last.
    fn say(&self, trouble: String) {
        let mut said = lock(&self.said);
        if said.as_ref() != Some(&trouble) {
            tracing::warn!("{trouble}");
            *said = Some(trouble);
        }
    }
}

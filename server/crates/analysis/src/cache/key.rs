//! The names of contents.

use std::sync::LazyLock;

static ANALYZER_KEY: LazyLock<[u8; blake3::KEY_LEN]> = LazyLock::new(|| {
    blake3::derive_key(
        "antipasta-lsp: contents measured by one analyzer",
        antipasta_metrics::ANALYZER.as_bytes(),
    )
});

/// A hash of a file's bytes and of the analyzer that measures them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentKey([u8; blake3::OUT_LEN]);

impl ContentKey {
    /// That of some bytes, measured by this program.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::keyed_hash(&ANALYZER_KEY, bytes).as_bytes())
    }

    /// The key with the given bytes; `None` if there are too many or too few.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What tells the bytes that are kept of this content from those of others.
    pub(super) fn seed(&self) -> u64 {
        self.row_id().cast_unsigned()
    }

    /// The first half of the first half: enough to find a row by, not to believe it.
    pub(super) fn row_id(&self) -> i64 {
        let [first, ..] = self.0.as_chunks::<8>().0 else {
            return 0;
        };
        i64::from_le_bytes(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_of_the_analyzer_and_the_bytes() {
        let key = ContentKey::of(b"x = 1\n");
        assert_eq!(key, ContentKey::of(b"x = 1\n"));
        assert_ne!(key, ContentKey::of(b"x = 2\n"));
        assert_ne!(key.as_bytes(), blake3::hash(b"x = 1\n").as_bytes());
        assert_eq!(ContentKey::from_slice(key.as_bytes()), Some(key));
        assert_eq!(ContentKey::from_slice(&key.as_bytes()[1..]), None);
        assert_eq!(key.row_id().to_le_bytes(), key.as_bytes()[..8]);
    }
}

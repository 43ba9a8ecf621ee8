//! What the cache holds of one content.

use std::sync::Arc;

use antipasta_metrics::payload::{self, Payload};

use super::key::ContentKey;

/// What is known of a content, still to be made sense of.
#[derive(Clone, Debug)]
pub struct Known {
    pub(super) key: ContentKey,
    pub(super) bytes: Arc<[u8]>,
}

impl Known {
    /// What it says; `None` if it is damaged.
    pub fn payload(&self) -> Option<Payload> {
        payload::decode(self.key.seed(), &self.bytes)
    }

    /// Whether it is not damaged. What a program of another format has written makes no sense to this one, and is sound.
    pub(super) fn is_sound(&self) -> bool {
        payload::is_sound(self.key.seed(), &self.bytes)
    }
}

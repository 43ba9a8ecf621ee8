//! Violations of thresholds, and the comments that suppress them.

mod documentation;
mod evaluate;
mod ignore_comment;
mod ignore_edit;
mod insert_ignore_comment;
mod subject;
mod suppression;
mod violation;

pub use documentation::documentation_url;
pub use evaluate::{Evaluation, evaluate};
pub use ignore_comment::IgnoredMetric;
pub use ignore_edit::{ignores_also, with_ignored};
pub use insert_ignore_comment::ignore_comment;
pub use subject::{Named, Subject};
pub use suppression::CommentNote;
pub use violation::Violation;

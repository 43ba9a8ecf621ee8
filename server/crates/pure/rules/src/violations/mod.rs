//! From rows and thresholds to violations, and the comments that suppress them.

mod documentation;
mod ignore_comment;
mod ignore_edit;
mod insert_ignore_comment;
mod judge;
mod subject;
mod suppression;
mod violation;

pub use documentation::documentation_url;
pub use ignore_comment::IgnoredMetric;
pub use ignore_edit::{ignores_also, with_ignored};
pub use insert_ignore_comment::ignore_comment;
pub use judge::{Judgement, judge};
pub use subject::{Named, Subject};
pub use suppression::Remark;
pub use violation::Violation;

//! From rows and thresholds to violations, and the comments that suppress them.

mod advice;
mod ignore_comment;
mod judge;
mod suppression;
mod violation;

pub use advice::advice;
pub use judge::{Judgement, judge};
pub use suppression::Remark;
pub use violation::Violation;

//! Which files to analyze, and which configuration applies to each.

mod configs;
mod find;
mod ignore_files;
mod left_out;
mod paths;
mod patterns;
mod stamp;
mod user_excludes;

pub use configs::{
    Configs, FILE_NAME, FoundConfig, OLD_FILE_NAME, PYPROJECT, is_repository, misnamed, read_config, read_text,
};
pub use find::{
    Chosen, Discovered, DiscoveryError, File, Unreadable, choose, discover, entered, is_left_out, is_named_source,
    is_source, no_python, reason_to_leave_out,
};
pub use ignore_files::GITIGNORE;
pub use left_out::{example_of_left_out, why_left_out};
pub use paths::{normalized, seen_from};
pub use patterns::{PatternLists, Patterns, TooManyPatterns};
pub use stamp::FileStamp;

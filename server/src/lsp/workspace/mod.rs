//! The workspace: its folders and configurations, the background [scan], and what happens to files outside of the editor.

pub mod configuration_problems;
pub mod configurations;
pub mod folder_watcher;
pub mod folders;
pub mod pending_work;
pub mod scan;
pub mod scan_cache;
pub mod survey;
pub mod watching;

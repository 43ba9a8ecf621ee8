//! The workspace: its folders and configurations, the background [scan], and what happens to files outside of the editor.

pub(super) mod configuration_problems;
pub(super) mod configurations;
pub(super) mod folder_watcher;
pub(super) mod folders;
pub(super) mod pending_work;
pub(super) mod scan;
pub(super) mod scan_cache;
pub(super) mod survey;
pub(super) mod watching;

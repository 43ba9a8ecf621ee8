//! Snapshots of what the program writes: a file for each, which a review sees when the output changes.
//!
//! `cargo insta review`, or `INSTA_UPDATE=always` for a run of the tests, takes over what has changed. Where `CI` or
//! `INSTA_UPDATE=no` is set, a change fails and writes nothing.

use insta::Settings;
use regex::escape;
use serde_json::Value;

use crate::{Project, Run};

/// Compares a text with the snapshot `name`, such as `command_line/help`: the last part is the name of the file, in the
/// `snapshots` of the folder before it.
///
/// The project's folder and the version of the program are replaced by words. What takes time is not for a snapshot.
#[track_caller]
pub fn assert_snapshot(project: &Project, name: &str, text: &str) {
    let (folder, name) = name.rsplit_once('/').expect("a folder and a name");
    let mut settings = Settings::new();
    settings.set_snapshot_path(format!("{folder}/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let path = project.path("");
    let path = path.to_str().expect("Unicode").trim_end_matches(['/', '\\']);
    // The name of a temporary folder has no character that a URI or JSON would escape, but for `\`.
    for spelled in [path.to_owned(), path.replace('\\', "\\\\"), path.replace('\\', "/")] {
        settings.add_filter(&escape(&spelled), "[PROJECT]");
    }
    // With a drive, a URI has one slash more.
    settings.add_filter(r"file:///\[PROJECT\]", "file://[PROJECT]");
    settings.add_filter(r"\bantipasta-lsp\.exe\b", "antipasta-lsp");
    settings.add_filter(&format!(r"\b{}\b", escape(env!("CARGO_PKG_VERSION"))), "[VERSION]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Compares JSON with the snapshot `name`, as [`assert_snapshot`], in several lines.
#[track_caller]
pub fn assert_json_snapshot(project: &Project, name: &str, value: &Value) {
    let text = serde_json::to_string_pretty(value).expect("JSON");
    assert_snapshot(project, name, &text);
}

impl Run {
    /// The run as a snapshot has it: the exit code and both streams.
    pub fn shown(&self) -> String {
        let code = self.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        let Self { stdout, stderr, .. } = self;
        format!("exit code: {code}\n----- stdout -----\n{stdout}----- stderr -----\n{stderr}")
    }
}

/// The messages of some commands, each below its command line. None of them writes a report, and all end with exit code 1.
#[track_caller]
pub fn transcript_of_errors(project: &Project, commands: &[&[&str]]) -> String {
    let mut transcript = String::new();
    for arguments in commands {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}: {run:?}");
        transcript.extend(["$ antipasta-lsp ", &arguments.join(" "), "\n", &run.stderr, "\n"]);
    }
    transcript
}

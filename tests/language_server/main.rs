//! The language server, as editors see it.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read what they have written, and fixtures"
)]

mod burst;
mod cache;
mod client;
mod commands;
mod configuration;
mod configuration_problems;
mod document;
mod encodings;
mod files;
mod findings;
#[cfg(unix)]
mod hostile_configurations;
mod lifecycle;
mod linear;
mod malformed;
mod manners;
#[cfg(target_os = "linux")]
mod own_watcher;
mod pull;
mod robustness;
mod scan;
mod syntax_errors;
#[cfg(unix)]
mod trust;
mod views;
mod workspace_metrics;

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

/// A configuration by which every function and file of code violates something, so that every number can be seen.
const STRICT: &str = "\
languages:
  - name: python
    metrics:
      - {type: cyclomatic_complexity, threshold: 1, comparison: \"<=\"}
      - {type: cognitive_complexity, threshold: 0, comparison: \"<=\"}
      - {type: weighted_methods_per_class, threshold: 1, comparison: \"<=\"}
      - {type: halstead_volume, threshold: 0, comparison: \"<=\"}
      - {type: lines_of_code, threshold: 0, comparison: \"<=\"}
      - {type: comment_lines, threshold: 0, comparison: \"<=\"}
      - {type: blank_lines, threshold: 0, comparison: \"<=\"}
";

/// A configuration that allows functions a cyclomatic complexity of `limit`, and judges nothing else.
fn cyclomatic(limit: u32) -> String {
    format!(
        "languages: [{{name: python, metrics: [{{type: cyclomatic_complexity, threshold: {limit}, comparison: '<='}}]}}]\n"
    )
}

/// A function with as many branches: its cyclomatic complexity is one more, its cognitive complexity the same.
fn function(name: &str, branches: usize) -> String {
    format!("def {name}(x):\n    pass\n{}", "    if x: pass\n".repeat(branches))
}

/// How many of something a test does: what an environment variable says, or the default.
fn count_from_environment(variable: &str, default: usize) -> usize {
    let count = std::env::var(variable).map(|count| count.parse().expect("a number"));
    count.unwrap_or(default)
}

/// A project that is judged strictly.
fn strict_project() -> Project {
    Project::new(&[(".antipasta.yaml", STRICT)])
}

/// What a client can do that gets its diagnostics pushed.
fn pushed() -> Value {
    json!({
        "textDocument": {
            "synchronization": {"didSave": true},
            "publishDiagnostics": {
                "versionSupport": true,
                "relatedInformation": true,
                "codeDescriptionSupport": true,
                "dataSupport": true,
            },
        },
        "workspace": {"workspaceFolders": true},
    })
}

/// What a client can do that pulls its diagnostics.
fn pulling() -> Value {
    client::merged(
        &pushed(),
        &json!({
            "textDocument": {"diagnostic": {"dynamicRegistration": false, "relatedDocumentSupport": false}},
            "workspace": {"diagnostics": {"refreshSupport": true}},
        }),
    )
}

/// What a client can do that tells the server which files have changed.
fn watching() -> Value {
    json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}})
}

//! The name of the analyzer, which the build script makes.

#![allow(
    clippy::disallowed_methods,
    missing_docs,
    reason = "it copies our own sources; and the build script is a program"
)]

use std::fs;
use std::path::Path;

#[path = "../build.rs"]
#[expect(dead_code, reason = "it was run before this is compiled")]
mod build_script;

use build_script::{LOCK, SOURCES, name};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

fn replace(file: &Path, old: &str, new: &str) {
    let content = fs::read_to_string(file).unwrap();
    assert!(content.contains(old), "{old} in {}", file.display());
    fs::write(file, content.replace(old, new)).unwrap();
}

#[test]
fn the_analyzer_is_another_when_what_metrics_depend_on_is() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = antipasta_metrics::ANALYZER;
    assert_eq!(name(package).unwrap(), built);

    let folder = tempfile::tempdir().unwrap();
    let copied = folder.path().join("server/crates/pure/metrics");
    for input in SOURCES.into_iter().chain([LOCK]) {
        copy(&package.join(input), &copied.join(input));
    }
    assert_eq!(name(&copied).unwrap(), built);

    // Other line ends, and a library that metrics do not need.
    replace(&copied.join("Cargo.toml"), "\n", "\r\n");
    replace(
        &copied.join(LOCK),
        "name = \"rusqlite\"\nversion = \"0",
        "name = \"rusqlite\"\nversion = \"9",
    );
    assert_eq!(name(&copied).unwrap(), built);

    let mut names = vec![built.to_owned()];
    let somewhere = ["src/walk/mod.rs", "src/payload.rs", "../syntax/src/text/lines.rs"];
    for file in somewhere {
        replace(&copied.join(file), "\n}\n", "\n}\n\n");
        names.push(name(&copied).unwrap());
    }
    replace(
        &copied.join(LOCK),
        "name = \"ruff_python_ast\"\nversion = \"0",
        "name = \"ruff_python_ast\"\nversion = \"9",
    );
    names.push(name(&copied).unwrap());
    // Of a library below a library, too.
    replace(
        &copied.join(LOCK),
        "name = \"compact_str\"\nversion = \"0",
        "name = \"compact_str\"\nversion = \"9",
    );
    names.push(name(&copied).unwrap());
    fs::rename(copied.join("src/walk/mod.rs"), copied.join("src/walk/walks.rs")).unwrap();
    names.push(name(&copied).unwrap());
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

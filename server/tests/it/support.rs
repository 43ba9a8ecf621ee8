//! What the tests of the library share: Python sources.

use std::path::{Path, PathBuf};

use antipasta_syntax::{decode, parse};

/// The folder of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// Every Python file of the fixtures, and of the folders that `ANTIPASTA_TEST_CORPUS` lists as `PATH` lists its own,
/// with its text, in the order of the paths. Files that are not valid Python are left out.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let corpus = std::env::var_os("ANTIPASTA_TEST_CORPUS").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&corpus)
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    folders.push(fixtures().join("python"));
    let mut files = Vec::new();
    for folder in folders {
        collect(&folder, &mut files);
    }
    files.sort();
    files
        .into_iter()
        .filter_map(|file| {
            let bytes = std::fs::read(&file).expect("a file that was just listed");
            let text = decode(&bytes).ok()?.into_owned();
            let is_valid = parse(&text).is_ok();
            is_valid.then_some((file, text))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

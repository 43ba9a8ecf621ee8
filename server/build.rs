//! Names the analyzer that is built, so that a cache never takes what another one measured for what this one would.
//!
//! The name is a hash of all that a file's metrics depend on: the sources of the modules that make metrics of bytes and keep
//! them, and the versions of the libraries that these use. Nobody has to remember to raise a number.

#![allow(clippy::disallowed_methods, reason = "it reads our own sources")]

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// What metrics depend on, from this package's folder. There is one `Cargo.lock`: the workspace's, or that of the package when it
/// was published.
const INPUTS: [&str; 8] = [
    "src/text",
    "src/syntax",
    "src/metrics",
    "src/analysis/analyse.rs",
    "src/cache/payload.rs",
    "Cargo.toml",
    "Cargo.lock",
    "../Cargo.lock",
];

fn main() -> io::Result<()> {
    let package = Path::new("");
    for input in inputs(package) {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    println!("cargo::rustc-env=ANTIPASTA_ANALYZER={}", name(package)?);
    Ok(())
}

fn inputs(package: &Path) -> impl Iterator<Item = PathBuf> {
    INPUTS
        .iter()
        .map(|input| package.join(input))
        .filter(|input| input.exists())
}

/// The name of the analyzer whose package is in a folder.
fn name(package: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for input in inputs(package) {
        collect(&input, &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        // The same sources have other line ends on other systems.
        let content: Vec<u8> = fs::read(&file)?.into_iter().filter(|byte| *byte != b'\r').collect();
        hasher.write(file.file_name().unwrap_or_default().as_encoded_bytes());
        hasher.write_usize(content.len());
        hasher.write(&content);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn add(file: &Path, bytes: &[u8]) {
        let content = [&fs::read(file).unwrap(), bytes].concat();
        fs::write(file, content).unwrap();
    }

    #[test]
    fn the_analyzer_is_another_when_what_metrics_depend_on_is() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(name(package).unwrap(), env!("ANTIPASTA_ANALYZER"));
        let folder = tempfile::tempdir().unwrap();
        let copied = folder.path().join("package");
        for input in INPUTS {
            let from = package.join(input);
            if from.exists() {
                copy(&from, &copied.join(input));
            }
        }
        assert_eq!(name(&copied).unwrap(), env!("ANTIPASTA_ANALYZER"));
        add(&copied.join("Cargo.toml"), b"\r");
        assert_eq!(name(&copied).unwrap(), env!("ANTIPASTA_ANALYZER"));
        let mut names = vec![env!("ANTIPASTA_ANALYZER").to_owned()];
        let somewhere = [
            "src/metrics/walk.rs",
            "src/cache/payload.rs",
            "src/text/lines.rs",
            "../Cargo.lock",
        ];
        for file in somewhere {
            add(&copied.join(file), b"\n");
            names.push(name(&copied).unwrap());
        }
        fs::rename(copied.join("src/syntax/tree.rs"), copied.join("src/syntax/trees.rs")).unwrap();
        names.push(name(&copied).unwrap());
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

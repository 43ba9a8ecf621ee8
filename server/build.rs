//! Names the analyzer that is built, so that a cache never takes what another one measured for what this one would.
//!
//! The name is a hash of all that a file's metrics depend on: the sources of the modules that make metrics of bytes and keep
//! them, and the versions of the libraries that these use. Nobody has to remember to raise a number.

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
    let mut files = Vec::new();
    for input in INPUTS.map(Path::new).into_iter().filter(|input| input.exists()) {
        println!("cargo::rerun-if-changed={}", input.display());
        collect(input, &mut files)?;
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
    println!("cargo::rustc-env=ANTIPASTA_ANALYZER={:016x}", hasher.finish());
    Ok(())
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

//! Names the analyzer that is built, so that a cache never takes what another one measured for what this one would.
//!
//! The name is a hash of all that a file's metrics depend on: the sources of this crate and of the crates below it, and the
//! libraries that `Cargo.lock` has for them. Nobody has to remember to raise a number. The hash is the same wherever and by
//! whichever compiler it is made.

#![allow(clippy::disallowed_methods, reason = "it reads our own sources")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3Default;

/// The sources that metrics depend on, from this package's folder.
pub(crate) const SOURCES: [&str; 4] = ["src", "Cargo.toml", "../syntax/src", "../syntax/Cargo.toml"];

/// Where the lock file is: the workspace's. A package that was published has none; what it is built with is not ours then.
pub(crate) const LOCK: &str = "../../../../Cargo.lock";

/// This package, as the lock file names it.
const PACKAGE: &str = "antipasta-metrics";

fn main() -> io::Result<()> {
    for input in SOURCES.iter().chain([&LOCK]) {
        if Path::new(input).exists() {
            println!("cargo::rerun-if-changed={input}");
        }
    }
    println!("cargo::rustc-env=ANTIPASTA_ANALYZER={}", name(Path::new(""))?);
    Ok(())
}

/// The name of the analyzer whose package is in a folder.
pub(crate) fn name(package: &Path) -> io::Result<String> {
    let mut hasher = Xxh3Default::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for source in SOURCES {
        let top = package.join(source);
        let mut files = Vec::new();
        if top.exists() {
            collect(&top, &mut files)?;
        }
        files.sort();
        for file in files {
            let place = file.strip_prefix(&top).unwrap_or(&file);
            let place: Vec<_> = place.iter().map(|part| part.to_string_lossy()).collect();
            add(source.as_bytes());
            add(place.join("/").as_bytes());
            // The same sources have other line ends on other systems.
            let content: Vec<u8> = fs::read(&file)?.into_iter().filter(|byte| *byte != b'\r').collect();
            add(&content);
        }
    }
    match fs::read_to_string(package.join(LOCK)) {
        Ok(lock) => locked(&lock).iter().for_each(|entry| add(entry.as_bytes())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(format!("{:016x}", hasher.digest()))
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

/// The entries of a lock file for the libraries that this package is built with, in the order of their names.
fn locked(lock: &str) -> Vec<String> {
    let lock = lock.replace('\r', "");
    let mut entries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in lock.split("\n\n").map(str::trim) {
        let value = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.split('"').nth(1));
        if let Some(name) = value("name = ") {
            entries.entry(name).or_default().push(entry);
        }
    }
    let mut wanted = BTreeSet::new();
    let mut next = vec![PACKAGE];
    while let Some(package) = next.pop() {
        if !wanted.insert(package) {
            continue;
        }
        // Of a library with two versions, both: it is rare, and costs a cold cache at worst.
        for entry in entries.get(package).into_iter().flatten() {
            let dependencies = entry.lines().skip_while(|line| *line != "dependencies = [").skip(1);
            let names = dependencies.filter_map(|line| line.split('"').nth(1)?.split(' ').next());
            next.extend(names);
        }
    }
    wanted
        .iter()
        .flat_map(|name| entries.get(name).into_iter().flatten())
        .map(|entry| (*entry).to_owned())
        .collect()
}

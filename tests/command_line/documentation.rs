//! The documentation says what is so: its links lead somewhere, and its samples are what the program writes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use antipasta_lsp_tests::{COMPLEX, Project};
use serde_json::Value;

/// Where this repository is read on the web.
const ON_THE_WEB: &str = "https://github.com/antipasta-lsp/antipasta-lsp/blob/main/";

/// Folders that are made, not written.
const MADE: [&str; 6] = ["target", "node_modules", ".reference", ".git", "dist", "out"];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The pages of the repository, by their paths, each with its text.
fn pages() -> HashMap<PathBuf, String> {
    let mut pages = HashMap::new();
    let mut folders = vec![top().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !path.is_symlink() {
                if !MADE.contains(&name) && !name.starts_with(".vscode") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).unwrap();
                pages.insert(path, text);
            }
        }
    }
    pages
}

/// The lines of a page that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_fence && !is_code
    })
}

/// What GitHub makes of the headings of a page: the parts of addresses after `#`.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for line in prose(text).filter(|line| line.starts_with('#')) {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        let anchor: String = kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        let again = anchors.iter().filter(|other| **other == anchor).count();
        anchors.push(if again == 0 {
            anchor
        } else {
            format!("{anchor}-{again}")
        });
    }
    anchors
}

/// The targets of the links of a page.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let target = after.split_once(')').map_or("", |(target, _)| target);
            links.push(target.split(' ').next().unwrap_or_default().to_owned());
            rest = after;
        }
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("href=\"") {
            links.extend(after.split_once('"').map(|(target, _)| target.to_owned()));
            rest = after;
        }
    }
    links
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let pages = pages();
    let mut dead = Vec::new();
    let mut count = 0;
    for (page, text) in &pages {
        for link in links(text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file.strip_prefix(ON_THE_WEB) {
                Some(file) => top().join(file),
                None if file.contains("://") || file.starts_with("mailto:") => continue,
                None if file.is_empty() => page.clone(),
                None => page.parent().unwrap().join(file),
            };
            count += 1;
            let Ok(target) = target.canonicalize() else {
                dead.push(format!("{}: {link}", page.display()));
                continue;
            };
            let is_there = anchor.is_empty()
                || pages
                    .get(&target)
                    .is_some_and(|text| anchors(text).iter().any(|one| one == anchor));
            if !is_there {
                dead.push(format!("{}: {link}: no such heading", page.display()));
            }
        }
    }
    assert!(count > 20, "{count}");
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

/// Reports lead to the page about each metric.
#[test]
fn every_metric_has_its_heading() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let report: Value = serde_json::from_str(&project.run(&["--check", "--format", "sarif"]).stdout).unwrap();
    let metrics = fs::read_to_string(top().join("docs/metrics.md")).unwrap();
    let anchors = anchors(&metrics);
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for address in rules.iter().filter_map(|rule| rule["helpUri"].as_str()) {
        let (_, anchor) = address.split_once("docs/metrics.md#").unwrap();
        assert!(anchors.iter().any(|one| one == anchor), "{anchor}");
    }
}

/// The page shows the file that the command writes, word for word.
#[test]
fn the_configuration_that_init_writes_is_the_one_that_is_shown() {
    let project = Project::new(&[]);
    assert_eq!(project.run(&["config", "init"]).code, Some(0));
    let written = project.read(".antipasta.yaml");
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    assert!(readme.contains(&format!("```yaml\n{written}```\n")));
}

/// Who tries a tag, a release or a package that does not exist yet knows why it fails.
#[test]
fn what_is_not_published_yet_is_said_to_be_so() {
    let version = env!("CARGO_PKG_VERSION");
    let unpublished = [
        format!("rev: v{version}"),
        format!("antipasta-lsp@v{version}"),
        format!("/v{version}/"),
    ];
    for (page, text) in pages() {
        if unpublished.iter().any(|unpublished| text.contains(unpublished)) {
            let is_said = text.to_lowercase().contains("not published yet");
            assert!(is_said, "{}", page.display());
        }
    }
}

//! The help of every command. The commands are found in the help itself, so that none can be forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use antipasta_lsp_tests::Project;
use antipasta_lsp_tests::snapshot::assert_snapshot;

/// The commands that a help lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let rows = listed.take_while(|line| line.starts_with("  "));
    // The lines of a description are indented further.
    let names = rows
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Compares the help of a command, and of the commands below it. Adds the names of the snapshots to `seen`.
fn compare(project: &Project, words: &[&str], seen: &mut BTreeSet<String>) {
    let run = project.run(&[words, &["--help"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{words:?}");
    let name = [&["help"], words].concat().join("_");
    assert_snapshot(project, &format!("command_line/{name}"), &run.stdout);
    seen.insert(name);
    for command in commands(&run.stdout) {
        compare(project, &[words, &[command.as_str()]].concat(), seen);
    }
}

#[test]
fn the_help_of_every_command_has_its_snapshot() {
    let mut seen = BTreeSet::new();
    compare(&Project::new(&[]), &[], &mut seen);
    assert!(seen.len() > 10, "{seen:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/command_line/snapshots");
    let files = fs::read_dir(folder)
        .expect("snapshots")
        .map(|entry| entry.expect("an entry").path());
    let names = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let kept: BTreeSet<String> = names.filter(|name| name.starts_with("help")).collect();
    assert_eq!(kept, seen, "a snapshot belongs to no command");
}

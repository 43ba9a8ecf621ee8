//! The cache: it makes runs faster, and changes nothing else.

use std::fs;
use std::path::Path;

use antipasta_lsp_tests::{COMPLEX, Project, Run};
use serde_json::{Value, json};

/// The folder of the Python fixtures.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/python");

/// A number of the statistics of a run.
fn statistic(run: &Run, name: &str) -> usize {
    let line = run.stderr.lines().find(|line| line.trim_start().starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().last()?.parse().ok());
    number.unwrap_or_else(|| panic!("{name}: {run:?}"))
}

/// How many files were known unread, how many contents were known, and how many files were analyzed.
fn origins(run: &Run) -> [usize; 3] {
    ["files known unread", "contents known", "files analyzed"].map(|name| statistic(run, name))
}

fn check(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["--check", "--statistics", "--force-analyze"], arguments].concat())
}

/// What does not depend on how long things took.
fn result(run: &Run) -> (Option<i32>, &str) {
    (run.code, &run.stdout)
}

#[test]
fn cold_and_warm_runs_report_the_same() {
    let project = Project::new(&[]);
    project.write("broken.py", b"x = (\n");
    project.write("latin.py", b"x = '\xe9'\n");
    project.write("shop.py", COMPLEX.as_bytes());
    let files = fs::read_dir(FIXTURES).unwrap().count() + 3;
    for arguments in [
        &["--format", "json"][..],
        &[],
        &["-t", "cyc=1"],
        &["-t", "cyc=50", "--report-unused-ignores"],
    ] {
        let arguments = [arguments, &[".", FIXTURES]].concat();
        let without = check(&project, &[&arguments[..], &["--no-cache"]].concat());
        assert_eq!(origins(&without), [0, 0, files]);
        let cold = check(&project, &arguments);
        let warm = check(&project, &arguments);
        assert_eq!(result(&cold), result(&without));
        assert_eq!(result(&warm), result(&without));
        let [unread, known, analyzed] = origins(&warm);
        assert_eq!((unread + known, analyzed), (files, 0));
        assert!(
            unread >= files - 3,
            "only what was just written may have to be read: {unread}"
        );
    }
}

#[test]
fn a_changed_file_is_analyzed() {
    let project = Project::new(&[("a.py", "def f(): pass\n"), ("b.py", "x = 1\n")]);
    assert_eq!(check(&project, &[]).code, Some(0));
    for (text, code, analyzed) in [
        (COMPLEX, 2, 1),
        ("def g(): pass\n", 0, 1),
        (COMPLEX, 2, 0),
        ("def f(: pass\n", 1, 1),
        ("def f(: pass\n", 1, 0),
    ] {
        project.write("a.py", text.as_bytes());
        let run = check(&project, &[]);
        assert_eq!((run.code, origins(&run)[2]), (Some(code), analyzed), "{text}");
    }
}

#[test]
fn a_moved_file_keeps_its_metrics() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    check(&project, &[]);
    fs::rename(project.path("a.py"), project.path("b.py")).unwrap();
    let run = check(&project, &[]);
    assert_eq!(origins(&run), [0, 1, 0]);
    assert!(run.stdout.contains("b.py:1 (f)"), "{run:?}");
}

#[test]
fn a_run_leaves_nothing_beside_the_file() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    for round in ["cold", "warm", "warm again"] {
        check(&project, &[]);
        let names = fs::read_dir(project.cache()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["metrics.sqlite3"], "{round}");
    }
}

#[test]
fn no_cache_means_none() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let count = |folder: &Path| fs::read_dir(folder).unwrap().count();
    assert_eq!(check(&project, &["--no-cache"]).code, Some(2));
    assert_eq!(count(project.cache()), 0);
    let mut command = project.command(["--check"]);
    let run = Run::from(command.env("ANTIPASTA_NO_CACHE", "1").output().unwrap());
    assert_eq!((run.code, count(project.cache())), (Some(2), 0));
    check(&project, &[]);
    assert_ne!(count(project.cache()), 0);
}

#[test]
fn without_a_folder_for_it_the_run_goes_on() {
    let project = Project::new(&[("a.py", COMPLEX), ("file", "")]);
    let mut command = project.command(["--check"]);
    let run = Run::from(
        command
            .env("ANTIPASTA_CACHE_DIR", project.path("file/cache"))
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr.matches("warning").count(), 1, "{run:?}");
}

#[test]
fn damage_is_said_once_and_mended() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let expected = check(&project, &["--no-cache"]);
    let file = project.cache().join("metrics.sqlite3");
    check(&project, &[]);
    let sound = fs::read(&file).unwrap();
    let mut one_page = sound.clone();
    one_page[4096..8192].fill(0x5a);
    let mut all_pages = sound.clone();
    all_pages[4096..].fill(0xff);
    for damaged in [sound[..9000].to_vec(), one_page, all_pages] {
        fs::write(&file, damaged).unwrap();
        let runs = [(); 3].map(|()| check(&project, &[]));
        runs.iter().for_each(|run| assert_eq!(result(run), result(&expected)));
        assert!(runs[0].stderr.matches("warning").count() <= 1, "{runs:?}");
        assert!(!runs[2].stderr.contains("warning"), "{runs:?}");
        assert_eq!(origins(&runs[2])[2], 0, "{runs:?}");
    }
}

#[test]
fn a_newer_version_is_left_untouched() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    check(&project, &[]);
    let file = project.cache().join("metrics.sqlite3");
    let mut newer = fs::read(&file).unwrap();
    // The `user_version` in the header of an SQLite file.
    newer[60..64].copy_from_slice(&1000_u32.to_be_bytes());
    fs::write(&file, &newer).unwrap();
    let run = check(&project, &[]);
    assert_eq!((run.code, origins(&run)), (Some(2), [0, 0, 1]));
    assert_eq!(run.stderr.matches("warning").count(), 1, "{run:?}");
    assert!(run.stderr.contains("newer version (1000;"), "{run:?}");
    assert!(fs::read(&file).unwrap() == newer);
}

/// What a command of the cache says to programs.
fn cache(project: &Project, arguments: &[&str]) -> Value {
    let run = project.run(&[&["cache", "--format", "json"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn the_cache_can_be_looked_at_and_cleared() {
    let project = Project::new(&[("a.py", COMPLEX), ("b.py", "x = 1\n"), ("c.py", "x = 1\n")]);
    let file = project.cache().join("metrics.sqlite3");
    assert_eq!(cache(&project, &["path"])["path"], *file.to_string_lossy());
    assert!(!file.exists());
    assert_eq!(cache(&project, &["warm"]), json!({"hits": 0, "misses": 3}));
    assert_eq!(cache(&project, &["warm", "a.py"]), json!({"hits": 1, "misses": 0}));
    let stats = cache(&project, &["stats"]);
    for (name, value) in [("contents", 2), ("hits", 1), ("misses", 3), ("oldest_days", 0)] {
        assert_eq!(stats[name], value, "{stats}");
    }
    assert_eq!(stats["hit_rate"], 0.25);
    let text = project.run(&["cache", "stats"]).stdout;
    assert!(
        text.contains("hit_rate        25 %\n") && text.contains(" kB\n"),
        "{text}"
    );
    assert_eq!(cache(&project, &["verify"])["is_sound"], true);
    assert_eq!(cache(&project, &["gc"])["removed"], 0);
    assert_eq!(cache(&project, &["gc", "--max-size", "0"])["removed"], 2);
    cache(&project, &["warm"]);
    cache(&project, &["clear"]);
    assert_eq!(cache(&project, &["stats"])["contents"], 0);
    let text = project.run(&["cache", "stats"]).stdout;
    assert!(text.contains("contents        0\n"), "{text}");
    let cleared = project.run(&["cache", "clear"]).stdout;
    assert!(cleared.starts_with("Cleared /") || cfg!(windows), "{cleared}");
}

#[test]
fn a_cache_can_be_carried_to_another_machine() {
    let (here, there) = (Project::new(&[("a.py", COMPLEX)]), Project::new(&[("b.py", COMPLEX)]));
    cache(&here, &["warm"]);
    let exported = here.path("export");
    let exported = exported.to_str().unwrap();
    assert_eq!(cache(&here, &["export", exported])["exported"], 1);
    assert_eq!(here.run(&["cache", "export", exported]).code, Some(1), "it exists");
    let imported = cache(&there, &["import", exported]);
    assert_eq!(imported, json!({"added": 1, "known": 0, "refused": 0}));
    assert_eq!(origins(&check(&there, &[])), [0, 1, 0]);
    there.write("garbage", b"garbage");
    assert_eq!(there.run(&["cache", "import", "garbage"]).code, Some(1));
}

#[test]
fn damage_is_found() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    cache(&project, &["warm"]);
    let file = project.cache().join("metrics.sqlite3");
    let mut bytes = fs::read(&file).unwrap();
    // The name that the payload holds, twice in the file at the most.
    let places = memmem(&bytes, b"\x01f");
    places.into_iter().for_each(|place| bytes[place + 1] = b'g');
    fs::write(&file, bytes).unwrap();
    let run = project.run(&["cache", "verify"]);
    assert_eq!(run.code, Some(1), "{run:?}");
}

/// Where `needle` occurs.
fn memmem(haystack: &[u8], needle: &[u8]) -> Vec<usize> {
    let windows = haystack.windows(needle.len()).enumerate();
    windows
        .filter(|(_, window)| *window == needle)
        .map(|(place, _)| place)
        .collect()
}

#[test]
fn older_versions_are_brought_up_to_date_and_back() {
    let project = Project::new(&[("a.py", COMPLEX)]);
    let newest = cache(&project, &["stats"])["version"].clone();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/cache");
    let mut versions = 0;
    for entry in fs::read_dir(folder).unwrap() {
        fs::copy(entry.unwrap().path(), project.cache().join("metrics.sqlite3")).unwrap();
        let run = check(&project, &[]);
        assert_eq!((run.code, run.stderr.contains("warning")), (Some(2), false), "{run:?}");
        let stats = cache(&project, &["stats"]);
        assert_eq!(stats["version"], newest);
        // Those of the fixture, whatever analyzer they are of, and that of the project.
        assert_eq!(stats["contents"], 3);
        assert_eq!(cache(&project, &["verify"])["is_sound"], true);
        assert_eq!(cache(&project, &["migrate", "--to", "1"])["version"], 1);
        assert_eq!(cache(&project, &["stats"])["contents"], 3);
        versions += 1;
    }
    assert_eq!(versions, newest);
    assert_eq!(project.run(&["cache", "migrate", "--to", "0"]).code, Some(1));
    assert_eq!(project.run(&["cache", "migrate", "--to", "99"]).code, Some(1));
}

//! Caches that others made: databases that do harm to whoever reads them, files that are no caches, and links to files that
//! are none of ours. A run comes to what it comes to without a cache, ends, and destroys nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use antipasta_lsp_tests::{COMPLEX, Project, Run};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

const FILE: &str = "metrics.sqlite3";

/// Everything that can be asked of a cache. None of it may hang or panic, whatever it says.
const COMMANDS: [&[&str]; 6] = [
    &["cache", "stats"],
    &["cache", "verify"],
    &["cache", "gc"],
    &["cache", "warm"],
    &["cache", "migrate", "--to", "3"],
    &["cache", "export", "exported"],
];

fn project() -> Project {
    Project::new(&[("a.py", COMPLEX), ("b.py", "def g(): pass\n"), ("c.py", "x = (\n")])
}

fn check(project: &Project) -> Run {
    project.run(&["--check", "--format", "json"])
}

/// Runs a check, and compares it with one without a cache.
#[track_caller]
fn assert_checked(project: &Project, when: &str) -> Run {
    let expected = project.run(&["--check", "--format", "json", "--no-cache"]);
    let run = check(project);
    assert_eq!(
        (run.code, &run.stdout),
        (expected.code, &expected.stdout),
        "{when}: {run:?}"
    );
    assert!(run.stderr.matches("warning").count() <= 1, "{when}: {run:?}");
    run
}

/// Runs every command of the cache.
#[track_caller]
fn assert_commands_end(project: &Project, when: &str) {
    for command in COMMANDS {
        let run = project.run(command);
        assert!(matches!(run.code, Some(0 | 1)), "{when}: {command:?}: {run:?}");
        assert!(!run.stderr.contains("panicked"), "{when}: {command:?}: {run:?}");
    }
    let _ = fs::remove_file(project.path("exported"));
    project.run(&["cache", "import", project.cache().join(FILE).to_str().expect("a name")]);
}

/// Changes a database in every way that SQLite knows.
fn change(file: &Path, sql: &str) {
    let connection = Connection::open(file).expect("a database");
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)
        .expect("a setting");
    connection
        .execute_batch(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// What somebody may have done to a cache of ours, and still call it one.
const CHANGES: [(&str, &str); 28] = [
    (
        "a trigger that never ends",
        "CREATE TRIGGER t AFTER INSERT ON content BEGIN
             INSERT INTO uses WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 1, 1 FROM n;
         END",
    ),
    (
        "a trigger on uses",
        "CREATE TRIGGER t AFTER UPDATE ON uses BEGIN
             UPDATE content SET payload = (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n);
         END",
    ),
    ("a trigger that empties", "CREATE TRIGGER t BEFORE INSERT ON paths BEGIN DELETE FROM content; END"),
    (
        "a view that never ends",
        "DROP TABLE content; CREATE VIEW content (id, last_used, key, payload) AS
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 1, x'00', x'00' FROM n",
    ),
    (
        "a view for paths",
        "DROP TABLE paths; CREATE VIEW paths (id, content, checksum) AS
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i FROM n",
    ),
    ("a view for uses", "DROP TABLE uses; CREATE VIEW uses (day, hits, misses) AS SELECT 1, 1, 1"),
    ("a table more", "CREATE TABLE more (x)"),
    ("an index more", "CREATE INDEX more ON content (hex(payload))"),
    ("a table less", "DROP TABLE content"),
    ("no tables", "DROP TABLE content; DROP TABLE paths; DROP TABLE uses"),
    ("a column more", "ALTER TABLE content ADD COLUMN more BLOB"),
    ("a computed column", "ALTER TABLE content ADD COLUMN more BLOB AS (zeroblob(1000000000))"),
    ("tables without types", "DROP TABLE content; CREATE TABLE content (id, last_used, key, payload)"),
    (
        "text for bytes",
        "DROP TABLE content; CREATE TABLE content (id INTEGER PRIMARY KEY, last_used, key, payload);
         INSERT INTO content VALUES (1, 'today', 'key', 'payload')",
    ),
    ("a virtual table", "DROP TABLE uses; CREATE VIRTUAL TABLE uses USING fts5(day, hits, misses)"),
    ("a large payload", "UPDATE content SET payload = zeroblob(63000000)"),
    (
        "many large payloads",
        "INSERT INTO content SELECT value, 1, randomblob(32), zeroblob(9000000) FROM json_each('[1,2,3,4,5]')",
    ),
    ("empty payloads", "UPDATE content SET payload = x'', key = x''"),
    ("other keys", "UPDATE content SET key = randomblob(32)"),
    ("swapped rows", "UPDATE content SET id = -id"),
    ("old days", "UPDATE content SET last_used = -9223372036854775808"),
    ("days to come", "UPDATE content SET last_used = 9223372036854775807"),
    (
        "many uses",
        "INSERT INTO uses VALUES (1, 9223372036854775807, 9223372036854775807), (2, 9223372036854775807, 1)",
    ),
    ("negative uses", "UPDATE uses SET hits = -9223372036854775808, misses = -1"),
    ("no version", "PRAGMA user_version = 0"),
    ("another version", "PRAGMA user_version = 2"),
    ("a version below all", "PRAGMA user_version = -3"),
    (
        "two tables in one place",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'content')",
    ),
];

#[test]
fn databases_that_do_harm_change_no_result_and_have_an_end() {
    let warm = project();
    assert_checked(&warm, "cold");
    let sound = fs::read(warm.cache().join(FILE)).expect("a cache");
    let project = project();
    let file = project.cache().join(FILE);
    for (name, sql) in CHANGES {
        for first_asked in [true, false] {
            fs::write(&file, &sound).expect("a file");
            change(&file, sql);
            if first_asked {
                assert_commands_end(&project, name);
            }
            assert_checked(&project, name);
            assert_checked(&project, name);
        }
    }
    for (name, content) in damaged(&sound) {
        fs::write(&file, content).expect("a file");
        assert_commands_end(&project, name);
        assert_checked(&project, name);
        assert_checked(&project, name);
    }
}

/// Caches whose pages are wrong.
fn damaged(sound: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let page = usize::from(u16::from_be_bytes([sound[16], sound[17]]));
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = sound.to_vec();
        change(&mut bytes);
        bytes
    };
    vec![
        ("a table without an end", endless(sound, page)),
        ("pages of no size", with(&|bytes| bytes[16..18].fill(0))),
        (
            "free pages without an end",
            with(&|bytes| {
                bytes[32..36].copy_from_slice(&2_u32.to_be_bytes());
                bytes[36..40].copy_from_slice(&u32::MAX.to_be_bytes());
            }),
        ),
        ("an encoding that is none", with(&|bytes| bytes[56..60].fill(9))),
        ("a header alone", sound[..100].to_vec()),
        ("pages that are gone", sound[..page].to_vec()),
    ]
}

/// A cache whose contents are a tree of pages that lead to the same page many times, on several levels: few pages, and more rows
/// than anybody could read.
fn endless(sound: &[u8], page: usize) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), sound).expect("a file");
    let root: i64 = Connection::open(file.path())
        .expect("a database")
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'content'", [], |row| {
            row.get(0)
        })
        .expect("a table");
    let root = usize::try_from(root).expect("a page");
    let mut bytes = fs::read(file.path()).expect("a file");
    bytes.resize(bytes.len().div_ceil(page) * page, 0);
    let leaf = bytes[(root - 1) * page..root * page].to_vec();
    let mut child = bytes.len() / page + 1;
    bytes.extend(leaf);
    for _ in 0..5 {
        bytes.extend(interior(page, child));
        child += 1;
    }
    bytes[(root - 1) * page..root * page].copy_from_slice(&interior(page, child));
    bytes[28..32].copy_from_slice(&u32::try_from(child).expect("few pages").to_be_bytes());
    bytes
}

/// A page of a table that leads to one page, as often as there is room for.
///
/// Source: [SQLite's file format, 1.6](https://www.sqlite.org/fileformat2.html#b_tree_pages).
fn interior(page: usize, child: usize) -> Vec<u8> {
    const CELL: usize = 5;
    let child = u32::try_from(child).expect("few pages").to_be_bytes();
    let cells = (page - 12) / (CELL + 2);
    let start = page - cells * CELL;
    let mut bytes = vec![0; page];
    bytes[0] = 5;
    bytes[3..5].copy_from_slice(&u16::try_from(cells).expect("few cells").to_be_bytes());
    bytes[5..7].copy_from_slice(&u16::try_from(start).expect("a small page").to_be_bytes());
    bytes[8..12].copy_from_slice(&child);
    for index in 0..cells {
        let at = start + index * CELL;
        bytes[at..at + 4].copy_from_slice(&child);
        bytes[at + 4] = 1;
        let place = 12 + index * 2;
        bytes[place..place + 2].copy_from_slice(&u16::try_from(at).expect("a small page").to_be_bytes());
    }
    bytes
}

/// Files that other programs made.
fn foreign(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let tables = "CREATE TABLE content (x); INSERT INTO content VALUES ('precious')";
    let mut files = Vec::new();
    for (name, content) in [
        ("text", b"precious\n".to_vec()),
        ("a large text", b"precious\n".repeat(400_000)),
        ("zeros", vec![0; 8192]),
        ("almost a header", b"SQLite format 3\0".to_vec()),
    ] {
        let path = folder.join(name);
        fs::write(&path, content).expect("a file");
        files.push((name, path));
    }
    for (name, sql) in [
        ("no number", String::new()),
        ("version 1", "PRAGMA user_version = 1;".to_owned()),
        ("version 2", "PRAGMA user_version = 2;".to_owned()),
        ("version 3", "PRAGMA user_version = 3;".to_owned()),
        ("version 99", "PRAGMA user_version = 99;".to_owned()),
        ("another program", "PRAGMA application_id = 252006673;".to_owned()),
        ("a log", "PRAGMA journal_mode = WAL;".to_owned()),
    ] {
        let path = folder.join(name);
        change(&path, &format!("{sql}{tables}"));
        files.push((name, path));
    }
    files
}

#[test]
fn what_another_program_made_is_left_as_it_is() {
    let project = project();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, path) in foreign(folder.path()) {
        let before = fs::read(&path).expect("a file");
        let file = project.cache().join(FILE);
        fs::copy(&path, &file).expect("a copy");
        let run = assert_checked(&project, name);
        assert!(run.stderr.contains("was not made by antipasta-lsp"), "{name}: {run:?}");
        assert_commands_end(&project, name);
        let cleared = project.run(&["cache", "clear"]);
        assert_eq!(cleared.code, Some(1), "{name}: {cleared:?}");
        assert_eq!(cleared.stderr.matches(FILE).count(), 1, "{name}: {cleared:?}");
        assert!(fs::read(&file).expect("a file") == before, "{name}");
        let names = fs::read_dir(project.cache()).expect("a folder").count();
        assert_eq!(names, 1, "{name}: something is beside it");
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn no_link_in_the_folder_is_followed() {
        let project = project();
        let elsewhere = tempfile::tempdir().expect("a folder");
        let mut targets = foreign(elsewhere.path());
        // Not even to a cache.
        assert_checked(&project, "cold");
        let cache = elsewhere.path().join("cache");
        fs::rename(project.cache().join(FILE), &cache).expect("a file");
        targets.push(("a cache", cache));
        for suffix in ["", "-wal", "-shm", "-journal"] {
            for (name, target) in &targets {
                let before = fs::read(target).expect("a file");
                let link = project.cache().join(format!("{FILE}{suffix}"));
                symlink(target, &link).expect("a link");
                let when = format!("{suffix}: {name}");
                let run = assert_checked(&project, &when);
                assert!(run.stderr.contains("is a symbolic link"), "{when}: {run:?}");
                assert_eq!(project.run(&["cache", "clear"]).code, Some(1), "{when}");
                assert!(fs::read(target).expect("a file") == before, "{when}");
                assert!(link.is_symlink(), "{when}");
                fs::remove_file(link).expect("a link");
            }
        }
    }

    #[test]
    fn nothing_that_is_no_file_is_opened() {
        let project = project();
        let made = |path: &Path, kind: &str| match kind {
            "nowhere" | "/dev/zero" | "/dev/full" => symlink(kind, path).expect("a link"),
            "folder" => fs::create_dir(path).expect("a folder"),
            "socket" => drop(std::os::unix::net::UnixListener::bind(path).expect("a socket")),
            _ => assert!(
                Command::new("mkfifo")
                    .arg(path)
                    .status()
                    .expect("mkfifo runs")
                    .success()
            ),
        };
        for suffix in ["", "-wal", "-shm", "-journal"] {
            for kind in ["nowhere", "/dev/zero", "/dev/full", "folder", "socket", "pipe"] {
                let path = project.cache().join(format!("{FILE}{suffix}"));
                made(&path, kind);
                let when = format!("{suffix}: {kind}");
                let run = assert_checked(&project, &when);
                assert_eq!(run.stderr.matches("warning").count(), 1, "{when}: {run:?}");
                assert_eq!(project.run(&["cache", "clear"]).code, Some(1), "{when}");
                let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
            }
        }
        for kind in ["nowhere", "/dev/zero", "folder", "socket", "pipe"] {
            let path = project.path(kind.trim_start_matches("/dev/"));
            made(&path, kind);
            let name = path.to_str().expect("a name");
            for command in ["import", "export"] {
                let run = project.run(&["cache", command, name]);
                assert_eq!(run.code, Some(1), "{kind}: {run:?}");
                assert_eq!(run.stderr.lines().count(), 1, "{kind}: {run:?}");
            }
        }
    }

    #[test]
    fn a_folder_that_the_user_leads_elsewhere_is_used() {
        let project = project();
        let elsewhere = tempfile::tempdir().expect("a folder");
        let link = elsewhere.path().join("link");
        symlink(project.cache(), &link).expect("a link");
        let mut command = project.command(["--check", "--format", "json"]);
        let run = Run::from(command.env("ANTIPASTA_CACHE_DIR", &link).output().expect("it runs"));
        assert!(!run.stderr.contains("warning"), "{run:?}");
        assert!(project.cache().join(FILE).is_file());
    }
}

/// Runs git in a project.
fn git(project: &Project, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.com"]);
    let output = command
        .args(arguments)
        .current_dir(project.path("."))
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// A check whose cache is in a folder of the project.
fn check_with(project: &Project, folder: &str) -> Run {
    let mut command = project.command(["--check", "--format", "json"]);
    command.env("ANTIPASTA_CACHE_DIR", project.path(folder));
    command.output().expect("it runs").into()
}

#[test]
fn a_cache_that_git_tracks_is_not_used() {
    let project = project();
    git(&project, &["init", "--quiet"]);
    // In the working tree, but nobody can commit to it by accident.
    let run = check_with(&project, ".cache");
    assert!(!run.stderr.contains("warning"), "{run:?}");
    let file = project.path(".cache").join(FILE);
    let kept = fs::read(&file).expect("a cache");
    for (name, added) in [
        ("the file", format!(".cache/{FILE}")),
        ("a file beside it", format!(".cache/{FILE}-journal")),
    ] {
        if !project.path(&added).exists() {
            project.write(&added, b"");
        }
        git(&project, &["add", "--force", &added]);
        let run = check_with(&project, ".cache");
        assert!(run.stderr.contains("git tracks "), "{name}: {run:?}");
        assert_eq!(run.stderr.matches("warning").count(), 1, "{name}: {run:?}");
        let run = check_with(&project, "x/../.Cache");
        assert!(
            cfg!(target_os = "linux") || run.stderr.contains("git tracks "),
            "{name}: {run:?}"
        );
        assert!(fs::read(&file).expect("a cache") == kept, "{name}");
        git(&project, &["rm", "--quiet", "--cached", &added]);
        if added.ends_with("journal") {
            fs::remove_file(project.path(&added)).expect("a file");
        }
    }
    assert!(!check_with(&project, ".cache").stderr.contains("warning"));
    // What is beside it does not matter.
    project.write(".cache/.gitignore", b"*\n");
    git(&project, &["add", "--force", ".cache/.gitignore"]);
    assert!(!check_with(&project, ".cache").stderr.contains("warning"));

    let exported = project.run(&["cache", "warm"]);
    assert_eq!(exported.code, Some(0), "{exported:?}");
    assert_eq!(project.run(&["cache", "export", "exported"]).code, Some(0));
    assert_eq!(project.run(&["cache", "import", "exported"]).code, Some(0));
    git(&project, &["add", "exported"]);
    let refused = project.run(&["cache", "import", "exported"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("git tracks "), "{refused:?}");
}

/// As users have it who keep git's folder apart from their files, and as hooks run.
#[test]
fn a_cache_that_git_tracks_from_elsewhere_is_not_used() {
    let project = project();
    git(&project, &["init", "--quiet"]);
    assert!(!check_with(&project, ".cache").stderr.contains("warning"));
    git(&project, &["add", "--force", &format!(".cache/{FILE}")]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let apart = elsewhere.path().join("apart.git");
    fs::rename(project.path(".git"), &apart).expect("git's folder");
    let mut command = project.command(["--check", "--format", "json"]);
    command.env("ANTIPASTA_CACHE_DIR", ".cache").env("GIT_DIR", &apart);
    let run = Run::from(command.output().expect("the binary runs"));
    assert!(run.stderr.contains("git tracks "), "{run:?}");
}

/// SQLite takes them for leftovers of a database, and would delete or overwrite them.
#[test]
fn files_where_sqlite_keeps_its_own_stay_if_there_is_no_database() {
    for suffix in ["-wal", "-shm", "-journal"] {
        let project = project();
        let file = project.cache().join(format!("{FILE}{suffix}"));
        fs::write(&file, "precious\n").expect("a file");
        let run = assert_checked(&project, suffix);
        assert!(
            run.stderr
                .contains("was not made by antipasta-lsp, and is left as it is"),
            "{suffix}: {run:?}"
        );
        assert_eq!(project.run(&["cache", "clear"]).code, Some(1), "{suffix}");
        assert_eq!(
            fs::read_to_string(&file).ok().as_deref(),
            Some("precious\n"),
            "{suffix}"
        );
        assert!(!project.cache().join(FILE).exists(), "{suffix}");
    }
    // What SQLite left there is no obstacle.
    let project = project();
    for (suffix, begin) in [
        ("-journal", &b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"[..]),
        ("-wal", b"\x37\x7f\x06\x82"),
        ("-shm", b""),
    ] {
        fs::write(project.cache().join(format!("{FILE}{suffix}")), begin).expect("a file");
    }
    let run = assert_checked(&project, "leftovers");
    assert!(!run.stderr.contains("warning"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_cache_is_not_exported_through_a_link_out_of_the_repository() {
    let project = project();
    let elsewhere = tempfile::tempdir().expect("a folder");
    git(&project, &["init", "--quiet"]);
    std::os::unix::fs::symlink(elsewhere.path(), project.path("out")).expect("a link");
    check(&project);
    let run = project.run(&["cache", "export", "out/x.db"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stderr.contains("out/x.db: cannot be written: a link leads out of "),
        "{run:?}"
    );
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[cfg(unix)]
#[test]
fn a_folder_for_the_cache_that_a_repository_brings_is_not_used() {
    let project = project();
    let elsewhere = tempfile::tempdir().expect("a folder");
    git(&project, &["init", "--quiet"]);
    std::os::unix::fs::symlink(elsewhere.path(), project.path("cache")).expect("a link");
    git(&project, &["add", "cache"]);
    for folder in ["cache", "cache/below"] {
        let run = check_with(&project, folder);
        assert!(run.stderr.contains("git tracks "), "{folder}: {run:?}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

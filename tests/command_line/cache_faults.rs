//! What may happen to a cache while it is used. Results are those of a run without one, whatever happens.
//!
//! `ANTIPASTA_TEST_FAULTS` says how many times each is tried: some, unless it is set.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use antipasta_lsp_tests::{Project, Run};
use serde_json::Value;

/// How often each fault is tried.
fn times(few: usize) -> usize {
    let many = std::env::var("ANTIPASTA_TEST_FAULTS").ok();
    many.map_or(few, |many| many.parse().expect("ANTIPASTA_TEST_FAULTS is a number"))
}

/// A project with enough files to keep a run busy for a while.
fn project() -> Project {
    let project = Project::new(&[]);
    for number in 0..60 {
        let function = |function: usize| {
            let branches = "    if x:\n        return y\n".repeat(1 + (number + function) % 14);
            format!("def f{number}_{function}(x, y):\n{branches}    return x + {function}\n\n\n")
        };
        let text: String = (0..20 + number).map(function).collect();
        project.write(&format!("a{number}.py"), text.as_bytes());
    }
    project.write("broken.py", b"x = (\n");
    project
}

fn check(project: &Project, arguments: &[&str]) -> Command {
    project.command([&["--check", "--format", "json", "--statistics"], arguments].concat())
}

fn finished(mut command: Command) -> Run {
    command.output().expect("the binary runs").into()
}

fn spawned(mut command: Command) -> Child {
    let quiet = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    quiet.spawn().expect("the binary runs")
}

/// What the run must come to, cache or not.
fn expected(project: &Project) -> (Option<i32>, String) {
    let run = finished(check(project, &["--no-cache"]));
    assert_eq!(run.code, Some(2), "{run:?}");
    (run.code, run.stdout)
}

fn assert_result(run: Run, expected: &(Option<i32>, String), when: &str) {
    assert!(
        run.code == expected.0 && run.stdout == expected.1,
        "{when}: {:?}: {}",
        run.code,
        run.stderr
    );
    let warnings = run.stderr.matches("warning").count();
    assert!(warnings <= 1, "{when}: {}", run.stderr);
}

/// What `cache verify` says.
fn verification(project: &Project) -> Value {
    let run = project.run(&["cache", "verify", "--format", "json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

fn files_analyzed(run: &Run) -> usize {
    let line = run.stderr.lines().find(|line| line.contains("files analyzed"));
    let number = line.and_then(|line| line.split_whitespace().last()?.parse().ok());
    number.unwrap_or_else(|| panic!("{run:?}"))
}

fn file(project: &Project) -> PathBuf {
    project.cache().join("metrics.sqlite3")
}

#[test]
fn killed_processes_leave_a_sound_cache() {
    let project = project();
    let expected = expected(&project);
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..times(25) {
        if random.u8(..4) == 0 {
            let cleared = project.run(&["cache", "clear"]);
            assert_eq!(cleared.code, Some(0), "{cleared:?}");
        }
        let mut children: Vec<Child> = (0..random.usize(1..=4))
            .map(|_| spawned(check(&project, &[])))
            .collect();
        std::thread::sleep(Duration::from_micros(random.u64(..60_000)));
        for child in &mut children {
            // Unless it has ended already.
            let _ = child.kill();
            child.wait().expect("it ends");
        }
        let when = format!("round {round}");
        assert_eq!(verification(&project)["is_sound"], true, "{when}");
        assert_result(finished(check(&project, &[])), &expected, &when);
    }
}

/// Stops a process, or has it go on.
#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status();
    // It may have ended already.
    let _ = sent.expect("kill runs");
}

#[cfg(unix)]
#[test]
fn a_process_that_is_stopped_holds_up_no_other() {
    let project = project();
    let expected = expected(&project);
    let mut random = fastrand::Rng::with_seed(4);
    for round in 0..times(8) {
        if random.bool() {
            project.run(&["cache", "clear"]);
        }
        let stopped = spawned(check(&project, &[]));
        std::thread::sleep(Duration::from_micros(random.u64(..60_000)));
        signal(&stopped, "STOP");
        let when = format!("round {round}");
        assert_result(finished(check(&project, &[])), &expected, &when);
        signal(&stopped, "CONT");
        assert_result(stopped.wait_with_output().expect("it ends").into(), &expected, &when);
    }
    assert_eq!(verification(&project)["is_sound"], true);
}

#[test]
fn what_is_known_is_read_while_another_process_writes() {
    let project = project();
    let expected = expected(&project);
    assert_result(finished(check(&project, &[])), &expected, "cold");
    for mode in ["DELETE", "WAL"] {
        let connection = rusqlite::Connection::open(file(&project)).unwrap();
        connection
            .query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(()))
            .unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let run = finished(check(&project, &[]));
        assert_eq!(
            (files_analyzed(&run), run.stderr.contains("warning")),
            (0, false),
            "{mode}: {run:?}"
        );
        assert_result(run, &expected, mode);
        connection.execute_batch("COMMIT").unwrap();
    }
    // Nobody can read while a file without a log is written.
    let connection = rusqlite::Connection::open(file(&project)).unwrap();
    connection
        .query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
        .unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_result(finished(check(&project, &[])), &expected, "exclusive");
}

#[test]
fn flipped_bits_change_no_result() {
    let project = project();
    let expected = expected(&project);
    assert_result(finished(check(&project, &[])), &expected, "cold");
    let sound = fs::read(file(&project)).unwrap();
    let mut random = fastrand::Rng::with_seed(2);
    for round in 0..times(25) {
        let mut damaged = sound.clone();
        for _ in 0..random.usize(1..40) {
            let index = random.usize(..damaged.len());
            // Every other flip is where it hurts most: at the beginning of a page.
            let index = if random.bool() {
                index
            } else {
                index / 4096 * 4096 + index % 100
            };
            damaged[index % sound.len()] ^= 1 << random.u8(..8);
        }
        if random.u8(..5) == 0 {
            damaged.truncate(random.usize(..damaged.len()));
        }
        fs::write(file(&project), &damaged).unwrap();
        let when = format!("round {round}");
        assert_result(finished(check(&project, &[])), &expected, &when);
        assert_result(finished(check(&project, &[])), &expected, &when);
    }
}

#[test]
fn many_processes_share_a_cache() {
    let project = project();
    let expected = expected(&project);
    for round in 0..times(2) {
        let children: Vec<Child> = (0..16).map(|_| spawned(check(&project, &[]))).collect();
        let mut analyzed = 0;
        for child in children {
            let run = Run::from(child.wait_with_output().expect("it ends"));
            assert!(!run.stderr.contains("warning"), "{run:?}");
            analyzed += files_analyzed(&run);
            assert_result(run, &expected, &format!("round {round}"));
        }
        assert!(round == 0 || analyzed * 5 < 16 * 61, "round {round}: {analyzed}");
    }
    assert_eq!(verification(&project)["is_sound"], true);
}

#[test]
fn a_folder_that_is_removed_is_made_again() {
    let project = project();
    let expected = expected(&project);
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..times(10) {
        let child = spawned(check(&project, &[]));
        std::thread::sleep(Duration::from_micros(random.u64(..40_000)));
        // It may be making the folder just now.
        let _ = fs::remove_dir_all(project.cache());
        let run = Run::from(child.wait_with_output().expect("it ends"));
        assert_result(run, &expected, &format!("round {round}"));
    }
    assert_result(finished(check(&project, &[])), &expected, "afterwards");
    assert_result(finished(check(&project, &[])), &expected, "warm");
    assert_eq!(verification(&project)["is_sound"], true);
}

/// A file system of this many kilobytes, for as long as it lives; `None` where the system does not let us have one.
struct SmallDisk<'a> {
    folder: &'a Path,
}

impl SmallDisk<'_> {
    /// Lets nobody write to it any more.
    fn make_read_only(&self) {
        let mut mount = Command::new("mount");
        let remounted = mount.args(["-o", "remount,ro"]).arg(self.folder).status();
        assert!(remounted.expect("mount runs").success());
    }
}

impl<'a> SmallDisk<'a> {
    fn new(folder: &'a Path, kilobytes: usize) -> Option<Self> {
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder);
        let mounted = mount.stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self { folder })
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.folder).status();
    }
}

#[test]
fn a_full_disk_changes_no_result() {
    let project = project();
    let expected = expected(&project);
    for kilobytes in [4, 16, 40, 64, 100, 150, 250] {
        let Some(_disk) = SmallDisk::new(project.cache(), kilobytes) else {
            eprintln!("not tested: file systems cannot be mounted here");
            return;
        };
        for round in ["first", "second"] {
            let run = finished(check(&project, &[]));
            assert_result(run, &expected, &format!("{kilobytes} kB, {round} run"));
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_read() {
    let project = project();
    let expected = expected(&project);
    for is_filled in [true, false] {
        let Some(disk) = SmallDisk::new(project.cache(), 10_000) else {
            eprintln!("not tested: file systems cannot be mounted here");
            return;
        };
        if is_filled {
            assert_result(finished(check(&project, &[])), &expected, "cold");
        }
        disk.make_read_only();
        let run = finished(check(&project, &[]));
        assert_eq!(run.stderr.matches("warning").count(), 1, "{run:?}");
        assert_eq!(files_analyzed(&run), if is_filled { 0 } else { 61 }, "{run:?}");
        assert_result(run, &expected, "read-only");
    }
}

/// A file system on which processes cannot share memory, as some of networks and virtual machines are, for as long as it lives;
/// `None` where there is none to be had.
struct WithoutSharedMemory<'a> {
    folder: &'a Path,
}

impl<'a> WithoutSharedMemory<'a> {
    fn new(source: &Path, folder: &'a Path) -> Option<Self> {
        let mut bindfs = Command::new("bindfs");
        bindfs.args(["-o", "direct_io"]).arg(source).arg(folder);
        let mounted = bindfs.stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self { folder })
    }
}

impl Drop for WithoutSharedMemory<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.folder).status();
    }
}

#[test]
fn where_processes_cannot_share_memory_the_cache_helps_all_the_same() {
    let project = project();
    let expected = expected(&project);
    let source = tempfile::tempdir().expect("a folder");
    let Some(_mounted) = WithoutSharedMemory::new(source.path(), project.cache()) else {
        eprintln!("not tested: there is no bindfs, or it cannot mount here");
        return;
    };
    // One begins anew, and one has a log that a system with shared memory has left.
    for has_log in [false, true] {
        if has_log {
            let connection = rusqlite::Connection::open(source.path().join("metrics.sqlite3")).expect("a database");
            let set = connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()));
            set.expect("a log");
        }
        for round in 0..3 {
            let run = finished(check(&project, &[]));
            assert!(!run.stderr.contains("I/O error"), "{has_log}, {round}");
            assert!(
                round == 0 && !has_log || files_analyzed(&run) == 0,
                "{has_log}, {round}"
            );
            assert_result(run, &expected, &format!("{has_log}, {round}"));
        }
    }
}

#[test]
fn what_is_in_the_way_changes_no_result() {
    let project = project();
    let expected = expected(&project);
    let name = |suffix: &str| project.cache().join(format!("metrics.sqlite3{suffix}"));
    for suffix in ["", "-wal", "-shm", "-journal"] {
        for is_filled in [false, true] {
            let _ = fs::remove_dir_all(project.cache());
            fs::create_dir(project.cache()).unwrap();
            if is_filled {
                assert_result(finished(check(&project, &[])), &expected, "cold");
                let _ = fs::remove_file(name(suffix));
            }
            fs::create_dir(name(suffix)).unwrap();
            for round in ["first", "second"] {
                let when = format!("{suffix:?} is a directory, {is_filled}, {round} run");
                assert_result(finished(check(&project, &[])), &expected, &when);
            }
        }
    }
    fs::remove_dir_all(project.cache()).unwrap();
    fs::write(project.cache(), "a file where the folder is to be").unwrap();
    assert_result(finished(check(&project, &[])), &expected, "a file");
}

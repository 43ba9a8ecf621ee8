//! Configurations and ignore files made to do harm: the check ends soon, needs little memory, and says what is wrong in few
//! words.

use std::process::Command;
use std::time::{Duration, Instant};

use antipasta_lsp_tests::hostile_configurations::{Hostile, LARGEST, of_size};
use antipasta_lsp_tests::{Project, Run, binary};

/// The address space that a check may take, in KiB: 400 MB, most of which is reserved for stacks.
const ADDRESS_SPACE: u32 = 400_000;

/// Only what hangs takes as long as this.
const DEADLINE: Duration = Duration::from_mins(1);

/// No text that people are to read is longer than this, in bytes.
const LONGEST_MESSAGE: usize = 64 << 10;

fn check(file: &Hostile) -> (Run, Duration) {
    let project = Project::new(&[("a.py", "x = 1\n"), (file.file, &file.text)]);
    let script = format!("ulimit -v {ADDRESS_SPACE}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(binary());
    command
        .args(["--check", ".", "--jobs", "1"])
        .current_dir(project.path(""))
        .env("ANTIPASTA_NO_CACHE", "1");
    let begin = Instant::now();
    let run = command.output().expect("a shell runs").into();
    (run, begin.elapsed())
}

#[test]
fn a_hostile_configuration_costs_little() {
    binary();
    // Those of a tenth of the size are not refused for their size alone.
    for size in [LARGEST, LARGEST / 10] {
        for file in of_size(size) {
            let (run, time) = check(&file);
            let name = format!("{}, {} of {size} bytes: {time:?}", file.file, file.name);
            println!("{name}");
            let said = &run.stderr[..run.stderr.len().min(1000)];
            assert!(matches!(run.code, Some(0 | 1)), "{name}: {:?}: {said}", run.code);
            assert!(run.stderr.len() < LONGEST_MESSAGE, "{name}: {said}");
            assert!(!run.stderr.contains("internal error"), "{name}: {said}");
            assert!(time < DEADLINE, "{name}");
        }
    }
}

#[test]
fn what_is_larger_than_a_configuration_is_not_read() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for name in [".antipasta.yaml", "pyproject.toml"] {
        project.write(name, "#\n".repeat(LARGEST).as_bytes());
        let run = project.run(&["--check", "."]);
        assert_eq!(run.code, Some(1), "{run:?}");
        let expected = format!("{name}: cannot be read: larger than {LARGEST} bytes");
        assert!(run.stderr.contains(&expected), "{run:?}");
        std::fs::remove_file(project.path(name)).unwrap();
    }
}

#[test]
fn too_many_patterns_are_refused_with_their_place() {
    let patterns: String = (0..5000).map(|number| format!("- 'a*{number}'\n")).collect();
    let project = Project::new(&[
        ("a.py", "x = 1\n"),
        (".antipasta.yaml", &format!("ignore_patterns:\n{patterns}")),
    ]);
    let run = project.run(&["--check", "."]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stderr
            .contains(": ignore_patterns: has too many patterns up to here"),
        "{run:?}"
    );
}

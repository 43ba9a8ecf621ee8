//! Ignore comments for the violations that there are.

use antipasta_lsp_tests::{COMPLEX, Project, Run};

use crate::git::{Repository, function};

fn add(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["--check", "--format", "concise", "--add-ignores"], arguments].concat())
}

#[test]
fn ceilings_are_written_and_hold() {
    let config = "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 10}, \
                  {type: cognitive_complexity, threshold: 5}, {type: weighted_methods_per_class, threshold: 10}]}]";
    let method = function("m", 12).replace('\n', "\n    ").replace("def m", "    def m");
    let project = Project::new(&[
        (".antipasta.yaml", config),
        ("a.py", &format!("{COMPLEX}class C:  # noqa\n{}\n", method.trim_end())),
        ("simple.py", "def f(): pass\n"),
    ]);
    let run = add(&project, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.stderr.contains("Added 3 ignore comments to 1 file\n"), "{run:?}");
    let added = project.read("a.py");
    for line in [
        "def f(x):  # antipasta: ignore[cyclomatic_complexity<=11, cognitive_complexity<=10]\n",
        "class C:  # noqa  # antipasta: ignore[weighted_methods_per_class<=12]\n",
        "    def m(x):  # antipasta: ignore[cyclomatic_complexity<=12, cognitive_complexity<=11]\n",
    ] {
        assert!(added.contains(line), "{added}");
    }
    let again = add(&project, &[]);
    assert_eq!(again.code, Some(0));
    assert!(
        again.stderr.contains("Added 0 ignore comments to 0 files\n"),
        "{again:?}"
    );
    assert_eq!(project.read("a.py"), added);
    assert_eq!(project.run(&["--check"]).code, Some(0));
    // What gets worse violates, and gets a higher ceiling.
    project.write(
        "a.py",
        added
            .replacen("    if x: pass\n", "    if x: pass\n    if x: pass\n", 1)
            .as_bytes(),
    );
    assert_eq!(project.run(&["--check"]).code, Some(2));
    assert_eq!(add(&project, &[]).code, Some(0));
    assert!(
        project
            .read("a.py")
            .contains("ignore[cyclomatic_complexity<=12, cognitive_complexity<=11]\n    if x")
    );
}

#[test]
fn nothing_else_in_a_file_changes() {
    let with_ends = |end: &str| COMPLEX.replace('\n', end);
    let comment = "  # antipasta: ignore[cyclomatic_complexity<=11]";
    let added = |source: &str| source.replacen("def f(x):", &format!("def f(x):{comment}"), 1);
    let bytes = |prefix: &[u8], source: &str| [prefix, source.as_bytes()].concat();
    let cases: [(&[u8], String); 5] = [
        (b"", with_ends("\r\n")),
        (b"", with_ends("\r")),
        (b"", COMPLEX.trim_end().to_owned()),
        (b"\xef\xbb\xbf'\xc3\xa9'\n", COMPLEX.to_owned()),
        // ASCII is UTF-8, whatever encoding is declared.
        (b"# coding: latin-1\n", COMPLEX.to_owned()),
    ];
    for (prefix, source) in cases {
        let project = Project::new(&[]);
        project.write("a.py", &bytes(prefix, &source));
        let run = add(&project, &["a.py"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let expected = bytes(prefix, &added(&source));
        let written = std::fs::read(project.path("a.py")).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&expected));
        assert_eq!(written, expected);
    }
}

#[test]
fn files_that_are_not_utf_8_are_checked_but_not_changed() {
    for prefix in [
        &b"# coding: latin-1\n'\xe9'\n"[..],
        b"# coding: shift_jis\n'\x83\x5c'\n",
    ] {
        let project = Project::new(&[]);
        let bytes = [prefix, COMPLEX.as_bytes()].concat();
        project.write("a.py", &bytes);
        let run = add(&project, &["a.py"]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stdout.contains("a.py:3:1: f: "), "{run:?}");
        let expected = "error: a.py: no ignore comments were added: it is not encoded in UTF-8, and files in other \
                        encodings are only read; save it as UTF-8\n";
        assert!(run.stderr.contains(expected), "{run:?}");
        assert_eq!(std::fs::read(project.path("a.py")).unwrap(), bytes);
    }
}

#[test]
fn what_cannot_be_ignored_is_left_and_said() {
    let broken = format!("{COMPLEX}x = (\n");
    let config = "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 10}, \
                  {type: lines_of_code, threshold: 5}]}]";
    let project = Project::new(&[
        (".antipasta.yaml", config),
        ("broken.py", &broken),
        ("a.py", COMPLEX),
        ("unread.py", &COMPLEX.replace("):", "):  # antipasta: skip")),
    ]);
    let run = add(&project, &[]);
    assert_eq!(run.code, Some(2));
    assert_eq!(project.read("broken.py"), broken);
    assert!(run.stdout.contains("a.py:1:1: Lines Of Code is 11.00"), "{run:?}");
    assert!(!run.stdout.contains("a.py:1:1: f: Cyclomatic"), "{run:?}");
    assert!(run.stdout.contains("unread.py:1:1: f: Cyclomatic"), "{run:?}");
    assert!(
        run.stderr
            .contains("violations are of files as a whole, which comments cannot ignore"),
        "{run:?}"
    );
    let text = project.read("unread.py");
    assert!(!text.contains("ignore["), "{text}");
}

#[test]
fn only_files_of_the_working_tree_are_changed() {
    let repository = Repository::new(&[("a.py", &function("old", 12))]);
    let changed = function("old", 12) + &function("new", 12);
    repository.write("a.py", &changed);
    repository.git(["add", "."]);
    for arguments in [
        &["--staged"][..],
        &["--diff", "HEAD~1..HEAD"],
        &["-"],
        &["--baseline", "b", "--write-baseline"],
    ] {
        let run = repository.check(&[&["--add-ignores"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(run.stderr.contains("--add-ignores"), "{run:?}");
        assert_eq!(repository.project.read("a.py"), changed);
    }
    // What was there before needs none.
    let run = repository.check(&["--add-ignores", "--diff", "HEAD", "--changed-only"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let comments: Vec<_> = repository
        .project
        .read("a.py")
        .lines()
        .map(|line| line.contains("# antipasta"))
        .collect();
    assert_eq!(comments.iter().filter(|has_comment| **has_comment).count(), 1);
    assert!(comments[12], "the new function has it");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay_and_read_only_files_are_errors() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new(&[("run.py", COMPLEX), ("fixed.py", COMPLEX), ("real/a.py", COMPLEX)]);
    let mode =
        |name: &str, mode| std::fs::set_permissions(project.path(name), PermissionsExt::from_mode(mode)).unwrap();
    mode("run.py", 0o755);
    mode("fixed.py", 0o444);
    symlink("real/a.py", project.path("link.py")).unwrap();
    let run = add(&project, &["run.py", "fixed.py", "link.py"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr
            .contains("error: fixed.py: no ignore comments were added: cannot be written"),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("fixed.py:1:1: f: ") && !run.stdout.contains("run.py"),
        "{run:?}"
    );
    assert_eq!(
        std::fs::metadata(project.path("run.py")).unwrap().permissions().mode() & 0o777,
        0o755
    );
    assert!(std::fs::symlink_metadata(project.path("link.py")).unwrap().is_symlink());
    assert!(project.read("real/a.py").contains("# antipasta: ignore["));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_out_of_the_repository() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim.py");
    std::fs::write(&victim, COMPLEX).unwrap();
    let project = Project::new(&[("b.py", COMPLEX)]);
    symlink(&victim, project.path("a.py")).unwrap();
    let run = add(&project, &["."]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let expected = "error: a.py: no ignore comments were added: cannot be written: a link leads out of ";
    assert!(run.stderr.contains(expected), "{run:?}");
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), COMPLEX);
    assert!(project.read("b.py").contains("# antipasta: ignore["));
}

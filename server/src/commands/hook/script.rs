//! The script that git runs before a commit.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use antipasta_rules::escape::one_line;

/// The arguments that the hook passes to the binary, before those of the user.
pub(crate) const CHECK_ARGUMENTS: [&str; 5] = ["--check", "--staged", "--quiet", "--on-error", "warn"];

/// The name of the hook and of its file.
pub(super) const HOOK: &str = "pre-commit";

/// The name of the file to which a hook is moved that was there before.
pub(super) const KEPT: &str = "pre-commit.before-antipasta";

/// The beginning of the script, by which it is recognized.
const BEGINNING: &str = "\
#!/bin/sh
# Made by `antipasta-lsp hook install`, removed by `antipasta-lsp hook uninstall`.
";

/// The beginning of the line with the path of the binary.
const BINARY: &str = "antipasta=";

/// The beginning of the line that runs the check.
const RUN: &str = "\"$antipasta\" ";

/// The script, as bytes because paths need not be valid text. Without a `binary`, it runs the one on the `PATH`.
///
/// It looks for the hook that was there before in its own folder, so that the folder can be moved.
pub(super) fn script(binary: Option<&Path>, more_arguments: &[OsString]) -> Vec<u8> {
    let arguments = CHECK_ARGUMENTS.map(OsString::from);
    let arguments: Vec<_> = arguments
        .iter()
        .chain(more_arguments)
        .map(|word| quoted(word))
        .collect();
    let parts: [&[u8]; 4] = [
        BEGINNING.as_bytes(),
        b"# Checks what the commit contains. `git commit --no-verify` does without.\n\
          \n\
          # The hook that was here before comes first.\n\
          before=$(dirname -- \"$0\")/",
        KEPT.as_bytes(),
        b"\n\
          if [ -x \"$before\" ] && [ \"$before\" != \"$0\" ]; then\n    \
              \"$before\" \"$@\" || exit\n\
          fi\n\
          \n",
    ];
    let mut script = parts.concat();
    match binary {
        Some(binary) => {
            script.extend_from_slice(b"# The binary that made this, or else the one on the PATH.\n");
            script.extend_from_slice(BINARY.as_bytes());
            script.extend(in_quotes(&with_slashes(binary)));
            script.extend_from_slice(b"\nif [ ! -x \"$antipasta\" ] && ! ");
        }
        None => script.extend_from_slice(
            b"# The binary on the PATH: git tracks this file, and others have theirs elsewhere.\n\
              if ! ",
        ),
    }
    script.extend_from_slice(
        // If the PATH has the current directory, `command -v` may find a program of the repository: its path is not absolute.
        b"{ antipasta=$(command -v antipasta-lsp) && [ \"${antipasta#/}\" != \"$antipasta\" ]; }; then\n    \
              echo 'warning: antipasta-lsp is not on the PATH, so this commit is not checked' >&2\n    \
              exit 0\n\
          fi\n\
          \n",
    );
    script.extend_from_slice(RUN.as_bytes());
    script.extend(arguments.join(&b' '));
    script.extend_from_slice(
        b"\n\
          status=$?\n\
          case $status in\n    \
              0) ;;\n    \
              1 | 2) echo \"hint: nothing is committed; 'git commit --no-verify' commits without this check\" >&2 ;;\n    \
              # It is no verdict that it crashed.\n    \
              *)\n        \
                  echo \"warning: antipasta-lsp ended with status $status, so this commit is not checked\" >&2\n        \
                  exit 0\n        \
                  ;;\n\
          esac\n\
          exit $status\n",
    );
    script
}

/// Whether a file is a script of ours.
pub(super) fn is_script(content: &[u8]) -> bool {
    content.starts_with(BEGINNING.as_bytes())
}

/// The binary that a script names.
pub(super) fn binary_of(script: &[u8]) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(script);
    let word = text.lines().find_map(|line| line.strip_prefix(BINARY))?;
    let word = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''));
    Some(PathBuf::from(word?.replace(r"'\''", "'")))
}

/// The arguments that a script passes to the binary, quoted for a shell.
pub(super) fn arguments_of(script: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(script);
    let arguments = text.lines().find_map(|line| line.strip_prefix(RUN))?;
    Some(one_line(arguments).into_owned())
}

/// A path with `/`, which a shell reads on every system.
fn with_slashes(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) if cfg!(windows) => text.replace('\\', "/").into(),
        _ => path.as_os_str().to_owned(),
    }
}

/// A word for a shell, in quotes if it needs them.
fn quoted(word: &OsStr) -> Vec<u8> {
    let bytes = word.as_encoded_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_=.,/:".contains(byte);
    if !bytes.is_empty() && bytes.iter().all(is_plain) {
        return bytes.to_vec();
    }
    in_quotes(word)
}

/// A word in quotes for a shell.
fn in_quotes(word: &OsStr) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in word.as_encoded_bytes() {
        match byte {
            b'\'' => quoted.extend_from_slice(br"'\''"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_what_it_runs() {
        for path in [
            "/usr/bin/antipasta-lsp",
            "/it's here/a b/antipasta-lsp",
            "x",
            "/$HOME/`x`",
        ] {
            let script = script(Some(Path::new(path)), &["--threshold".into(), "it's".into()]);
            assert!(is_script(&script));
            assert_eq!(binary_of(&script), Some(PathBuf::from(path)));
            let arguments = r"--check --staged --quiet --on-error warn --threshold 'it'\''s'";
            assert_eq!(arguments_of(&script).as_deref(), Some(arguments));
        }
        let shared = script(None, &[]);
        assert!(is_script(&shared));
        assert_eq!(binary_of(&shared), None);
        assert!(arguments_of(&shared).is_some());
        assert_eq!(binary_of(b"#!/bin/sh\n"), None);
        assert!(!is_script(b"#!/bin/sh\nexit 0\n"));
    }

    #[test]
    fn words_stay_what_they_are() {
        assert_eq!(quoted(OsStr::new("--threshold=cyc=15")), b"--threshold=cyc=15");
        assert_eq!(quoted(OsStr::new("")), b"''");
        assert_eq!(quoted(OsStr::new("a b")), b"'a b'");
        assert_eq!(quoted(OsStr::new("it's; rm *")), br"'it'\''s; rm *'");
    }
}

//! Reads a configuration file of git, for code that may not run git, or not yet.
//!
//! Format: [git-config, SYNTAX](https://git-scm.com/docs/git-config#_syntax). Included files and values over several lines
//! are not read.

use std::io;
use std::path::Path;

use crate::regular_file;

/// The largest configuration of git that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The last value of a key in the section `core` of a file. The key is given in lower case.
///
/// # Errors
///
/// The file does not exist, cannot be read, or is too large.
pub(crate) fn core_value_in(file: &Path, key: &str) -> io::Result<Option<String>> {
    Ok(core_value(&regular_file::read(file, MAX_BYTES)?, key))
}

fn core_value(text: &[u8], key: &str) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let mut is_core = false;
    let mut found = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let mut line = line.trim();
        if let Some((section, rest)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            is_core = section.trim().eq_ignore_ascii_case("core");
            line = rest.trim_start();
        }
        let Some((name, value)) = line.split_once('=').filter(|_| is_core) else {
            continue;
        };
        if name.trim().eq_ignore_ascii_case(key) {
            found = Some(value_of(value));
        }
    }
    found
}

/// A value without its quotes, escapes and comment.
fn value_of(text: &str) -> String {
    let mut value = String::new();
    let mut is_quoted = false;
    // The length without trailing blanks.
    let mut end = 0;
    let mut letters = text.trim_start().chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '#' | ';' if !is_quoted => break,
            '\\' => value.extend(letters.next()),
            letter => value.push(letter),
        }
        if is_quoted || !letter.is_whitespace() {
            end = value.len();
        }
    }
    value.truncate(end);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_git_reads_them() {
        for (text, expected) in [
            ("[core]\n\texcludesFile = ~/mine\n", Some("~/mine")),
            ("[Core] EXCLUDESFILE=/a b # c\n", Some("/a b")),
            ("[core]\nexcludesfile = \"/a#b\\\\c \" ; x\r\n", Some("/a#b\\c ")),
            (
                "[core]\nexcludesfile = /a\n[user]\nx = y\n[core]\nexcludesfile = /b",
                Some("/b"),
            ),
            ("[core]\nexcludesfile =\n", Some("")),
            ("[user]\nexcludesfile = /a\n", None),
            ("[core \"x\"]\nexcludesfile = /a\n", None),
            ("[core]\n# excludesfile = /a\n", None),
            ("", None),
        ] {
            assert_eq!(
                core_value(text.as_bytes(), "excludesfile").as_deref(),
                expected,
                "{text:?}"
            );
        }
    }
}

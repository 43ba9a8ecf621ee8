//! A parser for `git diff --raw -z`: see "Raw output format" in its manual.

use std::path::PathBuf;

use super::blobs::ObjectId;
use super::command::records;
use super::path_of;

/// A path that differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path after the change, from the top of the working tree.
    pub path: PathBuf,
    /// Its path before the change, if it differs.
    pub from: Option<PathBuf>,
    /// The content of the file before the change, if it was a regular file.
    pub before: Option<ObjectId>,
    /// The content of the file after the change, if it is a regular file; zeros if only the working tree has it.
    pub after: Option<ObjectId>,
    /// Whether it is unmerged.
    pub is_unmerged: bool,
}

/// The prefix of the modes of regular files; links, submodules and missing files have others.
const REGULAR_FILE: &[u8] = b"100";

/// Whether a mode is that of a regular file.
pub(super) fn is_regular_file(mode: &[u8]) -> bool {
    mode.starts_with(REGULAR_FILE)
}

/// Parses the entries; `None` if they are malformed.
pub(super) fn parse(output: &[u8]) -> Option<Vec<Entry>> {
    let mut fields = records(output)?;
    let mut entries = Vec::new();
    while let Some(header) = fields.next() {
        let mut columns = header.strip_prefix(b":")?.split(|byte| *byte == b' ');
        let modes = [columns.next()?, columns.next()?];
        let objects = [columns.next()?, columns.next()?];
        let status = *columns.next()?.first()?;
        let mut path = fields.next()?;
        let mut from = None;
        if matches!(status, b'R' | b'C') {
            from = Some(path_of(path));
            path = fields.next()?;
        }
        let [before, after] = [0, 1].map(|side| match is_regular_file(modes[side]) {
            true => ObjectId::parse(objects[side]),
            false => None,
        });
        entries.push(Entry {
            path: path_of(path),
            from,
            before,
            after: after.filter(|_| status != b'D'),
            is_unmerged: status == b'U',
        });
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_files_before_and_after() {
        let output = b":100644 100755 aa bb M\0a\nb.py\0\
                       :000000 100644 00 cc A\0new.py\0\
                       :100644 000000 dd 00 D\0gone.py\0\
                       :100644 100644 ee ff R090\0from.py\0to.py\0\
                       :120000 100644 11 22 T\0link.py\0\
                       :160000 160000 33 44 M\0module\0\
                       :100644 000000 55 00 U\0torn.py\0";
        let entries = parse(output).unwrap();
        let id = |text: &str| ObjectId::parse(text.as_bytes());
        let found: Vec<_> = entries
            .iter()
            .map(|entry| (entry.path.to_str().unwrap(), entry.before.clone(), entry.after.clone()))
            .collect();
        assert_eq!(
            found,
            [
                ("a\nb.py", id("aa"), id("bb")),
                ("new.py", None, id("cc")),
                ("gone.py", id("dd"), None),
                ("to.py", id("ee"), id("ff")),
                ("link.py", None, id("22")),
                ("module", None, None),
                ("torn.py", id("55"), None),
            ]
        );
        assert_eq!(entries.iter().filter(|entry| entry.is_unmerged).count(), 1);
    }

    #[test]
    fn what_makes_no_sense_is_nothing() {
        assert_eq!(parse(b""), Some(Vec::new()));
        for output in [
            &b"a.py\0"[..],
            b":100644 100644 aa bb M\0",
            b":100644 100644 aa bb M\0a.p",
            b":100644 100644 aa bb M\0a.py\0:1006",
            b":100644\0a.py\0",
            b":1 2 3 4 R\0a\0",
            b"\0",
        ] {
            assert_eq!(parse(output), None, "{output:?}");
        }
    }
}

//! The lines that git writes around what it cannot merge.

/// Whether a line is a conflict marker of git, with or without its terminator.
pub fn is_conflict_marker(line: &[u8]) -> bool {
    let markers: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];
    let rest = markers.iter().find_map(|marker| line.strip_prefix(*marker));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'\r' | b'\n')))
}

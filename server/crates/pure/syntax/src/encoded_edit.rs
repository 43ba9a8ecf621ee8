//! Edits of a source file in its own encoding.

use std::ops::Range;

use super::decoding::decode;

/// The bytes of a file after its text was edited, in the encoding that it has: `edits` say what takes the place of which
/// bytes of `text`, which is what [`decode`] gives for `bytes`. They do not overlap.
///
/// No encoder is needed: what does not change is copied. So what goes and what comes must be ASCII, and in an encoding other
/// than UTF-8, so must be what is before or behind it on its line. `None` if that is not so, or if the outcome would not be
/// read as the edited text.
pub fn edit_encoded(bytes: &[u8], text: &str, edits: &[(Range<usize>, String)]) -> Option<Vec<u8>> {
    let mut edits: Vec<_> = edits.iter().map(|(range, new)| essence(text, range, new)).collect();
    edits.sort_by_key(|(range, _)| range.start);
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mark = bytes.len() - body.len();
    let places = Places::of(body, text)?;
    let (mut edited, mut edited_text) = (Vec::with_capacity(bytes.len()), String::with_capacity(text.len()));
    let (mut copied, mut copied_text) = (0, 0);
    for (range, new) in edits {
        let old = text.get(range.clone())?;
        if !new.is_ascii() || !old.is_ascii() {
            return None;
        }
        let start = mark + places.find(text, &range)?;
        edited.extend_from_slice(bytes.get(copied..start)?);
        edited.extend_from_slice(new.as_bytes());
        copied = start + old.len();
        edited_text.push_str(text.get(copied_text..range.start)?);
        edited_text.push_str(new);
        copied_text = range.end;
    }
    edited.extend_from_slice(bytes.get(copied..)?);
    edited_text.push_str(text.get(copied_text..)?);
    (decode(&edited).ok()? == edited_text).then_some(edited)
}

/// An edit without what it leaves as it is.
fn essence<'n>(text: &str, range: &Range<usize>, new: &'n str) -> (Range<usize>, &'n str) {
    let old = text.get(range.clone()).unwrap_or_default();
    let pairs = old.chars().zip(new.chars());
    let prefix: usize = pairs
        .take_while(|(one, other)| one == other)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let pairs = old.chars().rev().zip(new.chars().rev());
    let suffix: usize = pairs
        .take_while(|(one, other)| one == other)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    (range.start + prefix..range.end - suffix, &new[..new.len() - suffix])
}

/// Where the places in a text are among the bytes that it is decoded from.
enum Places {
    /// At the same offsets.
    Same,
    /// On the same lines, of which these are the starts in the text and in the bytes; and both ends.
    ByLine(Vec<usize>, Vec<usize>),
}

impl Places {
    fn of(body: &[u8], text: &str) -> Option<Self> {
        if body == text.as_bytes() {
            return Some(Self::Same);
        }
        let (in_text, in_body) = (line_starts(text.as_bytes()), line_starts(body));
        (in_text.len() == in_body.len()).then_some(Self::ByLine(in_text, in_body))
    }

    /// The offset in the bytes of something that is ASCII.
    fn find(&self, text: &str, range: &Range<usize>) -> Option<usize> {
        let Self::ByLine(in_text, in_body) = self else {
            return Some(range.start);
        };
        let line = in_text.partition_point(|start| *start <= range.start).checked_sub(1)?;
        let (head, tail) = match in_text.get(line + 1) {
            Some(end) => (text.get(in_text[line]..range.start)?, text.get(range.end..*end)?),
            // The end of the text.
            None => (text.get(*in_text.get(line.checked_sub(1)?)?..range.start)?, ""),
        };
        if tail.is_ascii() {
            let end = in_body.get(line + 1).or(in_body.last())?;
            end.checked_sub(tail.len() + range.len())
        } else if head.is_ascii() {
            Some(in_body.get(line)? + head.len())
        } else {
            None
        }
    }
}

/// Where each line starts, and the end.
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            starts.push(at + 1);
        }
    }
    if starts.last() != Some(&bytes.len()) {
        starts.push(bytes.len());
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes after ` # x` was put behind each `:` that ends a line, or stands before `#`.
    fn commented(bytes: &[u8]) -> Option<Vec<u8>> {
        let text = decode(bytes).unwrap();
        let places = text.match_indices("f():").map(|(at, found)| at + found.len());
        let edits: Vec<_> = places.map(|at| (at..at, " # x".to_owned())).collect();
        assert!(!edits.is_empty());
        edit_encoded(bytes, &text, &edits)
    }

    #[test]
    fn what_is_not_edited_keeps_its_bytes() {
        for (before, after) in [
            (&b"def f():\r\n  'x'\r"[..], &b"def f(): # x\r\n  'x'\r"[..]),
            (
                b"\xef\xbb\xbfdef f():\n '\xc3\xa9'",
                b"\xef\xbb\xbfdef f(): # x\n '\xc3\xa9'",
            ),
            (b"'\xc3\xa9'\ndef f():", b"'\xc3\xa9'\ndef f(): # x"),
            (
                b"# coding: latin-1\n'\xe9'\rdef f():\rdef f():",
                b"# coding: latin-1\n'\xe9'\rdef f(): # x\rdef f(): # x",
            ),
            // Text behind it that is not ASCII.
            (
                b"# coding: cp1252\ndef f():# \x80\n",
                b"# coding: cp1252\ndef f(): # x# \x80\n",
            ),
            (
                b"# coding: shift_jis\n'\x83\x5c'\ndef f():\n",
                b"# coding: shift_jis\n'\x83\x5c'\ndef f(): # x\n",
            ),
        ] {
            assert_eq!(
                commented(before).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
                Some(String::from_utf8_lossy(after).into_owned())
            );
        }
        // Text on both sides.
        assert_eq!(commented(b"# coding: latin-1\n'\xe9';def f():# \xe9\n"), None);
    }

    #[test]
    fn only_what_differs_counts() {
        let text = "f # \u{e9} [a]";
        let edits = [(2..text.len(), "# \u{e9} [a, b]".to_owned())];
        let edited = edit_encoded(text.as_bytes(), text, &edits).unwrap();
        assert_eq!(String::from_utf8(edited).unwrap(), "f # \u{e9} [a, b]");
        let replaced = [(4..6, "e".to_owned())];
        assert_eq!(edit_encoded(text.as_bytes(), text, &replaced), None);
    }
}

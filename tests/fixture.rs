//! Texts with markers: `$0` stands for a position, as in the tests of rust-analyzer.

/// A text without its markers `$0`, and the bytes where they stood.
pub fn marked(text: &str) -> (String, Vec<usize>) {
    let mut parts = text.split("$0");
    let mut unmarked = parts.next().unwrap_or_default().to_owned();
    let mut offsets = Vec::new();
    for part in parts {
        offsets.push(unmarked.len());
        unmarked.push_str(part);
    }
    (unmarked, offsets)
}

/// A text without its one marker `$0`, and the byte where it stood.
///
/// # Panics
///
/// There is no marker, or more than one.
#[track_caller]
pub fn with_cursor(text: &str) -> (String, usize) {
    let (text, offsets) = marked(text);
    let [offset] = offsets[..] else {
        panic!("{} markers in {text:?}", offsets.len());
    };
    (text, offset)
}

//! Escapes for text from a repository: names of files and functions, keys and values of a configuration.
//!
//! Each output that shows such text has one function here. Its result breaks no line, moves no cursor, reorders no letters,
//! and becomes neither a link nor markup there.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The text with an escape such as `\n` or `\u{1b}` for each character that would break its line, move a terminal's
/// cursor, reorder what stands beside it ([bidirectional controls](https://www.unicode.org/reports/tr9/)), or be no
/// character of XML.
///
/// The second `#` of `##` is escaped as well: GitHub, Azure Pipelines and TeamCity read commands such as `##[error]` and
/// `##vso[task.setvariable]` anywhere in a line of a log.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) && !text.contains(LOG_COMMAND) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    let mut before = None;
    for letter in text.chars() {
        if is_unsafe(letter) {
            line.extend(letter.escape_default());
        } else if letter == '#' && before == Some('#') {
            line.extend(letter.escape_unicode());
        } else {
            line.push(letter);
        }
        before = Some(letter);
    }
    Cow::Owned(line)
}

/// The start of commands in the logs of pipelines, anywhere in a line.
pub const LOG_COMMAND: &str = "##";

/// As [`one_line`], for text at the start of a line: `./` is put before what GitHub takes for a workflow command, such as
/// `::error::`. Our lines start with a path, and `./` does not change what a path names.
pub fn whole_line(text: &str) -> Cow<'_, str> {
    let line = one_line(text);
    // GitHub's runner removes white space first.
    match line.trim_start().starts_with("::") {
        true => Cow::Owned(format!("./{line}")),
        false => line,
    }
}

/// A path for the start of a line, as [`whole_line`] and [`name`].
pub fn path(path: &Path) -> String {
    whole_line(&name(path)).into_owned()
}

/// A path as Unicode, different for each path. UTF-8 stays as it is. Every other byte becomes U+FFFD and its two hexadecimal
/// digits; so do the bytes of a U+FFFD in the name that two such digits follow. [`named`] is the inverse.
///
/// Unpaired surrogates, as Python writes such names to JSON, are refused by many readers, and XML cannot have them.
pub fn name(path: &Path) -> Cow<'_, str> {
    let bytes = path.as_os_str().as_encoded_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::REPLACEMENT_CHARACTER) => return Cow::Borrowed(text),
        _ => {}
    }
    let mut spelled = String::with_capacity(bytes.len() + 8);
    let spell = |bytes: &[u8], spelled: &mut String| {
        for byte in bytes {
            let _ = write!(spelled, "{}{byte:02X}", char::REPLACEMENT_CHARACTER);
        }
    };
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        for (at, letter) in text.char_indices() {
            let end = at + letter.len_utf8();
            match letter == char::REPLACEMENT_CHARACTER && spelled_byte(&text[end..]).is_some() {
                true => spell(&text.as_bytes()[at..end], &mut spelled),
                false => spelled.push(letter),
            }
        }
        spell(chunk.invalid(), &mut spelled);
    }
    Cow::Owned(spelled)
}

/// A path as [`name`] writes it, with `/` on every system unless it is absolute.
pub fn portable_name(path: &Path) -> String {
    if path.is_absolute() {
        return name(path).into_owned();
    }
    let names = path
        .components()
        .map(|part| name(Path::new(part.as_os_str())).into_owned());
    names.collect::<Vec<_>>().join("/")
}

/// The path for a text from [`name`]: its inverse. Only Unix has names that need it.
pub fn named(text: &str) -> PathBuf {
    let mut rest = text;
    let mut bytes = Vec::with_capacity(text.len());
    while let Some(at) = rest.find(char::REPLACEMENT_CHARACTER) {
        let (before, mark) = rest.split_at(at);
        let after = &mark[char::REPLACEMENT_CHARACTER.len_utf8()..];
        bytes.extend_from_slice(before.as_bytes());
        match spelled_byte(after) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.extend_from_slice(&mark.as_bytes()[..mark.len() - after.len()]);
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    path_of(bytes).unwrap_or_else(|| PathBuf::from(text))
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The byte whose two digits, as [`name`] writes them, begin a text.
fn spelled_byte(text: &str) -> Option<u8> {
    let digits = text.get(..2)?;
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'A'..=b'F');
    u8::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.bytes().all(is_digit))
}

/// JSON with escapes for the characters that [`one_line`] escapes. Its meaning is unchanged: such characters are in strings
/// only.
pub fn json(json: String) -> String {
    let is_unsafe = |letter: char| letter != '\n' && is_unsafe(letter);
    if !json.contains(is_unsafe) && !json.contains(LOG_COMMAND) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    let mut before = None;
    for letter in json.chars() {
        if is_unsafe(letter) || letter == '#' && before == Some('#') {
            // All of them are in the Basic Multilingual Plane.
            let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
        before = Some(letter);
    }
    escaped
}

/// As [`json`], for JSON from another program. White space between values stays, except that carriage returns become line
/// feeds, and tabs become blanks.
pub fn foreign_json(json: &str) -> Cow<'_, str> {
    let is_unsafe = |letter: char| letter != '\n' && is_unsafe(letter);
    if !json.contains(is_unsafe) && !json.contains(LOG_COMMAND) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    let mut letters = json.chars().peekable();
    let mut is_in_text = false;
    let mut before = None;
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if !is_in_text && letters.peek() == Some(&'\n') => {}
            '\r' if !is_in_text => escaped.push('\n'),
            '\t' if !is_in_text => escaped.push(' '),
            letter if is_unsafe(letter) || letter == '#' && before == Some('#') => {
                // All of them are in the Basic Multilingual Plane.
                let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
            }
            letter => escaped.push(letter),
        }
        match letter {
            '"' => is_in_text = !is_in_text,
            // An escaped character neither ends the string nor is unsafe.
            '\\' if is_in_text => escaped.extend(letters.next()),
            _ => {}
        }
        before = Some(letter);
    }
    Cow::Owned(escaped)
}

fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'
            // Bidirectional marks, embeddings, overrides and isolates.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// As [`one_line`], with at most `limit` characters of the text. If it has more, the last one is `…`.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => one_line(text),
        Some(_) => {
            let kept = text.char_indices().nth(limit.saturating_sub(1));
            let end = kept.map_or(text.len(), |(index, _)| index);
            Cow::Owned(format!("{}…", one_line(&text[..end])))
        }
    }
}

/// As [`one_line`], and with a backslash before every character that can begin markup, a link, a mention or HTML in
/// Markdown: a reader sees the text as it is written.
///
/// Source: [CommonMark 0.31, 2.4](https://spec.commonmark.org/0.31.2/#backslash-escapes).
pub fn markdown(text: &str) -> String {
    let line = one_line(text);
    let mut escaped = String::with_capacity(line.len() + 8);
    for letter in line.chars() {
        if letter.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 200;

/// A name as code in Markdown, and in backticks in a message. Its backticks are replaced so that it cannot end the code, and
/// it has no links.
pub fn code(name: &str) -> String {
    let name = shortened(name, LONGEST_NAME).replace('`', "'");
    format!("`{}`", without_links(&name))
}

/// The lines of a message without links: VS Code makes a link of `[text](target)` in a notification, and its target may be a
/// command. A space is put between the two.
pub fn without_links(text: &str) -> Cow<'_, str> {
    match text.contains("](") {
        true => Cow::Owned(text.replace("](", "] (")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_break_the_line_is_escaped() {
        assert_eq!(one_line("é \\n 'x' 𝒳"), "é \\n 'x' 𝒳");
        assert_eq!(
            one_line("a\nb\r\t\x1b[31m\u{85}\u{9b}\u{2028}\u{ffff}"),
            "a\\nb\\r\\t\\u{1b}[31m\\u{85}\\u{9b}\\u{2028}\\u{ffff}"
        );
    }

    #[test]
    fn text_cannot_be_reordered() {
        assert_eq!(one_line("a\u{202e}b\u{2066}c"), "a\\u{202e}b\\u{2066}c");
    }

    #[test]
    fn no_command_of_a_log_is_left() {
        assert_eq!(
            one_line("##[error]a###vso[b] #c"),
            "#\\u{23}[error]a#\\u{23}\\u{23}vso[b] #c"
        );
        assert_eq!(whole_line("::error::a.py"), "./::error::a.py");
        assert_eq!(whole_line(" \u{a0}::error::a.py"), "./ \u{a0}::error::a.py");
        assert_eq!(whole_line("C::m"), "C::m");
        assert_eq!(path(Path::new("a\n::b")), "a\\n::b");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_unicode_are_told_apart_and_found_again() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        for (bytes, expected) in [
            (&b"a/\xc3\xa9.py"[..], "a/é.py"),
            (b"caf\xe9.py", "caf\u{fffd}E9.py"),
            (b"caf\xe8.py", "caf\u{fffd}E8.py"),
            // A name that has the character itself.
            ("\u{fffd}.py".as_bytes(), "\u{fffd}.py"),
            ("\u{fffd}e9\u{fffd}E".as_bytes(), "\u{fffd}e9\u{fffd}E"),
            ("caf\u{fffd}E9.py".as_bytes(), "caf\u{fffd}EF\u{fffd}BF\u{fffd}BDE9.py"),
            (
                b"\xef\xbf\xbd\xff\xed\xb3\xa9",
                "\u{fffd}\u{fffd}FF\u{fffd}ED\u{fffd}B3\u{fffd}A9",
            ),
        ] {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(name(path), expected);
            assert_eq!(named(expected), path);
        }
    }

    #[test]
    fn escaped_json_means_the_same() {
        let text = "##[error]\u{1b}\u{7f}\u{9b}\u{202e}\u{fffe}é𝒳\\";
        let plain = serde_json::to_string(text).unwrap();
        let escaped = json(plain.clone());
        assert_eq!(one_line(&escaped), escaped);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        assert_eq!(json("[\n]\n".to_owned()), "[\n]\n");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äö…");
        assert_eq!(shortened("a\nb", 3), "a\\nb");
        assert_eq!(shortened("ab", 0), "…");
    }

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("f"), "`f`");
        assert_eq!(code("` [a](b)\n``"), "`' [a] (b)\\n''`");
    }

    #[test]
    fn json_of_others_stays_json_and_means_the_same() {
        for (forged, expected) in [
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("{\r\n\t\"a\":\r\t\"##[error]\"}", "{\n \"a\":\n \"#\\u0023[error]\"}"),
            (
                r####"["\"###", "\\", "##"]"####,
                r##"["\"#\u0023\u0023", "\\", "#\u0023"]"##,
            ),
            ("[\"\u{202e}\u{9b}\"]\t", "[\"\\u202e\\u009b\"] "),
        ] {
            assert_eq!(foreign_json(forged), expected);
        }
    }

    #[test]
    fn messages_have_no_links() {
        assert_eq!(without_links("x[0] (y)\n"), "x[0] (y)\n");
        assert_eq!(without_links("[a](command:b)](c)"), "[a] (command:b)] (c)");
    }

    #[test]
    fn markdown_shows_the_text_as_it_is_written() {
        assert_eq!(
            markdown("[a](command:b) <i> `c` d_e"),
            "\\[a\\]\\(command\\:b\\) \\<i\\> \\`c\\` d\\_e"
        );
    }
}

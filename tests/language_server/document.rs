//! A document that is open in the client, as the client knows it.

use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, uri};

/// What the characters of positions are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// Every encoding.
    pub(crate) const ALL: [Self; 3] = [Self::Utf8, Self::Utf16, Self::Utf32];

    /// The protocol's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A document that is open in the client.
pub(crate) struct Document {
    /// What it is called.
    pub uri: String,
    /// The version that the server was told last.
    pub version: i32,
    /// The text, after all changes.
    pub text: String,
    /// What its positions are counted in.
    pub encoding: Encoding,
}

impl Document {
    /// Opens a file in the client, with a text that need not be that of the file.
    pub(crate) fn open(client: &mut Client, path: &Path, text: &str) -> Self {
        Self::open_uri(client, &uri(path), text)
    }

    /// Opens what a URI names in the client.
    pub(crate) fn open_uri(client: &mut Client, uri: &str, text: &str) -> Self {
        let document = Self {
            uri: uri.to_owned(),
            version: 1,
            text: text.to_owned(),
            encoding: Encoding::default(),
        };
        document.tell(client);
        document
    }

    /// Has the server open what the client has.
    pub(crate) fn tell(&self, client: &mut Client) {
        let item = json!({"uri": self.uri, "languageId": "python", "version": self.version, "text": self.text});
        client.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Closes it.
    pub(crate) fn close(&self, client: &mut Client) {
        client.notify("textDocument/didClose", json!({"textDocument": self.identifier()}));
    }

    /// How requests name it.
    pub(crate) fn identifier(&self) -> Value {
        json!({"uri": self.uri})
    }

    /// Replaces the one place where `old` stands, and tells the server.
    #[track_caller]
    pub(crate) fn replace(&mut self, client: &mut Client, old: &str, new: &str) {
        let change = self.change(old, new);
        self.tell_changes(client, vec![change]);
    }

    /// Replaces the one place where `old` stands; the change to tell the server.
    #[track_caller]
    pub(crate) fn change(&mut self, old: &str, new: &str) -> Value {
        assert_eq!(self.text.matches(old).count(), 1, "{old:?} in {:?}", self.text);
        let start = self.text.find(old).expect("it is there");
        self.splice(start..start + old.len(), new)
    }

    /// Replaces some bytes; the change to tell the server.
    pub(crate) fn splice(&mut self, bytes: Range<usize>, new: &str) -> Value {
        let change = json!({"range": self.range(bytes.clone()), "text": new});
        self.text.replace_range(bytes, new);
        change
    }

    /// Tells the server changes as the next version.
    pub(crate) fn tell_changes(&mut self, client: &mut Client, changes: Vec<Value>) {
        self.version += 1;
        let document = json!({"uri": self.uri, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        client.notify("textDocument/didChange", params);
    }

    /// The protocol's range of some bytes.
    pub(crate) fn range(&self, bytes: Range<usize>) -> Value {
        json!({"start": self.position(bytes.start), "end": self.position(bytes.end)})
    }

    /// The protocol's position of a byte, which is not between the two of a CR LF.
    pub(crate) fn position(&self, byte: usize) -> Value {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= byte) - 1;
        let before = self.text[starts[line]..byte].chars();
        let character: usize = before.map(|character| self.encoding.width(character)).sum();
        json!({"line": line, "character": character})
    }

    /// What stands in a range of the protocol.
    #[track_caller]
    pub(crate) fn at(&self, range: &Value) -> &str {
        &self.text[self.byte(&range["start"])..self.byte(&range["end"])]
    }

    /// The byte of a position that is between two characters of the text.
    #[track_caller]
    fn byte(&self, position: &Value) -> usize {
        let line = position["line"].as_u64().expect("a line") as usize;
        let character = position["character"].as_u64().expect("a character") as usize;
        let start = self.line_starts()[line];
        let mut left = character;
        for (offset, at) in self.text[start..].char_indices() {
            if left == 0 {
                return start + offset;
            }
            assert!(!matches!(at, '\n' | '\r'), "{position} is past the end of its line");
            left = left
                .checked_sub(self.encoding.width(at))
                .expect("between two characters");
        }
        assert_eq!(left, 0, "{position} is past the end of the text");
        self.text.len()
    }

    /// Where the lines start. A line ends with `\n`, `\r\n` or `\r`.
    fn line_starts(&self) -> Vec<usize> {
        let mut starts = vec![0];
        let mut at = 0;
        while let Some(length) = self.text[at..].find(['\n', '\r']) {
            at += length;
            at += if self.text[at..].starts_with("\r\n") { 2 } else { 1 };
            starts.push(at);
        }
        starts
    }
}

//! Edits of a document, and what must hold after each.

use antipasta_metrics::{Document, measure};
use antipasta_rules::config::Config;
use antipasta_rules::violations::evaluate;
use antipasta_syntax::text::{Edit, Position, PositionEncoding, replace};
use ropey::Rope;

/// The texts that edits start from.
const TEXTS: [&str; 3] = [
    "",
    "class C:\n    @decorated\n    def m(self, x):  # antipasta: ignore\n        if x and self: pass\n\n\ndef f(x):\n    return x\n",
    "import a\r\n\r\n\r\nasync def g():\r\n    \"\"\"é😀\r\n    \"\"\"\r\n    return [x for x in f'{a}' if x]\r\n",
];

const SNIPPETS: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    ":",
    "\\",
    "\\\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "    ",
    "\x0c",
    "@",
    "@decorated\n",
    "def f():\n",
    "    def g(self): pass\n",
    "class C:\n",
    "class D(C): x = 1\n",
    "if x:\n",
    "    if x and y: pass\n",
    "else:\n",
    "try:\n",
    "except E:\n",
    " and x",
    "; y = x + 1",
    "async ",
    "lambda: ",
    "# comment\n",
    "# antipasta: ignore",
    "é😀",
    "from __future__ import *\n",
    "x = 1\n",
    "  ",
    "\0",
    "f'{",
];

/// Numbers that are read from bytes; 0 when there are no more.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        let bytes = match limit {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        };
        let (taken, rest) = self.0.split_at(bytes.min(self.0.len()));
        self.0 = rest;
        let number = taken.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        number % limit.max(1)
    }
}

/// After any edits, a document has the metrics that its text has from scratch.
pub fn edits(data: &[u8]) {
    let config = Config::built_in();
    let mut choices = Choices(data);
    let mut edited = EditedDocument::new(TEXTS[choices.below(TEXTS.len())]);
    while !choices.0.is_empty() {
        let (edit, _) = edited.random_edit(&mut choices);
        edited.document.update(edited.rope.clone(), &[edit]);
        edited.check(&config, "a fuzzed edit");
    }
}

/// What takes an edit back: the bytes to replace, and by what.
pub type Undo = (usize, usize, String);

/// A document and, beside it, the text as a client keeps it.
pub struct EditedDocument {
    pub document: Document,
    pub rope: Rope,
    pub client: String,
}

impl EditedDocument {
    pub fn new(text: &str) -> Self {
        let rope = Rope::from_str(text);
        Self {
            document: Document::new(rope.clone()),
            rope,
            client: text.to_owned(),
        }
    }

    pub fn replace(&mut self, start: usize, end: usize, text: &str) -> (Edit, Undo) {
        let position = |byte| Position::of_byte(&self.rope, byte, PositionEncoding::Utf8);
        let range = position(start)..position(end);
        // A position inside `\r\n` is before it.
        let byte = |position: Position| position.byte(&self.rope, PositionEncoding::Utf8);
        let (start, end) = (byte(range.start), byte(range.end));
        let undo = (start, start + text.len(), self.client[start..end].to_owned());
        let edit = replace(&mut self.rope, Some(range), text, PositionEncoding::Utf8);
        self.client.replace_range(start..end, text);
        (edit, undo)
    }

    /// The nearest place between two characters at or before a byte.
    fn boundary(&self, byte: usize) -> usize {
        let byte = byte.min(self.client.len());
        (0..=byte)
            .rev()
            .find(|&byte| self.client.is_char_boundary(byte))
            .unwrap_or(0)
    }

    pub fn random_edit(&mut self, choices: &mut Choices<'_>) -> (Edit, Undo) {
        let mut start = self.boundary(choices.below(self.client.len() + 1));
        if choices.below(3) == 0 {
            // At the start of a line, where statements begin.
            start = self.client[..start].rfind('\n').map_or(0, |newline| newline + 1);
        }
        let length = match choices.below(24) {
            0 => choices.below(self.client.len() / 2 + 1),
            1..=3 => choices.below(200),
            4..=10 => choices.below(4),
            _ => 0,
        };
        let end = self.boundary(start + length).max(start);
        let text = match choices.below(8) {
            0 => String::new(),
            1 => {
                let from = self.boundary(choices.below(self.client.len() + 1));
                let to = self.boundary(from + choices.below(400)).max(from);
                self.client[from..to].to_owned()
            }
            _ => SNIPPETS[choices.below(SNIPPETS.len())].to_owned(),
        };
        self.replace(start, end, &text)
    }

    /// Compares with the metrics from scratch if the text is valid; says whether it is.
    pub fn check(&mut self, config: &Config, what: &str) -> bool {
        assert!(*self.document.text() == self.client.as_str(), "{what}: another text");
        let mut next = 0;
        for (lines, _) in self.document.units() {
            assert_eq!(lines.start, next, "{what}: units that do not divide the text");
            next = lines.end;
        }
        assert_eq!(next as usize, self.rope.len_lines(), "{what}: the end of the units");
        let Ok(expected) = measure(&self.client) else {
            let mut settled = self.document.clone();
            settled.settle();
            assert!(
                settled.is_stale(),
                "{what}: the text is not valid, and no unit has an error"
            );
            // As when one stops typing in the middle, now and then.
            if self.client.len().is_multiple_of(3) {
                self.document = settled;
            }
            return false;
        };
        if self.document.is_unsettled() {
            assert!(self.document.settle(), "{what}: a valid text that does not settle");
        }
        for (lines, unit) in self.document.units() {
            let text = self.document.text_of_lines(&lines);
            assert_eq!(
                unit.error(),
                None,
                "{what}: stale lines {lines:?} of a valid text: {text:?}"
            );
        }
        let metrics = self.document.file_metrics();
        for (ours, expected) in metrics.functions.iter().zip(&expected.functions) {
            let first = expected.start_line.saturating_sub(8) as usize;
            let last = expected.end_line as usize;
            let around = || self.client.lines().take(last).skip(first).collect::<Vec<_>>();
            assert_eq!(ours, expected, "{what}: {:#?}", around());
        }
        assert_eq!(metrics, expected, "{what}");
        assert_eq!(evaluate(&self.document, config), evaluate(&expected, config), "{what}");
        true
    }
}

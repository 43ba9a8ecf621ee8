//! After any edits, a document has the metrics that its text has from scratch.
//!
//! The edits are hostile: inside strings, brackets and indentation, quotes and decorators, halves of files. Most are taken
//! back, so that texts are often valid, and edits mend what edits broke. `ANTIPASTA_TEST_CORPUS` adds files, and
//! `ANTIPASTA_TEST_EDITS` says how many edits each file gets.

use std::path::Path;

use crate::support::{on_analysis_stack, sources};
use antipasta_metrics::Document;
use antipasta_metrics::measure;
use antipasta_rules::config::Config;
use antipasta_rules::violations::evaluate;
use antipasta_syntax::text::{Position, PositionEncoding, Splice, replace};
use ropey::Rope;

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

/// A sequence of numbers that looks random and is the same every time (the generator "splitmix64").
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

/// What takes an edit back: the bytes to replace, and by what.
type Undo = (usize, usize, String);

/// A document and, beside it, the text as a client keeps it.
struct Pair {
    document: Document,
    rope: Rope,
    client: String,
}

impl Pair {
    fn new(text: &str) -> Self {
        let rope = Rope::from_str(text);
        Self {
            document: Document::new(rope.clone()),
            rope,
            client: text.to_owned(),
        }
    }

    fn replace(&mut self, start: usize, end: usize, text: &str) -> (Splice, Undo) {
        let position = |byte| Position::of_byte(&self.rope, byte, PositionEncoding::Utf8);
        let range = position(start)..position(end);
        // A position inside `\r\n` is before it.
        let byte = |position: Position| position.byte(&self.rope, PositionEncoding::Utf8);
        let (start, end) = (byte(range.start), byte(range.end));
        let undo = (start, start + text.len(), self.client[start..end].to_owned());
        let splice = replace(&mut self.rope, Some(range), text, PositionEncoding::Utf8);
        self.client.replace_range(start..end, text);
        (splice, undo)
    }

    /// The nearest place between two characters at or before a byte.
    fn boundary(&self, byte: usize) -> usize {
        let byte = byte.min(self.client.len());
        (0..=byte)
            .rev()
            .find(|&byte| self.client.is_char_boundary(byte))
            .unwrap_or(0)
    }

    fn random_edit(&mut self, numbers: &mut Numbers) -> (Splice, Undo) {
        let mut start = self.boundary(numbers.below(self.client.len() + 1));
        if numbers.below(3) == 0 {
            // At the start of a line, where statements begin.
            start = self.client[..start].rfind('\n').map_or(0, |newline| newline + 1);
        }
        let length = match numbers.below(24) {
            0 => numbers.below(self.client.len() / 2 + 1),
            1..=3 => numbers.below(200),
            4..=10 => numbers.below(4),
            _ => 0,
        };
        let end = self.boundary(start + length).max(start);
        let text = match numbers.below(8) {
            0 => String::new(),
            1 => {
                let from = self.boundary(numbers.below(self.client.len() + 1));
                let to = self.boundary(from + numbers.below(400)).max(from);
                self.client[from..to].to_owned()
            }
            _ => SNIPPETS[numbers.below(SNIPPETS.len())].to_owned(),
        };
        self.replace(start, end, &text)
    }

    /// Compares with the metrics from scratch if the text is valid; says whether it is.
    fn check(&mut self, config: &Config, what: &str) -> bool {
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

#[test]
fn edits_lead_where_measuring_from_scratch_leads() {
    on_analysis_stack(|| {
        let edits = std::env::var("ANTIPASTA_TEST_EDITS").map_or(150, |count| count.parse().expect("a number"));
        let config = "defaults: {max_cyclomatic_complexity: 3, max_cognitive_complexity: 2}";
        let config = Config::from_yaml(Path::new("c.yaml"), config).expect("a sound configuration");
        let (mut checks, mut valid) = (0, 0);
        for (number, (path, text)) in sources().into_iter().enumerate() {
            let mut numbers = Numbers(number as u64);
            let mut pair = Pair::new(&text);
            let mut check = |pair: &mut Pair, what: &str| {
                checks += 1;
                valid += usize::from(pair.check(&config, &format!("{}: {what}", path.display())));
            };
            for edit in 0..edits {
                let edited: Vec<(Splice, Undo)> =
                    (0..=numbers.below(2)).map(|_| pair.random_edit(&mut numbers)).collect();
                let (splices, undo): (Vec<Splice>, Vec<Undo>) = edited.into_iter().unzip();
                pair.document.update(pair.rope.clone(), &splices);
                check(&mut pair, &format!("edit {edit}"));
                if numbers.below(8) > 0 {
                    let back = undo
                        .iter()
                        .rev()
                        .map(|(start, end, text)| pair.replace(*start, *end, text).0);
                    let splices: Vec<Splice> = back.collect();
                    pair.document.update(pair.rope.clone(), &splices);
                    check(&mut pair, &format!("edit {edit} taken back"));
                }
                if edit % 10 == 9 {
                    let (splice, _) = pair.replace(0, pair.client.len(), &text);
                    pair.document.update(pair.rope.clone(), &[splice]);
                    check(&mut pair, &format!("the whole replaced after edit {edit}"));
                }
            }
        }
        println!("{checks} checks, {valid} of them of valid texts");
        assert!(valid * 3 > checks, "only {valid} of {checks} texts were valid");
    });
}

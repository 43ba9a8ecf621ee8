//! Opening a text and editing it cost at most in proportion to its length, whatever it is made of.
//!
//! Work is counted, not timed: what our own code reads, parses and visits. What tree-sitter does by itself has a limit, and
//! is timed in the server, by `tests/language_server/linear.rs`.

use crate::forms::forms;
use antipasta_metrics::Document;
use antipasta_metrics::measure;
use antipasta_syntax::WorkLimit;
use antipasta_syntax::text::{Position, PositionEncoding, replace};
use antipasta_syntax::work;
use ropey::Rope;

/// The length of the shorter texts. The longer ones have twice as much.
const BYTES: usize = 800;

/// How many times the work may be done for a text of twice the length: two, and what rounded lengths come to.
const MOST: u64 = 3;

/// What does not depend on the length.
const CONSTANT: u64 = 16_000;

/// A document while it is edited, and what that costs.
struct Edited {
    document: Document,
    rope: Rope,
    costs: Vec<(String, u64)>,
}

impl Edited {
    fn open(text: &str) -> Self {
        let rope = Rope::from_str(text);
        let before = work::done();
        let document = Document::new(rope.clone());
        Self {
            document,
            rope,
            costs: vec![("opening".to_owned(), work::done() - before)],
        }
    }

    fn replace(&mut self, start: usize, end: usize, text: &str) {
        let position = |byte| Position::of_byte(&self.rope, byte, PositionEncoding::Utf8);
        let range = position(start)..position(end);
        let edit = replace(&mut self.rope, Some(range), text, PositionEncoding::Utf8);
        let before = work::done();
        self.document.update(self.rope.clone(), &[edit]);
        self.document.settle();
        let what = format!("replacing {start}..{end} by {text:?}");
        self.costs.push((what, work::done() - before));
    }
}

/// The costs of opening a text and of edits at its start, in its middle and at its end. What is known of it in the end must
/// be what is known of it from scratch.
fn costs(name: &str, text: &str) -> Vec<(String, u64)> {
    let mut edited = Edited::open(text);
    // The protocol has no place between CR and LF.
    let is_place = |byte: &usize| text.is_char_boundary(*byte) && !text[..*byte].ends_with('\r');
    let middle = (0..=text.len() / 2).rev().find(is_place);
    for at in [0, middle.unwrap_or_default(), text.len()] {
        for inserted in ["(", "a"] {
            edited.replace(at, at, inserted);
            edited.replace(at, at + inserted.len(), "");
        }
    }
    let is_valid = measure(text).is_ok();
    let document = &edited.document;
    assert_eq!(document.is_stale(), !is_valid, "{name:?}: an error or none");
    if is_valid {
        assert!(
            document.file_metrics() == measure(text).unwrap(),
            "{name:?}: other numbers"
        );
    }
    edited.costs
}

#[test]
fn every_form_of_the_grammar_costs_in_proportion_to_its_length() {
    for form in forms() {
        let [short, long] = [BYTES, 2 * BYTES].map(|bytes| costs(&form.name, &form.text(bytes)));
        for ((_, short), (what, long)) in short.into_iter().zip(long) {
            let most = MOST * short + CONSTANT;
            assert!(
                long <= most,
                "{:?}: {what} costs {short}, and {long} for twice the length",
                form.name
            );
        }
    }
}

/// Tree-sitter looks at all of the lines that are left for each of them.
#[test]
fn tree_sitter_has_a_limit_and_the_numbers_are_right_without_it() {
    let text = format!("def f():\n    if x: pass\n{}y = 1\n", "\\\n".repeat(40_000));
    let rope = Rope::from_str(&text);
    let mut document = Document::new(rope.clone());
    document.prepare(&|| false);
    assert!(document.is_prepared());
    let mut edited = Edited {
        document,
        rope,
        costs: Vec::new(),
    };
    edited.replace(text.len(), text.len(), "def g(): pass\n");
    edited.replace(0, 0, "def h(:\n");
    assert!(edited.document.is_stale());
    edited.replace(0, 8, "class C:\n    x = 1\n");
    let expected = measure(&String::from(&edited.rope)).unwrap();
    assert_eq!(edited.document.file_metrics(), expected);
    assert!(!edited.document.is_stale());
    // Broken from the beginning.
    let document = Document::new(Rope::from_str(&(text + "(\n")));
    assert!(document.is_stale());
}

#[test]
fn what_is_unwanted_is_not_prepared() {
    let mut document = Document::new(Rope::from_str("x = 1\n"));
    document.prepare(&|| true);
    assert!(!document.is_prepared());
    document.prepare(&|| false);
    assert!(document.is_prepared());
    assert!(!WorkLimit::none().is_reached());
}

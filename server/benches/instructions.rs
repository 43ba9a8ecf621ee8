//! How many instructions each step from text to metrics takes: `python3 tests/benchmark/gate.py`.
//!
//! Valgrind's callgrind counts them, driven by gungraun. The counts hardly depend on the machine or on its load, so a
//! regression of a few percent can be told from noise. `gate.py` compares them with the limits in `instructions.json`, and
//! counts the instructions of the built program too. `metrics.rs` measures times, for people.
//!
//! Everything runs on one thread. The measured code draws no random numbers: its maps hash with `rustc_hash`, which has no
//! seed, and gungraun runs it with an empty environment and without address space layout randomization. The `quick` profile
//! is measured, which the tests have compiled already, so the counts include overflow checks and debug assertions.

#![allow(clippy::disallowed_methods, reason = "it reads fixtures")]
#![allow(missing_docs, reason = "the macros of gungraun make public items")]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use antipasta_metrics::{Contribution, Document, contribution_of_source};
use antipasta_syntax::text::{Position, PositionEncoding, replace};
use antipasta_syntax::{Source, parse};
use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use ropey::Rope;

/// The allocator of the program: its instructions are counted as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many keystrokes are typed into each document.
const KEYSTROKES: usize = 100;

/// The texts of some fixtures, repeated until there are at least so many bytes.
fn text_of(fixtures: &[&str], bytes: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/python");
    let texts: Vec<String> = fixtures
        .iter()
        .map(|name| fs::read_to_string(folder.join(name).with_extension("py")).expect("a fixture"))
        .collect();
    let once = texts.join("\n\n");
    once.repeat(bytes.div_ceil(once.len()))
}

/// A quarter of a megabyte of code. The fixtures are those whose lines are counted by their tokens, as in most code.
fn text() -> String {
    text_of(&["control_flow", "nesting", "ignores"], 250_000)
}

/// The text, parsed. It lives as long as the process, as the benchmark wants a value that borrows nothing.
///
/// One walk has been done already: regular expressions are compiled at the first, and would hide what a walk costs.
fn source() -> Source<'static> {
    let source = parse(text().leak()).expect("valid fixtures");
    black_box(contribution_of_source(&source));
    source
}

#[library_benchmark(setup = text)]
fn parse_text(text: String) -> (bool, String) {
    let is_valid = black_box(parse(&text)).is_ok();
    // Returned, so that freeing the text is not counted.
    (is_valid, text)
}

#[library_benchmark(setup = source)]
fn walk(source: Source<'static>) -> (Contribution, Source<'static>) {
    (contribution_of_source(black_box(&source)), source)
}

/// A keystroke: how many characters before the cursor it deletes, and what it types.
#[derive(Clone, Copy)]
struct Key {
    deleted: u32,
    typed: &'static str,
}

/// An open document and the place of the cursor.
struct Editor {
    document: Document,
    cursor: Position,
}

impl Editor {
    /// Opens a text, with the cursor in the body of the function `name` that is closest to the middle.
    fn open(text: &str, name: &str) -> Self {
        let header = format!("def {name}(");
        let lines = text.lines().count();
        let (line, _) = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.starts_with(&header))
            .min_by_key(|(number, _)| number.abs_diff(lines / 2))
            .expect("a fixture with the function");
        let mut document = Document::new(Rope::from_str(text));
        document.prepare(&|| false);
        // The end of the header.
        let cursor = Position {
            line: line as u32,
            character: document.text().line(line).len_chars() as u32 - 1,
        };
        Self { document, cursor }
    }

    /// Presses a key. Nothing is typed across the start of a line, except by newlines that are typed.
    fn press(&mut self, key: Key) {
        let mut text = self.document.text().clone();
        let start = match self.cursor.character.checked_sub(key.deleted) {
            Some(character) => Position {
                character,
                ..self.cursor
            },
            None => {
                let line = self.cursor.line - 1;
                let character = text.line(line as usize).len_chars() as u32 - 1;
                Position { line, character }
            }
        };
        let edit = replace(&mut text, Some(start..self.cursor), key.typed, PositionEncoding::Utf16);
        self.document.update(text, &[edit]);
        self.cursor = match key.typed.rsplit_once('\n') {
            Some((_, last)) => Position {
                line: start.line + key.typed.matches('\n').count() as u32,
                character: last.len() as u32,
            },
            None => Position {
                line: start.line,
                character: start.character + key.typed.len() as u32,
            },
        };
    }
}

/// The keys to type a text, a character each.
fn typing(text: &'static str) -> impl Iterator<Item = Key> {
    (0..text.len()).map(|index| Key {
        deleted: 0,
        typed: &text[index..=index],
    })
}

/// A hundred keystrokes of many kinds: a statement, a string that is open for a while, a comment, a whole function that is
/// pasted, and deletions.
fn keys() -> Vec<Key> {
    let backspace = Key { deleted: 1, typed: "" };
    let paste = Key {
        deleted: 0,
        typed: "\n    def pasted(a, b):\n        if a and b:\n            return [x for x in a if x]\n        return b\n",
    };
    let statement = typing("\n    if ready and x > 1: y = x * 2");
    let string = typing("\n    s = 'a b'");
    let multiline = typing("\n    \"\"\"a\"\"\"");
    let comment = typing("  # why");
    let mut keys: Vec<Key> = statement.chain(string).chain(comment).chain(multiline).collect();
    keys.push(paste);
    let rest = KEYSTROKES - keys.len();
    keys.extend(std::iter::repeat_n(backspace, rest));
    keys
}

/// A document of the size of most files.
fn small() -> (Editor, Vec<Key>) {
    (Editor::open(&text_of(&["control_flow"], 4_000), "branches"), keys())
}

/// A document of deeply nested code.
fn nested() -> (Editor, Vec<Key>) {
    (Editor::open(&text_of(&["nesting"], 40_000), "decorator"), keys())
}

/// A document that is larger than most.
fn large() -> (Editor, Vec<Key>) {
    (Editor::open(&text(), "loops"), keys())
}

#[library_benchmark]
#[bench::small(setup = small)]
#[bench::nested(setup = nested)]
#[bench::large(setup = large)]
fn keystrokes((mut editor, keys): (Editor, Vec<Key>)) -> Editor {
    for (number, key) in keys.into_iter().enumerate() {
        editor.press(key);
        // As the server does when nobody types for a moment.
        if number % 25 == 24 {
            black_box(editor.document.settle());
        }
    }
    editor
}

library_benchmark_group!(name = steps, benchmarks = [parse_text, walk, keystrokes]);

// Without the simulated caches, which nothing here looks at, it takes half the time.
main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"]));
    library_benchmark_groups = steps
);

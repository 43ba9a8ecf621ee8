//! ruff's parser grows its own stack: what nests does not overflow a small one. [`with_room`](antipasta_syntax::with_room) says
//! what else relies on that; so a new version of the parser must pass this.

use antipasta_syntax::parse;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// How deep the constructs nest.
const LEVELS: usize = 100_000;

/// How deep f-strings nest: the time that the parser's lexer takes for them grows with the square of their depth.
const STRING_LEVELS: usize = 10_000;

/// How deep blocks nest: each is indented by a column more, so that texts grow with the square of their depth.
const BLOCK_LEVELS: usize = 2_000;

/// The stack of a thread that Rust starts, if nothing else is said.
const STACK_BYTES: usize = 2 << 20;

fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(test);
    thread.expect("a thread").join().expect("a test that passes");
}

/// Gives a text to ruff's parser. The tree is not dropped, as that recurses.
fn parse_by_ruff(text: &str) {
    std::mem::forget(parse_unchecked(text, ParseOptions::from(Mode::Module)));
}

fn nested([before, open, middle, close, after]: [&str; 5], levels: usize) -> String {
    format!(
        "{before}{}{middle}{}{after}\n",
        open.repeat(levels),
        close.repeat(levels)
    )
}

/// Blocks with these headers, each in the last of the one before.
fn blocks(headers: &[&str], levels: usize) -> String {
    let columns = headers.len().min(2);
    let mut text = String::new();
    for level in 0..levels {
        for header in headers {
            // A `case` is in the block of its `match`.
            let column = level * columns + usize::from(header.starts_with("case"));
            text.push_str(&format!("{:column$}{header}\n", ""));
        }
    }
    text + &format!("{:1$}pass\n", "", levels * columns)
}

/// What the parser grows its stack for: what stands before, what opens a level, what is in the innermost, what closes a level,
/// and what stands behind.
const CONSTRUCTS: &[[&str; 5]] = &[
    ["x = ", "(", "1", ")", ""],
    ["x = ", "(1, ", "1", ")", ""],
    ["x = ", "[", "1", "]", ""],
    ["x = ", "{", "1", "}", ""],
    ["x = ", "{1: ", "1", "}", ""],
    ["x = ", "{", "1", ": 1}", ""],
    ["x = ", "{**", "1", "}", ""],
    ["x = ", "f(", "1", ")", ""],
    ["x = ", "f(a=", "1", ")", ""],
    ["x = ", "f(*", "1", ")", ""],
    ["x = f", "()", "", "", ""],
    ["x = a", ".b", "", "", ""],
    ["x = ", "a[", "1", "]", ""],
    ["x = a", "[0]", "", "", ""],
    ["x = ", "a[1:", "1", "]", ""],
    ["x = ", "-", "1", "", ""],
    ["x = ", "~", "1", "", ""],
    ["x = ", "not ", "1", "", ""],
    ["x = ", "2 ** ", "1", "", ""],
    ["x = ", "1 + ", "1", "", ""],
    ["x = ", "a and ", "1", "", ""],
    ["x = ", "a < ", "1", "", ""],
    ["x = ", "lambda: ", "1", "", ""],
    ["x = ", "1 if 2 else ", "1", "", ""],
    ["x = ", "", "1", " if 1 else 2", ""],
    ["x = ", "[a for a in ", "b", "]", ""],
    ["x = ", "[", "b", " for a in c]", ""],
    ["x = ", "[a for a in b if ", "c", "]", ""],
    ["x = ", "{a for a in ", "b", "}", ""],
    ["x = ", "{a: b for a in ", "b", "}", ""],
    ["x = ", "(a for a in ", "b", ")", ""],
    ["x = ", "await (", "1", ")", ""],
    ["x = ", "[*", "a", "]", ""],
    ["x = ", "(a := ", "1", ")", ""],
    ["x = ", "(yield ", "1", ")", ""],
    ["x = ", "(yield from ", "1", ")", ""],
    ["", "a = ", "1", "", ""],
    ["x: ", "a[", "1", "]", " = 1"],
    ["with ", "(", "1", ")", ": pass"],
    ["with ", "a, ", "1", "", ": pass"],
    ["with a as ", "(", "b", ")", ": pass"],
    ["match ", "(", "1", ")", ":\n case 1: pass"],
    ["match ", "-", "1", "", ":\n case 1: pass"],
    ["match ", "(", "1", ")", " + 1"],
    ["match x:\n case ", "(", "1", ")", ": pass"],
    ["match x:\n case ", "[", "1", "]", ": pass"],
    ["match x:\n case ", "{1: ", "1", "}", ": pass"],
    ["match x:\n case ", "A(", "1", ")", ": pass"],
    ["match x:\n case ", "A(a=", "1", ")", ": pass"],
    ["match x:\n case ", "1 | ", "1", "", ": pass"],
    ["match x:\n case ", "(", "1", " as a)", ": pass"],
    ["match x:\n case a", ".b", "", "", ": pass"],
    ["match x:\n case 1 if ", "(", "a", ")", ": pass"],
    ["if 1: pass\n", "elif 1: pass\n", "", "", ""],
    ["try: pass\n", "except A: pass\n", "", "", ""],
    ["", "@a\n", "def f(): pass", "", ""],
    ["def f[", "A, ", "B", "", "](): pass"],
    ["def f[A: ", "a[", "1", "]", "](): pass"],
    ["type X[A = ", "(", "1", ")", "] = 1"],
    ["class A(", "(", "1", ")", "): pass"],
    ["def f(a=", "(", "1", ")", "): pass"],
    ["def f() -> ", "(", "1", ")", ": pass"],
    ["del ", "(", "a", ")", ""],
    ["x = ", "(", "", "", ""],
    ["x = ", "[", "", "", ""],
    ["x = ", "f(", "", "", ""],
    ["x = ", "{1:", "", "", ""],
    ["match x:\n case ", "(", "", "", ""],
    ["match x:\n case ", "[", "", "", ""],
    ["with ", "(", "", "", ""],
    ["match ", "(", "", "", ""],
    ["def f[", "A: x[", "", "", ""],
    ["x = [a for a in b ", "for a in b ", "", "", "]"],
    ["try: pass\nexcept ", "(", "a", ")", ": pass"],
];

const STRINGS: &[[&str; 5]] = &[
    ["x = ", "f'{", "1", "}'", ""],
    ["x = f'{1", ":{1", "", "}", "}'"],
    ["x = ", "t'{", "1", "}'", ""],
    ["x = ", "f'{", "", "", ""],
    ["x = f'{x:", "{x:", "", "", ""],
];

const BLOCKS: &[&[&str]] = &[
    &["if 1:"],
    &["if 1: pass", "elif 1: pass", "else:"],
    &["def f():"],
    &["async def f():"],
    &["class A:"],
    &["for a in b:"],
    &["async for a in b:"],
    &["while 1:"],
    &["with a:"],
    &["try: pass", "except A:"],
    &["try: pass", "except A: pass", "else: pass", "finally:"],
    &["match a:", "case 1:"],
    &["@a", "def f():"],
    &["else:"],
];

/// What the parser does not grow its stack for, so that we do.
const UNGUARDED: &[[&str; 5]] = &[
    ["x = ", "lambda a=", "1", ": 1", ""],
    ["x = ", "lambda *, a=", "1", ": 1", ""],
    ["x = ", "lambda *a, b=", "1", "", ""],
    ["", "(", "a", ",)", " = 1"],
    ["for ", "[", "a", "]", " in x: pass"],
    ["x = [1 for ", "(", "a", ",)", " in b]"],
    ["del ", "(a, ", "a", ")", ""],
    ["match ", "[", "1", "]", " = 1"],
];

#[test]
fn the_parser_grows_its_stack() {
    on_small_stack(|| {
        for construct in CONSTRUCTS {
            parse_by_ruff(&nested(*construct, LEVELS));
        }
        for construct in STRINGS {
            parse_by_ruff(&nested(*construct, STRING_LEVELS));
        }
        for headers in BLOCKS {
            parse_by_ruff(&blocks(headers, BLOCK_LEVELS));
        }
    });
}

#[test]
fn whatever_nests_is_parsed_or_refused_and_dropped_on_a_small_stack() {
    on_small_stack(|| {
        for levels in [4_900, 6_000, LEVELS] {
            for construct in [CONSTRUCTS, STRINGS, UNGUARDED].concat() {
                let _ = parse(&nested(construct, levels));
            }
        }
        for headers in BLOCKS {
            let _ = parse(&blocks(headers, BLOCK_LEVELS));
        }
    });
}

//! Whole texts to syntax trees, by ruff's parser, within bounds.

use std::fmt;

use ruff_python_ast::token::Tokens;
use ruff_python_ast::{ModModule, PySourceType, Stmt};
use ruff_python_parser::{ParseError, Parsed, parse_unchecked_source};
use ruff_text_size::Ranged;

use super::nesting::{MAX_NESTING, first_too_deep};
use super::teardown;
use crate::text::LineIndex;

/// The longest text that is parsed, in bytes. Offsets in syntax trees have 32 bits, and no program needs more.
pub const MAX_BYTES: usize = 1 << 30;

/// The stack that a thread needs to parse, walk and drop a text that nests [`MAX_NESTING`] levels deep, in bytes,
/// with room to spare even in an unoptimised build. Only the pages that are touched cost memory.
pub const ANALYSIS_STACK_BYTES: usize = 256 << 20;

/// Why a text has no metrics, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, such as ``expected `)`, found newline``.
    pub message: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for SyntaxError {}

impl SyntaxError {
    fn at(text: &str, lines: &LineIndex, offset: usize, message: String) -> Self {
        // An error at the end of the text may point past it, or between the two halves of `\r\n`.
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = lines.line(offset as u32);
        let column = text[lines.start(line) as usize..offset].chars().count() as u32;
        Self {
            message,
            line: line + 1,
            column: column + 1,
        }
    }
}

/// A text with its syntax tree, its tokens and its lines.
pub struct Source<'a> {
    text: &'a str,
    lines: LineIndex,
    /// Taken out only when the tree is dropped.
    parsed: Option<Parsed<ModModule>>,
}

impl<'a> Source<'a> {
    /// The text that was parsed.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The lines of the text.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The statements of the module's body.
    pub fn body(&self) -> &[Stmt] {
        &self.parsed().syntax().body
    }

    /// Every token, comments and line breaks included.
    pub fn tokens(&self) -> &Tokens {
        self.parsed().tokens()
    }

    fn parsed(&self) -> &Parsed<ModModule> {
        self.parsed.as_ref().expect("a tree that is not dropped yet")
    }
}

impl Drop for Source<'_> {
    fn drop(&mut self) {
        if let Some(parsed) = self.parsed.take() {
            teardown::drop_tree(parsed, self.text);
        }
    }
}

/// Parses a text of any Python version that ruff knows.
///
/// Call it on a thread with a stack of [`ANALYSIS_STACK_BYTES`].
///
/// # Errors
///
/// The first [`SyntaxError`] in the text; likewise where the text is too long, too deeply nested, or has a NUL.
pub fn parse(text: &str) -> Result<Source<'_>, SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxError {
            message: format!(
                "the file is too large: {} bytes, and {MAX_BYTES} is the limit",
                text.len()
            ),
            line: 1,
            column: 1,
        });
    }
    let lines = LineIndex::new(text);
    if let Some(offset) = memchr::memchr(0, text.as_bytes()) {
        let message = "source code cannot contain null bytes (is this a binary file?)".to_owned();
        return Err(SyntaxError::at(text, &lines, offset, message));
    }
    if let Some(offset) = first_too_deep(text) {
        let message = format!("nested too deeply: more than {MAX_NESTING} levels");
        return Err(SyntaxError::at(text, &lines, offset, message));
    }
    let source = Source {
        text,
        lines,
        parsed: Some(parse_unchecked_source(text, PySourceType::Python)),
    };
    match first_error(source.parsed()) {
        None => Ok(source),
        Some((offset, message)) => Err(SyntaxError::at(text, &source.lines, offset, message)),
    }
}

fn first_error(parsed: &Parsed<ModModule>) -> Option<(usize, String)> {
    let error: &ParseError = parsed.errors().iter().min_by_key(|error| error.start())?;
    let message = error.error.to_string();
    let mut letters = message.chars();
    let lowered = letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default();
    Some((error.location.start().to_usize(), lowered))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match parse(text) {
            Ok(_) => panic!("{text:?} parses"),
            Err(error) => error.to_string(),
        }
    }

    fn on_analysis_stack(test: impl FnOnce() + Send + 'static) {
        std::thread::Builder::new()
            .stack_size(ANALYSIS_STACK_BYTES)
            .spawn(test)
            .unwrap()
            .join()
            .unwrap();
    }

    #[test]
    fn errors_are_located_in_characters() {
        assert_eq!(error("x = 1\nyä = (1 +\n"), "3:1: unexpected EOF while parsing");
        assert_eq!(error("é = 'ü' $\n"), "1:9: got unexpected token $");
    }

    #[test]
    fn a_null_byte_is_an_error() {
        assert!(error("x = 1\ny\0").starts_with("2:2: source code cannot contain null bytes"));
    }

    #[test]
    fn syntax_of_every_version_is_accepted() {
        for text in [
            "type X[T] = list[T]\n",
            "def f[T: int = str](x): ...\n",
            "f'{x[\"a\"]}{f\"{1}\"}'\n",
            "t'{x}'\n",
            "try:\n  pass\nexcept A, B:\n  pass\n",
            "print(*a, sep='')\n",
            "\x0cx = 1\r\ny = 2\rz = 3",
        ] {
            assert!(parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_or_a_result_but_never_a_crash() {
        on_analysis_stack(|| {
            for (open, close) in [
                ("(", ")"),
                ("[", "]"),
                ("-", ""),
                ("not ", ""),
                ("f(", ")"),
                ("{1:", "}"),
            ] {
                let nested = |levels: usize| format!("x = {}1{}\n", open.repeat(levels), close.repeat(levels));
                assert!(parse(&nested(10_000)).is_err(), "{open}");
                assert!(parse(&nested(3_000)).is_ok(), "{open}");
            }
        });
    }

    #[test]
    fn chains_of_any_length_are_dropped() {
        on_analysis_stack(|| {
            for link in ["a + ", "a.", "a()."] {
                assert!(parse(&format!("x = {}a\n", link.repeat(1_000_000))).is_ok(), "{link}");
                assert!(parse(&format!("x = {}a )\n", link.repeat(100_000))).is_err(), "{link}");
            }
            assert!(parse(&format!("x = a{}\n", "[0]".repeat(1_000_000))).is_ok());
        });
    }
}

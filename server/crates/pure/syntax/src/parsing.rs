//! Whole texts to syntax trees, by ruff's parser, within bounds.

use std::fmt;
use std::ops::Range;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{ModModule, PySourceType, PythonVersion, Stmt};
use ruff_python_parser::{ParseError, ParseErrorType, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};
use serde::{Deserialize, Serialize};

use super::diagnosis::diagnose;
use super::nesting_limit::{MAX_NESTING, Openers, may_be_deep};
use super::strictness::first_refused;
use super::{stack, teardown};
use crate::text::LineIndex;
use crate::work;

/// The longest text that is parsed, in bytes. Offsets in syntax trees have 32 bits, and no program needs more.
pub const MAX_BYTES: usize = 1 << 30;

/// Why a text has no metrics, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether what recurses over the tree may need a large stack.
    is_deep: bool,
    /// Where ruff's parser sees errors that are none, in order.
    ignored_parse_errors: Vec<TextSize>,
    /// Where syntax is newer than the reference's Python, in order.
    newer_syntax: Vec<TextSize>,
}

/// The places, of those in order, that are in a part of a text.
fn within(places: &[TextSize], part: TextRange) -> &[TextSize] {
    let before = |end| places.partition_point(|place| *place < end);
    &places[before(part.start())..before(part.end())]
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

    /// The text of some lines, from 0.
    pub fn text_of_lines(&self, lines: &Range<u32>) -> &'a str {
        &self.text[self.lines.start(lines.start) as usize..self.lines.start(lines.end) as usize]
    }

    /// The statements of the module's body.
    pub fn body(&self) -> &[Stmt] {
        &self.parsed().syntax().body
    }

    /// Every token, comments and line breaks included.
    pub fn tokens(&self) -> &Tokens {
        self.parsed().tokens()
    }

    /// Whether a part of the text has syntax that the reference's Python, 3.11, does not read.
    pub fn has_newer_syntax(&self, part: TextRange) -> bool {
        !within(&self.newer_syntax, part).is_empty()
    }

    /// In how many places of a part of the text ruff's parser sees errors that are none.
    pub fn ignored_parse_errors(&self, part: TextRange) -> usize {
        within(&self.ignored_parse_errors, part).len()
    }

    fn parsed(&self) -> &Parsed<ModModule> {
        self.parsed.as_ref().expect("a tree that is not dropped yet")
    }
}

impl Drop for Source<'_> {
    fn drop(&mut self) {
        if let Some(parsed) = self.parsed.take().filter(|_| self.is_deep) {
            teardown::drop_deep_tree(parsed);
        }
    }
}

/// Parses a text of any Python version that ruff knows.
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
    work::note(text.len());
    let lines = LineIndex::new(text);
    let openers = Openers::new(text);
    if let Some((place, message)) = first_unparsable(text, &openers) {
        return Err(SyntaxError::at(text, &lines, place, message));
    }
    let mut source = Source {
        text,
        lines,
        parsed: parse_tree(text, &openers),
        is_deep: false,
        ignored_parse_errors: Vec::new(),
        newer_syntax: Vec::new(),
    };
    source.is_deep = may_be_deep(source.tokens());
    match first_fault(&source, &openers) {
        Ok(ignored_parse_errors) => source.ignored_parse_errors = ignored_parse_errors,
        Err((place, message)) => return Err(SyntaxError::at(text, &source.lines, place.to_usize(), message)),
    }
    source.newer_syntax = places_of(source.parsed().unsupported_syntax_errors());
    Ok(source)
}

/// The offset of what must not or need not be given to the parser, and what is wrong with it.
fn first_unparsable(text: &str, openers: &Openers) -> Option<(usize, String)> {
    if let Some(offset) = memchr::memchr(0, text.as_bytes()) {
        let message = "source code cannot contain null bytes (is this a binary file?)".to_owned();
        return Some((offset, message));
    }
    openers
        .too_deep_to_parse(text)
        .map(|place| (place.to_usize(), too_deep()))
}

fn too_deep() -> String {
    format!("nested too deeply: more than {MAX_NESTING} levels")
}

fn parse_tree(text: &str, openers: &Openers) -> Option<Parsed<ModModule>> {
    let options = ParseOptions::from(PySourceType::Python).with_target_version(PythonVersion::PY311);
    let parse = || parse_unchecked(text, options).try_into_module();
    match openers.may_exceed_stack() {
        true => stack::with_all_room(parse),
        false => parse(),
    }
}

/// Where ruff's parser sees errors that are none; or the first place that is wrong, and what is wrong with it.
fn first_fault(source: &Source<'_>, openers: &Openers) -> Result<Vec<TextSize>, (TextSize, String)> {
    let tokens = source.tokens();
    if let Some(place) = openers.first_too_deep(tokens) {
        return Err((place, too_deep()));
    }
    let errors = source.parsed().errors().iter();
    let (ignored_parse_errors, errors): (Vec<_>, Vec<_>) =
        errors.partition(|error| is_ignored_parse_error(error, tokens));
    if let Some(fault) = diagnose(source.text, &source.lines, tokens, &errors) {
        return Err((fault.place, fault.message));
    }
    let find_refused = || first_refused(source.text, source.parsed());
    let refused = match source.is_deep {
        true => stack::with_all_room(find_refused),
        false => find_refused(),
    };
    match refused {
        Some((place, message)) => Err((place, message.to_owned())),
        None => Ok(places_of(ignored_parse_errors)),
    }
}

fn places_of<'a, R: Ranged + 'a>(errors: impl IntoIterator<Item = &'a R>) -> Vec<TextSize> {
    let mut places: Vec<_> = errors.into_iter().map(Ranged::start).collect();
    places.sort_unstable();
    places
}

/// Whether an error is none, because the parser is mistaken. Its tree is sound all the same. It overlooks
///
/// - that a bare `raise` may end at a semicolon; the exception is then a name that is empty and has no place;
/// - that after a semicolon `match` may be a name, as in `x = 1; match = 2`.
fn is_ignored_parse_error(error: &ParseError, tokens: &Tokens) -> bool {
    let next = tokens.partition_point(|token| token.start() < error.start());
    let is_at = |kind| tokens.get(next).is_some_and(|token| token.kind() == kind);
    let follows = |kind| {
        let mut before = tokens[..next].iter().rev().filter(|token| !token.kind().is_trivia());
        before.next().is_some_and(|token| token.kind() == kind)
    };
    match error.error {
        ParseErrorType::ExpectedExpression => is_at(TokenKind::Semi) && follows(TokenKind::Raise),
        // What proves to be a name is one in the list of tokens.
        ParseErrorType::SimpleAndCompoundStatementOnSameLine => is_at(TokenKind::Name) && follows(TokenKind::Semi),
        _ => false,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What is said of a text that does not parse.
    pub(crate) fn error(text: &str) -> String {
        match parse(text) {
            Ok(_) => panic!("{text:?} parses"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn errors_are_located_in_characters() {
        assert_eq!(error("x = 1\nyä = (1 +\n"), "2:6: '(' was never closed");
        assert_eq!(error("é = 'ü' $\n"), "1:9: got unexpected token $");
    }

    #[test]
    fn errors_say_what_was_found() {
        for (text, expected) in [
            (
                "def f(:\n  pass\n",
                "1:7: expected a parameter or the end of the parameter list, found `:`",
            ),
            ("x = = 1\n", "1:5: expected an expression, found `=`"),
            ("x = \n", "1:5: expected an expression, found newline"),
            ("x = # nothing\ny\n", "1:14: expected an expression, found newline"),
            ("x.\n", "1:3: expected an identifier, found newline"),
            ("f(a b)\n", "1:5: expected `,`, found name"),
            (
                "if x:\ny\n",
                "2:1: expected an indented block after `if` statement, found name",
            ),
            ("x = $\n", "1:5: got unexpected token $"),
        ] {
            assert_eq!(error(text), expected, "{text:?}");
        }
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
    fn a_bare_raise_may_end_at_a_semicolon() {
        for text in ["raise;", "raise ; x = 1\n", "if x: raise \\\n ;\n", "raise;raise;\n"] {
            assert!(parse(text).is_ok(), "{text:?}");
        }
        assert_eq!(error("raise; x = (\n"), "1:12: '(' was never closed");
        for text in ["raise x,;", "x = ;", "raise from x;"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn match_may_be_a_name_after_a_semicolon() {
        for text in [
            "x; match = 1\n",
            "if x:\n  x; match[y] += 1; match\n",
            "x; match\n",
            "x; match, y = z\n",
        ] {
            assert!(parse(text).is_ok(), "{text:?}");
        }
        for text in [
            "x; match y:\n  case z: pass\n",
            "x; if y: pass\n",
            "x; match = 1; if y: pass\n",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn chains_of_any_length_are_dropped() {
        for link in ["a + ", "a.", "a()."] {
            assert!(parse(&format!("x = {}a\n", link.repeat(1_000_000))).is_ok(), "{link}");
            assert!(parse(&format!("x = {}a )\n", link.repeat(100_000))).is_err(), "{link}");
        }
        assert!(parse(&format!("x = a{}\n", "[0]".repeat(1_000_000))).is_ok());
    }
}

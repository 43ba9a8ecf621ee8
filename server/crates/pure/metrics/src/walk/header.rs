//! The header of a function or class, and the comments on it that speak to a tool.

use std::sync::LazyLock;

use regex::Regex;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Decorator, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::file_metrics::HeaderComment;
use crate::walk::Place;
use antipasta_syntax::text::LineIndex;

/// The comments of a text that may speak to complexipy or to us; all others are of no interest.
#[derive(Default)]
pub(crate) struct Comments(Vec<TextRange>);

impl Comments {
    /// Finds them among the tokens of `text`.
    pub(crate) fn of(tokens: &Tokens, text: &str) -> Self {
        let comments = tokens.iter().filter(|token| token.kind() == TokenKind::Comment);
        Self(
            comments
                .map(Ranged::range)
                .filter(|&range| names_a_tool(&text[range]))
                .collect(),
        )
    }

    /// Those that start in `range`.
    fn within(&self, range: TextRange) -> &[TextRange] {
        let first = self.0.partition_point(|comment| comment.start() < range.start());
        let count = self.0[first..].partition_point(|comment| comment.start() < range.end());
        &self.0[first..first + count]
    }
}

fn names_a_tool(comment: &str) -> bool {
    // Both have a colon, which most comments do not.
    memchr::memchr(b':', comment.as_bytes()).is_some()
        && comment
            .as_bytes()
            .windows(9)
            .any(|window| window == b"antipasta" || window.eq_ignore_ascii_case(b"complexip"))
}

/// Where the header of a function or class is.
pub(crate) struct Header {
    /// Its start: that of its first decorator, or of its keyword.
    start: TextSize,
    /// The start of `def`, `async` or `class`.
    pub keyword: TextSize,
    /// The colon before its body.
    colon: TextSize,
}

impl Header {
    /// The header of a function in `text`.
    pub(crate) fn of_function(function: &StmtFunctionDef, text: &str) -> Self {
        let signature_end = function
            .returns
            .as_ref()
            .map_or(function.parameters.range().end(), |returns| returns.range().end());
        Self::new(function.range(), &function.decorator_list, signature_end, text)
    }

    /// The header of a class in `text`.
    pub(crate) fn of_class(class: &StmtClassDef, text: &str) -> Self {
        let name_end = class.name.range.end();
        let parameters_end = class
            .type_params
            .as_ref()
            .map_or(name_end, |parameters| parameters.range.end());
        let arguments_end = class
            .arguments
            .as_ref()
            .map_or(parameters_end, |arguments| arguments.range.end());
        Self::new(class.range(), &class.decorator_list, arguments_end, text)
    }

    fn new(range: TextRange, decorators: &[Decorator], signature_end: TextSize, text: &str) -> Self {
        let keyword = match decorators.last() {
            None => range.start(),
            Some(last) => find_code(text, last.range().end(), |byte| byte.is_ascii_alphabetic()),
        };
        Self {
            start: range.start(),
            keyword,
            colon: find_code(text, signature_end, |byte| byte == b':'),
        }
    }

    /// The comments on the header that speak to us, by holding `antipasta:`.
    pub(crate) fn comments_to_us(&self, place: &Place<'_>) -> Box<[HeaderComment]> {
        let lines = place.lines;
        let first = lines.start(lines.line(self.keyword.to_u32()));
        let end = lines.start(lines.line(self.colon.to_u32()) + 1);
        place
            .comments
            .within(TextRange::new(first.into(), end.into()))
            .iter()
            .filter(|&&comment| place.text[comment].contains("antipasta:"))
            .map(|&comment| HeaderComment {
                line: lines.line(comment.start().to_u32()) + 1 - place.lines_before,
                text: place.text[comment].into(),
            })
            .collect()
    }

    /// The line, from 0, of a comment that asks complexipy to ignore the function, as complexipy 8.3.0 looks for it
    /// (`crates/complexipy-core/src/utils.rs`, `find_noqa_comment`): on its first line; alone on the line above; for a
    /// `def` (not `async def`), on a line of its signature, which it takes to end at the first line with a colon; and
    /// for a decorated one, the same around the `def`. A comment that names rules asks for less, and hides any other.
    pub(crate) fn complexipy_ignore(&self, text: &str, lines: &LineIndex, comments: &Comments) -> Option<u32> {
        if comments.0.is_empty() {
            return None;
        }
        let lookup = Lookup { text, lines, comments };
        let found = lookup.around(lines.line(self.start.to_u32()))?;
        (found.marker == Marker::Everything).then_some(found.line)
    }
}

/// The offset of the first byte from `offset` on that satisfies `wanted` and is in no comment.
pub(crate) fn find_code(text: &str, offset: TextSize, wanted: impl Fn(u8) -> bool) -> TextSize {
    let bytes = text.as_bytes();
    let mut position = offset.to_usize();
    while let Some(&byte) = bytes.get(position) {
        if byte == b'#' {
            position += memchr::memchr2(b'\n', b'\r', &bytes[position..]).unwrap_or(bytes.len() - position);
        } else if wanted(byte) {
            break;
        } else {
            position += 1;
        }
    }
    TextSize::new(position.min(bytes.len()) as u32)
}

/// What a comment asks complexipy to ignore.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Everything,
    SomeRules,
}

/// How many lines of a signature, and how many lines below a decorator, complexipy looks at.
const SIGNATURE_LINES: u32 = 20;
const DECORATOR_LINES: u32 = 10;

/// A comment that speaks to complexipy, and its line, from 0.
#[derive(Clone, Copy)]
struct Found {
    marker: Marker,
    line: u32,
}

struct Lookup<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    comments: &'a Comments,
}

impl Lookup<'_> {
    fn around(&self, first: u32) -> Option<Found> {
        let above = || first.checked_sub(1).and_then(|above| self.marker_alone_on(above));
        if let Some(found) = self.marker_on(first).or_else(above) {
            return Some(found);
        }
        let line = self.line(first).trim_start();
        if line.starts_with("def ") {
            return self.marker_in_signature(first);
        }
        if !line.starts_with('@') {
            return None;
        }
        for number in first + 1..=first + DECORATOR_LINES {
            if number >= self.lines.count() {
                return None;
            }
            let line = self.line(number).trim();
            if line.starts_with("def ") {
                return self.marker_in_signature(number).or_else(|| self.marker_on(number - 1));
            }
            if !line.is_empty() && !line.starts_with('@') {
                return None;
            }
        }
        None
    }

    fn marker_in_signature(&self, first: u32) -> Option<Found> {
        for number in first..first + SIGNATURE_LINES {
            if let Some(found) = self.marker_on(number) {
                return Some(found);
            }
            if self.line(number).contains(':') || number + 1 >= self.lines.count() {
                return None;
            }
        }
        None
    }

    fn line(&self, number: u32) -> &str {
        let (start, end) = (self.lines.start(number), self.lines.start(number + 1));
        self.text[start as usize..end as usize].trim_end_matches(['\n', '\r'])
    }

    fn comment_on(&self, number: u32) -> Option<TextRange> {
        let (start, end) = (self.lines.start(number), self.lines.start(number + 1));
        self.comments
            .within(TextRange::new(start.into(), end.into()))
            .first()
            .copied()
    }

    fn marker_on(&self, number: u32) -> Option<Found> {
        let marker = marker(&self.text[self.comment_on(number)?])?;
        Some(Found { marker, line: number })
    }

    fn marker_alone_on(&self, number: u32) -> Option<Found> {
        let comment = self.comment_on(number)?;
        let before = TextRange::new(self.lines.start(number).into(), comment.start());
        self.text[before]
            .trim()
            .is_empty()
            .then(|| self.marker_on(number))
            .flatten()
    }
}

/// What a comment asks complexipy to ignore, if it speaks to complexipy: `# complexipy: ignore` or `# noqa: complexipy`,
/// in any case, and after it perhaps rules in brackets. What is in brackets but is no rule counts for nothing.
fn marker(comment: &str) -> Option<Marker> {
    static IGNORE: LazyLock<Regex> = LazyLock::new(|| pattern("complexipy", "ignore"));
    static NOQA: LazyLock<Regex> = LazyLock::new(|| pattern("noqa", "complexipy"));
    let captures = IGNORE.captures(comment).or_else(|| NOQA.captures(comment))?;
    let names_rules_only = captures.get(1).is_some_and(|rules| {
        let mut rules = rules.as_str().split(',').map(str::trim).filter(|rule| !rule.is_empty());
        rules.all(is_rule)
    });
    Some(if names_rules_only {
        Marker::SomeRules
    } else {
        Marker::Everything
    })
}

fn pattern(tool: &str, word: &str) -> Regex {
    let pattern = format!(r"(?i)#[ \t]*{tool}[ \t]*:[ \t]*{word}\b(?:[ \t]*\[([^\]]*)\])?");
    Regex::new(&pattern).expect("a valid pattern")
}

/// Whether `rule` is a letter and digits.
fn is_rule(rule: &str) -> bool {
    let mut letters = rule.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && rule.len() > 1
        && letters.all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_told_from_other_comments() {
        for comment in [
            "# complexipy: ignore",
            "#COMPLEXIPY:IGNORE",
            "# x # Complexipy :\tignore, please",
            "# noqa: complexipy",
            "# complexipy: ignore[nonsense]",
            "# complexipy: ignore [C1",
        ] {
            assert!(marker(comment) == Some(Marker::Everything), "{comment}");
        }
        for comment in [
            "# complexipy: ignore[C001]",
            "# noqa:complexipy [c1, d22,]",
            "# complexipy: ignore[]",
        ] {
            assert!(marker(comment) == Some(Marker::SomeRules), "{comment}");
        }
        for comment in [
            "# complexipy: ignored",
            "# complexipy ignore",
            "# noqa: complexipyx",
            "# noqa",
        ] {
            assert!(marker(comment).is_none(), "{comment}");
        }
    }
}

//! Where on the header of a function or class a comment can stand.

use std::ops::Range;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextSize};

use crate::measure::in_frame;
use antipasta_syntax::SyntaxError;
use antipasta_syntax::units::UnitKind;

/// The places for comments on the header whose `def`, `async` or `class` is on `line`, counted from 0 at the unit's first:
/// one for each line of the header that does not end in a string or in a backslash, in their order, in bytes of the unit's
/// text. It is the comment that is there, or else the white space before the end of the line, of which there may be none.
/// There are no places if no header starts there. `text`, `kind` and `classes` are as for
/// [`contribution_of_unit`](crate::contribution_of_unit).
///
/// # Errors
///
/// The first [`SyntaxError`] in the unit, its line counted from the unit's first.
pub fn comment_places(
    text: &str,
    kind: UnitKind,
    classes: &[Box<str>],
    line: u32,
) -> Result<Vec<Range<usize>>, SyntaxError> {
    in_frame(text, kind, classes, |source, place, region, _| {
        let line = line.saturating_add(place.lines_before);
        let line_of = |offset: TextSize| place.lines.line(offset.to_u32());
        let is_on_line = |token: &Token| line_of(token.start()) >= line;
        let mut tokens = source.tokens().iter().skip_while(|token| !is_on_line(token)).peekable();
        while tokens.next_if(|token| is_before_header(token.kind())).is_some() {}
        let is_header = |token: &&Token| {
            matches!(token.kind(), TokenKind::Def | TokenKind::Async | TokenKind::Class)
                && line_of(token.start()) == line
        };
        if tokens.peek().as_ref().is_none_or(|token| !is_header(token)) {
            return Vec::new();
        }
        let mut nesting = Nesting::default();
        let mut last_line = u32::MAX;
        let mut places: Vec<Range<usize>> = Vec::new();
        for token in tokens {
            if line_of(token.start()) > last_line || token.start() > region.end() {
                break;
            }
            match token.kind() {
                TokenKind::Colon if nesting.is_outside() && last_line == u32::MAX => last_line = line_of(token.start()),
                TokenKind::Comment if nesting.strings == 0 => {
                    places.push((token.start() - region.start()).into()..(token.end() - region.start()).into());
                }
                TokenKind::Newline | TokenKind::NonLogicalNewline if nesting.strings == 0 => {
                    let end = usize::from(token.start() - region.start());
                    let start = text[..end].trim_end_matches([' ', '\t', '\x0c']).len();
                    // Otherwise this is the end of the line of the comment before.
                    if places.last().is_none_or(|last| last.end < start) {
                        places.push(start..end);
                    }
                }
                kind => nesting.follow(kind),
            }
        }
        places
    })
}

fn is_before_header(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Indent | TokenKind::Dedent | TokenKind::Comment | TokenKind::NonLogicalNewline
    )
}

/// How many brackets and interpolated strings are open.
#[derive(Default)]
struct Nesting {
    brackets: u32,
    strings: u32,
}

impl Nesting {
    fn is_outside(&self) -> bool {
        self.brackets == 0 && self.strings == 0
    }

    fn follow(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => self.brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => self.brackets = self.brackets.saturating_sub(1),
            TokenKind::FStringStart | TokenKind::TStringStart => self.strings += 1,
            TokenKind::FStringEnd | TokenKind::TStringEnd => self.strings = self.strings.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `|` around each place for a comment on the header on `line`.
    fn marked(text: &str, kind: UnitKind, line: u32) -> String {
        let mut marked = text.to_owned();
        for place in comment_places(text, kind, &[], line).unwrap().into_iter().rev() {
            marked.insert(place.end, '|');
            marked.insert(place.start, '|');
        }
        marked
    }

    #[test]
    fn every_line_of_a_header_may_end_in_a_comment() {
        for (line, text, expected) in [
            (0, "def f(): pass\n", "def f(): pass||\n"),
            (0, "def f(): pass", "def f(): pass||"),
            (
                0,
                "def f():  # x \r\n  # y\r\n  pass",
                "def f():  |# x |\r\n  # y\r\n  pass",
            ),
            (
                1,
                "@d # d\nasync def f( \t\n  a, # a\n\n  # b\n):\n  pass\n",
                "@d # d\nasync def f(| \t|\n  a, |# a|\n||\n  |# b|\n):||\n  pass\n",
            ),
            (
                1,
                "  # c\n  class C[T: int](\n    B): x = (1,\n    2)\n",
                "  # c\n  class C[T: int](||\n    B): x = (1,||\n    2)\n",
            ),
            (
                2,
                "if x:\n  def f(): pass\n  def g(): pass; y = 1\n",
                "if x:\n  def f(): pass\n  def g(): pass; y = 1||\n",
            ),
        ] {
            assert_eq!(marked(text, UnitKind::Statements, line), expected);
        }
        assert_eq!(marked("  class C:\n", UnitKind::ClassHeader, 0), "  class C:||\n");
    }

    #[test]
    fn no_comment_in_a_string_or_behind_a_backslash() {
        for (text, expected) in [
            ("def \\\n f():\n  pass\n", "def \\\n f():||\n  pass\n"),
            ("def f(a='''#\n'''):\n  pass\n", "def f(a='''#\n'''):||\n  pass\n"),
            ("def f(): x = '''#\n'''\n", "def f(): x = '''#\n'''\n"),
            (
                "def f(a=f'''{\nb:c}\n'''):\n  pass\n",
                "def f(a=f'''{\nb:c}\n'''):||\n  pass\n",
            ),
        ] {
            assert_eq!(marked(text, UnitKind::Statements, 0), expected);
        }
    }

    #[test]
    fn only_a_header_has_places() {
        let text = "x = 1\n\n@d\ndef f(): pass\n";
        for line in [0, 1, 2, 4, 9] {
            assert_eq!(
                comment_places(text, UnitKind::Statements, &[], line),
                Ok(Vec::new()),
                "{line}"
            );
        }
        assert!(comment_places("def f(:\n", UnitKind::Statements, &[], 0).is_err());
    }
}

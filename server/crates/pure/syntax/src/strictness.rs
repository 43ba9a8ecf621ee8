//! What CPython refuses and ruff's parser takes: its tokenizer's view of tabs, and some corners of its grammar.
//!
//! What CPython's compiler refuses after its parser (`return` outside of a function, a name that is both global and a
//! parameter) is not looked for: such a text has a syntax tree, and so it has numbers.

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::visitor::{Visitor, walk_pattern};
use ruff_python_ast::{Expr, MatchCase, ModModule, Pattern, PatternMatchSequence, Stmt, StmtTry};
use ruff_python_parser::{Parsed, UnsupportedSyntaxErrorKind};
use ruff_text_size::{Ranged, TextSize};

/// How many replacement fields of one string may stand inside each other, in CPython 3.12 and newer.
const DEEPEST_FIELD: usize = 3;

/// The first place of a text without errors that CPython refuses nonetheless, and what it says of it.
pub(super) fn first_refused(text: &str, parsed: &Parsed<ModModule>) -> Option<(TextSize, &'static str)> {
    let mut refused = Refused {
        tokens: parsed.tokens(),
        first: None,
    };
    refused.check_yields();
    refused.check_fields();
    if let Some((place, message)) = misused_tabs(text, parsed.tokens()) {
        refused.add(place, message);
    }
    for error in parsed.unsupported_syntax_errors() {
        if error.kind == UnsupportedSyntaxErrorKind::ParenthesizedKeywordArgumentName {
            let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
            refused.add(error.range.start(), message);
        }
    }
    refused.visit_body(&parsed.syntax().body);
    refused.first
}

/// The first place that is refused so far.
struct Refused<'a> {
    tokens: &'a Tokens,
    first: Option<(TextSize, &'static str)>,
}

/// Whether a token joins what stands before it to what follows, and so can begin no expression.
fn joins(kind: TokenKind) -> bool {
    let can_begin = matches!(
        kind,
        TokenKind::Plus | TokenKind::Minus | TokenKind::Star | TokenKind::Tilde | TokenKind::Not | TokenKind::Ellipsis
    );
    let can_end = matches!(kind, TokenKind::Equal | TokenKind::Colon | TokenKind::Semi);
    let is_bracket = matches!(
        kind,
        TokenKind::Lpar | TokenKind::Rpar | TokenKind::Lsqb | TokenKind::Rsqb | TokenKind::Lbrace | TokenKind::Rbrace
    );
    kind == TokenKind::If || kind.is_operator() && !(can_begin || can_end || is_bracket)
}

/// What is open around a token of an interpolated string.
#[derive(Clone, Copy)]
enum Open {
    String,
    /// A replacement field at some depth, and whether its format specification has begun.
    Field {
        depth: usize,
        is_in_specification: bool,
    },
    Bracket,
}

impl Refused<'_> {
    fn add(&mut self, place: TextSize, message: &'static str) {
        if self.first.is_none_or(|(first, _)| place < first) {
            self.first = Some((place, message));
        }
    }

    /// A comma or an operator behind a lone `yield`, and a `yield` without parentheses as what a comprehension makes.
    fn check_yields(&mut self) {
        let mut depth = 0u32;
        // How deep in brackets those are that have not ended.
        let mut yields: Vec<u32> = Vec::new();
        let mut is_behind_yield = false;
        for token in self.tokens {
            let kind = token.kind();
            match kind {
                _ if is_behind_yield && joins(kind) => self.add(token.start(), "invalid syntax"),
                TokenKind::For if yields.last() == Some(&depth) => self.add(token.start(), "invalid syntax"),
                TokenKind::Yield => yields.push(depth),
                TokenKind::Newline | TokenKind::Semi => yields.clear(),
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    depth = depth.saturating_sub(1);
                    yields.truncate(yields.partition_point(|yielded| *yielded <= depth));
                }
                _ => {}
            }
            if !kind.is_trivia() {
                is_behind_yield = kind == TokenKind::Yield;
            }
        }
    }

    /// Replacement fields that stand too deep in each other.
    fn check_fields(&mut self) {
        let mut open: Vec<Open> = Vec::new();
        for token in self.tokens {
            match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => open.push(Open::String),
                _ if open.is_empty() => {}
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    open.pop();
                }
                TokenKind::Lbrace => {
                    let depth = match open.last() {
                        Some(Open::String) => Some(1),
                        Some(Open::Field {
                            depth,
                            is_in_specification: true,
                        }) => Some(depth + 1),
                        _ => None,
                    };
                    if depth.is_some_and(|depth| depth > DEEPEST_FIELD) {
                        self.add(token.start(), "f-string: expressions nested too deeply");
                    }
                    open.push(depth.map_or(Open::Bracket, |depth| Open::Field {
                        depth,
                        is_in_specification: false,
                    }));
                }
                TokenKind::Colon => {
                    if let Some(Open::Field {
                        is_in_specification, ..
                    }) = open.last_mut()
                    {
                        *is_in_specification = true;
                    }
                }
                TokenKind::Lpar | TokenKind::Lsqb => open.push(Open::Bracket),
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    open.pop();
                }
                _ => {}
            }
        }
    }

    /// The first token of a kind from a place on.
    fn first_from(&self, place: TextSize, is_wanted: impl Fn(TokenKind) -> bool) -> Option<&Token> {
        let start = self.tokens.partition_point(|token| token.start() < place);
        self.tokens[start..].iter().find(|token| is_wanted(token.kind()))
    }
}

/// The first line whose indentation CPython's tokenizer refuses, in a text with tabs, and what it says of it. To ruff's a tab
/// is two columns wide at most.
pub(super) fn misused_tabs(text: &str, tokens: &Tokens) -> Option<(TextSize, &'static str)> {
    memchr::memchr(b'\t', text.as_bytes())?;
    let mut stack = vec![Indentation::default()];
    let mut is_at_start = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => is_at_start = true,
            TokenKind::Indent | TokenKind::Dedent | TokenKind::EndOfFile | TokenKind::Unknown => {}
            kind if kind.is_trivia() || !is_at_start => {}
            _ => {
                is_at_start = false;
                let indentation = Indentation::before(text, token.start());
                if let Err(message) = enter(&mut stack, indentation) {
                    return Some((token.start() - TextSize::new(indentation.bytes), message));
                }
            }
        }
    }
    None
}

/// Takes note of the indentation of a line, or says what CPython's tokenizer has against it behind those around it.
fn enter(stack: &mut Vec<Indentation>, next: Indentation) -> Result<(), &'static str> {
    const TABS: &str = "inconsistent use of tabs and spaces in indentation";
    let is_deeper = |last: &Indentation| last.columns < next.columns;
    if stack.last().is_some_and(is_deeper) {
        let is_consistent = stack.last().is_some_and(|last| last.characters < next.characters);
        stack.push(next);
        return if is_consistent { Ok(()) } else { Err(TABS) };
    }
    stack.truncate(stack.partition_point(|outer| outer.columns <= next.columns));
    match stack.last() {
        Some(outer) if outer.columns < next.columns => Err("unindent does not match any outer indentation level"),
        Some(outer) if outer.characters != next.characters => Err(TABS),
        _ => Ok(()),
    }
}

/// How far a line is indented, as CPython's tokenizer counts it: a tab leads to the next of every eighth column, and
/// is one character.
#[derive(Clone, Copy, Default)]
struct Indentation {
    columns: u32,
    characters: u32,
    bytes: u32,
}

impl Indentation {
    /// The indentation of the line whose first token is at `start`; of several lines that backslashes join, that of the first
    /// which has one.
    fn before(text: &str, start: TextSize) -> Self {
        const TAB: u32 = 8;
        let mut indentation = Self::default();
        let blanks = text[..start.to_usize()].bytes().rev();
        let blanks = blanks.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'));
        let count = blanks.count();
        for byte in text[start.to_usize() - count..start.to_usize()].bytes() {
            match byte {
                b'\t' => {
                    indentation.columns = (indentation.columns / TAB + 1) * TAB;
                    indentation.characters += 1;
                }
                b'\x0c' => (indentation.columns, indentation.characters) = (0, 0),
                _ => {
                    indentation.columns += 1;
                    indentation.characters += 1;
                }
            }
            indentation.bytes += 1;
        }
        indentation
    }
}

impl<'a> StatementVisitor<'a> for Refused<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Try(StmtTry {
            body, handlers, orelse, ..
        }) = statement
            && handlers.is_empty()
            && let (Some(last), false) = (body.last(), orelse.is_empty())
            && let Some(token) = self.first_from(last.end(), |kind| kind == TokenKind::Else)
        {
            self.add(token.start(), "expected 'except' or 'finally' block");
        }
        walk_stmt(self, statement);
    }

    fn visit_match_case(&mut self, case: &'a MatchCase) {
        Patterns(self).visit_pattern(&case.pattern);
        self.visit_body(&case.body);
    }
}

/// Looks for a star in parentheses of its own: `case [(*rest), last]`.
struct Patterns<'r, 'a>(&'r mut Refused<'a>);

impl<'a> Visitor<'a> for Patterns<'_, '_> {
    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Pattern::MatchSequence(PatternMatchSequence { patterns, range, .. }) = pattern {
            for star in patterns.iter().filter(|pattern| pattern.is_match_star()) {
                let next = self.0.first_from(star.end(), |kind| !kind.is_trivia());
                if next.is_some_and(|next| next.kind() == TokenKind::Rpar && next.end() < range.end()) {
                    self.0.add(star.start(), "invalid syntax");
                }
            }
        }
        walk_pattern(self, pattern);
    }

    /// There are no patterns in expressions, which may be chains of any length.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

#[cfg(test)]
mod tests {
    use crate::parse;

    /// What is said of a text, with its place; nothing if it is accepted.
    fn verdict(text: &str) -> String {
        parse(text).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn what_cpython_does_not_parse_is_refused_in_its_place() {
        for (text, expected) in [
            ("yield, x\n", "1:6: invalid syntax"),
            ("x = yield, 1\n", "1:10: invalid syntax"),
            ("x = (yield\n, 1)\n", "2:1: invalid syntax"),
            ("yield and x, y\n", "1:7: invalid syntax"),
            ("(yield x, x for x in y)\n", "1:13: invalid syntax"),
            (
                "try:\n    pass\nelse:\n    pass\nfinally:\n    pass\n",
                "3:1: expected 'except' or 'finally' block",
            ),
            (
                "if x:\n  try:\n    try: pass\n    finally: pass\n  else:\n    pass\n  finally: pass\n",
                "5:3: expected 'except' or 'finally' block",
            ),
            ("match x:\n  case [(*r), (a as b)]: pass\n", "2:10: invalid syntax"),
            ("match x:\n  case {1: [a, (*_)]}: pass\n", "2:17: invalid syntax"),
            (
                "print((a)=1)\n",
                "1:7: expression cannot contain assignment, perhaps you meant \"==\"?",
            ),
            (
                "f\"{'':*^{1:{1:{1}}}}\"\n",
                "1:15: f-string: expressions nested too deeply",
            ),
        ] {
            assert_eq!(verdict(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_cpython_parses_is_accepted() {
        for text in [
            "x = yield\nyield\nx = yield 1, 2\nyield -x\nyield not x\nyield *x,\nyield ...\nf'{yield!r}{yield:>3}'\nf((yield), 1)\n(yield); x, y\n",
            "(yield [a for a in b])\n[(yield), *(a for a in b)]\nyield x; [x for x in y]\nyield\nfor x in y: pass\n",
            "try: pass\nexcept A: pass\nelse: pass\nfinally: pass\n",
            "try: pass\nfinally:\n  if x: pass\n  else: pass\n",
            "match x:\n  case (*r,): pass\n  case (a, *r): pass\n  case [(a, *r), *_]: pass\n  case ([*r]): pass\n",
            "f(a=1, b=(c))\n",
            "f'{1:{1:{1}}}' f'{ {1:{2:{3:4}}} }' f'{1:{f\"{1:{2}}\"}}' f'{x:{y}}{x:{y}}{x:{y}}{x:{y}}'\n",
            // What the compiler refuses, but not the parser.
            "return 1\nbreak\nnonlocal x\ndef f(a, a): pass\nf(a=1, a=2)\n",
        ] {
            assert_eq!(verdict(text), "", "{text:?}");
        }
    }

    #[test]
    fn a_tab_is_as_wide_as_in_cpython() {
        const TABS: &str = "inconsistent use of tabs and spaces in indentation";
        const UNINDENT: &str = "unindent does not match any outer indentation level";
        for (text, line, message) in [
            ("if x:\n\ty\n        z\n", 3, TABS),
            ("if x:\n        y\n\tz\n", 3, TABS),
            ("if x:\n  if y:\n\tz\n", 3, TABS),
            ("if x:\n\t    y = (1,\n2)\n        z\n", 4, UNINDENT),
            ("if x:\n\ty\n        z\nw = (\n", 3, TABS),
        ] {
            assert_eq!(verdict(text), format!("{line}:1: {message}"), "{text:?}");
        }
        for text in [
            "if x:\n\ty\n\t# a comment\n        # another\n\n\tz\nif x:\n        y\n",
            "if x:\n\tif y:\n\t  z\n\t  z\n\telse:\n\t\tz\n",
            "if x:\n\x0c\ty\n\tz\n",
            "if x:\n    y = (\n\t1)\n    z = '''\n\t'''\n",
        ] {
            assert_eq!(verdict(text), "", "{text:?}");
        }
    }
}

//! Of all that is wrong with a text, what CPython would say first, and where.
//!
//! CPython's parser stops at the first token that does not fit. Then its tokenizer reads on to the end: what it finds wrong
//! there, such as a bracket that closes none, is said in place of the parser's error; and a bracket that is never closed
//! is, if the parser's error is on a later line. ruff's parser goes on after an error, and so knows all of them.
//! (CPython 3.11, `Parser/pegen_errors.c`, `_Pypegen_set_syntax_error`.)

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::conflict_marker::is_conflict_marker;
use super::strictness::misused_tabs;
use crate::text::LineIndex;

/// What is wrong at a place.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub place: TextSize,
    pub message: String,
}

impl Fault {
    fn new(place: TextSize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { place, message }
    }
}

/// What to say of a text with these errors; `None` if there are none.
pub(super) fn diagnose(text: &str, lines: &LineIndex, tokens: &Tokens, errors: &[&ParseError]) -> Option<Fault> {
    let context = Context { text, lines, tokens };
    let placed = errors.iter().map(|error| (context.place(error), *error));
    let (start, first) = placed.min_by_key(|(place, _)| *place)?;
    if let Some((place, message)) = misused_tabs(text, tokens).filter(|(place, _)| *place <= start) {
        return Some(Fault::new(place, message));
    }
    // CPython does not know these; but what else is said of one, such as that a block ends there, sends people astray.
    if let Some(marker) = context.conflict_marker().filter(|at| *at <= context.next_token(start)) {
        return Some(Fault::new(marker, "this looks like a merge conflict marker"));
    }
    let brackets = context.brackets();
    let raised = errors.iter().filter_map(|error| context.raised(error));
    let raised = raised.chain(brackets.mismatch).chain(context.number_in_name());
    let raised = raised.min_by_key(|fault| fault.place);
    // CPython looks for no more once a line is indented that should not be.
    let is_final = first.error == ParseErrorType::UnexpectedIndentation;
    if let Some(raised) = raised.filter(|raised| !is_final || raised.place < start) {
        return Some(raised);
    }
    if let Some(open) = brackets.open
        && open.start() < start
        && lines.line(context.next_token(start).to_u32()) > lines.line(open.start().to_u32())
    {
        return Some(Fault::new(open.start(), format!("'{}' was never closed", &text[open])));
    }
    Some(context.grammatical(first))
}

struct Context<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    tokens: &'a Tokens,
}

/// What is odd about the brackets of a text.
#[derive(Default)]
struct Brackets {
    /// One that closes no other, or the wrong one.
    mismatch: Option<Fault>,
    /// The innermost that is open at the end.
    open: Option<TextRange>,
}

impl Context<'_> {
    /// Where CPython sees an error: one of an escape sequence at the string that has it.
    fn place(&self, error: &ParseError) -> TextSize {
        self.escaping_string(error).map_or(error.start(), Ranged::start)
    }

    /// The string, or the literal part of an interpolated one, whose escape sequence is the error.
    fn escaping_string(&self, error: &ParseError) -> Option<&Token> {
        let ParseErrorType::Lexical(
            LexicalErrorType::UnicodeError
            | LexicalErrorType::MissingUnicodeLbrace
            | LexicalErrorType::MissingUnicodeRbrace,
        ) = error.error
        else {
            return None;
        };
        let next = self.tokens.partition_point(|token| token.start() <= error.start());
        self.tokens[..next].iter().rev().find(|token| is_string(token.kind()))
    }

    /// The first line that git writes where it cannot merge, if it is no part of a string.
    fn conflict_marker(&self) -> Option<TextSize> {
        let starts = (0..self.lines.count()).map(|line| self.lines.start(line));
        let markers = starts.filter(|start| is_conflict_marker(&self.text.as_bytes()[*start as usize..]));
        let is_in_token = |place: TextSize| {
            let next = self.tokens.partition_point(|token| token.start() < place);
            next > 0 && self.tokens[next - 1].end() > place
        };
        let mut places = markers.map(TextSize::new);
        places.find(|place| !is_in_token(*place))
    }

    fn brackets(&self) -> Brackets {
        // With the starts of interpolated strings, which nothing outside of them can close.
        let mut open: Vec<&Token> = Vec::new();
        for token in self.tokens {
            match token.kind() {
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    let string = open.iter().rposition(|opener| is_string_start(opener.kind()));
                    open.truncate(string.unwrap_or(open.len()));
                }
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => match open.pop() {
                    Some(opener) if is_pair(opener.kind(), token.kind()) => {}
                    // The parser says what is wrong.
                    Some(string) if is_string_start(string.kind()) => open.push(string),
                    opener => {
                        let is_field = open.last().is_some_and(|outer| is_string_start(outer.kind()));
                        return Brackets {
                            mismatch: Some(self.mismatch(opener, token, is_field)),
                            open: None,
                        };
                    }
                },
                kind if is_opener(kind) || is_string_start(kind) => open.push(token),
                _ => {}
            }
        }
        let outside = open.iter().take_while(|opener| !is_string_start(opener.kind()));
        Brackets {
            mismatch: None,
            open: outside.last().map(Ranged::range),
        }
    }

    /// What is said of a bracket that does not close the last one that is open, which may begin a field of an interpolated
    /// string.
    fn mismatch(&self, opener: Option<&Token>, closer: &Token, is_field: bool) -> Fault {
        let closing = &self.text[closer.range()];
        let message = match opener {
            None => format!("unmatched '{closing}'"),
            Some(opener) if is_field && opener.kind() == TokenKind::Lbrace => {
                format!("f-string: unmatched '{closing}'")
            }
            Some(opener) => {
                let opening = &self.text[opener.range()];
                let line = |token: &Token| self.lines.line(token.start().to_u32());
                let place = match line(opener) == line(closer) {
                    true => String::new(),
                    false => format!(" on line {}", line(opener) + 1),
                };
                format!("closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{place}")
            }
        };
        Fault::new(closer.start(), message)
    }

    /// What CPython's tokenizer says of an error at once, if it does.
    fn raised(&self, error: &ParseError) -> Option<Fault> {
        let ParseErrorType::Lexical(kind) = &error.error else {
            return None;
        };
        let message = match kind {
            LexicalErrorType::UnrecognizedToken { tok } => invalid_character(*tok)?,
            LexicalErrorType::UnclosedStringError => self.unterminated(error.location),
            LexicalErrorType::LineContinuationError => {
                "unexpected character after line continuation character".to_owned()
            }
            LexicalErrorType::FStringError(InterpolatedStringErrorType::NewlineInFormatSpec) => {
                "f-string: newlines are not allowed in format specifiers for single quoted f-strings".to_owned()
            }
            LexicalErrorType::TStringError(InterpolatedStringErrorType::NewlineInFormatSpec) => {
                "t-string: newlines are not allowed in format specifiers for single quoted t-strings".to_owned()
            }
            LexicalErrorType::OtherError(_) => invalid_number(&self.text[error.location.start().to_usize()..])?,
            _ => return None,
        };
        Some(Fault::new(error.start(), message))
    }

    fn unterminated(&self, string: TextRange) -> String {
        let quotes = self.text[string].trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        if quotes.starts_with("\"\"\"") || quotes.starts_with("'''") {
            let last = self.lines.line(self.text.trim_end_matches(['\n', '\r']).len() as u32);
            format!(
                "unterminated triple-quoted string literal (detected at line {})",
                last + 1
            )
        } else {
            let last = self.lines.line(string.end().to_u32());
            format!("unterminated string literal (detected at line {})", last + 1)
        }
    }

    /// The first name that begins where a number ends.
    fn number_in_name(&self) -> Option<Fault> {
        let pairs = self.tokens.windows(2);
        let mut glued = pairs.filter(|pair| is_number(pair[0].kind()) && pair[0].end() == pair[1].start());
        let number = glued.find(|pair| pair[1].kind() == TokenKind::Name)?;
        let message = match self.text[number[0].range()].to_ascii_lowercase() {
            text if text.starts_with("0x") => "invalid hexadecimal literal",
            text if text.starts_with("0o") => "invalid octal literal",
            text if text.starts_with("0b") => "invalid binary literal",
            text if text.ends_with('j') => "invalid imaginary literal",
            _ => "invalid decimal literal",
        };
        let last_digit = number[0].end() - TextSize::new(1);
        Some(Fault::new(last_digit, message))
    }

    /// The start of the first token from a place on that means something inside of brackets.
    fn next_token(&self, place: TextSize) -> TextSize {
        let first = self.tokens.partition_point(|token| token.start() < place);
        let is_line_end = |kind| {
            matches!(
                kind,
                TokenKind::Newline
                    | TokenKind::NonLogicalNewline
                    | TokenKind::Comment
                    | TokenKind::Indent
                    | TokenKind::Dedent
            )
        };
        let mut following = self.tokens[first..].iter().filter(|token| !is_line_end(token.kind()));
        following.next().map_or(TextSize::of(self.text), Ranged::start)
    }

    /// What is said of an error of the parser's, in its words or in CPython's where these say more.
    fn grammatical(&self, error: &ParseError) -> Fault {
        if let Some(string) = self.escaping_string(error)
            && let Some(message) = bad_escape(&self.text[string.range()], string, error.start())
        {
            return Fault::new(string.start(), message);
        }
        let message = match &error.error {
            ParseErrorType::UnexpectedIndentation => "unexpected indent".to_owned(),
            ParseErrorType::SimpleStatementsOnSameLine => {
                if let Some(statement) = self.legacy_statement(error.start()) {
                    let name = &self.text[statement];
                    let message = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
                    return Fault::new(statement.start(), message);
                }
                lowercase(&error.error.to_string())
            }
            kind => lowercase(&kind.to_string()),
        };
        let place = error.start();
        let is_block = message.starts_with("expected an indented block");
        // Line ends inside of brackets, and behind the header of a block, are not what CPython's parser sees.
        let moved = match self.token_at(place) {
            Some(TokenKind::Newline) | None if is_block || self.is_in_brackets(place) => self.next_token(place),
            _ => place,
        };
        if is_block && moved != place {
            let is_end = moved == TextSize::of(self.text);
            return Fault::new(if is_end { place } else { moved }, message);
        }
        // The parser says what it found only where it expected one certain token.
        let found = self.token_at(moved).filter(|_| message.starts_with("expected "));
        let message = match (found, message.split_once(", found ")) {
            (Some(found), Some((expected, _))) if moved != place => format!("{expected}, found {found}"),
            (Some(found), None) => format!("{message}, found {found}"),
            _ => message,
        };
        Fault::new(moved, message)
    }

    /// Whether a bracket is open at a place.
    fn is_in_brackets(&self, place: TextSize) -> bool {
        let depth = |depth: i32, token: &Token| match token.kind() {
            kind if is_opener(kind) => depth + 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth - 1,
            _ => depth,
        };
        let before = self.tokens.iter().take_while(|token| token.start() < place);
        before.fold(0, depth) > 0
    }

    /// Python 2's `print` or `exec`, if a statement begins with it whose next token is at a place.
    fn legacy_statement(&self, place: TextSize) -> Option<TextRange> {
        let next = self.tokens.partition_point(|token| token.start() < place);
        let mut before = self.tokens[..next]
            .iter()
            .rev()
            .filter(|token| token.kind() != TokenKind::Comment);
        let name = before.next().filter(|token| token.kind() == TokenKind::Name)?;
        let is_start = before.next().is_none_or(|token| {
            let kind = token.kind();
            kind.is_trivia()
                || matches!(
                    kind,
                    TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::Semi | TokenKind::Colon
                )
        });
        let is_legacy = matches!(&self.text[name.range()], "print" | "exec");
        (is_start && is_legacy).then(|| name.range())
    }

    /// The kind of the token that begins at a place, if one does that means something.
    fn token_at(&self, start: TextSize) -> Option<TokenKind> {
        let first = self.tokens.partition_point(|token| token.start() < start);
        let here = self.tokens[first..].iter().take_while(|token| token.start() == start);
        let mut kinds = here.map(ruff_python_ast::token::Token::kind);
        kinds.find(|kind| !kind.is_trivia() && *kind != TokenKind::Unknown)
    }
}

/// What CPython says of the escape sequence in a string, or in a literal part of an interpolated one, that the parser refuses at
/// a place.
fn bad_escape(text: &str, token: &Token, place: TextSize) -> Option<String> {
    let (body, start, is_bytes) = match token.kind() {
        TokenKind::String => {
            let quoted = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
            let is_bytes = text[..text.len() - quoted.len()].contains(['b', 'B']);
            let is_triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
            let quotes = if is_triple { 3 } else { 1 };
            let start = text.len() - quoted.len() + quotes;
            (text.get(start..text.len() - quotes)?, start, is_bytes)
        }
        _ => (text, 0, false),
    };
    let start = token.start().to_usize() + start;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &body.as_bytes()[at..]) {
        let escape = at + found;
        let letter = body[escape + 1..].chars().next()?;
        let is_unknown = start + escape + "\\N{".len() == place.to_usize();
        if let Some((length, problem)) = escape_problem(&body[escape..], is_bytes, is_unknown) {
            let first = decoded_width(&body[..escape]);
            if is_bytes {
                return Some(format!("(value error) invalid \\x escape at position {first}"));
            }
            let last = first + decoded_width(&body[escape..escape + length]) - 1;
            return Some(format!(
                "(unicode error) 'unicodeescape' codec can't decode bytes in position {first}-{last}: {problem}"
            ));
        }
        at = escape + 1 + letter.len_utf8();
    }
    None
}

/// What is wrong with the escape sequence that a text begins with, and how long it is; `is_unknown` says of a name in braces that
/// Unicode does not have it.
fn escape_problem(escape: &str, is_bytes: bool, is_unknown: bool) -> Option<(usize, &'static str)> {
    let kind = escape.as_bytes().get(1)?;
    let (digits, truncated) = match kind {
        b'x' => (2, "truncated \\xXX escape"),
        b'u' if !is_bytes => (4, "truncated \\uXXXX escape"),
        b'U' if !is_bytes => (8, "truncated \\UXXXXXXXX escape"),
        b'N' if !is_bytes => {
            const MALFORMED: &str = "malformed \\N character escape";
            return match (escape.as_bytes().get(2), escape.find('}')) {
                (Some(b'{'), Some(3)) => Some((3, MALFORMED)),
                (Some(b'{'), Some(end)) => is_unknown.then_some((end + 1, "unknown Unicode character name")),
                (Some(b'{'), None) => Some((escape.len(), MALFORMED)),
                _ => Some((2, MALFORMED)),
            };
        }
        _ => return None,
    };
    let rest = &escape[2..];
    let found = rest.bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
    if found < digits {
        return Some((2 + found, truncated));
    }
    let number = u32::from_str_radix(&rest[..digits], 16).ok()?;
    (number > u32::from(char::MAX)).then_some((2 + digits, "illegal Unicode character"))
}

/// How long a text is where CPython looks for escape sequences: a letter that is not ASCII is an escape sequence of ten letters
/// there, and every line end is one.
fn decoded_width(text: &str) -> usize {
    let widths = text.chars().map(|letter| if letter.is_ascii() { 1 } else { 10 });
    widths.sum::<usize>() - text.matches("\r\n").count()
}

fn is_string(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle
    )
}

fn is_string_start(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::FStringStart | TokenKind::TStringStart)
}

fn is_opener(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace)
}

fn is_pair(opener: TokenKind, closer: TokenKind) -> bool {
    matches!(
        (opener, closer),
        (TokenKind::Lpar, TokenKind::Rpar)
            | (TokenKind::Lsqb, TokenKind::Rsqb)
            | (TokenKind::Lbrace, TokenKind::Rbrace)
    )
}

fn is_number(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Int | TokenKind::Float | TokenKind::Complex)
}

/// What CPython says of a character that begins no token; `None` for the ASCII characters that it leaves to its parser.
fn invalid_character(letter: char) -> Option<String> {
    let number = u32::from(letter);
    let is_printable = !matches!(
        letter.general_category_group(),
        GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator
    );
    match is_printable {
        true if letter.is_ascii() => None,
        true => Some(format!("invalid character '{letter}' (U+{number:04X})")),
        false => Some(format!("invalid non-printable character U+{number:04X}")),
    }
}

/// What CPython says of a number that is none, if the text begins with one.
fn invalid_number(text: &str) -> Option<String> {
    let message = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => "invalid hexadecimal literal",
        [b'0', b'o' | b'O', ..] => "invalid digit in octal literal",
        [b'0', b'b' | b'B', ..] => "invalid digit in binary literal",
        [b'0', b'0'..=b'9' | b'_', ..] => {
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"
        }
        [b'0'..=b'9' | b'.', ..] => "invalid decimal literal",
        _ => return None,
    };
    Some(message.to_owned())
}

fn lowercase(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use crate::parsing::tests::error;

    #[test]
    fn common_errors_are_where_cpython_says_and_in_its_words() {
        for (text, expected) in [
            ("x = (1, 2\ny = 3\n", "1:5: '(' was never closed"),
            (
                "def f():\n    return [g(1)\n\ndef h(): pass\n",
                "2:12: '[' was never closed",
            ),
            ("x = 1\nyä = {1: (2)\n", "2:6: '{' was never closed"),
            ("x = 1)\n", "1:6: unmatched ')'"),
            ("x = = 1\ny = 2]\n", "2:6: unmatched ']'"),
            (
                "x = (1]\n",
                "1:7: closing parenthesis ']' does not match opening parenthesis '('",
            ),
            (
                "x = {\n  1: (2\n}\n",
                "3:1: closing parenthesis '}' does not match opening parenthesis '(' on line 2",
            ),
            ("x = 'abc\n", "1:5: unterminated string literal (detected at line 1)"),
            (
                "x = 1\ny = rb\"\"\"a\nb\n",
                "2:5: unterminated triple-quoted string literal (detected at line 3)",
            ),
            ("x =\u{a0}1\n", "1:4: invalid non-printable character U+00A0"),
            ("x\u{200b} = 1\n", "1:2: invalid non-printable character U+200B"),
            ("x = \u{201c}a\u{201d}\n", "1:5: invalid character '\u{201c}' (U+201C)"),
            (
                "x = 0777\n",
                "1:5: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
            ),
            ("x = 0x\n", "1:5: invalid hexadecimal literal"),
            ("x = 12ab\n", "1:6: invalid decimal literal"),
            (
                "x = 1 \\ 2\n",
                "1:7: unexpected character after line continuation character",
            ),
            (
                "if x:\n    print \"y\"\n",
                "2:5: Missing parentheses in call to 'print'. Did you mean print(...)?",
            ),
            (
                "exec x\n",
                "1:1: Missing parentheses in call to 'exec'. Did you mean exec(...)?",
            ),
            ("x = 1\n  y = 2\nz = 3)\n", "2:1: unexpected indent"),
            (
                "def f():\npass\n",
                "2:1: expected an indented block after function definition",
            ),
            (
                "if x:\n    y\n  z\n",
                "3:1: unindent does not match any outer indentation level",
            ),
        ] {
            assert!(error(text).starts_with(expected), "{text:?}: {}", error(text));
        }
    }

    #[test]
    fn a_bad_escape_is_said_of_its_string_in_cpythons_words() {
        const TRUNCATED: &str = "truncated \\uXXXX escape";
        const UNKNOWN: &str = "unknown Unicode character name";
        const MALFORMED: &str = "malformed \\N character escape";
        let unicode = |place: &str, position: &str, problem: &str| {
            format!(
                "{place}: (unicode error) 'unicodeescape' codec can't decode bytes in position {position}: {problem}"
            )
        };
        for (text, expected) in [
            ("x = \"\\u12\"\n", unicode("1:5", "0-3", TRUNCATED)),
            ("x=\"\\u12\" = 3\n", unicode("1:3", "0-3", TRUNCATED)),
            ("x = \"\\\\ \\xe9 \\u00e\"\n", unicode("1:5", "8-12", TRUNCATED)),
            ("x = \"a\" \"é\\u12\"\n", unicode("1:9", "10-13", TRUNCATED)),
            ("x = '''a\r\n\\u1'''\n", unicode("1:5", "2-4", TRUNCATED)),
            ("x = '\\x4'\n", unicode("1:5", "0-2", "truncated \\xXX escape")),
            (
                "x = 'C:\\Users'\n",
                unicode("1:5", "2-3", "truncated \\UXXXXXXXX escape"),
            ),
            (
                "x = u'\\U99999999'\n",
                unicode("1:5", "0-9", "illegal Unicode character"),
            ),
            ("x = '\\N{SPACE}\\N{foo bar}'\n", unicode("1:5", "9-19", UNKNOWN)),
            ("x = '\\N{ \\n'\n", unicode("1:5", "0-5", MALFORMED)),
            ("x = '\\N{}'\n", unicode("1:5", "0-2", MALFORMED)),
            ("x = '\\Nabc'\n", unicode("1:5", "0-1", MALFORMED)),
            ("f'{a}\\N{foo bar}'\n", unicode("1:6", "0-10", UNKNOWN)),
            ("f'{1:\\u12}'\n", unicode("1:6", "0-3", TRUNCATED)),
            (
                "x = b'a\\x4'\n",
                "1:5: (value error) invalid \\x escape at position 1".to_owned(),
            ),
            ("x = = '\\u12'\n", "1:5: expected an expression, found `=`".to_owned()),
            ("x = '\\u12' + )\n", "1:14: unmatched ')'".to_owned()),
        ] {
            assert_eq!(error(text), expected, "{text:?}");
        }
    }

    #[test]
    fn brackets_in_interpolated_strings_are_matched() {
        for (text, expected) in [
            (
                "f\"{(a}\"\n",
                "1:6: closing parenthesis '}' does not match opening parenthesis '('",
            ),
            (
                "x = (1\nt\"{(a]}\"\n",
                "2:6: closing parenthesis ']' does not match opening parenthesis '('",
            ),
            ("f\"{a)}\"\n", "1:5: f-string: unmatched ')'"),
            ("f\"{a\"\nx = 1\n", "1:5: f-string: expecting `}`"),
            ("x = (f'}'\n", "1:8: f-string: single `}` is not allowed"),
            (
                "f\"{x:\n}\"\n",
                "1:6: f-string: newlines are not allowed in format specifiers for single quoted f-strings",
            ),
        ] {
            assert_eq!(error(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_conflict_marker_is_called_one_at_its_line() {
        for (text, line) in [
            (
                "def f():\n    y = 1\n<<<<<<< HEAD\n    x = 1\n=======\n    x = 2\n>>>>>>> b\n",
                3,
            ),
            ("def f():\n<<<<<<< HEAD\n    x = 1\n=======\n    x = 2\n>>>>>>> b\n", 2),
            (
                "x = [\r\n<<<<<<< HEAD\r\n    1,\r\n=======\r\n    2,\r\n>>>>>>> b\r\n]\r\n",
                2,
            ),
            ("x = 1\n=======\nx = 2)\n>>>>>>> b\n", 2),
            ("'''\n<<<<<<< HEAD\n'''\n||||||| base\n", 4),
        ] {
            let expected = format!("{line}:1: this looks like a merge conflict marker");
            assert_eq!(error(text), expected, "{text:?}");
        }
        for text in [
            "x = 1)\n<<<<<<< HEAD\n",
            "'''\n<<<<<<< HEAD\n'''\n1 = x\n",
            "x = (1\n<<<<<<<< 2\n",
        ] {
            assert!(!error(text).contains("conflict"), "{text:?}: {}", error(text));
        }
    }

    #[test]
    fn what_is_in_strings_is_no_bracket() {
        for text in ["x = '(' f'{a[\")\"]}' = 1\n", "f'{(1)}' 1\n# (\n"] {
            let error = error(text);
            assert!(
                !error.contains("never closed") && !error.contains("unmatched"),
                "{error}"
            );
        }
    }
}

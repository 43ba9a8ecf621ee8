//! How deeply a text may nest.
//!
//! CPython 3.11 refuses more than 200 brackets or 100 blocks inside each other, and some thousand operators. We refuse
//! only what is far beyond that: ruff's parser needs up to three kilobytes of memory for each level, and for nested f-strings a time
//! that grows with the square of their depth.

use memchr::memmem;
use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_parser::{Mode, lexer};
use ruff_text_size::{Ranged, TextSize};

/// How many brackets, blocks, prefix operators, conditional expressions, powers and lambdas may stand inside each
/// other. Deeper texts are refused.
pub(super) const MAX_NESTING: u32 = 5_000;

/// A text with no more openers than this is parsed before its levels are counted. Even if all of them nest, the
/// parser takes less than a second and less than 100 megabytes.
const MAX_OPENERS_TO_PARSE: usize = 4 * MAX_NESTING as usize;

/// How many tokens a logical line may have, and how many blocks may stand inside each other, in a tree that is visited and
/// dropped on any stack: an expression is no deeper than it has tokens, and a level takes some hundred bytes.
const HARMLESS_TOKENS: u32 = 2_000;
const HARMLESS_BLOCKS: u32 = 500;

/// Whether visiting or dropping the tree of these tokens may need more than a stack of two megabytes.
pub(super) fn may_be_deep(tokens: &Tokens) -> bool {
    if tokens.len() <= HARMLESS_BLOCKS as usize {
        return false;
    }
    let (mut in_line, mut blocks) = (0, 0_u32);
    tokens.iter().any(|token| {
        in_line += 1;
        match token.kind() {
            TokenKind::Newline => in_line = 0,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            _ => {}
        }
        in_line > HARMLESS_TOKENS || blocks > HARMLESS_BLOCKS
    })
}

/// How many characters and words in a text may open a level: no more levels can be inside each other.
pub(super) struct Openers {
    count: usize,
    lambdas: usize,
}

impl Openers {
    /// Counts them in a text, if it is so long that there can be many.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let count = |word: &str| memmem::find_iter(bytes, word).count();
        let lambdas = match bytes.len() > HARMLESS_LAMBDAS * "lambda:".len() {
            true => count("lambda"),
            false => 0,
        };
        let others = match bytes.len() > MAX_NESTING as usize {
            true => count_characters(bytes) + count("not") + count("else") + count("await"),
            false => 0,
        };
        Self {
            count: lambdas + others,
            lambdas,
        }
    }

    /// Whether so much may nest that a stack of two megabytes may overflow, as the parser does not grow its stack for
    /// lambdas in default values of lambdas, where a level takes up to five kilobytes, and for tuples and lists that
    /// are assigned to, where it takes up to 200 bytes.
    pub(super) fn may_exceed_stack(&self) -> bool {
        self.lambdas > HARMLESS_LAMBDAS || self.count > MAX_NESTING as usize
    }

    /// The place of the first token of the text that passes [`MAX_NESTING`].
    pub(super) fn first_too_deep(&self, tokens: &Tokens) -> Option<TextSize> {
        (self.count > MAX_NESTING as usize)
            .then(|| first_too_deep(tokens))
            .flatten()
    }

    /// The offset at which `text` passes [`MAX_NESTING`], if it has so many openers that it must not be parsed then.
    pub(super) fn too_deep_to_parse(&self, text: &str) -> Option<TextSize> {
        if self.count <= MAX_OPENERS_TO_PARSE || !is_too_deep(text) {
            return None;
        }
        // The lexer does not say where its tokens are. So this looks for the longest start of the text that is not too
        // deep.
        let (mut shallow, mut deep) = (0, text.len());
        while shallow < deep {
            let middle = text.ceil_char_boundary((shallow + 1).midpoint(deep));
            if is_too_deep(&text[..middle]) {
                deep = text.floor_char_boundary(middle - 1);
            } else {
                shallow = middle;
            }
        }
        Some(TextSize::new(shallow as u32))
    }
}

/// How many lambdas take little stack even if each is in the one before.
const HARMLESS_LAMBDAS: usize = 64;

fn count_characters(bytes: &[u8]) -> usize {
    bytes.chunks(usize::from(u8::MAX)).map(openers_in).sum()
}

fn is_too_deep(text: &str) -> bool {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut levels = Levels::default();
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            kind => levels.enter(kind),
        }
        if levels.depth() > MAX_NESTING {
            return true;
        }
    }
}

/// The place of the first token that passes [`MAX_NESTING`].
fn first_too_deep(tokens: &Tokens) -> Option<TextSize> {
    let mut levels = Levels::default();
    let mut passes = |token: &&Token| {
        levels.enter(token.kind());
        levels.depth() > MAX_NESTING
    };
    tokens.iter().find(|token| passes(token)).map(Ranged::start)
}

/// How many bytes of a chunk may open a level. No more than a byte can count, and without a branch, so that compilers make
/// vector instructions of it.
fn openers_in(chunk: &[u8]) -> usize {
    const OPENERS: [u8; 8] = *b"([{:+-~*";
    let is_opener = |&byte: &u8| {
        OPENERS
            .iter()
            .fold(0_u8, |is_any, &opener| is_any | u8::from(byte == opener))
    };
    usize::from(chunk.iter().map(is_opener).sum::<u8>())
}

/// What nests inside one pair of brackets or quotes, or at the top of a logical line.
#[derive(Clone, Copy, Default)]
struct Level {
    /// The levels around this one.
    outer: u32,
    /// `else` and `lambda`, which nest until the next comma or the end.
    until_comma: u32,
    /// Prefix operators and `**`, which nest as long as no other operator follows.
    prefixes: u32,
    /// Lambdas whose colon has not come yet: commas up to there separate parameters.
    open_lambdas: u32,
}

/// The levels that are open behind a token. Left-associative chains such as `a + b + …` or `a.b.c…` are none.
struct Levels {
    current: Level,
    enclosing: Vec<Level>,
    blocks: u32,
    /// The last token that was neither a comment nor white space.
    previous: TokenKind,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            current: Level::default(),
            enclosing: Vec::new(),
            blocks: 0,
            previous: TokenKind::Newline,
        }
    }
}

impl Levels {
    fn depth(&self) -> u32 {
        self.current.outer + self.current.until_comma + self.current.prefixes
    }

    fn enter(&mut self, token: TokenKind) {
        match token {
            TokenKind::Comment | TokenKind::NonLogicalNewline => return,
            TokenKind::Indent => self.start_line(self.blocks + 1),
            TokenKind::Dedent => self.start_line(self.blocks.saturating_sub(1)),
            TokenKind::Newline => self.start_line(self.blocks),
            TokenKind::FStringStart | TokenKind::TStringStart => self.open(self.depth()),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => self.open(self.depth() + 1),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.current = self.enclosing.pop().unwrap_or(self.current);
            }
            _ => self.operator(token),
        }
        self.previous = token;
    }

    fn start_line(&mut self, blocks: u32) {
        self.blocks = blocks;
        self.enclosing.clear();
        self.current = Level {
            outer: blocks,
            ..Level::default()
        };
    }

    fn open(&mut self, outer: u32) {
        let level = Level {
            outer,
            ..Level::default()
        };
        self.enclosing.push(std::mem::replace(&mut self.current, level));
    }

    fn operator(&mut self, token: TokenKind) {
        let level = &mut self.current;
        match token {
            TokenKind::Tilde | TokenKind::DoubleStar | TokenKind::Not | TokenKind::Await => level.prefixes += 1,
            TokenKind::Plus | TokenKind::Minus if is_before_sign(self.previous) => level.prefixes += 1,
            TokenKind::Lambda | TokenKind::Else => {
                level.prefixes = 0;
                level.until_comma += 1;
                level.open_lambdas += u32::from(token == TokenKind::Lambda);
            }
            TokenKind::Colon => {
                level.prefixes = 0;
                level.open_lambdas = level.open_lambdas.saturating_sub(1);
            }
            TokenKind::Comma => {
                level.prefixes = 0;
                if level.open_lambdas == 0 {
                    level.until_comma = 0;
                }
            }
            TokenKind::Semi => (level.prefixes, level.until_comma) = (0, 0),
            TokenKind::If | TokenKind::For => level.prefixes = 0,
            TokenKind::Dot => {}
            _ if token.is_operator() => level.prefixes = 0,
            _ => {}
        }
    }
}

/// Whether a plus or minus behind this token is a sign that nests in it.
fn is_before_sign(previous: TokenKind) -> bool {
    matches!(
        previous,
        TokenKind::Plus | TokenKind::Minus | TokenKind::Tilde | TokenKind::Star | TokenKind::DoubleStar
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    /// Whether a text of so many levels is refused; by its tokens, and in the way of texts that are too large to parse.
    fn is_refused(text: &str) -> bool {
        let is_refused = parse(text).is_err_and(|error| error.message.starts_with("nested too deeply"));
        assert_eq!(is_too_deep(text), is_refused, "{}", &text[..text.len().min(100)]);
        is_refused
    }

    #[test]
    fn each_way_to_nest_is_seen() {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{1: ", "1", "}"),
            ("f(", "1", ")"),
            ("-", "1", ""),
            ("~", "1", ""),
            ("not ", "1", ""),
            ("await ", "1", ""),
            ("1 if 2 else ", "3", ""),
            ("lambda: ", "1", ""),
            ("lambda a, b=1: ", "1", ""),
            ("lambda a=", "1", ": 1"),
            ("2 ** ", "1", ""),
            ("2 ** -", "1", ""),
            ("f'{[", "1", "]}'"),
            ("f'{x:{", "1", "}}'"),
            ("f\"{", "1", "}\""),
            ("f'{f\"{", "1", "}\"}'"),
            ("-\\\n", "1", ""),
            ("-\\\r\n", "1", ""),
        ] {
            let nested = |levels| format!("x = {}{middle}{}\n", open.repeat(levels), close.repeat(levels));
            assert!(is_refused(&nested(6_000)), "{open}");
            assert!(!is_refused(&nested(2_000)), "{open}");
        }
    }

    #[test]
    fn blocks_nest() {
        let nested = |levels: usize| -> String { (0..levels).map(|level| " ".repeat(level) + "if 1:\n").collect() };
        assert!(is_refused(&nested(5_100)));
        assert!(!is_refused(&nested(4_900)));
    }

    #[test]
    fn what_stands_side_by_side_does_not_nest() {
        for flat in [
            "a ** 2 + ",
            "-a - -b + ",
            "not a and not b or ",
            "(1, 2), ",
            "lambda x, y: x, ",
            "1 if 2 else 3, ",
            "f'{[1]}', ",
            "f'{x:{y}}', ",
            "'((((', ",
            "{1: -1, 2: +2}, ",
            "a[-1] * -",
        ] {
            assert!(!is_refused(&format!("x = [{}0]\n", flat.repeat(20_000))), "{flat}");
        }
        for flat in [
            "# ((((((\nx = (1)\n",
            "if a:\n    b = not c\nelse:\n    pass\n",
            "x = 'it''s' \\\n  '(('\n",
        ] {
            assert!(!is_refused(&flat.repeat(9_000)), "{flat}");
        }
    }

    #[test]
    fn a_text_that_is_too_large_to_parse_is_refused_at_the_same_place() {
        for (before, open) in [("é = '('\nx = ", "("), ("x = ", "-"), ("\n\nx = f'{1}' + ", "f'{")] {
            let place = |levels| match parse(&format!("{before}{}1\n", open.repeat(levels))) {
                Ok(_) => panic!("{levels} levels are accepted"),
                Err(error) => (error.line, error.column),
            };
            assert_eq!(place(30_000), place(6_000), "{open}");
        }
    }
}

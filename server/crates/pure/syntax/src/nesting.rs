//! A bound on how deeply a text nests, found before anything recurses into it.
//!
//! CPython refuses more than 200 brackets or 100 blocks inside each other, but takes some thousand prefix operators in
//! a row. Everything that recurses over a syntax tree here relies on [`MAX_NESTING`] instead of on luck.

use memchr::memmem;

/// How many brackets, blocks, prefix operators, conditional expressions, powers and lambdas may stand inside each
/// other. Deeper texts are refused. No file that CPython 3.11 accepts comes near: its own limit for the syntax tree is
/// 3,000 levels.
pub const MAX_NESTING: u32 = 5_000;

/// Where a text nests more deeply than [`MAX_NESTING`]: the offset of the byte at which the limit is passed.
///
/// Left-associative chains such as `a + b + …` or `a.b.c…` do not count: whoever walks a tree must loop over them.
pub(crate) fn first_too_deep(text: &str) -> Option<usize> {
    if cannot_be_deep(text.as_bytes()) {
        return None;
    }
    Scanner::new(text.as_bytes()).run()
}

/// Whether `bytes` have too few of the characters and words that open a level to nest too deeply. This is what nearly
/// every file answers, at a fraction of a scan's cost.
fn cannot_be_deep(bytes: &[u8]) -> bool {
    let limit = MAX_NESTING as usize;
    if bytes.len() <= limit {
        return true;
    }
    let openers: usize = bytes.chunks(usize::from(u8::MAX)).map(openers_in).sum();
    let words = ["not", "else", "lambda", "await"]
        .map(|word| memmem::find_iter(bytes, word).count())
        .iter()
        .sum::<usize>();
    openers + words <= limit
}

/// How many bytes of a chunk may open a level. No more than a byte can count, and without a branch, so that compilers make
/// vector instructions of it.
fn openers_in(chunk: &[u8]) -> usize {
    let is_opener = |&byte: &u8| {
        OPENERS
            .iter()
            .fold(0, |found, &opener| found | u8::from(byte == opener))
    };
    usize::from(chunk.iter().map(is_opener).sum::<u8>())
}

/// The characters that may open a level.
const OPENERS: [u8; 8] = *b"([{:+-~*";

/// The quotes of an interpolated string, and whether backslashes in it escape nothing.
#[derive(Clone, Copy)]
struct Quotes {
    quote: u8,
    is_triple: bool,
    is_raw: bool,
}

/// What the text directly inside a level is.
#[derive(Clone, Copy, Default)]
enum Inside {
    /// Code.
    #[default]
    Code,
    /// The literal text of an interpolated string. It is a level, but not a deeper one.
    Literal(Quotes),
    /// Code between the braces of an interpolated string, up to the colon. Since Python 3.12 it may hold any string.
    Field(Quotes),
    /// Literal text between those braces, from the colon on.
    FormatSpec(Quotes),
}

/// What nests inside one pair of brackets, or at the top of a logical line.
#[derive(Clone, Copy, Default)]
struct Level {
    inside: Inside,
    /// `else` and `lambda`, which nest until the next comma or the end.
    sticky: u32,
    /// Prefix operators and `**`, which nest as long as no other operator follows.
    run: u32,
    /// Lambdas whose colon has not come yet: commas up to there separate parameters.
    open_lambdas: u32,
    /// The levels around this one.
    outer: u32,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    position: usize,
    current: Level,
    enclosing: Vec<Level>,
    indentation: Vec<usize>,
    /// The last byte that was neither blank nor part of a comment.
    previous: u8,
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            position: 0,
            current: Level::default(),
            enclosing: Vec::new(),
            indentation: Vec::new(),
            previous: b'\n',
        }
    }

    fn depth(&self) -> u32 {
        self.current.outer + self.current.sticky + self.current.run
    }

    fn run(mut self) -> Option<usize> {
        self.begin_line();
        while self.position < self.bytes.len() {
            let start = self.position;
            match self.current.inside {
                Inside::Code | Inside::Field(_) => self.code(),
                Inside::Literal(quotes) => self.literal(quotes, false),
                Inside::FormatSpec(quotes) => self.literal(quotes, true),
            }
            if self.depth() > MAX_NESTING {
                return Some(start);
            }
        }
        None
    }

    /// Takes a token, a comment or a blank.
    fn code(&mut self) {
        let start = self.position;
        let byte = self.bytes[start];
        self.position += 1;
        match byte {
            b' ' | b'\t' | b'\x0c' => return,
            b'#' => return self.skip_comment(),
            // A continued line: neither its terminator nor its indentation mean anything.
            b'\\' => return self.skip_escaped(),
            b'\n' | b'\r' => {
                if self.enclosing.is_empty() {
                    self.begin_line();
                }
                return;
            }
            b'\'' | b'"' => self.string(byte),
            b'(' | b'[' | b'{' => self.open(Inside::Code),
            b')' | b']' | b'}' => self.close(),
            b',' => {
                self.current.run = 0;
                if self.current.open_lambdas == 0 {
                    self.current.sticky = 0;
                }
            }
            b':' => {
                self.current.run = 0;
                self.current.open_lambdas = self.current.open_lambdas.saturating_sub(1);
                if let Inside::Field(quotes) = self.current.inside {
                    self.current.inside = Inside::FormatSpec(quotes);
                }
            }
            b'~' => self.current.run += 1,
            b'+' | b'-' if matches!(self.previous, b'+' | b'-' | b'~' | b'*') => {
                self.current.run += 1;
            }
            b'*' if self.bytes.get(self.position) == Some(&b'*') => {
                self.position += 1;
                self.current.run += 1;
            }
            b';' => {
                self.current.run = 0;
                self.current.sticky = 0;
            }
            _ if is_word(byte) => self.word(start),
            b'.' => {}
            _ => self.current.run = 0,
        }
        self.previous = self.bytes[self.position - 1];
    }

    /// Takes a character of the literal text of an interpolated string.
    fn literal(&mut self, quotes: Quotes, is_format_spec: bool) {
        let byte = self.bytes[self.position];
        self.position += 1;
        let rest = &self.bytes[self.position..];
        match byte {
            b'\\' if !quotes.is_raw && rest.starts_with(b"N{") => {
                self.position += memchr::memchr(b'}', rest).map_or(2, |end| end + 1);
            }
            // Braces cannot be escaped by a backslash.
            b'\\' if !matches!(rest, [b'{' | b'}', ..]) => self.skip_escaped(),
            b'{' if !is_format_spec && rest.first() == Some(&b'{') => self.position += 1,
            b'{' => self.open(Inside::Field(quotes)),
            b'}' if is_format_spec => self.close(),
            b'\n' | b'\r' if !quotes.is_triple => {
                self.position -= 1;
                if is_format_spec {
                    self.current.inside = Inside::Field(quotes);
                } else {
                    self.end_interpolated();
                }
            }
            _ if byte != quotes.quote => {}
            _ if !quotes.is_triple => self.end_interpolated(),
            _ if rest.starts_with(&[byte, byte]) => {
                self.position += 2;
                self.end_interpolated();
            }
            _ => {}
        }
    }

    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.position..];
        self.position += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    /// Starts a logical line: its indentation says how many blocks are around it.
    fn begin_line(&mut self) {
        let width = self.bytes[self.position..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'))
            .count();
        match self.bytes.get(self.position + width) {
            None | Some(b'\n' | b'\r' | b'#') => {}
            Some(_) => {
                while self.indentation.last().is_some_and(|&last| last >= width) {
                    self.indentation.pop();
                }
                if width > 0 {
                    self.indentation.push(width);
                }
            }
        }
        self.current = Level {
            outer: self.indentation.len() as u32,
            ..Level::default()
        };
    }

    /// Skips what follows a backslash; a line terminator is one character, however it is spelled.
    fn skip_escaped(&mut self) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        self.position += match rest {
            [] => 0,
            [b'\r', b'\n', ..] => 2,
            _ => 1,
        };
    }

    fn open(&mut self, inside: Inside) {
        let outer = self.depth() + 1;
        self.enclosing.push(self.current);
        self.current = Level {
            inside,
            outer,
            ..Level::default()
        };
    }

    /// Enters an interpolated string.
    fn open_interpolated(&mut self, quotes: Quotes) {
        let outer = self.depth();
        self.enclosing.push(self.current);
        self.current = Level {
            inside: Inside::Literal(quotes),
            outer,
            ..Level::default()
        };
    }

    /// Leaves the innermost interpolated string, whatever is still open in it.
    fn end_interpolated(&mut self) {
        while let Some(outer) = self.enclosing.pop() {
            let inner = std::mem::replace(&mut self.current, outer);
            if matches!(inner.inside, Inside::Literal(_)) {
                break;
            }
        }
    }

    fn close(&mut self) {
        if let Some(level) = self.enclosing.pop() {
            self.current = level;
        }
    }

    fn word(&mut self, start: usize) {
        let length = self.bytes[start..].iter().take_while(|&&byte| is_word(byte)).count();
        self.position = start + length;
        match &self.bytes[start..self.position] {
            b"not" | b"await" => self.current.run += 1,
            b"else" => {
                self.current.run = 0;
                self.current.sticky += 1;
            }
            b"lambda" => {
                self.current.run = 0;
                self.current.sticky += 1;
                self.current.open_lambdas += 1;
            }
            b"and" | b"or" | b"in" | b"is" | b"if" | b"for" => self.current.run = 0,
            word => {
                if let Some(&quote @ (b'\'' | b'"')) = self.bytes.get(self.position)
                    && word.len() <= 2
                {
                    let has = |letter: u8| word.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
                    let (interpolates, is_raw) = (has(b'f') || has(b't'), has(b'r'));
                    self.position += 1;
                    if interpolates {
                        let is_triple = self.bytes[self.position..].starts_with(&[quote, quote]);
                        self.position += if is_triple { 2 } else { 0 };
                        self.open_interpolated(Quotes {
                            quote,
                            is_triple,
                            is_raw,
                        });
                    } else {
                        self.string(quote);
                    }
                }
            }
        }
    }

    /// Skips a string in which nothing counts, whose opening quote has just been passed.
    fn string(&mut self, quote: u8) {
        if self.bytes[self.position..].starts_with(&[quote, quote]) {
            self.position += 2;
            return self.long_string(quote);
        }
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                // Never closed.
                b'\n' | b'\r' => return,
                b'\\' => {
                    self.position += 1;
                    self.skip_escaped();
                }
                _ => {
                    self.position += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
    }

    /// Skips a string in triple quotes in which nothing counts: most often documentation, and much of it.
    fn long_string(&mut self, quote: u8) {
        loop {
            let rest = &self.bytes[self.position.min(self.bytes.len())..];
            let Some(at) = memchr::memchr2(quote, b'\\', rest) else {
                self.position = self.bytes.len();
                return;
            };
            self.position += at + 1;
            if rest[at] == b'\\' {
                self.position += 1;
            } else if rest[at + 1..].starts_with(&[quote, quote]) {
                self.position += 2;
                return;
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeats so that the text is worth a scan and has `levels` levels.
    fn is_refused(open: &str, middle: &str, close: &str, levels: usize) -> bool {
        let text = format!("x = {}{middle}{}\n", open.repeat(levels), close.repeat(levels));
        first_too_deep(&text).is_some()
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
            ("1 if 2 else ", "3", ""),
            ("lambda: ", "1", ""),
            ("lambda a, b=1: ", "1", ""),
            ("2 ** ", "1", ""),
            ("2 ** -", "1", ""),
            ("f'{[", "1", "]}'"),
            ("f'{x:{", "1", "}}'"),
            ("f\"{", "1", "}\""),
            ("f'{f\"{", "1", "}\"}'"),
            ("-\\\n", "1", ""),
            ("-\\\r\n", "1", ""),
        ] {
            assert!(is_refused(open, middle, close, 6_000), "{open}");
            assert!(!is_refused(open, middle, close, 2_000), "{open}");
        }
    }

    #[test]
    fn strings_hide_nothing_that_follows_them() {
        for before in [
            // Python 3.12 takes any string inside an interpolated one, even one in the same quotes.
            r#"f"{'"'}""#,
            r#"f"{f"'"}""#,
            r#"f"{'}' + "a"}""#,
            r#"f'{x:{y}>{"'"}}'"#,
            r#"f'\{"'"}'"#,
            r"f'\N{APOSTROPHE}'",
            r#"rf'\N{"'"}'"#,
            r#"f'{{' "'""#,
            r#"f"""{x!r:"}""""#,
            "f'{1 #'\n}'",
            "'a\\\r\n'",
            "f'a\\\r\n'",
        ] {
            let nested = |levels: usize| format!("x = {before} + {}1{}\n", "(".repeat(levels), ")".repeat(levels));
            assert!(first_too_deep(&nested(5_001)).is_some(), "{before}");
            assert_eq!(first_too_deep(&nested(4_990)), None, "{before}");
            let flat = format!("x = [{}0]\n", format!("{before}, ").repeat(20_000));
            assert_eq!(first_too_deep(&flat), None, "{before}");
        }
        let hidden = format!("x = f\"{{f\"#{{{}1{}}}\"}}\"\n", "(".repeat(5_001), ")".repeat(5_001));
        assert!(first_too_deep(&hidden).is_some());
    }

    #[test]
    fn blocks_nest() {
        let nested = |levels: usize| -> String { (0..levels).map(|level| " ".repeat(level) + "if 1:\n").collect() };
        assert!(first_too_deep(&nested(5_100)).is_some());
        assert!(first_too_deep(&nested(4_900)).is_none());
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
            "'((((', ",
            "{1: -1, 2: +2}, ",
            "a[-1] * -",
        ] {
            let text = format!("x = [{}0]\n", flat.repeat(20_000));
            assert_eq!(first_too_deep(&text), None, "{flat}");
        }
        assert_eq!(first_too_deep(&"# ((((((\nx = (1)\n".repeat(9_000)), None);
        assert_eq!(
            first_too_deep(&"if a:\n    b = not c\nelse:\n    pass\n".repeat(9_000)),
            None
        );
        assert_eq!(first_too_deep(&"x = 'it''s' \\\n  '(('\n".repeat(9_000)), None);
    }

    #[test]
    fn unbalanced_texts_end() {
        for text in [
            "(", ")", "'", "\"\"\"", "f'{", "\\", "#", "f\"{x", "f'{x:\n", "f'\\", "f'\\N{", "f\"\"\"",
        ] {
            first_too_deep(&text.repeat(6_000));
        }
    }
}

//! Counting lines as radon groups them.

use super::tokenize::{Token, Tokenizer};
use super::{is_python_space, logical_lines};
use crate::file_metrics::LineCounts;

/// Counts the lines of a whole text; `None` if the last group never becomes complete, in which case radon gives up on
/// the file, and the reference has neither line counts nor a maintainability index.
///
/// Where radon tokenizes a group anew for every line that it adds, this keeps the state at the end of the last line, and
/// takes each line twice: as the last, to see whether the group is complete, and else as one with more to come.
pub(super) fn count_as_radon(text: &str) -> Option<LineCounts> {
    let mut counts = LineCounts::default();
    let mut single = 0;
    let mut group = Group::default();
    let mut is_open = false;
    for line in python_lines(text) {
        let line = line.trim_matches(is_python_space);
        let mut as_last = group.clone();
        as_last.line(line, true);
        if as_last.is_complete() {
            as_last.finish(&mut counts, &mut single);
            group = Group::default();
            is_open = false;
        } else {
            group.line(line, false);
            is_open = true;
        }
    }
    if is_open {
        return None;
    }
    counts.lines = counts.source + counts.blank + counts.multi_line_strings + single;
    Some(counts)
}

/// The lines of `text` as Python's universal newlines and then `str.splitlines` make them.
fn python_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_separator = |character: char| {
            matches!(
                character,
                '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
            )
        };
        let end = rest.find(is_separator).unwrap_or(rest.len());
        let (line, terminated) = rest.split_at(end);
        let mut characters = terminated.chars();
        if characters.next() == Some('\r') && characters.as_str().starts_with('\n') {
            characters.next();
        }
        rest = characters.as_str();
        Some(line)
    })
}

/// The lines that radon has joined so far, by what was in them.
#[derive(Clone, Default)]
struct Group {
    tokenizer: Tokenizer,
    has_error: bool,
    /// How many lines are blank, and how many are not.
    blank: u32,
    filled: u32,
    first: Option<Token>,
    /// Tokens, comments included.
    tokens: u32,
    comments: u32,
    /// Logical lines of the statements that a semicolon ends.
    logical: u32,
    /// Tokens of the present statement, comments excluded, and the number of its last colon among them.
    statement_tokens: u32,
    last_colon: Option<u32>,
}

impl Group {
    fn line(&mut self, line: &str, is_last: bool) {
        if line.is_empty() {
            self.blank += 1;
        } else {
            self.filled += 1;
        }
        let mut tokenizer = std::mem::take(&mut self.tokenizer);
        tokenizer.line(line, is_last, |token| self.token(token));
        self.tokenizer = tokenizer;
    }

    fn token(&mut self, token: Token) {
        self.first.get_or_insert(token);
        if token == Token::BlankEnd {
            return;
        }
        self.tokens += 1;
        match token {
            Token::Comment => {
                self.comments += 1;
                return;
            }
            Token::Semicolon => {
                self.logical += logical_lines(self.statement_tokens, self.last_colon, false);
                self.statement_tokens = 0;
                self.last_colon = None;
                return;
            }
            Token::Error => self.has_error = true,
            _ => {}
        }
        self.statement_tokens += 1;
        if token == Token::Colon {
            self.last_colon = Some(self.statement_tokens);
        }
    }

    fn is_complete(&self) -> bool {
        self.tokenizer.is_complete() && !self.has_error
    }

    fn finish(self, counts: &mut LineCounts, single: &mut u32) {
        counts.comments += self.comments;
        counts.logical += self.logical + logical_lines(self.statement_tokens, self.last_colon, true);
        match self.first {
            Some(Token::Comment | Token::String { multi_line: false }) if self.tokens == 1 => *single += 1,
            Some(Token::String { multi_line: true }) if self.tokens == 1 => {
                counts.multi_line_strings += self.filled;
                counts.blank += self.blank;
            }
            _ => {
                counts.source += self.filled;
                counts.blank += self.blank;
            }
        }
    }
}

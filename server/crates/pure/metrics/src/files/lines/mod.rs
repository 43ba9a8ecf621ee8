//! The line counts of a file: physical, logical, source, comment and blank lines.
//!
//! After radon 6.0.1 (`radon/raw.py`, `analyze`). radon splits the text into lines as `str.splitlines` does, strips
//! them, and joins as many as Python's `tokenize` module needs to see complete tokens and statements; each such group
//! counts on its own:
//!
//! - a group that is one comment, or one string on one line, is no source line, and neither are the non-blank lines of
//!   a group that is one string on several lines. The non-blank lines of all other groups are source lines.
//! - a group has one logical line for each of its statements that are separated by `;`, and one more for each of these
//!   that has a colon other than as its last token: so `if x: y` has two, but so has `{a: b}`. A slip of radon's: before
//!   a `;`, "last" is the last but one.
//!
//! Nearly always a group is what the parser takes for a logical line, and its tokens say all: [`LineContribution`]. The
//! exceptions are *irregular* and counted as radon does it, over the whole file. radon reads no syntax that is newer than the
//! Python that it runs on, so for a file with syntax newer than 3.11 there is no number to match; it has numbers all the
//! same: an interpolated string counts as one string, and where radon would give up, the parser's lines count.

mod grouping;
mod newer_strings;
mod tokenize;

use std::borrow::Cow;

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange};

use self::grouping::count_as_radon;
use self::newer_strings::without_newer_strings;
use crate::file_metrics::LineCounts;
use antipasta_syntax::Source;
use antipasta_syntax::text::LineIndex;

/// What a run of whole lines adds to the line counts of its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineContribution {
    /// Physical lines.
    pub physical: u32,
    /// Logical lines.
    pub logical: u32,
    /// Comments.
    pub comments: u32,
    /// Blank lines.
    pub blank: u32,
    /// Non-blank lines of strings that stand alone on several lines.
    pub multi_line_strings: u32,
    /// Lines that are one comment or one string.
    pub single: u32,
    /// Whether the lines must be counted as radon does it, over the whole file.
    pub irregular: bool,
    /// Whether the lines have syntax that the reference, under CPython 3.11, does not read.
    pub newer: bool,
}

impl LineContribution {
    /// Counts the lines of `region`, which must be whole lines of the source.
    pub fn of(source: &Source<'_>, region: TextRange) -> Self {
        let (text, lines, tokens) = (source.text(), source.lines(), source.tokens());
        let mut counts = Self::default();
        counts.count_blank(text, lines, region);
        counts.irregular = is_irregular(&text[region]);
        counts.newer = source.has_newer_syntax(region);
        let first = tokens.partition_point(|token| token.start() < region.start());
        let mut group = Group::default();
        for token in &tokens[first..] {
            if token.start() >= region.end() && token.kind() != TokenKind::Newline {
                break;
            }
            match token.kind() {
                TokenKind::Comment => {
                    counts.comments += 1;
                    counts.single += u32::from(group.is_empty());
                    group.has_comment = true;
                }
                TokenKind::NonLogicalNewline if group.is_empty() => group = Group::default(),
                TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent | TokenKind::EndOfFile => {}
                TokenKind::Newline => counts.finish(std::mem::take(&mut group), text, lines),
                TokenKind::FStringStart | TokenKind::TStringStart => {
                    if group.open_strings == 0 {
                        group.string(token.range());
                    }
                    group.open_strings += 1;
                }
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    group.open_strings -= 1;
                    group.string_end(token.range());
                }
                _ if group.open_strings > 0 => {}
                TokenKind::String => group.string(token.range()),
                TokenKind::Colon => group.colon(),
                TokenKind::Semi => counts.logical += group.statement_before_semicolon(),
                TokenKind::Name => {
                    counts.irregular |= !text[token.range()].is_ascii();
                    group.tokens += 1;
                    group.is_string = false;
                }
                _ => {
                    group.tokens += 1;
                    group.is_string = false;
                }
            }
        }
        counts
    }

    /// Adds the lines that follow.
    pub fn merge(&mut self, next: &Self) {
        self.physical += next.physical;
        self.logical += next.logical;
        self.comments += next.comments;
        self.blank += next.blank;
        self.multi_line_strings += next.multi_line_strings;
        self.single += next.single;
        self.irregular |= next.irregular;
        self.newer |= next.newer;
    }

    /// Takes away lines that were added; whether the others are irregular, or newer, is not known by this.
    pub fn unmerge(&mut self, part: &Self) {
        self.physical -= part.physical;
        self.logical -= part.logical;
        self.comments -= part.comments;
        self.blank -= part.blank;
        self.multi_line_strings -= part.multi_line_strings;
        self.single -= part.single;
    }

    /// The counts of the file that this is the whole of; `None` where the reference's line counter gives up. The `text` of
    /// the file is asked for only where lines cannot be counted part by part.
    pub fn line_counts<'t>(&self, text: impl FnOnce() -> Cow<'t, str>) -> Option<LineCounts> {
        match (self.irregular, self.newer) {
            (false, _) => Some(self.counts()),
            (true, false) => count_as_radon(&text()),
            (true, true) => Some(count_as_radon(&without_newer_strings(&text())).unwrap_or_else(|| self.counts())),
        }
    }

    /// The counts, which are right unless the lines are irregular.
    fn counts(&self) -> LineCounts {
        let no_source = self.blank + self.multi_line_strings + self.single;
        LineCounts {
            lines: self.physical,
            logical: self.logical,
            source: self.physical.saturating_sub(no_source),
            comments: self.comments,
            blank: self.blank,
            multi_line_strings: self.multi_line_strings,
        }
    }

    fn count_blank(&mut self, text: &str, lines: &LineIndex, region: TextRange) {
        if region.is_empty() {
            return;
        }
        let first = lines.line(region.start().to_u32());
        let last = lines.line(region.end().to_u32() - 1);
        self.physical = last - first + 1;
        self.blank = (first..=last).filter(|&line| is_blank(text, lines, line)).count() as u32;
    }

    /// Counts a logical line of the parser.
    fn finish(&mut self, group: Group, text: &str, lines: &LineIndex) {
        self.logical += group.last_statement();
        if let Some(string) = group.lone_string() {
            let first = lines.line(string.start().to_u32());
            let last = lines.line(string.end().to_u32());
            if first == last {
                self.single += 1;
            } else {
                let blank = (first..=last).filter(|&line| is_blank(text, lines, line)).count() as u32;
                self.multi_line_strings += last - first + 1 - blank;
            }
        }
    }
}

/// The tokens of a logical line, as far as they matter.
#[derive(Default)]
struct Group {
    /// How many tokens the present statement has so far; a string of any kind is one.
    tokens: u32,
    /// How many of these there were when the last colon came, itself included.
    last_colon: Option<u32>,
    /// Whether the only token so far is a string; where it is.
    is_string: bool,
    string: TextRange,
    /// How many interpolated strings are open.
    open_strings: u32,
    has_comment: bool,
    /// Whether there was a statement before the present one.
    has_semicolon: bool,
}

impl Group {
    fn is_empty(&self) -> bool {
        self.tokens == 0 && !self.has_semicolon
    }

    fn string(&mut self, range: TextRange) {
        self.is_string = self.tokens == 0;
        self.string = range;
        self.tokens += 1;
    }

    fn string_end(&mut self, range: TextRange) {
        self.string = self.string.cover(range);
    }

    fn colon(&mut self) {
        self.tokens += 1;
        self.last_colon = Some(self.tokens);
        self.is_string = false;
    }

    fn lone_string(&self) -> Option<TextRange> {
        (self.is_string && !self.has_comment && !self.has_semicolon).then_some(self.string)
    }

    fn statement_before_semicolon(&mut self) -> u32 {
        let count = logical_lines(self.tokens, self.last_colon, false);
        *self = Self {
            has_comment: self.has_comment,
            has_semicolon: true,
            ..Self::default()
        };
        count
    }

    fn last_statement(&self) -> u32 {
        logical_lines(self.tokens, self.last_colon, true)
    }
}

/// The logical lines of a statement with so many `tokens`, of which `last_colon` (from 1) is its last colon. `is_last`
/// says that no semicolon follows.
fn logical_lines(tokens: u32, last_colon: Option<u32>, is_last: bool) -> u32 {
    match last_colon {
        None => u32::from(tokens > 0),
        // radon expects an end marker after the tokens of every statement; only the last has one.
        Some(position) => 2 - u32::from(position + u32::from(!is_last) == tokens),
    }
}

/// Whether the line is empty once stripped.
fn is_blank(text: &str, lines: &LineIndex, line: u32) -> bool {
    let bytes = &text.as_bytes()[lines.start(line) as usize..lines.start(line + 1) as usize];
    let Some(content) = bytes
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    else {
        return true;
    };
    let first = bytes[content];
    if first > b' ' && first.is_ascii() {
        return false;
    }
    let start = lines.start(line) as usize + content;
    text[start..lines.start(line + 1) as usize].chars().all(is_python_space)
}

/// Whether Python's `str.isspace` holds for the character.
fn is_python_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// Whether radon may group the lines of a text otherwise than the parser does: where `str.splitlines` splits at
/// characters that are no line terminators for Python's grammar, and around backslashes at the end of lines. (Names that
/// `tokenize` does not know are found among the tokens.)
fn is_irregular(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2(0x0b, 0x0c, bytes).is_some()
        || memchr::memchr3(0x1c, 0x1d, 0x1e, bytes).is_some()
        || !text.is_ascii() && text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
        || has_irregular_continuation(bytes)
}

/// Whether a line that ends with a backslash consists of it, or stands above a blank line or a comment.
fn has_irregular_continuation(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', bytes).any(|backslash| {
        let ([b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..]) = &bytes[backslash + 1..] else {
            return false;
        };
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let follows = rest.iter().find(|byte| !blank(byte));
        let precedes = bytes[..backslash].iter().rev().find(|byte| !blank(byte));
        matches!(follows, None | Some(b'\n' | b'\r' | b'#')) || matches!(precedes, None | Some(b'\n' | b'\r'))
    })
}

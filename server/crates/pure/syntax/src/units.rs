//! The units that a file consists of.
//!
//! A unit is a statement of the module's body, or of the body of a (possibly nested) class, with the comments directly
//! above it; the part of a class before its body is a unit of its own. Statements that share a line share a unit. Units
//! are whole lines and divide the file completely: each reaches up to where the next starts.
//!
//! Both parsers say where the statements are, each as an [outline](Item); everything else is decided here, once, by the
//! text alone, so that they agree.

mod from_ruff;
mod from_tree_sitter;

use std::ops::Range;

pub use from_ruff::outline_of_statements;
pub use from_tree_sitter::{is_sound, outline_of_tree};

use crate::stack::with_room;
use crate::text::Lines;

/// A statement as a parser sees it, in a body that is divided into units.
#[derive(Clone, Debug)]
pub struct Item<N> {
    /// The parser's node.
    pub node: N,
    /// The bytes of the statement, decorators included.
    pub range: Range<u32>,
    /// What the statement has inside if it is a class.
    pub class: Option<ClassBody<N>>,
}

/// The body of a class.
#[derive(Clone, Debug)]
pub struct ClassBody<N> {
    /// The name of the class, in Unicode's normal form NFKC as Python has it.
    pub name: Box<str>,
    /// The offset of its first statement.
    pub first_statement: u32,
    /// Its statements, or a run of them.
    pub items: Vec<Item<N>>,
}

/// What a unit consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// Statements, usually one.
    Statements,
    /// A class up to its body.
    ClassHeader,
}

/// A part of a file that contributes to its metrics on its own.
#[derive(Clone, Debug)]
pub struct Unit<N> {
    /// What it consists of.
    pub kind: UnitKind,
    /// Its first line, and the one after its last, from 0.
    pub lines: Range<u32>,
    /// The names of the classes around it, outermost first.
    pub classes: Vec<Box<str>>,
    /// The column of its first statement, as Python's tokenizer counts columns.
    pub indentation: u32,
    /// Whether it is indented as the other units of its body are. In valid Python, every unit is.
    pub is_aligned: bool,
    /// The parser's nodes for its statements, or for its class.
    pub nodes: Vec<N>,
}

impl<N> Unit<N> {
    /// All of a text that has no statements; `None` if it has no lines either.
    pub fn without_statements(lines: Range<u32>) -> Option<Self> {
        let unit = |lines| Self {
            kind: UnitKind::Statements,
            lines,
            classes: Vec::new(),
            indentation: 0,
            is_aligned: true,
            nodes: Vec::new(),
        };
        (!lines.is_empty()).then(|| unit(lines))
    }
}

/// Divides a text into units. A text without statements is one unit, without nodes; one without lines is none.
pub fn units<N: Clone>(text: &impl Lines, outline: &[Item<N>]) -> Vec<Unit<N>> {
    all_units(unit_starts(text, outline), text.physical_lines())
}

/// All units of the first `count` lines of a text from the starts of those that have statements.
pub fn all_units<N>(mut units: Vec<Unit<N>>, count: u32) -> Vec<Unit<N>> {
    match units.first_mut() {
        // What comes before the first statement belongs to it.
        Some(first) => first.lines.start = 0,
        None => units.extend(Unit::without_statements(0..count)),
    }
    end_units(&mut units, count);
    units
}

/// Lets each unit reach up to where the next starts, and the last up to `end`.
pub fn end_units<N>(units: &mut [Unit<N>], mut end: u32) {
    for unit in units.iter_mut().rev() {
        unit.lines.end = end;
        end = unit.lines.start;
    }
}

/// The units of an outline without their ends: each has the range `start..start`. If the outline is only a part of the
/// text's, it must begin with the statement before those that matter: where a unit starts depends on what is above it.
pub fn unit_starts<N: Clone>(text: &impl Lines, outline: &[Item<N>]) -> Vec<Unit<N>> {
    let mut division = Division {
        text,
        units: Vec::new(),
        classes: Vec::new(),
    };
    division.body(outline, 0, 0, 0);
    division.units
}

/// A line of nothing else continues a blank line with what is below it, to which it belongs.
const LONE_BACKSLASH: &str = "\\";

struct Division<'t, T, N> {
    text: &'t T,
    /// Those found so far; their ends are not known yet.
    units: Vec<Unit<N>>,
    classes: Vec<Box<str>>,
}

impl<T: Lines, N: Clone> Division<'_, T, N> {
    /// Divides a body, whose first line is at least `free_from`. Its statements should stand at the column
    /// `indentation`, which must be at least `least_indentation`.
    fn body(&mut self, items: &[Item<N>], mut free_from: u32, indentation: u32, least_indentation: u32) {
        let mut before: Option<&Item<N>> = None;
        for item in items {
            let first_line = self.text.line_of_byte(item.range.start);
            if let Some(before) = before.replace(item) {
                free_from = self.line_after(before, first_line);
                if first_line < free_from || self.continues_code(first_line) {
                    let unit = self.units.last_mut().expect("the unit that the item before is in");
                    unit.nodes.push(item.node.clone());
                    continue;
                }
            }
            let column = self.column(item.range.start);
            let own_class = item
                .class
                .as_ref()
                .filter(|class| self.starts_own_line(class, first_line));
            let kind = match own_class {
                Some(_) => UnitKind::ClassHeader,
                None => UnitKind::Statements,
            };
            self.units.push(Unit {
                kind,
                lines: self.range_from(first_line, free_from),
                classes: self.classes.clone(),
                indentation: column,
                is_aligned: column == indentation && column >= least_indentation,
                nodes: vec![item.node.clone()],
            });
            if let Some(class) = own_class {
                self.classes.push(class.name.clone());
                let of_body = self.column(class.first_statement);
                with_room(|| self.body(&class.items, first_line + 1, of_body, column + 1));
                self.classes.pop();
            }
        }
    }

    /// The empty range where a unit starts whose code starts on `line`: at the first of the comments directly above it,
    /// but not above `free_from`.
    fn range_from(&self, mut line: u32, free_from: u32) -> Range<u32> {
        let is_above = |line| {
            let line = self.text.line_text(line);
            let line = trimmed(&line);
            line.starts_with('#') || line == LONE_BACKSLASH
        };
        while line > free_from && is_above(line - 1) {
            line -= 1;
        }
        line..line
    }

    /// The first line after a statement, and after the lines that its last line is continued on. Looks no farther than to
    /// `next`, the line where the next statement starts: if that is not free, the result is the line after it.
    fn line_after(&self, item: &Item<N>, next: u32) -> u32 {
        let mut line = self.text.line_of_byte(item.range.end.max(item.range.start + 1) - 1);
        let mut rest_from = (item.range.end - self.text.line_start(line)) as usize;
        while line < next {
            let whole = self.text.line_text(line);
            let rest = whole.get(rest_from..).unwrap_or_default();
            if rest.contains('#') || !rest.trim_end_matches(['\n', '\r']).ends_with('\\') {
                return line + 1;
            }
            line += 1;
            rest_from = 0;
        }
        line + 1
    }

    /// Whether the body of a class that starts on `class_line` starts on a line of its own.
    fn starts_own_line(&self, class: &ClassBody<N>, class_line: u32) -> bool {
        let line = self.text.line_of_byte(class.first_statement);
        if line == class_line {
            return false;
        }
        let column = (class.first_statement - self.text.line_start(line)) as usize;
        let is_first = self.text.line_text(line)[..column].trim_start().is_empty();
        is_first && !self.is_continued(line)
    }

    /// Whether a line is the continuation of one above that has code, or at least looks like it.
    fn continues_code(&self, line: u32) -> bool {
        self.is_continued(line) && trimmed(&self.text.line_text(line - 1)) != LONE_BACKSLASH
    }

    /// Whether a line is the continuation of the one above, or at least looks like it.
    fn is_continued(&self, line: u32) -> bool {
        line > 0 && trimmed(&self.text.line_text(line - 1)).ends_with('\\')
    }

    /// The column of a statement that is the first on its line.
    fn column(&self, offset: u32) -> u32 {
        let line = self.text.line_of_byte(offset);
        let before = (offset - self.text.line_start(line)) as usize;
        indentation_width(&self.text.line_text(line)[..before])
    }
}

/// How far a line with this white space at its start is indented: as Python's tokenizer counts, a tab leads to the next
/// multiple of eight, and a form feed starts anew.
pub fn indentation_width(white_space: &str) -> u32 {
    white_space.chars().fold(0, |width, character| match character {
        '\t' => (width / 8 + 1) * 8,
        '\x0c' => 0,
        _ => width + 1,
    })
}

/// How far the first line is indented that is neither blank nor a comment; `None` if there is none.
pub fn first_indentation_width(text: &str) -> Option<u32> {
    Some(indentation_width(first_indentation(text)?))
}

/// The white space before the code of the first line that is neither blank nor a comment. A line of which there is only a
/// backslash is blank if the next one is, and otherwise gives that its indentation.
pub fn first_indentation(text: &str) -> Option<&str> {
    let mut continued = None;
    for line in text.split(['\n', '\r']) {
        let code = line.trim_start_matches([' ', '\t', '\x0c']);
        let indentation = continued.take().unwrap_or(&line[..line.len() - code.len()]);
        match code {
            LONE_BACKSLASH => continued = Some(indentation),
            _ if code.is_empty() || code.starts_with('#') => {}
            _ => return Some(indentation),
        }
    }
    None
}

/// A line without its indentation and terminator.
fn trimmed(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '\x0c'])
        .trim_end_matches(['\n', '\r'])
}

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
pub use from_tree_sitter::{tree_sitter_parser, units_of_tree};

use crate::text::LineIndex;

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
    /// Its statements.
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
    /// The parser's nodes for its statements, or for its class.
    pub nodes: Vec<N>,
}

/// Divides a text into units. A text without statements is one unit, without nodes; one without lines is none.
pub fn units<N: Clone>(text: &str, lines: &LineIndex, outline: &[Item<N>]) -> Vec<Unit<N>> {
    let mut division = Division {
        text,
        lines,
        units: Vec::new(),
        classes: Vec::new(),
    };
    division.body(outline, 0);
    let mut units = division.units;
    let count = lines.physical_lines();
    if units.is_empty() && count > 0 {
        units.push(Unit {
            kind: UnitKind::Statements,
            lines: 0..count,
            classes: Vec::new(),
            nodes: Vec::new(),
        });
    }
    // What comes before the first statement belongs to it; each unit reaches up to the next.
    let mut end = count;
    for unit in units.iter_mut().rev() {
        unit.lines.end = end;
        end = unit.lines.start;
    }
    if let Some(first) = units.first_mut() {
        first.lines.start = 0;
    }
    units
}

struct Division<'t, N> {
    text: &'t str,
    lines: &'t LineIndex,
    /// Those found so far; their ends are not known yet.
    units: Vec<Unit<N>>,
    classes: Vec<Box<str>>,
}

impl<N: Clone> Division<'_, N> {
    /// Divides a body, whose first line is at least `free_from`.
    fn body(&mut self, items: &[Item<N>], mut free_from: u32) {
        for (index, item) in items.iter().enumerate() {
            let first_line = self.lines.line(item.range.start);
            let is_joined = index > 0 && (first_line < free_from || self.is_continued(first_line));
            match &item.class {
                _ if is_joined => {
                    let unit = self.units.last_mut().expect("the unit that the item before is in");
                    unit.nodes.push(item.node.clone());
                }
                Some(class) if self.starts_own_line(class) => {
                    self.unit(UnitKind::ClassHeader, item, free_from);
                    self.classes.push(class.name.clone());
                    self.body(&class.items, first_line + 1);
                    self.classes.pop();
                }
                _ => self.unit(UnitKind::Statements, item, free_from),
            }
            free_from = self.line_after(item);
        }
    }

    /// Starts a unit, with the comments directly above it, but not above `free_from`.
    fn unit(&mut self, kind: UnitKind, item: &Item<N>, free_from: u32) {
        let mut first_line = self.lines.line(item.range.start);
        while first_line > free_from && self.line(first_line - 1).starts_with('#') {
            first_line -= 1;
        }
        self.units.push(Unit {
            kind,
            lines: first_line..first_line,
            classes: self.classes.clone(),
            nodes: vec![item.node.clone()],
        });
    }

    /// The first line after a statement, and after the lines that its last line is continued on.
    fn line_after(&self, item: &Item<N>) -> u32 {
        let mut line = self.lines.line(item.range.end.max(item.range.start + 1) - 1);
        let mut rest = &self.text[item.range.end as usize..self.lines.start(line + 1) as usize];
        while !rest.contains('#') && rest.trim_end_matches(['\n', '\r']).ends_with('\\') {
            line += 1;
            rest = &self.text[self.lines.start(line) as usize..self.lines.start(line + 1) as usize];
        }
        line + 1
    }

    /// Whether the body of a class starts on a line of its own.
    fn starts_own_line(&self, class: &ClassBody<N>) -> bool {
        class.items.first().is_some_and(|first| {
            let line = self.lines.line(first.range.start);
            let before = &self.text[self.lines.start(line) as usize..first.range.start as usize];
            before.trim_start().is_empty() && !self.is_continued(line)
        })
    }

    /// Whether a line is the continuation of the one above, or at least looks like it.
    fn is_continued(&self, line: u32) -> bool {
        line > 0 && self.line(line - 1).ends_with('\\')
    }

    /// A line without its indentation and terminator.
    fn line(&self, line: u32) -> &str {
        let (start, end) = (self.lines.start(line), self.lines.start(line + 1));
        self.text[start as usize..end as usize]
            .trim_start_matches([' ', '\t', '\x0c'])
            .trim_end_matches(['\n', '\r'])
    }
}

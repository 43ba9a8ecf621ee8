//! Syntax trees that follow edits, by tree-sitter.

use std::ops::{ControlFlow, Range};

use ropey::Rope;
use tree_sitter::{InputEdit, Node, ParseOptions, ParseState, Parser, Tree};

use super::units::{Unit, all_units, end_units, is_sound, outline_of_tree, unit_starts};
use super::work_limit::WorkLimit;
use crate::text::{Edit, LineCol, Lines};

/// A parser of Python that takes broken code as well, and takes over from an older tree what an edit did not touch.
pub struct TreeParser(Parser);

impl Default for TreeParser {
    /// # Panics
    ///
    /// Panics if the grammar and the library, both of which are compiled in, do not fit each other.
    fn default() -> Self {
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_python::LANGUAGE.into())
            .expect("a grammar for this version of tree-sitter");
        Self(parser)
    }
}

impl TreeParser {
    /// Parses a text, which is read in the pieces that the rope has it in. `None` if tree-sitter is not done when `limit`
    /// is reached.
    pub fn parse(&mut self, text: &Rope, limit: &WorkLimit<'_>) -> Option<SyntaxTree> {
        self.tree(text, None, limit).map(SyntaxTree)
    }

    /// Parses what a text has become by edits, in the order in which they were made. Costs what they touched. `None` if
    /// tree-sitter is not done when `limit` is reached.
    pub fn reparse(
        &mut self,
        old: &SyntaxTree,
        edits: &[Edit],
        text: &Rope,
        limit: &WorkLimit<'_>,
    ) -> Option<SyntaxTree> {
        // Cheap: trees share their parts.
        let mut edited = old.0.clone();
        edits.iter().for_each(|edit| edited.edit(&input_edit(edit)));
        self.tree(text, Some(&edited), limit).map(SyntaxTree)
    }

    fn tree(&mut self, text: &Rope, old: Option<&Tree>, limit: &WorkLimit<'_>) -> Option<Tree> {
        let mut read = |byte: usize, _| match text.get_chunk_at_byte(byte) {
            // The grammar's scanner may read all that is left of a text for each token: it too must come to an end.
            Some((chunk, start, _, _)) if !limit.is_reached() => {
                chunk.as_bytes().get(byte - start..).unwrap_or_default()
            }
            _ => &[],
        };
        let mut proceed = |_: &ParseState| match limit.is_reached() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let options = ParseOptions::new().progress_callback(&mut proceed);
        let tree = self.0.parse_with_options(&mut read, old, Some(options));
        if limit.was_reached() {
            // What it has kept to go on with is of no use.
            self.0.reset();
            return None;
        }
        tree
    }
}

fn input_edit(edit: &Edit) -> InputEdit {
    InputEdit {
        start_byte: edit.start_byte,
        old_end_byte: edit.old_end_byte,
        new_end_byte: edit.new_end_byte,
        start_position: point(edit.start),
        old_end_position: point(edit.old_end),
        new_end_position: point(edit.new_end),
    }
}

/// tree-sitter ends lines only at `\n`, we also at a lone `\r`. It carries points along but never acts on them: the
/// scanner of tree-sitter-python asks for no column.
fn point(point: LineCol) -> tree_sitter::Point {
    tree_sitter::Point {
        row: point.line as usize,
        column: point.column as usize,
    }
}

/// A syntax tree of tree-sitter's. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SyntaxTree(Tree);

/// The units that a tree has in a window of lines.
pub struct WindowUnits {
    /// Those that start in the window; the last reaches up to the end of the window.
    pub units: Vec<Unit<()>>,
    /// The first that starts behind the window, if any does; without its end.
    pub next: Option<Unit<()>>,
    /// Whether tree-sitter understood all of the units in the window.
    pub have_no_errors: bool,
}

impl WindowUnits {
    /// All of a text of so many lines, of which nothing is known, as one unit.
    pub fn all_in_one(count: u32) -> Self {
        Self {
            units: Unit::without_statements(0..count).into_iter().collect(),
            next: None,
            have_no_errors: false,
        }
    }
}

impl SyntaxTree {
    /// Divides `text`, which this is the tree of, into units.
    pub fn units(&self, text: &Rope) -> Vec<Unit<()>> {
        self.units_in(text, &(0..text.physical_lines())).units
    }

    /// The units of `text`, which this is the tree of, in a window of its lines; costs what the window holds.
    pub fn units_in(&self, text: &Rope, window: &Range<u32>) -> WindowUnits {
        let bytes = text.line_start(window.start)..text.line_start(window.end);
        let mut starts = unit_starts(text, &outline_of_tree(&self.0, text, &bytes));
        let end = starts.partition_point(|unit| unit.lines.start < window.end);
        let next = starts.split_off(end).into_iter().next();
        let mut units = starts.split_off(starts.partition_point(|unit| unit.lines.start < window.start));
        if window.start == 0 && (next.is_none() || !units.is_empty()) {
            units = all_units(units, window.end);
        } else {
            end_units(&mut units, window.end);
        }
        WindowUnits {
            have_no_errors: !self.is_error() && units.iter().all(is_sound),
            units: units.into_iter().map(without_node).collect(),
            next: next.map(without_node),
        }
    }

    /// Whether tree-sitter could make nothing of the text as a whole.
    pub fn is_error(&self) -> bool {
        self.0.root_node().is_error()
    }

    /// Whether tree-sitter understood all of the text.
    pub fn is_sound(&self) -> bool {
        !self.0.root_node().has_error()
    }
}

fn without_node(unit: Unit<Node<'_>>) -> Unit<()> {
    Unit {
        kind: unit.kind,
        lines: unit.lines,
        classes: unit.classes,
        indentation: unit.indentation,
        is_aligned: unit.is_aligned,
        nodes: vec![(); unit.nodes.len()],
    }
}

//! Outlines from tree-sitter's syntax trees.

use tree_sitter::{Node, Parser, Tree};
use unicode_normalization::UnicodeNormalization;

use super::{ClassBody, Item, Unit, outline_of_statements, units};
use crate::syntax::parse;
use crate::text::LineIndex;

/// A parser for Python.
///
/// # Panics
///
/// Panics if the grammar and the library, both of which are compiled in, do not fit each other.
pub fn tree_sitter_parser() -> Parser {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .expect("a grammar for this version of tree-sitter");
    parser
}

/// Divides `text` into units by its tree-sitter tree.
///
/// The grammar of tree-sitter-python 0.25 does not know all of Python: it stumbles over a line that is indented less
/// than its block and continues, in brackets, after a dot; and over `from __future__ import *`. So a tree with errors
/// is believed only if ruff's parser finds errors, too; if it finds none, the units are those of its tree.
///
/// Call it on a thread with a stack of [`ANALYSIS_STACK_BYTES`](crate::syntax::ANALYSIS_STACK_BYTES).
pub fn units_of_tree(text: &str, lines: &LineIndex, tree: &Tree) -> Vec<Unit<()>> {
    if tree.root_node().has_error()
        && let Ok(source) = parse(text)
    {
        return without_nodes(units(text, lines, &outline_of_statements(source.body())));
    }
    without_nodes(units(text, lines, &outline_of_block(tree.root_node(), text)))
}

fn without_nodes<N>(units: Vec<Unit<N>>) -> Vec<Unit<()>> {
    let without = |unit: Unit<N>| Unit {
        kind: unit.kind,
        lines: unit.lines,
        classes: unit.classes,
        nodes: vec![(); unit.nodes.len()],
    };
    units.into_iter().map(without).collect()
}

fn outline_of_block<'t>(block: Node<'t>, text: &str) -> Vec<Item<Node<'t>>> {
    let mut cursor = block.walk();
    block
        .named_children(&mut cursor)
        .filter(|child| !child.is_extra())
        .map(|child| item(child, text))
        .collect()
}

fn item<'t>(statement: Node<'t>, text: &str) -> Item<Node<'t>> {
    let definition = match statement.kind() {
        "decorated_definition" => statement.child_by_field_name("definition"),
        _ => Some(statement),
    };
    Item {
        node: statement,
        range: statement.start_byte() as u32..end_of_code(statement) as u32,
        class: definition
            .filter(|definition| definition.kind() == "class_definition")
            .and_then(|class| class_body(class, text)),
    }
}

fn class_body<'t>(class: Node<'t>, text: &str) -> Option<ClassBody<Node<'t>>> {
    let name = class.child_by_field_name("name")?;
    let name = &text[name.byte_range()];
    let body = class.child_by_field_name("body")?;
    Some(ClassBody {
        name: match name.is_ascii() {
            true => name.into(),
            false => name.nfkc().collect::<String>().into(),
        },
        items: outline_of_block(body, text),
    })
}

/// The end of a node without the comments at its end, which tree-sitter counts to a block by their indentation.
fn end_of_code(node: Node<'_>) -> usize {
    let mut last = node;
    while let Some(child) = (0..last.child_count())
        .rev()
        .filter_map(|index| last.child(index))
        .find(|child| !child.is_extra())
    {
        last = child;
    }
    last.end_byte()
}

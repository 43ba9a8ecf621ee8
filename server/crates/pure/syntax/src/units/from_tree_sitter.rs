//! Outlines from tree-sitter's syntax trees, or from the part of one that matters.

use std::ops::Range;

use ropey::Rope;
use tree_sitter::{Node, TreeCursor};
use unicode_normalization::UnicodeNormalization;

use super::{ClassBody, Item, Unit, UnitKind};
use crate::work;

/// The outline of the statements in a `window` of bytes: of the bodies that the window reaches into, it has one statement
/// before those that the window touches, and one after. Costs what the window holds, and the logarithm of the rest.
pub fn outline_of_tree<'t>(tree: &'t tree_sitter::Tree, text: &Rope, window: &Range<u32>) -> Vec<Item<Node<'t>>> {
    outline_of_block(tree.root_node(), text, window)
}

fn outline_of_block<'t>(block: Node<'t>, text: &Rope, window: &Range<u32>) -> Vec<Item<Node<'t>>> {
    let mut items = Vec::new();
    let mut cursor = block.walk();
    if cursor.goto_first_child_for_byte(window.start as usize).is_none() && !cursor.goto_last_child() {
        return items;
    }
    go_to_statement_before(&mut cursor);
    loop {
        let child = cursor.node();
        work::note(1);
        if is_statement(child) {
            items.push(item(child, text, window));
            if child.start_byte() >= window.end as usize {
                return items;
            }
        }
        if !cursor.goto_next_sibling() {
            return items;
        }
    }
}

/// Moves to the statement before the present child, or to the first child.
fn go_to_statement_before(cursor: &mut TreeCursor<'_>) {
    while cursor.goto_previous_sibling() {
        work::note(1);
        if is_statement(cursor.node()) {
            return;
        }
    }
}

/// Whether a child of a block stands for a statement. What tree-sitter cannot make sense of may be one.
fn is_statement(node: Node<'_>) -> bool {
    node.is_error() || node.is_named() && !node.is_extra()
}

fn item<'t>(statement: Node<'t>, text: &Rope, window: &Range<u32>) -> Item<Node<'t>> {
    let is_before_window = statement.end_byte() <= window.start as usize;
    let class = match is_before_window {
        true => None,
        false => class_of(statement).and_then(|class| class_body(class, text, window)),
    };
    // A class ends with the last statement of its body, if the window reaches that far. If not, nobody asks.
    let last = class.as_ref().and_then(|class| class.items.last());
    let end = last.map_or_else(|| end_of_code(statement) as u32, |last| last.range.end);
    Item {
        node: statement,
        range: statement.start_byte() as u32..end,
        class,
    }
}

/// The class that a statement defines, if it does.
fn class_of(statement: Node<'_>) -> Option<Node<'_>> {
    let definition = match statement.kind() {
        "decorated_definition" => statement.child_by_field_name("definition")?,
        _ => statement,
    };
    (definition.kind() == "class_definition").then_some(definition)
}

fn class_body<'t>(class: Node<'t>, text: &Rope, window: &Range<u32>) -> Option<ClassBody<Node<'t>>> {
    let name = class.child_by_field_name("name")?;
    let name = text.byte_slice(name.byte_range()).to_string();
    let body = class.child_by_field_name("body")?;
    let mut cursor = body.walk();
    let first = body.children(&mut cursor).find(|child| is_statement(*child))?;
    Some(ClassBody {
        name: match name.is_ascii() {
            true => name.into(),
            false => name.nfkc().collect::<String>().into(),
        },
        first_statement: first.start_byte() as u32,
        items: outline_of_block(body, text, window),
    })
}

/// The end of a node without the comments at its end, which tree-sitter counts to a block by their indentation.
fn end_of_code(node: Node<'_>) -> usize {
    let mut last = node;
    let mut cursor = node.walk();
    while let Some(child) = last.children(&mut cursor).filter(|child| !child.is_extra()).last() {
        work::note(last.child_count() as usize);
        last = child;
    }
    last.end_byte()
}

/// Whether tree-sitter understood a unit as the Python that it is, so that its place and extent can be believed.
pub fn is_sound(unit: &Unit<Node<'_>>) -> bool {
    let is_sound = |node: &Node<'_>| match unit.kind {
        UnitKind::Statements => !node.has_error(),
        UnitKind::ClassHeader => has_sound_header(*node),
    };
    unit.is_aligned && unit.nodes.iter().all(is_sound)
}

/// Whether what a class has before its body is understood.
fn has_sound_header(statement: Node<'_>) -> bool {
    let Some(class) = class_of(statement) else {
        return false;
    };
    let body = class.child_by_field_name("body");
    // Of a class without decorators, both are the same node.
    [statement, class].into_iter().all(|node| {
        let mut cursor = node.walk();
        let mut parts = node.children(&mut cursor);
        parts.all(|part| part == class || Some(part) == body || !part.has_error())
    })
}

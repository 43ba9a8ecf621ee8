//! Outlines from ruff's syntax trees.

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

use super::{ClassBody, Item};
use crate::stack::with_room;

/// The outline of a body. Recurses into classes only.
pub fn outline_of_statements(statements: &[Stmt]) -> Vec<Item<&Stmt>> {
    statements.iter().map(item).collect()
}

fn item(statement: &Stmt) -> Item<&Stmt> {
    let range = statement.range();
    Item {
        node: statement,
        range: range.start().to_u32()..range.end().to_u32(),
        class: statement.as_class_def_stmt().and_then(|class| {
            Some(ClassBody {
                name: class.name.as_str().into(),
                first_statement: class.body.first()?.start().to_u32(),
                items: with_room(|| outline_of_statements(&class.body)),
            })
        }),
    }
}

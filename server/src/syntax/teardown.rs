//! Dropping syntax trees whose chains are longer than any stack.

use std::cell::RefCell;

use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprNoneLiteral, ModModule};
use ruff_python_parser::Parsed;

/// In a text of no more bytes than this, no chain is too long for [`super::ANALYSIS_STACK_BYTES`]: a link is at least
/// two bytes of text, and dropping it takes some hundred bytes of stack.
const HARMLESS_BYTES: usize = 512 * 1024;

/// Drops a tree. A left-associative chain (`a + b + …`, `a.b.c…`, `f()()…`, `a[0][0]…`) is as deep as it is long, and
/// dropping it by the compiler's recursion would overflow the stack; such chains are taken apart link by link first.
pub fn drop_tree(parsed: Parsed<ModModule>, text: &str) {
    if text.len() <= HARMLESS_BYTES {
        return;
    }
    let links = Links::default();
    let mut module = parsed.into_syntax();
    for statement in &mut module.body {
        walk_stmt(&links, statement);
    }
    loop {
        let link = links.detached.borrow_mut().pop();
        match link {
            Some(mut expression) => links.visit_expr(&mut expression),
            None => break,
        }
    }
}

/// Expressions that were cut out of their trees and are still to be taken apart.
#[derive(Default)]
struct Links {
    detached: RefCell<Vec<Expr>>,
}

impl Links {
    fn detach(&self, link: &mut Expr) {
        if matches!(
            link,
            Expr::BinOp(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_)
        ) {
            let rest = std::mem::replace(link, Expr::NoneLiteral(ExprNoneLiteral::default()));
            self.detached.borrow_mut().push(rest);
        }
    }
}

impl Transformer for Links {
    fn visit_expr(&self, expression: &mut Expr) {
        match expression {
            Expr::BinOp(operation) => self.detach(&mut operation.left),
            Expr::Attribute(attribute) => self.detach(&mut attribute.value),
            Expr::Call(call) => self.detach(&mut call.func),
            Expr::Subscript(subscript) => self.detach(&mut subscript.value),
            _ => {}
        }
        walk_expr(self, expression);
    }
}

//! Dropping syntax trees that are deeper than the stack.

use std::cell::{Cell, RefCell};

use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_pattern};
use ruff_python_ast::{AtomicNodeIndex, Expr, ExprNoneLiteral, ModModule, Pattern, PatternMatchSingleton, Singleton};
use ruff_python_parser::Parsed;
use ruff_text_size::TextRange;

use crate::stack;

/// How many expressions and patterns may stand inside each other; what is deeper is dropped on its own.
const SHALLOW: u32 = 1_000;

/// Drops a tree that may be deep. The compiler's recursion would overflow any stack on a left-associative chain (`a + b + …`,
/// `a.b.c…`, `f()()…`), which is as deep as it is long; so the tree is taken apart first.
pub(crate) fn drop_deep_tree(parsed: Parsed<ModModule>) {
    stack::with_all_room(|| take_apart(parsed.into_syntax()));
}

fn take_apart(mut module: ModModule) {
    let parts = Parts::default();
    parts.visit_body(&mut module.body);
    loop {
        let part = parts.detached.borrow_mut().pop();
        match part {
            Some(Part::Expr(mut expression)) => parts.visit_expr(&mut expression),
            Some(Part::Pattern(mut pattern)) => parts.visit_pattern(&mut pattern),
            None => break,
        }
    }
}

/// What was cut out of a tree.
enum Part {
    Expr(Expr),
    Pattern(Pattern),
}

/// Cuts what is too deep out of trees.
#[derive(Default)]
struct Parts {
    /// How many expressions and patterns are around the present one.
    depth: Cell<u32>,
    /// What is still to be taken apart.
    detached: RefCell<Vec<Part>>,
}

impl Parts {
    fn inside(&self, walk: impl FnOnce()) {
        self.depth.set(self.depth.get() + 1);
        walk();
        self.depth.set(self.depth.get() - 1);
    }
}

impl Transformer for Parts {
    fn visit_expr(&self, expression: &mut Expr) {
        if self.depth.get() < SHALLOW {
            return self.inside(|| walk_expr(self, expression));
        }
        let part = std::mem::replace(expression, Expr::NoneLiteral(ExprNoneLiteral::default()));
        self.detached.borrow_mut().push(Part::Expr(part));
    }

    fn visit_pattern(&self, pattern: &mut Pattern) {
        if self.depth.get() < SHALLOW {
            return self.inside(|| walk_pattern(self, pattern));
        }
        let nothing = Pattern::MatchSingleton(PatternMatchSingleton {
            node_index: AtomicNodeIndex::NONE,
            range: TextRange::default(),
            value: Singleton::None,
        });
        let part = std::mem::replace(pattern, nothing);
        self.detached.borrow_mut().push(Part::Pattern(part));
    }
}

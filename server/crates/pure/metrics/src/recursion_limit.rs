//! Which files the reference has no rows for because its visitors exceed Python's recursion limit.
//!
//! radon visits a syntax tree by Python functions that call each other, and Python stops after 1,000 nested calls. For
//! a sum of some 330 terms, radon's visitors raise `RecursionError`, and antipasta leaves out the rows that it wanted
//! them for: those of cyclomatic complexity, of Halstead's metrics, or of both, and then the maintainability index.
//! Reports would differ if we had rows there; so we leave them out too.
//!
//! [`frames`] counts the calls as CPython 3.11 does. How many are left to the visitors depends, by a few, on how the
//! reference was started; see [`LIMIT`].

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, Expr, InterpolatedStringElement, Keyword, MatchCase, Parameters,
    Pattern, Stmt, WithItem,
};
use serde::{Deserialize, Serialize};

/// How many calls the visitors may nest: Python's limit of 1,000 less the calls around them, when the reference
/// analyses a directory by worker processes. (For less than 32 files it uses none, and 980 are left.)
const LIMIT: u32 = 964;

/// Only a tree at least this deep can exceed [`LIMIT`]: no node of ours takes more than two levels of theirs, and no
/// level more than three calls.
pub(crate) const WORTH_COUNTING: u32 = LIMIT / 6 - 8;

/// How many calls radon's two visitors nest at the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    /// Those of `ComplexityVisitor`.
    pub cyclomatic: u32,
    /// Those of `HalsteadVisitor`.
    pub halstead: u32,
}

/// Which rows the reference does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceeded {
    /// The rows of cyclomatic complexity and weighted methods.
    pub cyclomatic: bool,
    /// The rows of Halstead's metrics.
    pub halstead: bool,
    /// The row of the maintainability index.
    pub maintainability: bool,
}

impl Frames {
    /// Takes the deeper of both.
    pub fn merge(&mut self, other: Self) {
        self.cyclomatic = self.cyclomatic.max(other.cyclomatic);
        self.halstead = self.halstead.max(other.halstead);
    }

    /// Which visitors exceed the limit.
    pub fn exceeded(self) -> Exceeded {
        Exceeded {
            cyclomatic: self.cyclomatic > LIMIT,
            halstead: self.halstead > LIMIT,
            // It is computed by the same visitors, with one call more around Halstead's.
            maintainability: self.cyclomatic > LIMIT || self.halstead + 1 > LIMIT,
        }
    }
}

/// Counts the calls for a statement of the module's body, or of that of a class that `classes` classes are around,
/// itself included. Takes time and memory as the statement is long; never recurses.
pub(crate) fn frames(statement: &Stmt, classes: u32) -> Frames {
    // `visit` and `visit_ClassDef`, or `generic_visit`, for each class; two or three calls for the module.
    let first = Visit {
        node: Node::Statement(statement),
        cyclomatic: Some(4 + 2 * classes),
        halstead: 3 + 2 * classes,
    };
    let mut deepest = Frames::default();
    let mut pending = vec![first];
    while let Some(visit) = pending.pop() {
        deepest.merge(visit.own_frames());
        visit.expand(&mut pending);
    }
    deepest
}

#[derive(Clone, Copy)]
enum Node<'a> {
    Statement(&'a Stmt),
    Expression(&'a Expr),
}

/// A call of `visit` for a node: how many calls are nested with it. `ComplexityVisitor` does not visit all nodes.
struct Visit<'a> {
    node: Node<'a>,
    cyclomatic: Option<u32>,
    halstead: u32,
}

impl<'a> Visit<'a> {
    /// The calls nested for the node itself and its context or operator nodes, which have no parts.
    fn own_frames(&self) -> Frames {
        // `visit`, two `generic_visit`s or one, and `iter_fields`.
        let (complexity, halstead) = match self.node {
            Node::Expression(
                Expr::StringLiteral(_)
                | Expr::BytesLiteral(_)
                | Expr::NumberLiteral(_)
                | Expr::BooleanLiteral(_)
                | Expr::NoneLiteral(_)
                | Expr::EllipsisLiteral(_),
            ) => (4, 3),
            Node::Expression(Expr::Name(_)) => (6, 4),
            _ => (3, 2),
        };
        Frames {
            cyclomatic: self.cyclomatic.map_or(0, |calls| calls + complexity),
            halstead: self.halstead + halstead,
        }
    }

    fn expand(&self, pending: &mut Vec<Visit<'a>>) {
        let (complexity, halstead) = self.calls_to_parts();
        let mut parts = Parts {
            pending,
            cyclomatic: self.cyclomatic.zip(complexity).map(|(calls, more)| calls + more),
            halstead: self.halstead + halstead,
            levels: 0,
            elifs: 0,
        };
        match self.node {
            Node::Statement(Stmt::FunctionDef(function)) => parts.visit_body(&function.body),
            Node::Statement(Stmt::ClassDef(class)) => {
                parts.visit_body(&class.body);
                parts.cyclomatic = None;
                for decorator in &class.decorator_list {
                    parts.visit_expr(&decorator.expression);
                }
                if let Some(arguments) = &class.arguments {
                    parts.visit_arguments(arguments);
                }
            }
            Node::Statement(statement) => visitor::walk_stmt(&mut parts, statement),
            Node::Expression(expression) => visitor::walk_expr(&mut parts, expression),
        }
    }

    /// How many calls lie between the `visit` of a node and those of its parts.
    fn calls_to_parts(&self) -> (Option<u32>, u32) {
        match self.node {
            Node::Statement(Stmt::FunctionDef(function)) => {
                let more = u32::from(function.is_async);
                (Some(2 + more), 3 + more)
            }
            Node::Statement(Stmt::ClassDef(_)) => (Some(2), 2),
            Node::Statement(Stmt::Assert(_)) => (None, 2),
            Node::Statement(Stmt::AugAssign(_))
            | Node::Expression(Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::BoolOp(_) | Expr::Compare(_)) => (Some(3), 3),
            _ => (Some(3), 2),
        }
    }
}

/// Collects the parts of a node. Some of CPython's nodes are no statements or expressions; each is a level more.
struct Parts<'p, 'a> {
    pending: &'p mut Vec<Visit<'a>>,
    cyclomatic: Option<u32>,
    halstead: u32,
    levels: u32,
    elifs: u32,
}

impl<'a> Parts<'_, 'a> {
    fn push(&mut self, node: Node<'a>) {
        self.pending.push(Visit {
            node,
            cyclomatic: self.cyclomatic.map(|calls| calls + 3 * self.levels),
            halstead: self.halstead + 2 * self.levels,
        });
    }

    fn deeper(&mut self, levels: u32, walk: impl FnOnce(&mut Self)) {
        self.levels += levels;
        walk(self);
        self.levels -= levels;
    }
}

impl<'a> Visitor<'a> for Parts<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.push(Node::Statement(statement));
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.push(Node::Expression(expression));
    }

    fn visit_elif_else_clause(&mut self, clause: &'a ElifElseClause) {
        // An `elif` is an `if` in the `else` before it.
        self.elifs += u32::from(clause.test.is_some());
        let levels = self.elifs;
        self.deeper(levels, |parts| visitor::walk_elif_else_clause(parts, clause));
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        self.deeper(1, |parts| visitor::walk_keyword(parts, keyword));
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.deeper(1, |parts| visitor::walk_comprehension(parts, comprehension));
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        self.deeper(1, |parts| visitor::walk_except_handler(parts, handler));
    }

    fn visit_with_item(&mut self, item: &'a WithItem) {
        self.deeper(1, |parts| visitor::walk_with_item(parts, item));
    }

    fn visit_match_case(&mut self, case: &'a MatchCase) {
        self.deeper(1, |parts| visitor::walk_match_case(parts, case));
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.deeper(1, |parts| visitor::walk_pattern(parts, pattern));
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        self.deeper(1, |parts| visitor::walk_parameters(parts, parameters));
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        self.deeper(1, |parts| visitor::walk_interpolated_string_element(parts, element));
    }
}

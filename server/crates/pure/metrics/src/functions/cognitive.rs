//! Cognitive complexity: how hard the control flow is to follow.
//!
//! After G. A. Campbell, "Cognitive Complexity", SonarSource 2018, as complexipy 8.3.0 counts it
//! (`crates/complexipy-core/src/cognitive_complexity.rs` and `utils.rs` of its source distribution):
//!
//! - `if`, `for`, `while`, `match` and each `except` add one, plus the nesting they stand at; their bodies nest one
//!   deeper. `elif` and `else` add one. The `else` of a loop, `try`, `finally` and `with` neither add nor nest.
//! - A function directly in the body of another nests one deeper; one elsewhere in it does not. A function that
//!   consists of a function and a `return` is taken for a decorator: only the inner function counts.
//! - Of a class inside a function, only its methods count.
//! - A function that calls itself by name adds one, once.
//! - Expressions are read only where complexipy reads them: see [`enter`].

use ruff_python_ast::{BoolOp, ElifElseClause, ExceptHandler, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextSize};

use crate::functions::increment::{Construct, Increment};

/// How an expression is read, which follows from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing in it counts.
    Skipped,
    /// At a nesting.
    At(u32),
    /// Inside a boolean or unary operation: only further sequences of boolean operators count. Holds the boolean
    /// operator directly around.
    InSequence(Option<BoolOp>),
}

impl From<Option<u32>> for Reading {
    /// The reading of the expressions of a statement that counts at a nesting, or not at all.
    fn from(nesting: Option<u32>) -> Self {
        nesting.map_or(Self::Skipped, Self::At)
    }
}

/// How the expressions inside an expression are read.
pub(crate) struct Entered {
    /// How the parts are read that stand at the same nesting.
    pub inner: Reading,
    /// How the parts are read that nest one deeper: the branches of a conditional expression, the body of a lambda,
    /// the element and the conditions of a comprehension.
    pub nested: Reading,
}

/// Reads an expression, and calls `add` with what it adds itself.
///
/// A sequence of one boolean operator adds one. A conditional expression adds one plus its nesting, and so does each
/// `for` of a comprehension, whose every `if` adds one. Apart from these, only comparisons, lambdas, displays and the
/// positional arguments of calls are looked into: not, for instance, arithmetic, attributes, subscripts or f-strings.
pub(crate) fn enter(expression: &Expr, reading: Reading, mut add: impl FnMut(Increment)) -> Entered {
    let skipped = Entered {
        inner: Reading::Skipped,
        nested: Reading::Skipped,
    };
    let enclosing = match reading {
        Reading::Skipped => return skipped,
        Reading::At(_) => None,
        Reading::InSequence(enclosing) => enclosing,
    };
    match (expression, reading) {
        (Expr::BoolOp(operation), _) => {
            if enclosing != Some(operation.op) {
                add(Increment::of_sequence(operation));
            }
            Entered {
                inner: Reading::InSequence(Some(operation.op)),
                ..skipped
            }
        }
        (Expr::UnaryOp(_), _) => Entered {
            inner: Reading::InSequence(None),
            ..skipped
        },
        (_, Reading::At(nesting)) if enter_at(expression, nesting, add) => Entered {
            inner: reading,
            nested: Reading::At(nesting + 1),
        },
        _ => skipped,
    }
}

/// Whether an expression is looked into that stands at `nesting`.
fn enter_at(expression: &Expr, nesting: u32, mut add: impl FnMut(Increment)) -> bool {
    let generators = match expression {
        Expr::Compare(_)
        | Expr::Lambda(_)
        | Expr::Call(_)
        | Expr::Tuple(_)
        | Expr::List(_)
        | Expr::Set(_)
        | Expr::Dict(_) => return true,
        Expr::If(conditional) => {
            add(Increment::of_conditional(conditional).nested(nesting));
            return true;
        }
        Expr::ListComp(comprehension) => &comprehension.generators,
        Expr::SetComp(comprehension) => &comprehension.generators,
        Expr::DictComp(comprehension) => &comprehension.generators,
        Expr::Generator(comprehension) => &comprehension.generators,
        _ => return false,
    };
    for generator in generators {
        add(Increment::of_generator(generator).nested(nesting));
        Increment::of_conditions(generator).for_each(&mut add);
    }
    true
}

/// What a statement adds itself where it stands at `nesting`, without its `elif`, `else` and `except` clauses.
pub(crate) fn of_statement(statement: &Stmt, nesting: u32) -> Option<Increment> {
    let construct = match statement {
        Stmt::If(_) => Construct::If,
        Stmt::For(_) => Construct::For,
        Stmt::While(_) => Construct::While,
        Stmt::Match(_) => Construct::Match,
        _ => return None,
    };
    Some(Increment::new(construct, statement.start()).nested(nesting))
}

/// What an `elif` or `else` clause of an `if` adds.
pub(crate) fn of_clause(clause: &ElifElseClause) -> Increment {
    let construct = match clause.test {
        Some(_) => Construct::Elif,
        None => Construct::Else,
    };
    Increment::new(construct, clause.start())
}

/// What an `except` clause adds where its `try` stands at `nesting`.
pub(crate) fn of_handler(handler: &ExceptHandler, nesting: u32) -> Increment {
    Increment::new(Construct::Except, handler.start()).nested(nesting)
}

/// What a function adds that calls itself, first at `call`.
pub(crate) fn of_recursion(call: TextSize) -> Increment {
    Increment::new(Construct::Recursion, call)
}

/// The nesting of each statement in a function's body where the function counts at `nesting`; `None` for one that
/// does not count.
pub(crate) fn nesting_in_function(function: &StmtFunctionDef, index: usize, nesting: Option<u32>) -> Option<u32> {
    if let [Stmt::FunctionDef(_), Stmt::Return(_)] = function.body.as_slice() {
        return nesting.filter(|_| index == 0);
    }
    let deeper = u32::from(matches!(function.body[index], Stmt::FunctionDef(_)));
    nesting.map(|nesting| nesting + deeper)
}

/// The nesting of a statement in the body of a class inside a function that counts at `nesting`.
pub(crate) fn nesting_in_class(statement: &Stmt, nesting: Option<u32>) -> Option<u32> {
    nesting.filter(|_| matches!(statement, Stmt::FunctionDef(_)))
}

//! Cyclomatic complexity: the number of decisions, plus one.
//!
//! After T. J. McCabe, "A Complexity Measure", 1976, as radon 6.0.1 counts it (`radon/visitors.py`,
//! `ComplexityVisitor`). What is peculiar to radon:
//!
//! - Only a function's body counts: not its decorators, defaults and annotations. A lambda's do.
//! - Functions inside a function have no row and add nothing to it; nor do classes inside a function.
//! - An `assert` adds one; what it asserts is not looked at.
//! - `try` adds its handlers, and one for `else`. `try` with `except*` is another kind of node and adds nothing.
//! - A loop adds one more for its `else`; a comprehension adds one for each `for` and each `if`.
//! - `match` adds its cases, less one if any of them is a bare name or `_`.
//! - A class adds what stands in its body and its methods with it; the classes inside it do not.

use ruff_python_ast::{Comprehension, Expr, Pattern, Stmt};
use ruff_text_size::Ranged;

use crate::functions::increment::{Construct, Increment};

/// Calls `add` with each decision that a statement adds itself, without those of the statements and expressions inside
/// it.
pub(crate) fn decisions_of_statement(statement: &Stmt, mut add: impl FnMut(Increment)) {
    match statement {
        Stmt::If(conditional) => {
            add(Increment::new(Construct::If, conditional.start()));
            for clause in conditional
                .elif_else_clauses
                .iter()
                .filter(|clause| clause.test.is_some())
            {
                add(Increment::new(Construct::Elif, clause.start()));
            }
        }
        Stmt::For(each) => {
            add(Increment::new(Construct::For, each.start()));
            else_after(&each.body, &each.orelse, add);
        }
        Stmt::While(repeat) => {
            add(Increment::new(Construct::While, repeat.start()));
            else_after(&repeat.body, &repeat.orelse, add);
        }
        Stmt::Try(attempt) if !attempt.is_star => {
            for handler in &attempt.handlers {
                add(Increment::new(Construct::Except, handler.start()));
            }
            else_after(&attempt.handlers, &attempt.orelse, add);
        }
        Stmt::Match(choice) => {
            let catches_all = |pattern: &Pattern| matches!(pattern, Pattern::MatchAs(bare) if bare.pattern.is_none());
            let caught = choice.cases.iter().position(|case| catches_all(&case.pattern));
            for (index, case) in choice.cases.iter().enumerate() {
                if caught != Some(index) {
                    add(Increment::new(Construct::Case, case.start()));
                }
            }
        }
        Stmt::Assert(assertion) => add(Increment::new(Construct::Assert, assertion.start())),
        _ => {}
    }
}

/// The decision of an `else` that stands between the last of `before` and the statements of its own, if it has any.
fn else_after(before: &[impl Ranged], orelse: &[Stmt], mut add: impl FnMut(Increment)) {
    if let ([.., last], [_, ..]) = (before, orelse) {
        add(Increment::new(Construct::Else, last.end()));
    }
}

/// Calls `add` with each decision that an expression adds itself, without those of the expressions inside it.
pub(crate) fn decisions_of_expression(expression: &Expr, mut add: impl FnMut(Increment)) {
    match expression {
        Expr::BoolOp(operation) => Increment::of_operators(operation).for_each(add),
        Expr::If(conditional) => add(Increment::of_conditional(conditional)),
        Expr::ListComp(comprehension) => decisions_of(&comprehension.generators, add),
        Expr::SetComp(comprehension) => decisions_of(&comprehension.generators, add),
        Expr::DictComp(comprehension) => decisions_of(&comprehension.generators, add),
        Expr::Generator(comprehension) => decisions_of(&comprehension.generators, add),
        _ => {}
    }
}

fn decisions_of(generators: &[Comprehension], mut add: impl FnMut(Increment)) {
    for generator in generators {
        add(Increment::of_generator(generator));
        Increment::of_conditions(generator).for_each(&mut add);
    }
}

/// The rank of a complexity: `A` for 1 to 5, `B` to 10, `C` to 20, `D` to 30, `E` to 40, `F` beyond
/// (`radon/complexity.py`, `cc_rank`).
pub(crate) fn rank(complexity: u32) -> char {
    match complexity {
        0..=5 => 'A',
        6..=10 => 'B',
        11..=20 => 'C',
        21..=30 => 'D',
        31..=40 => 'E',
        _ => 'F',
    }
}

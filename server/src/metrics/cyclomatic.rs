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

/// The decisions that a statement adds itself, without those of the statements and expressions inside it.
pub fn decisions_of_statement(statement: &Stmt) -> u32 {
    match statement {
        Stmt::If(conditional) => {
            let elifs = conditional.elif_else_clauses.iter();
            1 + elifs.filter(|clause| clause.test.is_some()).count() as u32
        }
        Stmt::For(each) => 1 + u32::from(!each.orelse.is_empty()),
        Stmt::While(repeat) => 1 + u32::from(!repeat.orelse.is_empty()),
        Stmt::Try(attempt) if !attempt.is_star => attempt.handlers.len() as u32 + u32::from(!attempt.orelse.is_empty()),
        Stmt::Match(choice) => {
            let catches_all = |pattern: &Pattern| matches!(pattern, Pattern::MatchAs(bare) if bare.pattern.is_none());
            let caught = choice.cases.iter().any(|case| catches_all(&case.pattern));
            choice.cases.len() as u32 - u32::from(caught)
        }
        Stmt::Assert(_) => 1,
        _ => 0,
    }
}

/// The decisions that an expression adds itself, without those of the expressions inside it.
pub fn decisions_of_expression(expression: &Expr) -> u32 {
    match expression {
        Expr::BoolOp(operation) => operation.values.len() as u32 - 1,
        Expr::If(_) => 1,
        Expr::ListComp(comprehension) => decisions_of(&comprehension.generators),
        Expr::SetComp(comprehension) => decisions_of(&comprehension.generators),
        Expr::DictComp(comprehension) => decisions_of(&comprehension.generators),
        Expr::Generator(comprehension) => decisions_of(&comprehension.generators),
        _ => 0,
    }
}

fn decisions_of(generators: &[Comprehension]) -> u32 {
    generators.iter().map(|generator| 1 + generator.ifs.len() as u32).sum()
}

/// The rank of a complexity: `A` for 1 to 5, `B` to 10, `C` to 20, `D` to 30, `E` to 40, `F` beyond
/// (`radon/complexity.py`, `cc_rank`).
pub fn rank(complexity: u32) -> char {
    match complexity {
        0..=5 => 'A',
        6..=10 => 'B',
        11..=20 => 'C',
        21..=30 => 'D',
        31..=40 => 'E',
        _ => 'F',
    }
}

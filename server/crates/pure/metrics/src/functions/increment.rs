//! What adds to a complexity, and where in the text it stands.

use std::fmt;

use ruff_python_ast::{BoolOp, Comprehension, Expr, ExprBoolOp, ExprIf};
use ruff_text_size::{Ranged, TextSize};

use crate::walk::header::find_code;

/// A construct of Python that adds to a complexity. Displayed as people are told of it, such as `` `elif` `` or
/// `recursion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Construct {
    /// An `if` statement, without its other clauses.
    If,
    /// An `elif` clause.
    Elif,
    /// The `else` clause of an `if`, for cognitive complexity; of a loop or `try`, for cyclomatic complexity.
    Else,
    /// A `for` or `async for` statement.
    For,
    /// A `while` statement.
    While,
    /// An `except` clause.
    Except,
    /// A `match` statement as a whole.
    Match,
    /// A `case` of a `match` statement.
    Case,
    /// An `assert` statement.
    Assert,
    /// A conditional expression, `… if … else …`.
    ConditionalExpression,
    /// A `for` or `async for` of a comprehension or generator expression.
    Comprehension,
    /// An `if` of a comprehension or generator expression.
    ComprehensionIf,
    /// One `and`.
    And,
    /// One `or`.
    Or,
    /// A sequence of `and`, of any length.
    SequenceOfAnd,
    /// A sequence of `or`, of any length.
    SequenceOfOr,
    /// Calls of the function by its own name, at the first of them.
    Recursion,
}

/// One for a construct, and what its nesting adds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Increment {
    construct: Construct,
    /// Where the construct stands; for one without a node of its own, the end of the node before its keyword.
    offset: TextSize,
    nesting: u32,
}

impl Increment {
    /// One for a construct at `offset`. That may be before the keyword of those that [have one](Construct::keyword).
    pub(crate) fn new(construct: Construct, offset: TextSize) -> Self {
        Self {
            construct,
            offset,
            nesting: 0,
        }
    }

    /// One for a conditional expression.
    pub(crate) fn of_conditional(conditional: &ExprIf) -> Self {
        Self::new(Construct::ConditionalExpression, conditional.body.end())
    }

    /// One for the `for` of a comprehension.
    pub(crate) fn of_generator(generator: &Comprehension) -> Self {
        Self::new(Construct::Comprehension, generator.start())
    }

    /// One for each `if` that follows the `for` of a comprehension.
    pub(crate) fn of_conditions(generator: &Comprehension) -> impl Iterator<Item = Self> {
        let before = std::iter::once(&generator.iter).chain(&generator.ifs);
        before
            .take(generator.ifs.len())
            .map(|before| Self::new(Construct::ComprehensionIf, before.end()))
    }

    /// One for each operator of a boolean operation.
    pub(crate) fn of_operators(operation: &ExprBoolOp) -> impl Iterator<Item = Self> {
        let construct = match operation.op {
            BoolOp::And => Construct::And,
            BoolOp::Or => Construct::Or,
        };
        let before = operation.values.split_last().map_or(&[][..], |(_, before)| before);
        before.iter().map(move |before| Self::new(construct, before.end()))
    }

    /// One for a boolean operation as a whole.
    pub(crate) fn of_sequence(operation: &ExprBoolOp) -> Self {
        let construct = match operation.op {
            BoolOp::And => Construct::SequenceOfAnd,
            BoolOp::Or => Construct::SequenceOfOr,
        };
        Self::new(construct, operation.values.first().map_or(operation.end(), Expr::end))
    }

    /// The same with what `nesting` adds.
    pub(crate) fn nested(self, nesting: u32) -> Self {
        Self { nesting, ..self }
    }

    /// How much is added.
    pub(crate) fn amount(&self) -> u32 {
        1 + self.nesting
    }

    /// How much of that is due to nesting.
    pub(crate) fn nesting(&self) -> u32 {
        self.nesting
    }

    /// What adds.
    pub(crate) fn construct(&self) -> Construct {
        self.construct
    }

    /// Where the construct stands in `text`.
    pub(crate) fn start(&self, text: &str) -> TextSize {
        match self.construct.keyword() {
            None => self.offset,
            Some(first) => find_code(text, self.offset, |byte| byte == first),
        }
    }
}

impl Construct {
    /// The first letter of the keyword of a construct that may have no node that starts with it. Between the node before
    /// it and the keyword are only closing parentheses, comments and white space.
    fn keyword(self) -> Option<u8> {
        match self {
            Self::ConditionalExpression | Self::ComprehensionIf => Some(b'i'),
            Self::Else => Some(b'e'),
            Self::And | Self::SequenceOfAnd => Some(b'a'),
            Self::Or | Self::SequenceOfOr => Some(b'o'),
            _ => None,
        }
    }
}

impl fmt::Display for Construct {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::If => "`if`",
            Self::Elif => "`elif`",
            Self::Else => "`else`",
            Self::For => "`for`",
            Self::While => "`while`",
            Self::Except => "`except`",
            Self::Match => "`match`",
            Self::Case => "`case`",
            Self::Assert => "`assert`",
            Self::ConditionalExpression => "conditional expression",
            Self::Comprehension => "comprehension",
            Self::ComprehensionIf => "`if` of a comprehension",
            Self::And => "`and`",
            Self::Or => "`or`",
            Self::SequenceOfAnd => "sequence of `and`",
            Self::SequenceOfOr => "sequence of `or`",
            Self::Recursion => "recursion",
        })
    }
}

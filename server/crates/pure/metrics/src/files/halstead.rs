//! Halstead's metrics, from the operators and operands of a file or function.
//!
//! After M. H. Halstead, "Elements of Software Science", 1977, as radon 6.0.1 counts them (`radon/visitors.py`,
//! `HalsteadVisitor`; `radon/metrics.py`, `halstead_visitor_report`):
//!
//! - Operators are those of binary, unary and boolean operations, comparisons and augmented assignments. Operands are
//!   what these apply to. Nothing else counts: neither calls nor plain assignments.
//! - Of a function, the body counts: not its decorators, defaults and annotations. The functions inside it do.
//! - When two operands are the same: see [`crate::files::operand`].

use ruff_python_ast::{BoolOp, CmpOp, Operator, UnaryOp};

use crate::file_metrics::HalsteadCounts;
use crate::registry::MetricType;

/// A set of operators. radon tells them apart by the names of their syntax nodes, so that `+` is the same in `a + b`
/// and `a += b` but not in `+a`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operators(u64);

impl Operators {
    /// How many operators there can be.
    pub const LIMIT: usize = 64;

    /// How many operators are in the set.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// A number for each operator in the set, less than [`Operators::LIMIT`].
    pub fn numbers(self) -> impl Iterator<Item = usize> {
        (0..Self::LIMIT).filter(move |number| self.0 >> number & 1 == 1)
    }

    /// The operator with a number.
    pub fn of_number(number: usize) -> Self {
        Self(1 << number)
    }

    /// Adds the operators of another set.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl From<Operator> for Operators {
    fn from(operator: Operator) -> Self {
        Self(1 << operator as u32)
    }
}

impl From<UnaryOp> for Operators {
    fn from(operator: UnaryOp) -> Self {
        Self(1 << (16 + operator as u32))
    }
}

impl From<BoolOp> for Operators {
    fn from(operator: BoolOp) -> Self {
        Self(1 << (24 + operator as u32))
    }
}

impl From<CmpOp> for Operators {
    fn from(operator: CmpOp) -> Self {
        Self(1 << (32 + operator as u32))
    }
}

/// The five metrics, in the order of the reference's rows.
pub(crate) const METRICS: [MetricType; 5] = [
    MetricType::HalsteadVolume,
    MetricType::HalsteadDifficulty,
    MetricType::HalsteadEffort,
    MetricType::HalsteadTime,
    MetricType::HalsteadBugs,
];

impl HalsteadCounts {
    /// The vocabulary η = η₁ + η₂.
    pub fn vocabulary(&self) -> u32 {
        self.distinct_operators + self.distinct_operands
    }

    /// The length N = N₁ + N₂.
    pub fn length(&self) -> u32 {
        self.operators + self.operands
    }

    /// The volume V = N log₂ η, in bits; 0 without operators.
    pub fn volume(&self) -> f64 {
        match self.vocabulary() {
            0 => 0.0,
            // As Python's `math.log(x, 2)`, which is not `log2` to the last digit.
            vocabulary => f64::from(self.length()) * (f64::from(vocabulary).ln() / 2f64.ln()),
        }
    }

    /// The difficulty D = (η₁ / 2) (N₂ / η₂); 0 without operands.
    pub fn difficulty(&self) -> f64 {
        match self.distinct_operands {
            0 => 0.0,
            distinct => f64::from(self.distinct_operators) * f64::from(self.operands) / f64::from(2 * distinct),
        }
    }

    /// The effort E = D V.
    pub fn effort(&self) -> f64 {
        self.difficulty() * self.volume()
    }

    /// The time to program T = E / 18, in seconds: Stroud's number of mental discriminations per second is 18.
    pub fn time(&self) -> f64 {
        self.effort() / 18.0
    }

    /// The delivered bugs B = V / 3000.
    pub fn bugs(&self) -> f64 {
        self.volume() / 3000.0
    }

    /// The values of [`METRICS`], in that order.
    pub fn values(&self) -> [f64; 5] {
        [
            self.volume(),
            self.difficulty(),
            self.effort(),
            self.time(),
            self.bugs(),
        ]
    }
}

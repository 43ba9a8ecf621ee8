//! Comparisons of a value with its threshold.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The relation that a value must have to its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Comparison {
    /// Every comparison, in the order in which they are listed to people.
    pub const ALL: [Self; 6] = [
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Equal,
        Self::NotEqual,
    ];

    /// The operator as it is written in configurations and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// Whether `value` satisfies `threshold`.
    ///
    /// The four orderings are negated opposites, as in the reference, so NaN violates none of them.
    #[allow(clippy::neg_cmp_op_on_partial_ord)]
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Less => !(value >= threshold),
            Self::LessOrEqual => !(value > threshold),
            Self::Greater => !(value <= threshold),
            Self::GreaterOrEqual => !(value < threshold),
            Self::Equal => value == threshold,
            Self::NotEqual => value != threshold,
        }
    }

    /// Whether `value` is further on the wrong side of a threshold than `other`. For `==` and `!=`, any other value is
    /// worse.
    pub fn is_worse(self, value: f64, other: f64) -> bool {
        match self {
            Self::Less | Self::LessOrEqual => value > other,
            Self::Greater | Self::GreaterOrEqual => value < other,
            Self::Equal | Self::NotEqual => value != other,
        }
    }

    /// Whether the comparison asks for low values (`Less`), for high ones (`Greater`), or for one or all but one (`Equal`).
    pub fn direction(self) -> Ordering {
        match self {
            Self::Less | Self::LessOrEqual => Ordering::Less,
            Self::Greater | Self::GreaterOrEqual => Ordering::Greater,
            Self::Equal | Self::NotEqual => Ordering::Equal,
        }
    }

    /// Whether any value from `minimum` to `maximum`, which differ, satisfies `threshold`.
    pub fn can_hold_between(self, minimum: f64, maximum: f64, threshold: f64) -> bool {
        match self {
            Self::Equal => (minimum..=maximum).contains(&threshold),
            _ => self.holds(minimum, threshold) || self.holds(maximum, threshold),
        }
    }

    /// Whether every value from `minimum` to `maximum` satisfies `threshold`.
    pub fn holds_between(self, minimum: f64, maximum: f64, threshold: f64) -> bool {
        match self {
            Self::NotEqual => !(minimum..=maximum).contains(&threshold),
            _ => self.holds(minimum, threshold) && self.holds(maximum, threshold),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The given text is no comparison.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown comparison `{0}`")]
pub struct UnknownComparison(pub String);

impl FromStr for Comparison {
    type Err = UnknownComparison;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|comparison| comparison.as_str() == text)
            .ok_or_else(|| UnknownComparison(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_hold_as_they_read() {
        let held: Vec<_> = Comparison::ALL
            .map(|comparison| [1.0, 2.0, 3.0].map(|value| comparison.holds(value, 2.0)))
            .to_vec();
        assert_eq!(
            held,
            [
                [true, false, false],
                [true, true, false],
                [false, false, true],
                [false, true, true],
                [false, true, false],
                [true, false, true],
            ]
        );
    }

    #[test]
    fn what_is_farther_from_the_threshold_is_worse() {
        let worse = Comparison::ALL.map(|comparison| [1.0, 2.0, 3.0].map(|value| comparison.is_worse(value, 2.0)));
        let (lower, higher, other) = ([true, false, false], [false, false, true], [true, false, true]);
        assert_eq!(worse, [higher, higher, lower, lower, other, other]);
    }

    #[test]
    fn nan_violates_no_ordering() {
        for comparison in &Comparison::ALL[..4] {
            assert!(comparison.holds(f64::NAN, 1.0));
        }
        assert!(!Comparison::Equal.holds(f64::NAN, 1.0));
        assert!(Comparison::NotEqual.holds(f64::NAN, 1.0));
    }

    #[test]
    fn every_operator_parses_back() {
        for comparison in Comparison::ALL {
            assert_eq!(comparison.as_str().parse(), Ok(comparison));
        }
        assert!("=<".parse::<Comparison>().is_err());
    }
}

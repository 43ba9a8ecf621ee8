//! What the functions of a run of units come to, so that most runs need not be looked into.

use crate::file_metrics::{ClassMetrics, FunctionMetrics};

/// The values of one metric over several functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many values there are.
    pub count: u32,
    /// Their sum.
    pub sum: u32,
    /// The smallest; 0 if there are none.
    pub minimum: u32,
    /// The largest; 0 if there are none.
    pub maximum: u32,
}

impl Spread {
    /// That of one value.
    pub fn of(value: u32) -> Self {
        Self {
            count: 1,
            sum: value,
            minimum: value,
            maximum: value,
        }
    }

    /// Adds the values of another.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.minimum = match self.count {
            0 => other.minimum,
            _ => self.minimum.min(other.minimum),
        };
        self.maximum = self.maximum.max(other.maximum);
        self.count += other.count;
        self.sum += other.sum;
    }
}

/// The values of the functions of a run of units that have rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FunctionSummary {
    /// Cyclomatic complexity.
    pub cyclomatic: Spread,
    /// Cognitive complexity.
    pub cognitive: Spread,
    /// How many comments on headers of functions and classes speak to this tool or ask complexipy to ignore.
    pub comments: u32,
}

impl FunctionSummary {
    /// Adds a function.
    pub fn add_function(&mut self, function: &FunctionMetrics) {
        if let Some(complexity) = function.cyclomatic {
            self.cyclomatic.merge(&Spread::of(complexity));
        }
        if let Some(complexity) = function.reported_cognitive() {
            self.cognitive.merge(&Spread::of(complexity));
        }
        self.comments += function.header_comments.len() as u32 + u32::from(function.complexipy_ignore.is_some());
    }

    /// Adds a class.
    pub fn add_class(&mut self, class: &ClassMetrics) {
        self.comments += class.header_comments.len() as u32;
    }

    /// Adds another run.
    pub fn merge(&mut self, other: &Self) {
        self.cyclomatic.merge(&other.cyclomatic);
        self.cognitive.merge(&other.cognitive);
        self.comments += other.comments;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_merge_in_any_order() {
        let values = [7, 0, 3, 9];
        let mut forward = Spread::default();
        let mut backward = Spread::default();
        values.iter().for_each(|&value| forward.merge(&Spread::of(value)));
        values
            .iter()
            .rev()
            .for_each(|&value| backward.merge(&Spread::of(value)));
        backward.merge(&Spread::default());
        assert_eq!(forward, backward);
        assert_eq!(
            (forward.count, forward.sum, forward.minimum, forward.maximum),
            (4, 19, 0, 9)
        );
    }
}

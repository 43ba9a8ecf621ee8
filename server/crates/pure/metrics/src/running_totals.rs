//! What the units of a file add up to while they come and go.

use std::borrow::Cow;
use std::collections::hash_map::Entry;

use crate::contribution::Contribution;
use crate::file_metrics::FileTotals;
use crate::files::halstead::Operators;

/// The sum of contributions, to which one can be added and from which one that was added can be taken away, each at the
/// cost of that contribution alone. Functions and classes are not kept.
///
/// Most of a contribution is numbers and counted sets, which add and subtract. What a [merge](Contribution::merge) makes
/// a set or a maximum of is counted here.
#[derive(Clone, Debug)]
pub struct RunningTotals {
    /// All that adds and subtracts.
    sum: Contribution,
    /// How many contributions have each operator.
    with_operator: [u32; Operators::LIMIT],
    /// How many contributions have lines that must be counted over the whole file.
    irregular: u32,
    /// How many contributions have syntax that the reference does not read.
    newer: u32,
}

impl Default for RunningTotals {
    fn default() -> Self {
        Self {
            sum: Contribution::default(),
            with_operator: [0; Operators::LIMIT],
            irregular: 0,
            newer: 0,
        }
    }
}

impl RunningTotals {
    /// Adds a contribution.
    pub fn add(&mut self, part: &Contribution) {
        let sum = &mut self.sum;
        sum.complexity += part.complexity;
        sum.operators += part.operators;
        sum.operands += part.operands;
        sum.unique_operands += part.unique_operands;
        sum.complexipy_refusals += part.complexipy_refusals;
        sum.lines.merge(&part.lines);
        for (&operand, &occurrences) in &part.distinct_operands {
            *sum.distinct_operands.entry(operand).or_default() += occurrences;
        }
        for number in part.distinct_operators.numbers() {
            self.with_operator[number] += 1;
        }
        self.irregular += u32::from(part.lines.irregular);
        self.newer += u32::from(part.lines.newer);
    }

    /// Takes away a contribution that was added before.
    pub fn subtract(&mut self, part: &Contribution) {
        let sum = &mut self.sum;
        sum.complexity -= part.complexity;
        sum.operators -= part.operators;
        sum.operands -= part.operands;
        sum.unique_operands -= part.unique_operands;
        sum.complexipy_refusals -= part.complexipy_refusals;
        sum.lines.unmerge(&part.lines);
        for (&operand, &occurrences) in &part.distinct_operands {
            if let Entry::Occupied(mut counted) = sum.distinct_operands.entry(operand) {
                *counted.get_mut() -= occurrences;
                if *counted.get() == 0 {
                    counted.remove();
                }
            }
        }
        for number in part.distinct_operators.numbers() {
            self.with_operator[number] -= 1;
        }
        self.irregular -= u32::from(part.lines.irregular);
        self.newer -= u32::from(part.lines.newer);
    }

    /// What the contributions say of the file that they are the whole of. The `text` of the file is asked for only where
    /// lines cannot be counted part by part.
    pub fn file_totals<'t>(&mut self, text: impl FnOnce() -> Cow<'t, str>) -> FileTotals {
        let occurring = (0..Operators::LIMIT).filter(|&number| self.with_operator[number] > 0);
        self.sum.distinct_operators = Operators::default();
        for number in occurring {
            self.sum.distinct_operators.extend(Operators::of_number(number));
        }
        self.sum.lines.irregular = self.irregular > 0;
        self.sum.lines.newer = self.newer > 0;
        self.sum.file_totals(text)
    }
}

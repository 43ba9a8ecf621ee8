//! What a part of a file adds to the file's metrics.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::file_metrics::{ClassMetrics, FileMetrics, FileTotals, FunctionMetrics, HalsteadCounts};
use crate::files::halstead::Operators;
use crate::files::lines::LineContribution;
use crate::files::operand::Operand;
use crate::function_summary::FunctionSummary;

/// What one unit, or any run of units, adds to the metrics of its file: a pure function of its text and of the names of
/// the classes around it. Contributions add up: that of two runs is the [merge](Self::merge) of theirs, and
/// [`FileMetrics`] are what the contribution of a whole file [says](Self::file_metrics).
///
/// Lines count from the first line of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contribution {
    /// The functions and methods that no function encloses, in the order of the source.
    pub functions: Vec<FunctionMetrics>,
    /// The classes that no function encloses, in the order of the source.
    pub classes: Vec<ClassMetrics>,
    /// What the functions come to.
    pub summary: FunctionSummary,
    /// What is added to the cyclomatic complexity of the module.
    pub complexity: u32,
    /// N₁.
    pub operators: u32,
    /// N₂.
    pub operands: u32,
    /// The different operators.
    pub distinct_operators: Operators,
    /// The different operands that are names or constants, each with how often it occurs.
    pub distinct_operands: FxHashMap<Operand, u32>,
    /// How many operands are like no other.
    pub unique_operands: u32,
    /// The lines.
    pub lines: LineContribution,
    /// For how many reasons complexipy refuses the file (see [`FileTotals::is_refused_by_complexipy`]).
    pub complexipy_refusals: u32,
}

impl Contribution {
    /// Adds a function, the next in the order of the source.
    pub fn add_function(&mut self, function: FunctionMetrics) {
        self.summary.add_function(&function);
        self.functions.push(function);
    }

    /// Adds a class, the next in the order of the source.
    pub fn add_class(&mut self, class: ClassMetrics) {
        self.summary.add_class(&class);
        self.classes.push(class);
    }

    /// Adds what follows this run in the file.
    pub fn merge(&mut self, next: &Self) {
        let offset = self.lines.physical;
        self.functions
            .extend(next.functions.iter().map(|function| function.moved(offset)));
        self.classes
            .extend(next.classes.iter().map(|class| class.moved(offset)));
        self.summary.merge(&next.summary);
        self.complexity += next.complexity;
        self.operators += next.operators;
        self.operands += next.operands;
        self.distinct_operators.extend(next.distinct_operators);
        for (&operand, &occurrences) in &next.distinct_operands {
            *self.distinct_operands.entry(operand).or_default() += occurrences;
        }
        self.unique_operands += next.unique_operands;
        self.lines.merge(&next.lines);
        self.complexipy_refusals += next.complexipy_refusals;
    }

    /// The metrics of the file that this is the whole contribution of. Its `text` is read only where lines cannot be
    /// counted part by part (see [`lines`](crate::files::lines)).
    pub fn file_metrics(self, text: &str) -> FileMetrics {
        FileMetrics {
            totals: self.file_totals(|| Cow::Borrowed(text)),
            summary: self.summary,
            functions: self.functions,
            classes: self.classes,
        }
    }

    /// What this, the whole contribution of a file, says of the file as a whole. The `text` of the file is asked for only
    /// where lines cannot be counted part by part.
    pub fn file_totals<'t>(&self, text: impl FnOnce() -> Cow<'t, str>) -> FileTotals {
        FileTotals {
            halstead: HalsteadCounts {
                distinct_operators: self.distinct_operators.count(),
                distinct_operands: self.distinct_operands.len() as u32 + self.unique_operands,
                operators: self.operators,
                operands: self.operands,
            },
            // A module counts as one before its first decision.
            module_complexity: 1 + self.complexity,
            lines: self.lines.line_counts(text),
            is_refused_by_complexipy: self.complexipy_refusals > 0,
        }
    }
}

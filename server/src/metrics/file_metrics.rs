//! What the metrics of one file are, and the rows that reports show of them.

use super::metric_type::MetricType;

/// Halstead's four counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HalsteadCounts {
    /// η₁: how many different operators occur.
    pub distinct_operators: u32,
    /// η₂: how many different operands occur.
    pub distinct_operands: u32,
    /// N₁: how many operators occur in all.
    pub operators: u32,
    /// N₂: how many operands occur in all.
    pub operands: u32,
}

/// The line counts of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// All physical lines.
    pub lines: u32,
    /// Logical lines.
    pub logical: u32,
    /// Lines that hold code.
    pub source: u32,
    /// Comments, also those that share a line with code.
    pub comments: u32,
    /// Blank lines.
    pub blank: u32,
    /// Non-blank lines of strings that stand alone as statements and span several lines.
    pub multi_line_strings: u32,
}

/// A comment on the header of a `def` or `class` that speaks to this tool: it holds `antipasta:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderComment {
    /// The line of the comment, from 1.
    pub line: u32,
    /// The comment with its `#`.
    pub text: Box<str>,
}

/// A function or method that has rows of its own: one that no other function encloses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionMetrics {
    /// The bare name.
    pub name: Box<str>,
    /// The names of the enclosing classes, outermost first; empty for a function.
    pub classes: Box<[Box<str>]>,
    /// The line of its `def` (of `async` for an `async def`), from 1.
    pub def_line: u32,
    /// The line of its first decorator, or of its `def`, from 1.
    pub start_line: u32,
    /// Its last line, from 1.
    pub end_line: u32,
    /// Cyclomatic complexity; `None` for the methods of a class inside a class, for which the reference has no row.
    pub cyclomatic: Option<u32>,
    /// Cognitive complexity; `None` where a `# complexipy: ignore` comment takes the function out.
    pub cognitive: Option<u32>,
    /// Halstead's counts for its body, the functions inside it included.
    pub halstead: HalsteadCounts,
    /// Comments on its header that speak to this tool.
    pub header_comments: Box<[HeaderComment]>,
}

/// A class that no function encloses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassMetrics {
    /// The bare name.
    pub name: Box<str>,
    /// The names of the enclosing classes, outermost first.
    pub classes: Box<[Box<str>]>,
    /// The line of its `class`, from 1.
    pub class_line: u32,
    /// Its last line, from 1.
    pub end_line: u32,
    /// Comments on its header that speak to this tool.
    pub header_comments: Box<[HeaderComment]>,
}

/// Everything that was measured of one file. A pure function of the file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileMetrics {
    /// The functions and methods, in the order of the source.
    pub functions: Vec<FunctionMetrics>,
    /// The classes, in the order of the source.
    pub classes: Vec<ClassMetrics>,
    /// Halstead's counts for the file.
    pub halstead: HalsteadCounts,
    /// The cyclomatic complexity of the whole module, which the maintainability index uses.
    pub module_complexity: u32,
    /// The line counts; `None` where the reference's line counter gives up (see `metrics::lines`).
    pub lines: Option<LineCounts>,
}

/// What a row is about beyond its value: the reference's `details`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Details<'a> {
    /// Nothing more.
    None,
    /// The row of a function or method.
    Function {
        /// The class it is a method of.
        class: Option<&'a str>,
        /// `A` (simple) to `F` (untestable).
        rank: char,
    },
    /// The file's average over its functions.
    Average {
        /// How many functions the average is over.
        function_count: usize,
    },
    /// The file's maximum over its functions.
    Maximum {
        /// How many functions the maximum is over.
        function_count: usize,
    },
    /// A maintainability index.
    Rank(char),
    /// A function's Halstead row.
    HalsteadFunction,
    /// A class's row.
    Methods(usize),
}

/// One value of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRow<'a> {
    /// Which metric.
    pub metric: MetricType,
    /// The value.
    pub value: f64,
    /// The reference's details.
    pub details: Details<'a>,
    /// The line of the function, from 1; `None` for a file's or a class's row, and for Halstead's function rows.
    pub line: Option<u32>,
    /// The function or class that the row is about; `None` for a row of the file.
    pub name: Option<std::borrow::Cow<'a, str>>,
    /// Where in [`FileMetrics::functions`] the function of this row stands, if it has one.
    pub function: Option<usize>,
}

impl FileMetrics {
    /// Every row, in the order of the reference's report.
    pub fn rows(&self) -> Vec<MetricRow<'_>> {
        todo!()
    }
}

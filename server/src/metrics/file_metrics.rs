//! What the metrics of one file are, and the rows that reports show of them.

use std::borrow::Cow;

use super::recursion_limit::Exceeded;
use super::weighted_methods::weighted_methods;
use super::{cyclomatic, halstead, maintainability, metric_type::MetricType};

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

/// The comments with their lines moved down by `offset`.
pub(super) fn moved(comments: &[HeaderComment], offset: u32) -> Box<[HeaderComment]> {
    let moved = |comment: &HeaderComment| HeaderComment {
        line: comment.line + offset,
        text: comment.text.clone(),
    };
    comments.iter().map(moved).collect()
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
    /// Cognitive complexity.
    pub cognitive: u32,
    /// The line, from 1, of a comment such as `# complexipy: ignore` for which the function has no row of it.
    pub complexipy_ignore: Option<u32>,
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
    /// Which rows the reference does not have because its visitors exceed Python's recursion limit.
    pub recursion: Exceeded,
    /// Whether the file has no rows of cognitive complexity because complexipy refuses it: its parser, which is ruff's, sees
    /// errors where CPython's sees none (those of [`Source::false_alarms`](crate::syntax::Source::false_alarms), and keyword
    /// arguments that are repeated). The functions have their values nonetheless.
    pub is_refused_by_complexipy: bool,
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
    pub name: Option<Cow<'a, str>>,
    /// Where in [`FileMetrics::functions`] the function of this row stands, if it has one.
    pub function: Option<usize>,
}

impl FunctionMetrics {
    /// The bare name of the class that it is a method of; `None` for a function.
    pub fn class(&self) -> Option<&str> {
        self.classes.last().map(AsRef::as_ref)
    }

    /// The name with those of the enclosing classes, such as `Outer::Inner::method`.
    pub fn qualified_name(&self) -> Cow<'_, str> {
        if self.classes.is_empty() {
            return Cow::Borrowed(&self.name);
        }
        let mut name = String::new();
        for class in &self.classes {
            name.push_str(class);
            name.push_str("::");
        }
        name.push_str(&self.name);
        Cow::Owned(name)
    }
}

impl FileMetrics {
    /// Every row, in the order of the reference's report.
    pub fn rows(&self) -> Vec<MetricRow<'_>> {
        let mut rows = Vec::new();
        self.for_each_row(|row| rows.push(row));
        rows
    }

    /// Calls `take` with every row, in the order of the reference's report.
    pub fn for_each_row<'a>(&'a self, mut take: impl FnMut(MetricRow<'a>)) {
        if !self.recursion.cyclomatic {
            self.cyclomatic_rows(&mut take);
        }
        self.maintainability_row(&mut take);
        if !self.recursion.halstead {
            self.halstead_rows(&mut take);
        }
        self.line_rows(&mut take);
        if !self.is_refused_by_complexipy {
            self.cognitive_rows(&mut take);
        }
    }

    /// The cyclomatic complexity of the functions, then of the methods; the average; the classes' weighted methods.
    fn cyclomatic_rows<'a>(&'a self, take: &mut impl FnMut(MetricRow<'a>)) {
        let metric = MetricType::CyclomaticComplexity;
        let indexed = || self.functions.iter().enumerate();
        let functions = indexed().filter(|(_, function)| function.classes.is_empty());
        let methods = indexed().filter(|(_, function)| !function.classes.is_empty());
        let mut function_count = 0;
        let mut total = 0.0;
        for (index, function) in functions.chain(methods) {
            let Some(complexity) = function.cyclomatic else {
                continue;
            };
            function_count += 1;
            total += f64::from(complexity);
            let details = Details::Function {
                class: function.class(),
                rank: cyclomatic::rank(complexity),
            };
            take(MetricRow {
                line: Some(function.def_line),
                name: Some(Cow::Borrowed(&function.name)),
                function: Some(index),
                ..MetricRow::of_file(metric, f64::from(complexity), details)
            });
        }
        if function_count == 0 {
            return;
        }
        let average = total / function_count as f64;
        take(MetricRow::of_file(metric, average, Details::Average { function_count }));
        for class in weighted_methods(self.functions.iter()) {
            let metric = MetricType::WeightedMethodsPerClass;
            take(MetricRow {
                name: Some(Cow::Borrowed(class.class)),
                ..MetricRow::of_file(metric, f64::from(class.weight), Details::Methods(class.methods))
            });
        }
    }

    fn maintainability_row<'a>(&'a self, take: &mut impl FnMut(MetricRow<'a>)) {
        if let Some(lines) = &self.lines
            && !self.recursion.maintainability
        {
            let volume = self.halstead.volume();
            let index = maintainability::maintainability_index(volume, self.module_complexity, lines);
            let details = Details::Rank(maintainability::rank(index));
            take(MetricRow::of_file(MetricType::MaintainabilityIndex, index, details));
        }
    }

    fn halstead_rows<'a>(&'a self, take: &mut impl FnMut(MetricRow<'a>)) {
        for (metric, value) in halstead::METRICS.into_iter().zip(self.halstead.values()) {
            take(MetricRow::of_file(metric, value, Details::None));
        }
        for (index, function) in self.functions.iter().enumerate() {
            for (metric, value) in halstead::METRICS.into_iter().zip(function.halstead.values()) {
                take(MetricRow {
                    name: Some(Cow::Borrowed(&function.name)),
                    function: Some(index),
                    ..MetricRow::of_file(metric, value, Details::HalsteadFunction)
                });
            }
        }
    }

    fn line_rows<'a>(&'a self, take: &mut impl FnMut(MetricRow<'a>)) {
        let Some(lines) = &self.lines else { return };
        for (metric, count) in [
            (MetricType::LinesOfCode, lines.lines),
            (MetricType::LogicalLinesOfCode, lines.logical),
            (MetricType::SourceLinesOfCode, lines.source),
            (MetricType::CommentLines, lines.comments),
            (MetricType::BlankLines, lines.blank),
        ] {
            take(MetricRow::of_file(metric, f64::from(count), Details::None));
        }
    }

    /// The cognitive complexity of the functions and methods, then the maximum.
    fn cognitive_rows<'a>(&'a self, take: &mut impl FnMut(MetricRow<'a>)) {
        let metric = MetricType::CognitiveComplexity;
        let mut function_count = 0;
        let mut maximum: f64 = 0.0;
        for (index, function) in self.functions.iter().enumerate() {
            if function.complexipy_ignore.is_some() {
                continue;
            }
            let complexity = f64::from(function.cognitive);
            function_count += 1;
            maximum = maximum.max(complexity);
            take(MetricRow {
                line: Some(function.start_line),
                name: Some(function.qualified_name()),
                function: Some(index),
                ..MetricRow::of_file(metric, complexity, Details::None)
            });
        }
        if function_count > 0 {
            take(MetricRow::of_file(metric, maximum, Details::Maximum { function_count }));
        }
    }
}

impl MetricRow<'_> {
    /// A row of the file.
    fn of_file(metric: MetricType, value: f64, details: Details<'_>) -> MetricRow<'_> {
        MetricRow {
            metric,
            value,
            details,
            line: None,
            name: None,
            function: None,
        }
    }
}

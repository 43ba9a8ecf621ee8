//! What the metrics of one file are.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::function_summary::FunctionSummary;
use crate::registry::MetricType;
use crate::rows::Run;

/// Halstead's four counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderComment {
    /// The line of the comment, from 1.
    pub line: u32,
    /// The comment with its `#`.
    pub text: Box<str>,
}

/// The comments with their lines moved down by `offset`.
fn moved(comments: &[HeaderComment], offset: u32) -> Box<[HeaderComment]> {
    let moved = |comment: &HeaderComment| HeaderComment {
        line: comment.line + offset,
        text: comment.text.clone(),
    };
    comments.iter().map(moved).collect()
}

/// A function or method that has rows of its own: one that no other function encloses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// What was measured of a file as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTotals {
    /// Halstead's counts for the file.
    pub halstead: HalsteadCounts,
    /// The cyclomatic complexity of the whole module, which the maintainability index uses.
    pub module_complexity: u32,
    /// The line counts; `None` where the reference's line counter gives up (see `metrics::lines`).
    pub lines: Option<LineCounts>,
    /// Whether the file has no rows of cognitive complexity because complexipy refuses it: its parser, which is ruff's, sees
    /// errors where CPython's sees none (those of [`Source::ignored_parse_errors`](antipasta_syntax::Source::ignored_parse_errors), and keyword
    /// arguments that are repeated). The functions have their values nonetheless.
    pub is_refused_by_complexipy: bool,
}

impl FileTotals {
    /// Whether the file has rows of a metric at all: the reference's tools give up some files.
    pub const fn has_rows(&self, metric: MetricType) -> bool {
        match metric {
            MetricType::CognitiveComplexity => !self.is_refused_by_complexipy,
            MetricType::MaintainabilityIndex
            | MetricType::LinesOfCode
            | MetricType::LogicalLinesOfCode
            | MetricType::SourceLinesOfCode
            | MetricType::CommentLines
            | MetricType::BlankLines => self.lines.is_some(),
            _ => true,
        }
    }
}

/// Everything that was measured of one file. A pure function of the file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileMetrics {
    /// The functions and methods, in the order of the source.
    pub functions: Vec<FunctionMetrics>,
    /// The classes, in the order of the source.
    pub classes: Vec<ClassMetrics>,
    /// A summary of the functions.
    pub summary: FunctionSummary,
    /// What was measured of the file as a whole.
    pub totals: FileTotals,
}

impl FileMetrics {
    /// Adds the functions and classes of the next run of the file.
    pub fn append(&mut self, run: &Run<'_>) {
        let lines_before = run.lines_before;
        self.functions
            .extend(run.functions.iter().map(|function| function.moved(lines_before)));
        self.classes
            .extend(run.classes.iter().map(|class| class.moved(lines_before)));
        self.summary.merge(run.summary);
    }
}

impl ClassMetrics {
    /// The same class `offset` lines further down.
    pub(super) fn moved(&self, offset: u32) -> Self {
        Self {
            class_line: self.class_line + offset,
            header_comments: moved(&self.header_comments, offset),
            ..self.clone()
        }
    }
}

impl FunctionMetrics {
    /// The same function `offset` lines further down.
    pub(super) fn moved(&self, offset: u32) -> Self {
        Self {
            def_line: self.def_line + offset,
            start_line: self.start_line + offset,
            end_line: self.end_line + offset,
            complexipy_ignore: self.complexipy_ignore.map(|line| line + offset),
            header_comments: moved(&self.header_comments, offset),
            ..self.clone()
        }
    }

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

    /// Its value of a metric of functions; `None` if there is none.
    pub const fn value(&self, metric: MetricType) -> Option<u32> {
        match metric {
            MetricType::CyclomaticComplexity => self.cyclomatic,
            MetricType::CognitiveComplexity => Some(self.cognitive),
            _ => None,
        }
    }

    /// The cognitive complexity that there is a row of; `None` if a comment asks complexipy to ignore the function.
    pub fn reported_cognitive(&self) -> Option<u32> {
        match self.complexipy_ignore {
            None => Some(self.cognitive),
            Some(_) => None,
        }
    }
}

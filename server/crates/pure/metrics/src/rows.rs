//! The rows that reports show of what was measured, and that thresholds judge.

use std::borrow::Cow;

use crate::classes::weighted_methods::weighted_methods;
use crate::file_metrics::{ClassMetrics, FileMetrics, FileTotals, FunctionMetrics};
use crate::files::{halstead, maintainability};
use crate::function_summary::{FunctionSummary, Spread};
use crate::functions::cyclomatic;
use crate::registry::MetricType;

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
    /// The function of this row, if it is about one.
    pub function: Option<Placed<'a, FunctionMetrics>>,
}

/// A function or class of a run of units, and where in the file the run starts.
#[derive(Debug, PartialEq)]
pub struct Placed<'a, T> {
    /// How many lines of the file come before the run.
    pub lines_before: u32,
    /// The function or class, whose lines count from the first of the run.
    pub item: &'a T,
}

impl<T> Clone for Placed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Placed<'_, T> {}

impl Placed<'_, FunctionMetrics> {
    /// The line of its `def` in the file, from 1.
    pub fn def_line(&self) -> u32 {
        self.lines_before + self.item.def_line
    }

    /// The line of its first decorator, or of its `def`, in the file, from 1.
    pub fn start_line(&self) -> u32 {
        self.lines_before + self.item.start_line
    }

    /// Its last line in the file, from 1.
    pub fn end_line(&self) -> u32 {
        self.lines_before + self.item.end_line
    }
}

impl Placed<'_, ClassMetrics> {
    /// The line of its `class` in the file, from 1.
    pub fn class_line(&self) -> u32 {
        self.lines_before + self.item.class_line
    }
}

/// The functions and classes of a run of units, in the order of the source.
///
/// These are vectors, not slices, because to make slices of them is to look at them, which for most runs of a long file
/// is never needed.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// How many lines of the file come before the run; the lines of its functions and classes count from there.
    pub lines_before: u32,
    /// The functions.
    pub functions: &'a Vec<FunctionMetrics>,
    /// The classes.
    pub classes: &'a Vec<ClassMetrics>,
    /// What the functions come to.
    pub summary: &'a FunctionSummary,
}

impl<'a> Run<'a> {
    /// The functions, each with its place.
    pub fn placed_functions(&self) -> impl Iterator<Item = Placed<'a, FunctionMetrics>> + use<'a> {
        let lines_before = self.lines_before;
        self.functions.iter().map(move |item| Placed { lines_before, item })
    }

    /// The classes, each with its place.
    pub fn placed_classes(&self) -> impl Iterator<Item = Placed<'a, ClassMetrics>> + use<'a> {
        let lines_before = self.lines_before;
        self.classes.iter().map(move |item| Placed { lines_before, item })
    }
}

/// What was measured of a file: in one piece, or unit by unit.
pub trait Measured {
    /// What was measured of the file as a whole.
    fn totals(&self) -> FileTotals;

    /// The runs of units that the file consists of, in the order of the source.
    fn runs(&self) -> impl Iterator<Item = Run<'_>>;
}

impl Measured for FileMetrics {
    fn totals(&self) -> FileTotals {
        self.totals
    }

    fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        std::iter::once(Run {
            lines_before: 0,
            functions: &self.functions,
            classes: &self.classes,
            summary: &self.summary,
        })
    }
}

impl FileMetrics {
    /// Every row, in the order of the reference's report.
    pub fn rows(&self) -> Vec<MetricRow<'_>> {
        let mut rows = Vec::new();
        for_each_row(self, &AllRows, |row| rows.push(row));
        rows
    }
}

/// Which rows are wanted. What is not wanted costs nothing, so that after an edit of a long file most of it need not be
/// looked at.
pub trait Selection {
    /// Whether any row of the metric is wanted.
    fn metric(&self, metric: MetricType) -> bool;

    /// Whether a row is wanted of any function whose value of the metric, cyclomatic or cognitive complexity, is within
    /// the spread.
    fn spread(&self, metric: MetricType, spread: &Spread) -> bool;

    /// Whether Halstead's rows of functions are wanted.
    fn halstead_of_functions(&self) -> bool;
}

/// Selects every row.
#[derive(Clone, Copy, Debug)]
pub struct AllRows;

impl Selection for AllRows {
    fn metric(&self, _: MetricType) -> bool {
        true
    }

    fn spread(&self, _: MetricType, _: &Spread) -> bool {
        true
    }

    fn halstead_of_functions(&self) -> bool {
        true
    }
}

/// Calls `take` with every row that is wanted, in the order of the reference's report.
pub fn for_each_row<'a>(measured: &'a impl Measured, selection: &impl Selection, mut take: impl FnMut(MetricRow<'a>)) {
    let totals = measured.totals();
    let wants_cyclomatic = selection.metric(MetricType::CyclomaticComplexity);
    let wants_cognitive = selection.metric(MetricType::CognitiveComplexity);
    let mut whole = FunctionSummary::default();
    let (mut cyclomatic, mut cognitive) = (Vec::new(), Vec::new());
    for run in measured.runs() {
        whole.merge(run.summary);
        let wants = |metric, spread: &Spread| spread.count > 0 && selection.spread(metric, spread);
        if wants_cyclomatic && wants(MetricType::CyclomaticComplexity, &run.summary.cyclomatic) {
            cyclomatic.push(run);
        }
        if wants_cognitive && wants(MetricType::CognitiveComplexity, &run.summary.cognitive) {
            cognitive.push(run);
        }
    }
    if totals.has_rows(MetricType::CyclomaticComplexity) {
        if wants_cyclomatic {
            cyclomatic_rows(&cyclomatic, &whole.cyclomatic, &mut take);
        }
        if whole.cyclomatic.count > 0 && selection.metric(MetricType::WeightedMethodsPerClass) {
            weighted_method_rows(measured, &mut take);
        }
    }
    if selection.metric(MetricType::MaintainabilityIndex) {
        maintainability_row(&totals, &mut take);
    }
    if totals.has_rows(MetricType::HalsteadVolume) {
        halstead_rows(measured, &totals, selection, &mut take);
    }
    line_rows(&totals, selection, &mut take);
    if wants_cognitive && totals.has_rows(MetricType::CognitiveComplexity) {
        cognitive_rows(&cognitive, &whole.cognitive, &mut take);
    }
}

/// The cyclomatic complexity of the functions, then of the methods; the average.
fn cyclomatic_rows<'a>(runs: &[Run<'a>], whole: &Spread, take: &mut impl FnMut(MetricRow<'a>)) {
    let metric = MetricType::CyclomaticComplexity;
    for are_methods in [false, true] {
        let functions = runs.iter().flat_map(Run::placed_functions);
        for function in functions.filter(|function| function.item.classes.is_empty() != are_methods) {
            let Some(complexity) = function.item.cyclomatic else {
                continue;
            };
            let details = Details::Function {
                class: function.item.class(),
                rank: cyclomatic::rank(complexity),
            };
            take(MetricRow {
                line: Some(function.def_line()),
                name: Some(Cow::Borrowed(&function.item.name)),
                function: Some(function),
                ..MetricRow::of_file(metric, f64::from(complexity), details)
            });
        }
    }
    if whole.count > 0 {
        let average = f64::from(whole.sum) / f64::from(whole.count);
        let function_count = whole.count as usize;
        take(MetricRow::of_file(metric, average, Details::Average { function_count }));
    }
}

fn weighted_method_rows<'a>(measured: &'a impl Measured, take: &mut impl FnMut(MetricRow<'a>)) {
    let metric = MetricType::WeightedMethodsPerClass;
    for class in weighted_methods(measured.runs().flat_map(|run| run.functions)) {
        take(MetricRow {
            name: Some(Cow::Borrowed(class.class)),
            ..MetricRow::of_file(metric, f64::from(class.weight), Details::Methods(class.methods))
        });
    }
}

fn maintainability_row<'a>(totals: &FileTotals, take: &mut impl FnMut(MetricRow<'a>)) {
    if let Some(lines) = &totals.lines
        && totals.has_rows(MetricType::MaintainabilityIndex)
    {
        let volume = totals.halstead.volume();
        let index = maintainability::maintainability_index(volume, totals.module_complexity, lines);
        let details = Details::Rank(maintainability::rank(index));
        take(MetricRow::of_file(MetricType::MaintainabilityIndex, index, details));
    }
}

fn halstead_rows<'a>(
    measured: &'a impl Measured,
    totals: &FileTotals,
    selection: &impl Selection,
    take: &mut impl FnMut(MetricRow<'a>),
) {
    for (metric, value) in halstead::METRICS.into_iter().zip(totals.halstead.values()) {
        if selection.metric(metric) {
            take(MetricRow::of_file(metric, value, Details::None));
        }
    }
    if !selection.halstead_of_functions() {
        return;
    }
    for function in measured.runs().flat_map(|run| run.placed_functions()) {
        for (metric, value) in halstead::METRICS.into_iter().zip(function.item.halstead.values()) {
            take(MetricRow {
                name: Some(Cow::Borrowed(&function.item.name)),
                function: Some(function),
                ..MetricRow::of_file(metric, value, Details::HalsteadFunction)
            });
        }
    }
}

fn line_rows<'a>(totals: &FileTotals, selection: &impl Selection, take: &mut impl FnMut(MetricRow<'a>)) {
    let Some(lines) = &totals.lines else { return };
    for (metric, count) in [
        (MetricType::LinesOfCode, lines.lines),
        (MetricType::LogicalLinesOfCode, lines.logical),
        (MetricType::SourceLinesOfCode, lines.source),
        (MetricType::CommentLines, lines.comments),
        (MetricType::BlankLines, lines.blank),
    ] {
        if selection.metric(metric) {
            take(MetricRow::of_file(metric, f64::from(count), Details::None));
        }
    }
}

/// The cognitive complexity of the functions and methods, then the maximum.
fn cognitive_rows<'a>(runs: &[Run<'a>], whole: &Spread, take: &mut impl FnMut(MetricRow<'a>)) {
    let metric = MetricType::CognitiveComplexity;
    for function in runs.iter().flat_map(Run::placed_functions) {
        let Some(complexity) = function.item.reported_cognitive() else {
            continue;
        };
        take(MetricRow {
            line: Some(function.start_line()),
            name: Some(function.item.qualified_name()),
            function: Some(function),
            ..MetricRow::of_file(metric, f64::from(complexity), Details::None)
        });
    }
    if whole.count > 0 {
        let function_count = whole.count as usize;
        let maximum = f64::from(whole.maximum);
        take(MetricRow::of_file(metric, maximum, Details::Maximum { function_count }));
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

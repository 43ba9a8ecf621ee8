//! The ignore comments of a file: which violations they suppress, and which comments suppress nothing.
//!
//! A comment on the header of a function applies to the function's values. One on the header of a class applies to the
//! values of the class and of its methods.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::ignore_comment::{self, IgnoreComment};
use crate::config::Config;
use antipasta_metrics::{
    ClassMetrics, FunctionMetrics, HeaderComment, Measured, MetricRow, MetricType, Placed, Run, Scope,
};

/// A message about an ignore comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommentNote {
    /// The line of the comment, from 1.
    pub line: u32,
    /// The message.
    pub message: String,
}

/// The effect of the comments of a file on a violation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// No comment applies to it.
    Stands,
    /// A comment suppresses it.
    Suppressed,
    /// A comment applies to it, but the value has grown above its ceiling.
    AboveCeiling(f64),
}

/// The ignore comments of a file.
pub(super) struct Suppressions<'a> {
    /// The runs that have comments.
    commented: Vec<Run<'a>>,
    /// The classes of each full name, in the order of the source, if any class has a comment.
    classes: FxHashMap<FullName<'a>, Vec<Placed<'a, ClassMetrics>>>,
    /// The comments; those of one header are consecutive.
    comments: Vec<PlacedComment>,
    /// The indices of the comments of a header.
    comments_on: FxHashMap<Identity<'a>, Range<usize>>,
}

/// The names of the classes around a class, outermost first, and its own.
type FullName<'a> = (&'a [Box<str>], &'a str);

/// A comment on a header.
struct PlacedComment {
    line: u32,
    content: IgnoreComment,
    /// Whether it applied to a violation, for each metric that it names; one item if it ignores all metrics.
    used: Vec<bool>,
}

/// A function or class, equal to itself only: another with the same metrics is not equal.
#[derive(Clone, Copy)]
enum Identity<'a> {
    Function(&'a FunctionMetrics),
    Class(&'a ClassMetrics),
}

impl PartialEq for Identity<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Function(one), Self::Function(other)) => std::ptr::eq(*one, *other),
            (Self::Class(one), Self::Class(other)) => std::ptr::eq(*one, *other),
            _ => false,
        }
    }
}

impl Eq for Identity<'_> {}

impl Hash for Identity<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Function(function) => std::ptr::hash(*function, state),
            Self::Class(class) => std::ptr::hash(*class, state),
        }
    }
}

impl<'a> Suppressions<'a> {
    /// Parses the comments of a file, and adds to `warnings` what is wrong with them.
    pub(super) fn new(measured: &'a impl Measured, warnings: &mut Vec<CommentNote>) -> Self {
        let commented: Vec<Run<'a>> = measured.runs().filter(|run| run.summary.comments > 0).collect();
        let mut suppressions = Self {
            commented,
            classes: FxHashMap::default(),
            comments: Vec::new(),
            comments_on: FxHashMap::default(),
        };
        for run in suppressions.commented.clone() {
            for function in run.functions {
                let subject = Identity::Function(function);
                suppressions.read(subject, run.lines_before, &function.header_comments, warnings);
            }
        }
        let of_functions = suppressions.comments.len();
        for run in suppressions.commented.clone() {
            for class in run.classes {
                let subject = Identity::Class(class);
                suppressions.read(subject, run.lines_before, &class.header_comments, warnings);
            }
        }
        if suppressions.comments.len() > of_functions {
            for class in measured.runs().flat_map(|run| run.placed_classes()) {
                let name: FullName<'a> = (&class.item.classes, &class.item.name);
                suppressions.classes.entry(name).or_default().push(class);
            }
        }
        suppressions
    }

    /// Parses the comments on the header of a function or class.
    fn read(
        &mut self,
        subject: Identity<'a>,
        lines_before: u32,
        comments: &[HeaderComment],
        warnings: &mut Vec<CommentNote>,
    ) {
        let first = self.comments.len();
        for comment in comments {
            let line = comment.line + lines_before;
            let mut warn = |message: String| warnings.push(CommentNote { line, message });
            match ignore_comment::parse(&comment.text) {
                None => {}
                Some(Err(error)) => warn(format!("this ignore comment has no effect: {error}")),
                Some(Ok(mut content)) => {
                    content.metrics.retain(|named| {
                        let has_value = has_value(subject, named.metric);
                        if !has_value {
                            let metric = named.metric;
                            warn(format!(
                                "{metric} cannot be ignored here: {} have no value of it",
                                kind(subject)
                            ));
                        }
                        has_value
                    });
                    for (index, named) in content.metrics.iter().enumerate() {
                        let earlier = &content.metrics[..index];
                        let is_second = earlier.iter().filter(|other| other.metric == named.metric).count() == 1;
                        if is_second {
                            let metric = named.metric;
                            warn(format!(
                                "this ignore comment names {metric} more than once; the one that allows most counts"
                            ));
                        }
                    }
                    let used = vec![false; content.metrics.len().max(1)];
                    self.comments.push(PlacedComment { line, content, used });
                }
            }
        }
        if self.comments.len() > first {
            self.comments_on.insert(subject, first..self.comments.len());
        }
    }

    /// The effect of the comments on a row that violates with `value`.
    pub(super) fn verdict(&mut self, row: &MetricRow<'a>, value: f64) -> Verdict {
        if self.comments.is_empty() {
            return Verdict::Stands;
        }
        let subjects = self.subjects(row);
        let mut verdict = Verdict::Stands;
        let comments_on = subjects.iter().filter_map(|subject| self.comments_on.get(subject));
        for comment in comments_on.cloned().flatten() {
            let comment = &mut self.comments[comment];
            if comment.content.all {
                comment.used[0] = true;
                verdict = Verdict::Suppressed;
            }
            for (named, used) in comment.content.metrics.iter().zip(&mut comment.used) {
                if named.metric != row.metric {
                    continue;
                }
                *used = true;
                match named.ceiling {
                    Some(ceiling) if value > ceiling => {
                        if verdict == Verdict::Stands {
                            verdict = Verdict::AboveCeiling(ceiling);
                        }
                    }
                    _ => verdict = Verdict::Suppressed,
                }
            }
        }
        verdict
    }

    /// The functions and classes whose comments apply to a row.
    fn subjects(&self, row: &MetricRow<'a>) -> Vec<Identity<'a>> {
        let mut subjects = Vec::new();
        if let Some(function) = row.function {
            subjects.push(Identity::Function(function.item));
            subjects.extend(self.classes_around(function).map(Identity::Class));
        } else if row.metric.info().scope == Scope::Class
            && let Some(name) = row.name.as_deref()
        {
            // The row is about all classes of the module with this name.
            let named = self.classes_named((&[], name)).iter();
            subjects.extend(named.map(|class| Identity::Class(class.item)));
        }
        subjects
    }

    /// The classes around a method. If several have the same name, the last one that starts above it.
    fn classes_around<'s>(
        &'s self,
        function: Placed<'a, FunctionMetrics>,
    ) -> impl Iterator<Item = &'a ClassMetrics> + 's {
        let names = &function.item.classes;
        (0..names.len()).filter_map(move |depth| {
            let (outer, name) = (&names[..depth], &names[depth]);
            let named = self.classes_named((outer, name));
            let above = named.partition_point(|class| class.class_line() <= function.def_line());
            above.checked_sub(1).map(|last| named[last].item)
        })
    }

    fn classes_named<'s>(&'s self, name: FullName<'s>) -> &'s [Placed<'a, ClassMetrics>] {
        self.classes.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The comments that suppress nothing although the metrics that they name are evaluated.
    pub(super) fn unused(&self, config: &Config) -> Vec<CommentNote> {
        let mut unused = Vec::new();
        for comment in &self.comments {
            let mut note = |message: String| {
                unused.push(CommentNote {
                    line: comment.line,
                    message,
                });
            };
            if comment.content.all && !comment.used[0] {
                note("`# antipasta: ignore` suppresses nothing".to_owned());
            }
            for (named, used) in comment.content.metrics.iter().zip(&comment.used) {
                if !used && config.threshold(named.metric).is_some() {
                    note(format!("`# antipasta: ignore[{}]` suppresses nothing", named.metric));
                }
            }
        }
        unused.extend(self.unused_complexipy_comments(config));
        unused.sort();
        unused
    }

    fn unused_complexipy_comments(&self, config: &Config) -> impl Iterator<Item = CommentNote> {
        let threshold = config.threshold(MetricType::CognitiveComplexity).copied();
        let functions = self.commented.iter().flat_map(Run::placed_functions);
        functions.filter_map(move |function| {
            let (threshold, line) = (threshold?, function.item.complexipy_ignore?);
            let holds = threshold
                .comparison
                .holds(f64::from(function.item.cognitive), threshold.limit);
            holds.then(|| CommentNote {
                line: line + function.lines_before,
                message: "complexipy's ignore comment suppresses nothing".to_owned(),
            })
        })
    }
}

/// Whether the function or class, or a method in it, has a value of the metric that is evaluated.
fn has_value(subject: Identity<'_>, metric: MetricType) -> bool {
    metric.info().is_ignorable(matches!(subject, Identity::Class(_)))
}

fn kind(subject: Identity<'_>) -> &'static str {
    match subject {
        Identity::Function(_) => "functions",
        Identity::Class(_) => "classes",
    }
}

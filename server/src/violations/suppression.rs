//! Which violations the comments of a file suppress, and which comments suppress nothing.
//!
//! A comment on the header of a function holds for the function's values; one on the header of a class holds for the
//! class's own and for those of its methods.

use super::ignore_comment::{self, IgnoreComment};
use crate::config::Config;
use crate::metrics::{ClassMetrics, FileMetrics, FunctionMetrics, HeaderComment, MetricRow, MetricType};

/// Something to say about a comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The line of the comment, from 1.
    pub line: u32,
    /// What is to be said, for people.
    pub message: String,
}

/// What the comments of a file say of a violation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Nothing.
    Stands,
    /// It is suppressed.
    Suppressed,
    /// It was, but the value has grown above this ceiling.
    AboveCeiling(f64),
}

/// The ignore comments of a file.
pub(super) struct Suppressions<'a> {
    metrics: &'a FileMetrics,
    comments: Vec<Placed>,
}

/// A comment on a header.
struct Placed {
    subject: Subject,
    line: u32,
    content: IgnoreComment,
    /// Whether it suppresses anything, or did until a value grew above its ceiling: for all metrics, or for each named.
    used: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// By place in [`FileMetrics::functions`].
    Function(usize),
    /// By place in [`FileMetrics::classes`].
    Class(usize),
}

impl<'a> Suppressions<'a> {
    /// Reads the comments of a file; what is wrong with them goes to `warnings`.
    pub fn of(metrics: &'a FileMetrics, warnings: &mut Vec<Remark>) -> Self {
        let functions = metrics.functions.iter().enumerate();
        let classes = metrics.classes.iter().enumerate();
        let mut comments = Vec::new();
        for (index, function) in functions {
            read(
                Subject::Function(index),
                &function.header_comments,
                &mut comments,
                warnings,
            );
        }
        for (index, class) in classes {
            read(Subject::Class(index), &class.header_comments, &mut comments, warnings);
        }
        Self { metrics, comments }
    }

    /// What the comments say of a row that violates with `value`.
    pub fn verdict(&mut self, row: &MetricRow<'_>, value: f64) -> Verdict {
        if self.comments.is_empty() {
            return Verdict::Stands;
        }
        let subjects = self.subjects(row);
        let mut verdict = Verdict::Stands;
        for comment in &mut self.comments {
            if !subjects.contains(&comment.subject) {
                continue;
            }
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

    /// The functions and classes whose comments hold for a row.
    fn subjects(&self, row: &MetricRow<'_>) -> Vec<Subject> {
        let mut subjects = Vec::new();
        if let Some(index) = row.function {
            subjects.push(Subject::Function(index));
            subjects.extend(self.classes_around(&self.metrics.functions[index]).map(Subject::Class));
        } else if row.metric == MetricType::WeightedMethodsPerClass
            && let Some(name) = row.name.as_deref()
        {
            // The row is about the classes of the module that bear the name, taken together.
            let bears_name = |class: &ClassMetrics| class.classes.is_empty() && &*class.name == name;
            let classes = self.metrics.classes.iter().enumerate();
            subjects.extend(
                classes
                    .filter(|(_, class)| bears_name(class))
                    .map(|(index, _)| Subject::Class(index)),
            );
        }
        subjects
    }

    /// The classes around a method. Of several with the same names, the last one that starts above it.
    fn classes_around<'f>(&'f self, function: &'f FunctionMetrics) -> impl Iterator<Item = usize> + 'f {
        (0..function.classes.len()).filter_map(|depth| {
            let (outer, name) = (&function.classes[..depth], &function.classes[depth]);
            self.metrics.classes.iter().rposition(|class| {
                class.class_line <= function.def_line && class.name == *name && *class.classes == *outer
            })
        })
    }

    /// The comments that suppress nothing, though the metrics that they name are judged.
    pub fn unused(&self, config: &Config) -> Vec<Remark> {
        let mut unused = Vec::new();
        for comment in &self.comments {
            let mut remark = |message: String| {
                unused.push(Remark {
                    line: comment.line,
                    message,
                });
            };
            if comment.content.all && !comment.used[0] {
                remark("`# antipasta: ignore` suppresses nothing".to_owned());
            }
            for (named, used) in comment.content.metrics.iter().zip(&comment.used) {
                if !used && config.threshold(named.metric).is_some() {
                    remark(format!("`# antipasta: ignore[{}]` suppresses nothing", named.metric));
                }
            }
        }
        unused.extend(self.unused_complexipy_comments(config));
        unused.sort();
        unused
    }

    fn unused_complexipy_comments(&self, config: &Config) -> impl Iterator<Item = Remark> {
        let threshold = config.threshold(MetricType::CognitiveComplexity).copied();
        self.metrics.functions.iter().filter_map(move |function| {
            let (threshold, line) = (threshold?, function.complexipy_ignore?);
            let holds = threshold
                .comparison
                .holds(f64::from(function.cognitive), threshold.limit);
            holds.then(|| Remark {
                line,
                message: "complexipy's ignore comment suppresses nothing".to_owned(),
            })
        })
    }
}

fn read(subject: Subject, comments: &[HeaderComment], placed: &mut Vec<Placed>, warnings: &mut Vec<Remark>) {
    for comment in comments {
        let mut warn = |message: String| {
            warnings.push(Remark {
                line: comment.line,
                message,
            });
        };
        match ignore_comment::parse(&comment.text) {
            None => {}
            Some(Err(message)) => warn(format!("this ignore comment has no effect: {message}")),
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
                let used = vec![false; content.metrics.len().max(1)];
                placed.push(Placed {
                    subject,
                    line: comment.line,
                    content,
                    used,
                });
            }
        }
    }
}

/// Whether the subject, or a method in it, has a value of the metric that is judged.
fn has_value(subject: Subject, metric: MetricType) -> bool {
    match metric {
        MetricType::CyclomaticComplexity | MetricType::CognitiveComplexity => true,
        MetricType::WeightedMethodsPerClass => matches!(subject, Subject::Class(_)),
        _ => false,
    }
}

fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Function(_) => "functions",
        Subject::Class(_) => "classes",
    }
}

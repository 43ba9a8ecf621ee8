//! The comments `# antipasta: ignore`, `# antipasta: ignore[METRIC]` and `# antipasta: ignore[METRIC<=CEILING]`.

use std::fmt;

use antipasta_metrics::{MetricType, UnknownMetric};

/// The content of one ignore comment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct IgnoreComment {
    /// The metrics that it names; empty if it ignores all metrics.
    pub metrics: Vec<IgnoredMetric>,
    /// Whether it ignores all metrics.
    pub all: bool,
}

/// A metric that a comment names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IgnoredMetric {
    /// The metric.
    pub metric: MetricType,
    /// The highest value that is ignored; `None` ignores every value.
    pub ceiling: Option<f64>,
}

impl fmt::Display for IgnoredMetric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ceiling {
            Some(ceiling) => write!(formatter, "{}<={ceiling}", self.metric),
            None => self.metric.fmt(formatter),
        }
    }
}

/// Why an ignore comment has no effect.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum IgnoreCommentError {
    #[error("`{0}` is unknown; write `# antipasta: ignore[METRIC]`")]
    UnknownWord(String),
    #[error("`[` is never closed")]
    Unclosed,
    #[error("`[]` names no metric; leave the brackets out to ignore all")]
    NoMetric,
    #[error(transparent)]
    UnknownMetric(#[from] UnknownMetric),
    #[error("`{written}` is no ceiling; write a number, as in `[{name}<=18]`")]
    Ceiling { name: String, written: String },
}

/// Parses a comment that contains `antipasta:`. `None` if it is not an ignore comment, as in `# see antipasta: docs`.
///
/// # Errors
///
/// The comment is malformed.
pub(super) fn parse(comment: &str) -> Option<Result<IgnoreComment, IgnoreCommentError>> {
    let directive = comment[directive_start(comment)?..].trim_start();
    let word_end = directive
        .find(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_')
        .unwrap_or(directive.len());
    let (word, rest) = directive.split_at(word_end);
    if word != "ignore" {
        return Some(Err(IgnoreCommentError::UnknownWord(word.to_owned())));
    }
    Some(brackets(rest.trim_start()))
}

/// Where the directive of an ignore comment starts: after `# antipasta:`.
pub(super) fn directive_start(comment: &str) -> Option<usize> {
    comment
        .match_indices("antipasta:")
        .find(|(at, _)| comment[..*at].trim_end().ends_with('#'))
        .map(|(at, name)| at + name.len())
}

fn brackets(rest: &str) -> Result<IgnoreComment, IgnoreCommentError> {
    let Some(inside) = rest.strip_prefix('[') else {
        return Ok(IgnoreComment {
            metrics: Vec::new(),
            all: true,
        });
    };
    let Some((inside, _)) = inside.split_once(']') else {
        return Err(IgnoreCommentError::Unclosed);
    };
    let items = inside.split(',').map(str::trim).filter(|item| !item.is_empty());
    let metrics: Vec<_> = items.map(item).collect::<Result<_, _>>()?;
    if metrics.is_empty() {
        return Err(IgnoreCommentError::NoMetric);
    }
    Ok(IgnoreComment { metrics, all: false })
}

fn item(item: &str) -> Result<IgnoredMetric, IgnoreCommentError> {
    let (name, ceiling) = match item.split_once("<=") {
        Some((name, ceiling)) => (name.trim_end(), Some(ceiling.trim_start())),
        None => (item, None),
    };
    let metric = match MetricType::of_prefix(name) {
        Some(metric) => metric,
        None => name.parse()?,
    };
    let ceiling = match ceiling {
        Some(written) => match written.parse::<f64>() {
            Ok(ceiling) if ceiling >= 0.0 => Some(ceiling),
            _ => {
                return Err(IgnoreCommentError::Ceiling {
                    name: name.to_owned(),
                    written: written.to_owned(),
                });
            }
        },
        None => None,
    };
    Ok(IgnoredMetric { metric, ceiling })
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricType::{CognitiveComplexity, CyclomaticComplexity};

    fn named(metrics: &[(MetricType, Option<f64>)]) -> Option<Result<IgnoreComment, IgnoreCommentError>> {
        let metrics = metrics
            .iter()
            .map(|&(metric, ceiling)| IgnoredMetric { metric, ceiling });
        Some(Ok(IgnoreComment {
            metrics: metrics.collect(),
            all: false,
        }))
    }

    #[test]
    fn comments_name_metrics_and_ceilings_or_nothing() {
        assert!(matches!(
            parse("# antipasta: ignore"),
            Some(Ok(IgnoreComment { all: true, .. }))
        ));
        assert!(matches!(
            parse("#antipasta:ignore -- generated"),
            Some(Ok(IgnoreComment { all: true, .. }))
        ));
        assert_eq!(
            parse("# noqa: X # antipasta: ignore[cyclomatic_complexity] parser"),
            named(&[(CyclomaticComplexity, None)])
        );
        assert_eq!(
            parse("# antipasta: ignore [cyc<=18, cognitive_complexity <= 7.5,]"),
            named(&[(CyclomaticComplexity, Some(18.0)), (CognitiveComplexity, Some(7.5))])
        );
    }

    #[test]
    fn comments_about_us_are_not_comments_to_us() {
        assert_eq!(parse("# see antipasta: ignore"), None);
    }

    #[test]
    fn what_cannot_be_read_is_explained() {
        for (comment, expected) in [
            ("# antipasta: ignored", "`ignored` is unknown"),
            ("# antipasta: ignore[cyclomatic", "never closed"),
            ("# antipasta: ignore[]", "names no metric"),
            ("# antipasta: ignore[cyclomatic]", "unknown metric `cyclomatic`"),
            ("# antipasta: ignore[cyc<=x]", "`x` is no ceiling"),
            ("# antipasta: ignore[cyc<=-1]", "`-1` is no ceiling"),
        ] {
            let message = parse(comment).unwrap().unwrap_err().to_string();
            assert!(message.contains(expected), "{comment}: {message}");
        }
    }
}

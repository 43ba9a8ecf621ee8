//! Additions to an ignore comment.

use super::ignore_comment::{self, IgnoreComment, IgnoredMetric};
use antipasta_metrics::{HeaderComment, MetricType};

/// Adds the `wanted` metrics with their ceilings to a comment. `comment` may be empty. If it names a wanted metric with a
/// lower ceiling, the ceiling is raised or removed.
///
/// `None` if the comment ignores all metrics, or if it is malformed: a second directive after it would not be read.
pub fn with_ignored(comment: &str, wanted: &[IgnoredMetric]) -> Option<String> {
    let mut comment = comment.trim_end().to_owned();
    for wanted in wanted {
        comment = with_one_ignored(&comment, *wanted)?;
    }
    Some(comment)
}

fn with_one_ignored(comment: &str, wanted: IgnoredMetric) -> Option<String> {
    let changed = match ignore_comment::parse(comment) {
        None if comment.is_empty() => format!("# antipasta: ignore[{wanted}]"),
        None => format!("{comment}  # antipasta: ignore[{wanted}]"),
        Some(Ok(IgnoreComment { all: false, metrics })) => {
            let start = ignore_comment::directive_start(comment)?;
            let open = start + comment[start..].find('[')? + 1;
            let close = open + comment[open..].find(']')?;
            let inside = &comment[open..close];
            let inside = match metrics.iter().any(|named| named.metric == wanted.metric) {
                true => with_ceiling(inside, &metrics, wanted),
                false => with_item(inside, wanted),
            };
            [&comment[..open], &inside, &comment[close..]].concat()
        }
        Some(_) => return None,
    };
    match ignore_comment::parse(&changed)? {
        Ok(read) if ignores(&read, wanted) => Some(changed),
        _ => None,
    }
}

/// Whether the comments `after` an edit ignore all that is `wanted`, and else exactly what the comments `before` ignored.
pub fn ignores_also(before: &[HeaderComment], after: &[HeaderComment], wanted: &[IgnoredMetric]) -> bool {
    let read = |comments: &[HeaderComment]| -> (Vec<IgnoreComment>, usize) {
        let (read, unread): (Vec<_>, Vec<_>) = comments
            .iter()
            .filter_map(|comment| ignore_comment::parse(&comment.text))
            .partition(Result::is_ok);
        (read.into_iter().flatten().collect(), unread.len())
    };
    let is_wanted = |metric: MetricType| wanted.iter().any(|wanted| wanted.metric == metric);
    let others = |comments: &[IgnoreComment]| -> Vec<IgnoredMetric> {
        let named = comments.iter().flat_map(|comment| &comment.metrics);
        named.filter(|named| !is_wanted(named.metric)).copied().collect()
    };
    let all = |comments: &[IgnoreComment]| comments.iter().filter(|comment| comment.all).count();
    let ((before, unread_before), (after, unread_after)) = (read(before), read(after));
    let is_ignored = |wanted: &IgnoredMetric| after.iter().any(|comment| ignores(comment, *wanted));
    wanted.iter().all(is_ignored)
        && others(&before) == others(&after)
        && all(&before) == all(&after)
        && unread_before == unread_after
}

/// Whether a comment names a metric with a ceiling that is high enough, or without one.
fn ignores(comment: &IgnoreComment, wanted: IgnoredMetric) -> bool {
    let mut named = comment.metrics.iter();
    named.any(|named| named.metric == wanted.metric && reaches(named, wanted))
}

/// Whether a ceiling is high enough.
fn reaches(named: &IgnoredMetric, wanted: IgnoredMetric) -> bool {
    match (named.ceiling, wanted.ceiling) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(ceiling), Some(wanted)) => ceiling >= wanted,
    }
}

/// The list of metrics in brackets with the ceilings of one metric raised or removed.
fn with_ceiling(inside: &str, metrics: &[IgnoredMetric], wanted: IgnoredMetric) -> String {
    let mut metrics = metrics.iter();
    let items = inside.split(',').map(|item| {
        let is_meant = |named: &&IgnoredMetric| named.metric == wanted.metric && !reaches(named, wanted);
        let named = if item.trim().is_empty() { None } else { metrics.next() };
        match item.split_once("<=") {
            Some((name, ceiling)) if named.as_ref().is_some_and(is_meant) => {
                let space_before = &ceiling[..ceiling.len() - ceiling.trim_start().len()];
                let space_behind = &ceiling[ceiling.trim_end().len()..];
                match wanted.ceiling {
                    Some(wanted) => format!("{name}<={space_before}{wanted}{space_behind}"),
                    None => format!("{}{space_behind}", name.trim_end()),
                }
            }
            _ => item.to_owned(),
        }
    });
    items.collect::<Vec<_>>().join(",")
}

/// The list of metrics in brackets with one more at the end.
fn with_item(inside: &str, wanted: IgnoredMetric) -> String {
    let end = inside.trim_end_matches([',', ' ', '\t']).len();
    format!("{}, {wanted}{}", &inside[..end], &inside[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricType::{CognitiveComplexity, CyclomaticComplexity, WeightedMethodsPerClass};

    fn with_ignored(comment: &str, metric: MetricType) -> Option<String> {
        super::with_ignored(comment, &[IgnoredMetric { metric, ceiling: None }])
    }

    fn up_to(metric: MetricType, ceiling: f64) -> IgnoredMetric {
        let ceiling = Some(ceiling);
        IgnoredMetric { metric, ceiling }
    }

    #[test]
    fn what_a_comment_says_is_kept() {
        for (comment, expected) in [
            ("", "# antipasta: ignore[cyclomatic_complexity]"),
            (
                "# noqa: C901 ",
                "# noqa: C901  # antipasta: ignore[cyclomatic_complexity]",
            ),
            (
                "# see antipasta: docs",
                "# see antipasta: docs  # antipasta: ignore[cyclomatic_complexity]",
            ),
            (
                "# x # antipasta: ignore[cog <= 7, ] until 2.0",
                "# x # antipasta: ignore[cog <= 7, cyclomatic_complexity, ] until 2.0",
            ),
            (
                "#antipasta:ignore [ weighted_methods_per_class ]",
                "#antipasta:ignore [ weighted_methods_per_class, cyclomatic_complexity ]",
            ),
        ] {
            assert_eq!(with_ignored(comment, CyclomaticComplexity).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_metric_loses_its_ceilings_and_others_keep_theirs() {
        assert_eq!(
            with_ignored(
                "# antipasta: ignore[cog<=3,, cyc <= 18 ,cyclomatic_complexity<=20] x<=1",
                CyclomaticComplexity
            ),
            Some("# antipasta: ignore[cog<=3,, cyc ,cyclomatic_complexity] x<=1".to_owned())
        );
        let once = "# antipasta: ignore[cyc]";
        assert_eq!(with_ignored(once, CyclomaticComplexity).as_deref(), Some(once));
    }

    #[test]
    fn ceilings_are_added_and_raised_but_never_lowered() {
        let wanted = [up_to(CyclomaticComplexity, 12.0), up_to(CognitiveComplexity, 7.5)];
        for (comment, expected) in [
            (
                "",
                "# antipasta: ignore[cyclomatic_complexity<=12, cognitive_complexity<=7.5]",
            ),
            (
                "# antipasta: ignore[cyc <= 11 ] slow",
                "# antipasta: ignore[cyc <= 12, cognitive_complexity<=7.5 ] slow",
            ),
            ("# antipasta: ignore[cog, cyc<=13]", "# antipasta: ignore[cog, cyc<=13]"),
        ] {
            assert_eq!(super::with_ignored(comment, &wanted).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_not_read_or_means_all_is_left_alone() {
        for comment in [
            "# antipasta: ignore",
            "# antipasta: ignored",
            "# antipasta: ignore[cyc",
            "# antipasta: ignore[]",
        ] {
            assert_eq!(with_ignored(comment, CyclomaticComplexity), None, "{comment}");
        }
    }

    #[test]
    fn one_metric_more_is_ignored_and_no_other() {
        let comments = |texts: &[&str]| -> Vec<HeaderComment> {
            let comment = |text: &&str| HeaderComment {
                line: 1,
                text: (*text).into(),
            };
            texts.iter().map(comment).collect()
        };
        let cognitive = IgnoredMetric {
            metric: CognitiveComplexity,
            ceiling: None,
        };
        let also = |before: &[&str], after: &[&str]| ignores_also(&comments(before), &comments(after), &[cognitive]);
        assert!(also(&[], &["# antipasta: ignore[cog]"]));
        assert!(also(
            &["# antipasta: ignore[cog<=3, cyc]"],
            &["# antipasta: ignore[cog, cyc]"]
        ));
        assert!(also(
            &["# antipasta: x"],
            &["# antipasta: x", "# antipasta: ignore[cog]"]
        ));
        assert!(!also(&[], &[]));
        assert!(!also(&[], &["# antipasta: ignore"]));
        assert!(!also(&[], &["# antipasta: ignore[cog<=99]"]));
        assert!(!also(&[], &["# antipasta: ignore[cog, cyc]"]));
        assert!(!also(&["# antipasta: ignore[cyc]"], &["# antipasta: ignore[cog]"]));
        assert!(!also(
            &["# antipasta: ignore[cyc<=3]"],
            &["# antipasta: ignore[cog, cyc]"]
        ));
        assert!(!also(&[], &["# antipasta: ignore[cog]", "# antipasta: x"]));
        assert_eq!(
            with_ignored("# antipasta: ignore[cog]", WeightedMethodsPerClass).unwrap(),
            "# antipasta: ignore[cog, weighted_methods_per_class]"
        );
    }
}

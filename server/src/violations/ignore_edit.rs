//! An ignore comment that ignores one metric more.

use super::ignore_comment::{self, IgnoreComment, IgnoredMetric};
use crate::metrics::{HeaderComment, MetricType};

/// The comment that says all that `comment` says, and asks to ignore `metric` however high it is. `comment` may be empty;
/// if it names the metric with a ceiling, it loses the ceiling.
///
/// `None` if the comment asks to ignore all metrics, or if it speaks to us and cannot be read: a second request behind it
/// would not be read either.
pub fn with_ignored(comment: &str, metric: MetricType) -> Option<String> {
    let comment = comment.trim_end();
    let changed = match ignore_comment::parse(comment) {
        None if comment.is_empty() => format!("# antipasta: ignore[{metric}]"),
        None => format!("{comment}  # antipasta: ignore[{metric}]"),
        Some(Ok(IgnoreComment { all: false, metrics })) => {
            let start = ignore_comment::directive_start(comment)?;
            let open = start + comment[start..].find('[')? + 1;
            let close = open + comment[open..].find(']')?;
            let inside = &comment[open..close];
            let inside = match metrics.iter().any(|named| named.metric == metric) {
                true => without_ceiling(inside, &metrics, metric),
                false => with_item(inside, metric),
            };
            [&comment[..open], &inside, &comment[close..]].concat()
        }
        Some(_) => return None,
    };
    match ignore_comment::parse(&changed)? {
        Ok(read) if ignores(&read, metric) => Some(changed),
        _ => None,
    }
}

/// Whether the comments on a header, after one of them was changed, ask to ignore `metric` however high it is, and else
/// nothing that those `before` did not ask for.
pub fn ignores_also(before: &[HeaderComment], after: &[HeaderComment], metric: MetricType) -> bool {
    let read = |comments: &[HeaderComment]| -> (Vec<IgnoreComment>, usize) {
        let (read, unread): (Vec<_>, Vec<_>) = comments
            .iter()
            .filter_map(|comment| ignore_comment::parse(&comment.text))
            .partition(Result::is_ok);
        (read.into_iter().flatten().collect(), unread.len())
    };
    let others = |comments: &[IgnoreComment]| -> Vec<IgnoredMetric> {
        let named = comments.iter().flat_map(|comment| &comment.metrics);
        named.filter(|named| named.metric != metric).copied().collect()
    };
    let all = |comments: &[IgnoreComment]| comments.iter().filter(|comment| comment.all).count();
    let ((before, unread_before), (after, unread_after)) = (read(before), read(after));
    after.iter().any(|comment| ignores(comment, metric))
        && others(&before) == others(&after)
        && all(&before) == all(&after)
        && unread_before == unread_after
}

fn ignores(comment: &IgnoreComment, metric: MetricType) -> bool {
    let is_named = |named: &IgnoredMetric| named.metric == metric && named.ceiling.is_none();
    comment.metrics.iter().any(is_named)
}

/// The list of metrics in brackets with the ceilings of one of them left out.
fn without_ceiling(inside: &str, metrics: &[IgnoredMetric], metric: MetricType) -> String {
    let mut metrics = metrics.iter();
    let items = inside.split(',').map(|item| {
        let is_meant = !item.trim().is_empty() && metrics.next().is_some_and(|named| named.metric == metric);
        match item.split_once("<=") {
            Some((name, ceiling)) if is_meant => {
                let spaces = ceiling.len() - ceiling.trim_end().len();
                format!("{}{}", name.trim_end(), &ceiling[ceiling.len() - spaces..])
            }
            _ => item.to_owned(),
        }
    });
    items.collect::<Vec<_>>().join(",")
}

/// The list of metrics in brackets with one more behind the last.
fn with_item(inside: &str, metric: MetricType) -> String {
    let end = inside.trim_end_matches([',', ' ', '\t']).len();
    format!("{}, {metric}{}", &inside[..end], &inside[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricType::{CognitiveComplexity, CyclomaticComplexity, WeightedMethodsPerClass};

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
        let also =
            |before: &[&str], after: &[&str]| ignores_also(&comments(before), &comments(after), CognitiveComplexity);
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

//! Values held against those that are tolerated.

use antipasta_rules::config::Comparison;

/// What a baseline says of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ValueMatch {
    Tolerated,
    /// One that is better is tolerated.
    WorseThan(f64),
    New,
}

/// Holds the values of functions of one name against those that are tolerated, so that as many as can be are. Gives what becomes
/// of each value, and of each tolerated one the value that would be enough, if any is needed.
pub(super) fn match_values(
    values: &[f64],
    tolerated: &[f64],
    comparison: Comparison,
) -> (Vec<ValueMatch>, Vec<Option<f64>>) {
    let order = |one: f64, other: f64| match comparison {
        Comparison::Greater | Comparison::GreaterOrEqual => one.total_cmp(&other),
        _ => other.total_cmp(&one),
    };
    let worst_first = |values: &[f64]| {
        let mut indices: Vec<usize> = (0..values.len()).collect();
        indices.sort_by(|&one, &other| order(values[one], values[other]));
        indices
    };
    let mut matches = vec![ValueMatch::New; values.len()];
    let mut needed = vec![None; tolerated.len()];
    let mut unmatched = Vec::new();
    let mut offers = worst_first(tolerated).into_iter().peekable();
    // Those that are not better than the value, the best last. What is enough for a value is enough for those behind it.
    let mut enough: Vec<usize> = Vec::new();
    for index in worst_first(values) {
        let value = values[index];
        while let Some(offer) = offers.next_if(|&offer| order(tolerated[offer], value).is_le()) {
            enough.push(offer);
        }
        match enough.pop_if(|offer| !comparison.is_worse(value, tolerated[*offer])) {
            Some(offer) => {
                matches[index] = ValueMatch::Tolerated;
                needed[offer] = Some(value);
            }
            None => unmatched.push(index),
        }
    }
    // What is left of the values is worse than what is left for them, or is new. Nothing that is tolerated gets worse.
    for (index, offer) in unmatched.into_iter().zip(enough.into_iter().chain(offers)) {
        matches[index] = ValueMatch::WorseThan(tolerated[offer]);
        needed[offer] = Some(tolerated[offer]);
    }
    (matches, needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValueMatch::{New, Tolerated, WorseThan};

    #[test]
    fn as_many_values_as_can_be_are_tolerated() {
        let at_most = |values: &[f64], tolerated: &[f64]| match_values(values, tolerated, Comparison::LessOrEqual);
        assert_eq!(at_most(&[12.0], &[12.0]), (vec![Tolerated], vec![Some(12.0)]));
        assert_eq!(at_most(&[11.0], &[12.0]), (vec![Tolerated], vec![Some(11.0)]));
        assert_eq!(at_most(&[17.0], &[12.0]), (vec![WorseThan(12.0)], vec![Some(12.0)]));
        assert_eq!(at_most(&[17.0], &[]), (vec![New], vec![]));
        // One of two is mended, whichever it was.
        assert_eq!(
            at_most(&[20.0], &[12.0, 20.0]),
            (vec![Tolerated], vec![None, Some(20.0)])
        );
        assert_eq!(
            at_most(&[12.0], &[12.0, 20.0]),
            (vec![Tolerated], vec![Some(12.0), None])
        );
        // One more comes, above or below.
        for values in [[30.0, 12.0], [12.0, 30.0]] {
            let (mut matches, needed) = at_most(&values, &[12.0]);
            matches.sort_by_key(|found| *found == New);
            assert_eq!((matches, needed), (vec![Tolerated, New], vec![Some(12.0)]));
        }
        assert_eq!(
            at_most(&[20.0, 17.0], &[12.0, 20.0]),
            (vec![Tolerated, WorseThan(12.0)], vec![Some(12.0), Some(20.0)])
        );
    }

    #[test]
    fn what_is_worse_depends_on_the_comparison() {
        let at_least =
            |value: f64, tolerated: f64| match_values(&[value], &[tolerated], Comparison::GreaterOrEqual).0[0];
        assert_eq!(at_least(40.0, 40.0), Tolerated);
        assert_eq!(at_least(41.0, 40.0), Tolerated);
        assert_eq!(at_least(39.0, 40.0), WorseThan(40.0));
        let equal = |value: f64, tolerated: f64| match_values(&[value], &[tolerated], Comparison::Equal).0[0];
        assert_eq!(equal(3.0, 3.0), Tolerated);
        assert_eq!((equal(4.0, 3.0), equal(2.0, 3.0)), (WorseThan(3.0), WorseThan(3.0)));
    }
}

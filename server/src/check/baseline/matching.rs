//! Matching values with those that a baseline allows.

use antipasta_rules::config::Comparison;

/// How a value compares with the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ValueMatch {
    /// The baseline allows the value.
    Allowed,
    /// The baseline allows this better value.
    WorseThan(f64),
    /// The baseline has no value for it.
    New,
}

/// Matches the values of functions that share a name with the allowed values, so that as many as possible are allowed. Returns
/// the match of each value, and for each allowed value the one that would be enough; `None` if none is needed.
pub(super) fn match_values(
    values: &[f64],
    allowed: &[f64],
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
    let mut needed = vec![None; allowed.len()];
    let mut unmatched = Vec::new();
    let mut offers = worst_first(allowed).into_iter().peekable();
    // The allowed values that are not better than `value`, the best last. They are enough for all later values too.
    let mut enough: Vec<usize> = Vec::new();
    for index in worst_first(values) {
        let value = values[index];
        while let Some(offer) = offers.next_if(|&offer| order(allowed[offer], value).is_le()) {
            enough.push(offer);
        }
        match enough.pop_if(|offer| !comparison.is_worse(value, allowed[*offer])) {
            Some(offer) => {
                matches[index] = ValueMatch::Allowed;
                needed[offer] = Some(value);
            }
            None => unmatched.push(index),
        }
    }
    // Each value that is left is worse than every allowed value that is left, or has none. Allowed values are never raised.
    for (index, offer) in unmatched.into_iter().zip(enough.into_iter().chain(offers)) {
        matches[index] = ValueMatch::WorseThan(allowed[offer]);
        needed[offer] = Some(allowed[offer]);
    }
    (matches, needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValueMatch::{Allowed, New, WorseThan};

    #[test]
    fn as_many_values_as_can_be_are_allowed() {
        let at_most = |values: &[f64], allowed: &[f64]| match_values(values, allowed, Comparison::LessOrEqual);
        assert_eq!(at_most(&[12.0], &[12.0]), (vec![Allowed], vec![Some(12.0)]));
        assert_eq!(at_most(&[11.0], &[12.0]), (vec![Allowed], vec![Some(11.0)]));
        assert_eq!(at_most(&[17.0], &[12.0]), (vec![WorseThan(12.0)], vec![Some(12.0)]));
        assert_eq!(at_most(&[17.0], &[]), (vec![New], vec![]));
        // One of two functions is fixed; it does not matter which.
        assert_eq!(at_most(&[20.0], &[12.0, 20.0]), (vec![Allowed], vec![None, Some(20.0)]));
        assert_eq!(at_most(&[12.0], &[12.0, 20.0]), (vec![Allowed], vec![Some(12.0), None]));
        // A function is added, above or below the other.
        for values in [[30.0, 12.0], [12.0, 30.0]] {
            let (mut matches, needed) = at_most(&values, &[12.0]);
            matches.sort_by_key(|found| *found == New);
            assert_eq!((matches, needed), (vec![Allowed, New], vec![Some(12.0)]));
        }
        assert_eq!(
            at_most(&[20.0, 17.0], &[12.0, 20.0]),
            (vec![Allowed, WorseThan(12.0)], vec![Some(12.0), Some(20.0)])
        );
    }

    #[test]
    fn what_is_worse_depends_on_the_comparison() {
        let at_least = |value: f64, allowed: f64| match_values(&[value], &[allowed], Comparison::GreaterOrEqual).0[0];
        assert_eq!(at_least(40.0, 40.0), Allowed);
        assert_eq!(at_least(41.0, 40.0), Allowed);
        assert_eq!(at_least(39.0, 40.0), WorseThan(40.0));
        let equal = |value: f64, allowed: f64| match_values(&[value], &[allowed], Comparison::Equal).0[0];
        assert_eq!(equal(3.0, 3.0), Allowed);
        assert_eq!((equal(4.0, 3.0), equal(2.0, 3.0)), (WorseThan(3.0), WorseThan(3.0)));
    }
}

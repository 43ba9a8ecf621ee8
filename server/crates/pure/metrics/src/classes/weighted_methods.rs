//! Weighted methods per class: the sum of the cyclomatic complexities of a class's methods.
//!
//! After S. R. Chidamber and C. F. Kemerer, "A Metrics Suite for Object Oriented Design", 1994, as antipasta 1.2.0
//! sums it up (`runners/python/radon.py`): over the methods that have a row, by the bare name of their class, so that
//! classes of one name in one file share a row. A class without methods has none.

use crate::file_metrics::FunctionMetrics;

/// The weighted methods of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WeightedMethods<'a> {
    /// The bare name of the class.
    pub class: &'a str,
    /// The sum of the complexities.
    pub weight: u32,
    /// How many methods there are.
    pub methods: usize,
}

/// The weighted methods of every class that has methods, in the order in which the classes first occur.
pub(crate) fn weighted_methods<'a>(functions: impl Iterator<Item = &'a FunctionMetrics>) -> Vec<WeightedMethods<'a>> {
    let mut classes: Vec<WeightedMethods<'a>> = Vec::new();
    let mut positions = rustc_hash::FxHashMap::default();
    for function in functions {
        let (Some(class), Some(complexity)) = (function.class(), function.cyclomatic) else {
            continue;
        };
        let position = *positions.entry(class).or_insert_with(|| {
            classes.push(WeightedMethods {
                class,
                weight: 0,
                methods: 0,
            });
            classes.len() - 1
        });
        classes[position].weight += complexity;
        classes[position].methods += 1;
    }
    classes
}

//! A part of the files, for one of several jobs that share a check.

use std::cmp::Reverse;
use std::str::FromStr;

use crate::report::{MAX_SHARDS, ShardInfo, fingerprint};

/// What a file costs beside its bytes, in bytes.
const COST_OF_FILE: u64 = 1024;

/// One of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Which, from 0.
    index: usize,
    /// How many there are.
    count: usize,
}

/// What parts are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// The path.
    pub name: String,
    /// The size in bytes.
    pub size: u64,
    /// What tells its content from others.
    pub content: String,
}

impl FromStr for Shard {
    type Err = String;

    /// Reads `I/N`, from `1/N` to `N/N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, count)| {
            let (number, count): (usize, usize) = (number.parse().ok()?, count.parse().ok()?);
            Some((number.checked_sub(1)?, count))
        });
        match numbers {
            Some((index, count)) if index < count && count <= MAX_SHARDS => Ok(Self { index, count }),
            _ => Err(format!(
                "must be I/N, such as 1/4 for the first of four parts (N is at most {MAX_SHARDS})"
            )),
        }
    }
}

impl Shard {
    /// What its report says of it, when it is one of the parts of these items, in the order of their names. `settings` are the
    /// texts of all else that the results depend on.
    pub(super) fn part(self, items: &[Item], settings: &[String]) -> ShardInfo {
        let files: Vec<_> = items
            .iter()
            .flat_map(|item| [item.name.as_str(), item.content.as_str()])
            .collect();
        let settings: Vec<_> = settings.iter().map(String::as_str).collect();
        ShardInfo {
            index: self.index + 1,
            count: self.count,
            files: fingerprint(&files),
            settings: fingerprint(&settings),
        }
    }

    /// The numbers of the items that are in this part, in ascending order. The parts are of about the same size, and depend on
    /// nothing but the names and sizes in bytes: not on the order of the items.
    pub(super) fn of(self, items: &[Item]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|&one, &other| {
            let key = |index: usize| (Reverse(items[index].size), &items[index].name);
            key(one).cmp(&key(other))
        });
        // The largest first, each to the part that has least.
        let mut loads: Vec<u64> = vec![0; self.count];
        let mut own = Vec::new();
        for index in order {
            let least = (0..self.count).min_by_key(|&part| loads[part]).unwrap_or(0);
            loads[least] = loads[least].saturating_add(items[index].size.saturating_add(COST_OF_FILE));
            if least == self.index {
                own.push(index);
            }
        }
        own.sort_unstable();
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_what_is_none_is_refused() {
        assert_eq!("2/4".parse(), Ok(Shard { index: 1, count: 4 }));
        for text in ["", "1", "0/4", "5/4", "-1/4", "1/0", "1/x", "1/4/4", "1/10001"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_are_balanced_and_do_not_depend_on_the_order() {
        let item = |number: u64| Item {
            name: format!("{number}.py"),
            size: number * 7919 % 1000 * (number % 13),
            content: String::new(),
        };
        let mut items: Vec<Item> = (0..500).map(item).collect();
        let shards = (0..4).map(|index| Shard { index, count: 4 });
        let names = |items: &[Item]| -> Vec<Vec<String>> {
            let names = |shard: Shard| {
                let mut names: Vec<_> = shard
                    .of(items)
                    .into_iter()
                    .map(|index| items[index].name.clone())
                    .collect();
                names.sort();
                names
            };
            shards.clone().map(names).collect()
        };
        let parts = names(&items);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), items.len());
        let load = |shard: Shard| {
            shard
                .of(&items)
                .into_iter()
                .map(|index| items[index].size + COST_OF_FILE)
                .sum::<u64>()
        };
        let loads: Vec<u64> = shards.clone().map(load).collect();
        let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
        assert!(most - least <= 2 * COST_OF_FILE, "{loads:?}");
        items.reverse();
        assert_eq!(names(&items), parts);
    }
}

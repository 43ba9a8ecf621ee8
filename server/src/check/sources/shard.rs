//! Shards: jobs share a check, and each checks a shard of the files.

use std::cmp::Reverse;
use std::str::FromStr;
use std::sync::Arc;

use super::source_file::SourceFile;
use crate::check::context::CheckContext;
use crate::check::error::CheckError;
use crate::report::{MAX_SHARDS, ReportedPath, ShardInfo, fingerprint, top_of};
use antipasta_pool::PoolError;
use antipasta_rules::config::Config;

/// The constant cost of a file, in bytes.
const COST_OF_FILE: u64 = 1024;

/// A shard: one of several parts of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// The number of the shard, from 0.
    index: usize,
    /// How many shards there are.
    count: usize,
}

/// A file, as far as it matters for dividing files into shards.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ShardItem {
    /// The portable path.
    name: String,
    /// The size in bytes.
    size: u64,
    /// A text that identifies the content.
    digest: String,
}

impl FromStr for Shard {
    type Err = anyhow::Error;

    /// Reads `I/N`, from `1/N` to `N/N`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let numbers = text.split_once('/').and_then(|(number, count)| {
            let (number, count): (usize, usize) = (number.parse().ok()?, count.parse().ok()?);
            Some((number.checked_sub(1)?, count))
        });
        match numbers {
            Some((index, count)) if index < count && count <= MAX_SHARDS => Ok(Self { index, count }),
            _ => anyhow::bail!("must be I/N, such as 1/4 for the first of four parts (N is at most {MAX_SHARDS})"),
        }
    }
}

impl Shard {
    /// The indices of the items in this shard, in ascending order. Shards are of about the same size. They depend only on the
    /// names and sizes of the items, not on their order.
    fn select(self, items: &[ShardItem]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|&one, &other| {
            let key = |index: usize| (Reverse(items[index].size), &items[index].name);
            key(one).cmp(&key(other))
        });
        // The largest first, each to the shard that has least.
        let mut loads: Vec<u64> = vec![0; self.count];
        let mut own = Vec::new();
        for index in order {
            let least = (0..self.count).min_by_key(|&shard| loads[shard]).unwrap_or(0);
            loads[least] = loads[least].saturating_add(items[index].size.saturating_add(COST_OF_FILE));
            if least == self.index {
                own.push(index);
            }
        }
        own.sort_unstable();
        own
    }
}

/// The files in a shard, and what its report says of the shard.
pub(crate) fn select_shard(
    context: &CheckContext<'_>,
    files: Vec<SourceFile>,
    shard: Shard,
) -> Result<(Vec<SourceFile>, ShardInfo), CheckError> {
    let items = items(context, &files)?;
    let names_and_contents: Vec<_> = items
        .iter()
        .flat_map(|item| [item.name.as_str(), item.digest.as_str()])
        .collect();
    let settings = settings(context, &files);
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    let info = ShardInfo {
        index: shard.index + 1,
        count: shard.count,
        files: fingerprint(&names_and_contents),
        settings: fingerprint(&settings),
    };
    let mut own = shard.select(&items).into_iter().peekable();
    let files = files.into_iter().enumerate();
    let files = files.filter(|(index, _)| own.next_if_eq(index).is_some());
    Ok((files.map(|(_, file)| file).collect(), info))
}

/// The files as items. Files of other shards are read too, so that `merge` notices if their jobs have found other contents.
fn items(context: &CheckContext<'_>, files: &[SourceFile]) -> Result<Vec<ShardItem>, PoolError> {
    let working_directory = context.configs.working_directory();
    let top = top_of(working_directory);
    let item = |file: &SourceFile, buffer: &mut Vec<u8>| ShardItem {
        name: ReportedPath::new(&file.path, working_directory, top).portable(),
        size: file.stamp.size,
        digest: file.content_digest(buffer),
    };
    context.pool.start(files.iter().map(|file| file.stamp.size).sum())?;
    let rescue = |file: &SourceFile, _| item(file, &mut Vec::new());
    context.pool.map(files, |file| file.stamp.size, Vec::new, item, rescue)
}

/// The settings that results depend on.
fn settings(context: &CheckContext<'_>, files: &[SourceFile]) -> Vec<String> {
    let options = context.options;
    let mut settings = vec![
        env!("CARGO_PKG_VERSION").to_owned(),
        format!("{:?}", options.overrides),
        format!("{:?}", (options.changed_only, options.report_unused_ignores)),
        context
            .baseline
            .as_ref()
            .map_or_else(String::new, |baseline| baseline.text()),
    ];
    // Files that follow one another mostly share their configuration.
    let mut last: Option<(&Arc<Config>, String)> = None;
    for file in files {
        let print = match last.take() {
            Some((config, print)) if Arc::ptr_eq(config, &file.config) => print,
            _ => config_digest(&file.config),
        };
        settings.push(print.clone());
        last = Some((&file.config, print));
    }
    settings
}

fn config_digest(config: &Config) -> String {
    let Config {
        thresholds,
        ignore_patterns,
        use_gitignore,
        max_file_size,
        ..
    } = config;
    let settings = (thresholds, ignore_patterns, use_gitignore, max_file_size);
    fingerprint(&[&format!("{settings:?}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_what_is_none_is_refused() {
        assert_eq!("2/4".parse::<Shard>().unwrap(), Shard { index: 1, count: 4 });
        for text in ["", "1", "0/4", "5/4", "-1/4", "1/0", "1/x", "1/4/4", "1/10001"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_are_balanced_and_do_not_depend_on_the_order() {
        let item = |number: u64| ShardItem {
            name: format!("{number}.py"),
            size: number * 7919 % 1000 * (number % 13),
            digest: String::new(),
        };
        let mut items: Vec<ShardItem> = (0..500).map(item).collect();
        let shards = (0..4).map(|index| Shard { index, count: 4 });
        let names = |items: &[ShardItem]| -> Vec<Vec<String>> {
            let names = |shard: Shard| {
                let mut names: Vec<_> = shard
                    .select(items)
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
                .select(&items)
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

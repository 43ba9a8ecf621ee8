//! The result of one analysis, as the bytes that a cache keeps.
//!
//! The bytes are the number of their format, the value as postcard writes it, and a checksum over both and a seed: the caller
//! chooses one for each content. Bytes that are damaged, of another format or of another seed are nothing.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::{ClassMetrics, FileMetrics, FileTotals, FunctionMetrics, FunctionSummary};
use antipasta_syntax::{MAX_BYTES, SyntaxError};

/// The number of the format. Whatever changes how findings are written changes it.
const FORMAT: u8 = 2;

const CHECKSUM_BYTES: usize = 8;

/// What takes more bytes is not kept: some 200,000 functions in one file.
pub const MAX_PAYLOAD_BYTES: usize = 8 << 20;

/// What the analysis of a content came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Its metrics.
    Metrics(FileMetrics),
    /// Why it is no program.
    Syntax(SyntaxError),
    /// Why it is no text, in words.
    Decoding(String),
}

/// What there is to remember of a content.
#[derive(Clone, Copy, Debug)]
pub enum Finding<'a> {
    /// Its metrics.
    Metrics(&'a FileMetrics),
    /// Why it is no program.
    Syntax(&'a SyntaxError),
    /// Why it is no text, in words.
    Decoding(&'a str),
}

/// The same, as it is written. What can be computed is not.
#[derive(Serialize)]
enum Written<'a> {
    Metrics(&'a [FunctionMetrics], &'a [ClassMetrics], &'a FileTotals),
    Syntax(&'a SyntaxError),
    Decoding(&'a str),
}

/// The same, as it is read.
#[derive(Deserialize)]
enum Read {
    Metrics(Vec<FunctionMetrics>, Vec<ClassMetrics>, FileTotals),
    Syntax(SyntaxError),
    Decoding(String),
}

/// The bytes that keep what was found of the content with the given seed; `None` if there are too many.
pub fn encode(seed: u64, finding: Finding<'_>) -> Option<Vec<u8>> {
    let written = match finding {
        Finding::Metrics(metrics) => Written::Metrics(&metrics.functions, &metrics.classes, &metrics.totals),
        Finding::Syntax(error) => Written::Syntax(error),
        Finding::Decoding(words) => Written::Decoding(words),
    };
    let mut bytes = Vec::with_capacity(likely_bytes(finding));
    bytes.push(FORMAT);
    // Only a value that has no end could fail.
    let mut bytes = postcard::serialize_with_flavor(&written, Appended(bytes)).ok()?;
    bytes.extend_from_slice(&checksum(seed, &bytes));
    (bytes.len() <= MAX_PAYLOAD_BYTES).then_some(bytes)
}

/// What postcard writes, at the end of a vector. Its own way there appends strings byte by byte.
struct Appended(Vec<u8>);

impl postcard::ser_flavors::Flavor for Appended {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// Room for most findings, so that they need not be moved while they are written.
fn likely_bytes(finding: Finding<'_>) -> usize {
    const PER_FUNCTION: usize = 48;
    const PER_CLASS: usize = 32;
    const FOR_THE_REST: usize = 128;
    FOR_THE_REST
        + match finding {
            Finding::Metrics(metrics) => metrics.functions.len() * PER_FUNCTION + metrics.classes.len() * PER_CLASS,
            Finding::Syntax(_) => 0,
            Finding::Decoding(words) => words.len(),
        }
}

/// What bytes say that were made with the same seed; `None` if they are damaged.
pub fn decode(seed: u64, bytes: &[u8]) -> Option<Payload> {
    let (content, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    if *sum != checksum(seed, content) {
        return None;
    }
    let (&FORMAT, value) = content.split_first()? else {
        return None;
    };
    match postcard::take_from_bytes(value).ok()? {
        (Read::Metrics(functions, classes, totals), []) => metrics_of(functions, classes, totals).map(Payload::Metrics),
        (Read::Syntax(error), []) => Some(Payload::Syntax(error)),
        (Read::Decoding(words), []) => Some(Payload::Decoding(words)),
        _ => None,
    }
}

/// Whether bytes are as they were made with the same seed, by this program or by one of another format.
pub fn is_sound(seed: u64, bytes: &[u8]) -> bool {
    match bytes.split_last_chunk::<CHECKSUM_BYTES>() {
        Some(([format, ..], _)) if *format == FORMAT => decode(seed, bytes).is_some(),
        Some((content, sum)) => !content.is_empty() && *sum == checksum(seed, content),
        None => false,
    }
}

fn checksum(seed: u64, content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    xxh3_64_with_seed(content, seed).to_le_bytes()
}

/// The metrics of a file, unless they cannot be those of any: a checksum is no proof of good intentions. Sums over the
/// functions of what passes do not overflow.
fn metrics_of(functions: Vec<FunctionMetrics>, classes: Vec<ClassMetrics>, totals: FileTotals) -> Option<FileMetrics> {
    let is_sound = |value: u32| value as usize <= MAX_BYTES;
    let mut cyclomatic = 0_u32;
    let mut cognitive = 0_u32;
    for function in &functions {
        cyclomatic = cyclomatic.checked_add(function.cyclomatic.unwrap_or(0))?;
        cognitive = cognitive.checked_add(function.cognitive)?;
        let halstead = function.halstead;
        let in_order = function.start_line <= function.def_line && function.def_line <= function.end_line;
        if !(in_order
            && function.start_line > 0
            && is_sound(function.end_line)
            && is_sound(halstead.operators)
            && is_sound(halstead.operands)
            && halstead.distinct_operators <= halstead.operators
            && halstead.distinct_operands <= halstead.operands)
        {
            return None;
        }
    }
    if !classes
        .iter()
        .all(|class| class.class_line > 0 && is_sound(class.class_line))
    {
        return None;
    }
    let mut summary = FunctionSummary::default();
    functions.iter().for_each(|function| summary.add_function(function));
    classes.iter().for_each(|class| summary.add_class(class));
    Some(FileMetrics {
        functions,
        classes,
        summary,
        totals,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use proptest::prelude::*;
    use std::path::Path;

    /// Every fixture that has metrics, with a seed and its bytes.
    fn fixtures() -> Vec<(u64, FileMetrics, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../fixtures/python");
        let mut fixtures = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let source = std::fs::read(entry.unwrap().path()).unwrap();
            let Some(metrics) = antipasta_syntax::decode(&source)
                .ok()
                .and_then(|text| measure(&text).ok())
            else {
                continue;
            };
            let seed = source.len() as u64;
            let bytes = encode(seed, Finding::Metrics(&metrics)).unwrap();
            fixtures.push((seed, metrics, bytes));
        }
        fixtures
    }

    #[test]
    fn metrics_come_back_as_they_were() {
        for (seed, metrics, bytes) in fixtures() {
            assert_eq!(decode(seed, &bytes), Some(Payload::Metrics(metrics)));
        }
        let seed = 7;
        let error = antipasta_syntax::parse("x = (").err().unwrap();
        let bytes = encode(seed, Finding::Syntax(&error)).unwrap();
        assert_eq!(decode(seed, &bytes), Some(Payload::Syntax(error)));
        let bytes = encode(seed, Finding::Decoding("no text")).unwrap();
        assert_eq!(decode(seed, &bytes), Some(Payload::Decoding("no text".to_owned())));
    }

    #[test]
    fn what_is_of_another_content_or_cut_off_is_nothing() {
        let (seed, _, bytes) = fixtures().swap_remove(0);
        assert_eq!(decode(seed + 1, &bytes), None);
        for end in 0..bytes.len() {
            assert_eq!(decode(seed, &bytes[..end]), None);
        }
    }

    #[test]
    fn what_is_of_another_format_says_nothing_and_is_sound() {
        let content = [FORMAT + 1, 1, 2, 3];
        let bytes = [&content[..], &checksum(7, &content)].concat();
        assert!(decode(7, &bytes).is_none() && is_sound(7, &bytes));
        assert!(!is_sound(8, &bytes) && !is_sound(7, &bytes[1..]) && !is_sound(7, &[]));
        for (seed, _, bytes) in fixtures() {
            assert!(is_sound(seed, &bytes) && !is_sound(seed + 1, &bytes));
        }
    }

    #[test]
    fn impossible_metrics_with_a_sound_checksum_are_nothing() {
        let seed = 7;
        let metrics = measure("def f(): pass\ndef g(): pass\n").unwrap();
        let damaged = |damage: fn(&mut FileMetrics)| {
            let mut damaged = metrics.clone();
            damage(&mut damaged);
            decode(seed, &encode(seed, Finding::Metrics(&damaged)).unwrap())
        };
        assert!(damaged(|_| {}).is_some());
        assert_eq!(damaged(|metrics| metrics.functions[1].end_line = 1), None);
        assert_eq!(damaged(|metrics| metrics.functions[1].start_line = 0), None);
        assert_eq!(damaged(|metrics| metrics.functions[1].end_line = u32::MAX), None);
        assert_eq!(
            damaged(|metrics| metrics.functions[0].halstead.distinct_operands = 9),
            None
        );
        let overflow = |metrics: &mut FileMetrics| {
            metrics
                .functions
                .iter_mut()
                .for_each(|function| function.cyclomatic = Some(u32::MAX));
        };
        assert_eq!(damaged(overflow), None);
    }

    proptest! {
        #[test]
        fn any_damage_is_noticed(flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..4)) {
            let (seed, _, bytes) = fixtures().swap_remove(0);
            let mut damaged = bytes.clone();
            for (index, bit) in flips {
                damaged[index.index(bytes.len())] ^= 1 << bit;
            }
            prop_assert!(damaged == bytes || decode(seed, &damaged).is_none());
        }

        #[test]
        fn bytes_with_a_sound_checksum_never_panic(value in prop::collection::vec(any::<u8>(), 0..200)) {
            let seed = 7;
            let mut bytes = [&[FORMAT][..], &value].concat();
            let sum = checksum(seed, &bytes);
            bytes.extend_from_slice(&sum);
            if let Some(Payload::Metrics(metrics)) = decode(seed, &bytes) {
                // What passes must do for whoever judges it.
                prop_assert_eq!(metrics.rows().is_empty(), false);
            }
        }
    }
}

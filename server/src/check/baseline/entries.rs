//! The entries of a baseline and its text: an entry on each line, so that git can merge the changes of two branches.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use antipasta_metrics::{MetricType, UnknownMetric};
use antipasta_rules::escape;
use antipasta_syntax::is_conflict_marker;

/// What identifies an entry in a file: a metric, and the qualified name of a function or class. Values of the file have no name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct EntryKey {
    pub name: Option<String>,
    pub metric: MetricType,
}

/// The allowed values of one file. Those of a key are in ascending order; several functions may share a name.
pub(in crate::check) type FileEntries = BTreeMap<EntryKey, Vec<f64>>;

/// The entries of each file, by its path.
pub(super) type Entries = BTreeMap<String, FileEntries>;

/// The `kind` in the first line.
const KIND: &str = "antipasta-lsp baseline";
const VERSION: u32 = 1;

/// The most bytes of a baseline: enough for hundreds of thousands of entries of 100 to 200 bytes.
pub(super) const MAX_BYTES: u64 = 64 << 20;

/// The most values of one entry. Each value is that of another function of the same name in the same file.
const MOST_OF_ENTRY: usize = 10_000;

/// The most values of all entries. A value may take only two bytes of a line, but takes more than a hundred of memory.
const MOST_VALUES: usize = 1_000_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    kind: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    metric: String,
    #[serde(serialize_with = "short", deserialize_with = "few")]
    values: Vec<f64>,
}

/// Reads the values of an entry, up to the most that it may have.
fn few<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    struct Few;

    impl<'d> Visitor<'d> for Few {
        type Value = Vec<f64>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "a list of numbers")
        }

        fn visit_seq<S: SeqAccess<'d>>(self, mut numbers: S) -> Result<Vec<f64>, S::Error> {
            let mut values = Vec::new();
            while let Some(value) = numbers.next_element::<serde_json::Value>()? {
                if values.len() == MOST_OF_ENTRY {
                    return Err(S::Error::custom(too_many_of_entry()));
                }
                values.push(value.as_f64().ok_or_else(|| {
                    let value = value.to_string();
                    let value = escape::shortened(&value, MOST_QUOTED);
                    S::Error::custom(format!("`values` must be a list of numbers, not of {value}"))
                })?);
            }
            Ok(values)
        }
    }

    deserializer.deserialize_seq(Few)
}

/// Why a line is not an entry.
#[derive(Debug, thiserror::Error)]
enum EntryError {
    #[error("a merge conflict that is not resolved")]
    MergeConflict,
    #[error("{}", with_column(.0))]
    Json(#[source] serde_json::Error),
    #[error(transparent)]
    Metric(#[from] UnknownMetric),
    #[error("`values` is empty")]
    NoValues,
    #[error("a second entry for the {0} of the same name in the same file")]
    Duplicate(MetricType),
    #[error("more than {MOST_VALUES} values up to here, the most that a baseline may have")]
    TooManyValues,
}

/// The message of an error in JSON, with the column and without the line, which is always 1.
fn with_column(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.split_once(" at line ") {
        Some((message, _)) => format!("column {}: {message}", error.column()),
        None => message,
    }
}

/// Why a baseline cannot be written: it would be too large to be read again.
#[derive(Debug, thiserror::Error)]
pub(super) enum TooLarge {
    #[error("{name}: {metric}: {}", too_many_of_entry())]
    Entry { name: String, metric: MetricType },
    #[error(
        "a baseline may have {MOST_VALUES} values and {MAX_BYTES} bytes: raise the thresholds, or check fewer files"
    )]
    Baseline,
}

fn too_many_of_entry() -> String {
    format!("more than {MOST_OF_ENTRY} values, the most that an entry may have")
}

/// Rounds a value to two decimals, as reports show it. Metrics that use logarithms differ by less than that between systems.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.is_finite() { rounded } else { value }
}

/// Writes whole numbers without a fraction.
fn short<S: serde::Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    /// Below this number, `f64` holds every whole number exactly.
    const MOST: f64 = 9_007_199_254_740_992.0;
    serializer.collect_seq(values.iter().map(|value| match *value {
        value if value.fract() == 0.0 && value.abs() < MOST => serde_json::Number::from(value as i64).into(),
        value => serde_json::Value::from(value),
    }))
}

/// The most characters that a message quotes of a value that is not a number.
const MOST_QUOTED: usize = 60;

/// A line that is not valid in a baseline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MalformedBaseline {
    /// The number of the line, from 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for MalformedBaseline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.line, self.message)
    }
}

/// Parses the text of a baseline. Lines may be in any order, because git may have merged them.
pub(super) fn parse(text: &str) -> Result<Entries, MalformedBaseline> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty());
    let no_baseline = |line| MalformedBaseline {
        line,
        message: "this is no baseline: the first line of one that `--write-baseline` wrote says so".to_owned(),
    };
    let (number, first) = lines.next().ok_or_else(|| no_baseline(1))?;
    let header: HeaderLine = serde_json::from_str(first).map_err(|_| no_baseline(number))?;
    if header.kind != KIND {
        return Err(no_baseline(number));
    }
    if header.version != VERSION {
        let message = format!(
            "version {} of the format is not known, only {VERSION}: another version of antipasta-lsp wrote it",
            header.version
        );
        return Err(MalformedBaseline { line: number, message });
    }
    let mut entries = Entries::new();
    let mut count = 0;
    for (line, text) in lines {
        let added = add(text, &mut entries).and_then(|added| {
            count += added;
            match count > MOST_VALUES {
                true => Err(EntryError::TooManyValues),
                false => Ok(()),
            }
        });
        added.map_err(|error| MalformedBaseline {
            line,
            message: error.to_string(),
        })?;
    }
    Ok(entries)
}

/// Adds the entry on a line. Returns how many values it has.
fn add(text: &str, entries: &mut Entries) -> Result<usize, EntryError> {
    if is_conflict_marker(text.as_bytes()) {
        return Err(EntryError::MergeConflict);
    }
    let line: EntryLine = serde_json::from_str(text).map_err(EntryError::Json)?;
    let metric: MetricType = line.metric.parse()?;
    if line.values.is_empty() {
        return Err(EntryError::NoValues);
    }
    let key = EntryKey {
        name: line.name,
        metric,
    };
    let mut values: Vec<f64> = line.values.into_iter().map(rounded).collect();
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let file = entries.entry(line.file).or_default();
    if file.insert(key, values).is_some() {
        return Err(EntryError::Duplicate(metric));
    }
    Ok(count)
}

/// The text of a baseline, in the order of paths, names and metrics.
///
/// # Errors
///
/// The baseline would be too large to be read again.
pub(super) fn write(entries: &Entries) -> Result<String, TooLarge> {
    let mut count = 0;
    let header = HeaderLine {
        kind: KIND.to_owned(),
        version: VERSION,
    };
    let mut text = line_of(&header);
    for (file, entries) in entries {
        for (key, values) in entries {
            count += values.len();
            if values.len() > MOST_OF_ENTRY {
                let name = key.name.as_ref().unwrap_or(file).clone();
                return Err(TooLarge::Entry {
                    name,
                    metric: key.metric,
                });
            }
            text += &line_of(&EntryLine {
                file: file.clone(),
                name: key.name.clone(),
                metric: key.metric.as_str().to_owned(),
                values: values.clone(),
            });
            if count > MOST_VALUES || text.len() as u64 > MAX_BYTES {
                return Err(TooLarge::Baseline);
            }
        }
    }
    Ok(text)
}

fn line_of(value: &impl Serialize) -> String {
    // Serializing strings and numbers cannot fail.
    escape::json(serde_json::to_string(value).unwrap_or_default()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "{\"kind\":\"antipasta-lsp baseline\",\"version\":1}\n";

    #[test]
    fn what_is_written_is_read_and_sorted() {
        let unsorted = [
            HEADER,
            "{\"file\":\"b.py\",\"metric\":\"maintainability_index\",\"values\":[12.25]}\r\n\n",
            "{\"file\":\"a.py\",\"name\":\"C::m\",\"metric\":\"cyclomatic_complexity\",\"values\":[17,12.0]}\n",
            "{\"file\":\"a.py\",\"name\":null,\"metric\":\"cyclomatic_complexity\",\"values\":[12.006]}",
        ];
        let entries = parse(&unsorted.concat()).unwrap();
        let text = write(&entries).unwrap();
        assert_eq!(
            text,
            [
                HEADER,
                "{\"file\":\"a.py\",\"metric\":\"cyclomatic_complexity\",\"values\":[12.01]}\n",
                "{\"file\":\"a.py\",\"name\":\"C::m\",\"metric\":\"cyclomatic_complexity\",\"values\":[12,17]}\n",
                "{\"file\":\"b.py\",\"metric\":\"maintainability_index\",\"values\":[12.25]}\n",
            ]
            .concat()
        );
        assert_eq!(parse(&text).unwrap(), entries);
    }

    #[test]
    fn no_more_is_read_or_written_than_can_be_held() {
        let line = |file: usize, count: usize| {
            let values = "1,".repeat(count);
            format!(
                "{{\"file\":\"{file}.py\",\"metric\":\"blank_lines\",\"values\":[{}]}}\n",
                values.trim_end_matches(',')
            )
        };
        let most: String = (0..100).map(|file| line(file, MOST_OF_ENTRY)).collect();
        let entries = parse(&format!("{HEADER}{most}")).unwrap();
        assert!(write(&entries).is_ok());
        let malformed = parse(&format!("{HEADER}{}", line(0, MOST_OF_ENTRY + 1))).unwrap_err();
        assert!(malformed.message.ends_with(&too_many_of_entry()), "{malformed}");
        let malformed = parse(&format!("{HEADER}{most}{}", line(100, 1))).unwrap_err();
        assert_eq!(
            (malformed.line, &*malformed.message),
            (102, &*EntryError::TooManyValues.to_string())
        );
        let add = |name: &str, count: usize| {
            let mut entries = entries.clone();
            let key = EntryKey {
                name: Some(name.to_owned()),
                metric: MetricType::BlankLines,
            };
            entries
                .entry("100.py".to_owned())
                .or_default()
                .insert(key, vec![1.0; count]);
            write(&entries)
        };
        assert!(
            add("f", 1)
                .unwrap_err()
                .to_string()
                .starts_with("a baseline may have 1000000 values")
        );
        assert!(
            add(&"f".repeat(65 << 20), 0)
                .unwrap_err()
                .to_string()
                .contains("67108864 bytes")
        );
        assert!(
            add("f", MOST_OF_ENTRY + 1)
                .unwrap_err()
                .to_string()
                .starts_with("f: blank_lines: more than")
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let line = "{\"file\":\"a.py\",\"metric\":\"blank_lines\",\"values\":[1]}\n";
        for (lines, number, expected) in [
            ("", 1, "this is no baseline"),
            ("{}", 1, "this is no baseline"),
            ("\n[1]", 2, "this is no baseline"),
            ("{\"kind\":\"antipasta-lsp baseline\",\"version\":2}", 1, "version 2"),
            (&format!("{HEADER}{{"), 2, "column 1: EOF while parsing an object"),
            (
                &format!("{HEADER}\n{line}{line}"),
                4,
                "a second entry for the blank_lines",
            ),
            (&format!("{HEADER}<<<<<<< HEAD\n"), 2, "a merge conflict"),
            (
                &format!("{HEADER}{}", line.replace("blank", "white")),
                2,
                "unknown metric `white_lines`",
            ),
            (
                &format!("{HEADER}{}", line.replace("[1]", "[]")),
                2,
                "`values` is empty",
            ),
            (
                &format!("{HEADER}{}", line.replace("[1]", "[\"1\"]")),
                2,
                "`values` must be a list of numbers, not of \"1\"",
            ),
            (
                &format!("{HEADER}{}", line.replace("file", "path")),
                2,
                "unknown field `path`",
            ),
        ] {
            let malformed = parse(lines).unwrap_err();
            assert_eq!(malformed.line, number, "{malformed}");
            assert!(malformed.message.contains(expected), "{malformed}");
        }
    }
}

//! What a baseline tolerates, and how it is written: a line for each entry, so that what parallel branches change merges.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use antipasta_metrics::MetricType;
use antipasta_rules::escape;

/// What an entry is about: a metric of a function or class by its qualified name, or of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct Key {
    pub name: Option<String>,
    pub metric: MetricType,
}

/// The tolerated values of one file, those of each key in ascending order: several functions may bear one name.
pub(in crate::check) type FileEntries = BTreeMap<Key, Vec<f64>>;

/// The entries by the files' paths.
pub(super) type Entries = BTreeMap<String, FileEntries>;

/// What the first line says.
const KIND: &str = "antipasta-lsp baseline";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    kind: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    metric: String,
    #[serde(serialize_with = "short", deserialize_with = "numbers")]
    values: Vec<f64>,
}

/// A value with two decimals, as reports show it. Numbers that depend on logarithms differ by less than that from one system to
/// another.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.is_finite() { rounded } else { value }
}

/// Whole numbers without a fraction.
fn short<S: serde::Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    /// The largest number up to which all whole ones are numbers of this type.
    const MOST: f64 = 9_007_199_254_740_992.0;
    serializer.collect_seq(values.iter().map(|value| match *value {
        value if value.fract() == 0.0 && value.abs() < MOST => serde_json::Number::from(value as i64).into(),
        value => serde_json::Value::from(value),
    }))
}

/// Numbers; the error for others is for people.
fn numbers<'d, D: serde::Deserializer<'d>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let values = serde_json::Value::deserialize(deserializer)?;
    let numbers: Option<Vec<f64>> = values
        .as_array()
        .and_then(|values| values.iter().map(serde_json::Value::as_f64).collect());
    numbers.ok_or_else(|| {
        let values = escape::shortened(&values.to_string(), MOST_QUOTED).into_owned();
        serde::de::Error::custom(format!("`values` must be a list of numbers, not {values}"))
    })
}

/// Of what is no list of numbers, so many characters are quoted.
const MOST_QUOTED: usize = 60;

/// What is wrong with a line of a baseline.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::check) struct Malformed {
    /// The line, from 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.line, self.message)
    }
}

/// Reads the text of a baseline. Lines may be in any order, as a merge may leave them.
pub(super) fn parse(text: &str) -> Result<Entries, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty());
    let no_baseline = |line| Malformed {
        line,
        message: "this is no baseline: the first line of one that `--write-baseline` wrote says so".to_owned(),
    };
    let (number, first) = lines.next().ok_or_else(|| no_baseline(1))?;
    let header: Header = serde_json::from_str(first).map_err(|_| no_baseline(number))?;
    if header.kind != KIND {
        return Err(no_baseline(number));
    }
    if header.version != VERSION {
        let message = format!(
            "version {} of the format is not known, only {VERSION}: another version of antipasta-lsp wrote it",
            header.version
        );
        return Err(Malformed { line: number, message });
    }
    let mut entries = Entries::new();
    for (line, text) in lines {
        add(text, &mut entries).map_err(|message| Malformed { line, message })?;
    }
    Ok(entries)
}

fn add(text: &str, entries: &mut Entries) -> Result<(), String> {
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        .iter()
        .any(|mark| text.starts_with(mark))
    {
        return Err("a merge conflict that is not resolved".to_owned());
    }
    let line: Line = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        match message.split_once(" at line ") {
            Some((message, _)) => format!("column {}: {message}", error.column()),
            None => message,
        }
    })?;
    let metric = line.metric.parse::<MetricType>().map_err(|error| error.to_string())?;
    if line.values.is_empty() {
        return Err("`values` is empty".to_owned());
    }
    let key = Key {
        name: line.name,
        metric,
    };
    let mut values: Vec<f64> = line.values.into_iter().map(rounded).collect();
    values.sort_by(f64::total_cmp);
    let file = entries.entry(line.file).or_default();
    if file.insert(key, values).is_some() {
        return Err(format!(
            "a second entry for the {metric} of the same name in the same file"
        ));
    }
    Ok(())
}

/// The text of a baseline, in the order of paths, names and metrics.
pub(super) fn write(entries: &Entries) -> String {
    let header = Header {
        kind: KIND.to_owned(),
        version: VERSION,
    };
    let mut text = line_of(&header);
    for (file, entries) in entries {
        for (key, values) in entries {
            text += &line_of(&Line {
                file: file.clone(),
                name: key.name.clone(),
                metric: key.metric.as_str().to_owned(),
                values: values.clone(),
            });
        }
    }
    text
}

fn line_of(value: &impl Serialize) -> String {
    // Texts and numbers can always be written.
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
        let text = write(&entries);
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
                "`values` must be a list of numbers, not [\"1\"]",
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

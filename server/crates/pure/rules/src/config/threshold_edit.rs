//! The edit of a configuration by which one metric gets another limit and all else stays as it is, comments, quotes, order
//! and style included.
//!
//! A limit that is written is replaced. One that is missing is added in YAML's block style and to TOML's tables; elsewhere the
//! place to add it at is given. An edited text is read again before it is offered: it must say what is wanted and otherwise what
//! it said before.

mod limit;
mod new_file;
mod toml_insertion;
mod yaml_insertion;

use std::ops::Range;
use std::path::Path;

pub use self::limit::passing_limit;
pub use self::new_file::new_configuration;
use super::comparison::Comparison;
use super::document::Node;
use super::document::{pyproject, yaml};
use super::model::{Config, language_index};
use super::schema::check::GIVEN_AGAIN;
use super::schema::{Kind, threshold_kind, usual_comparison};
use super::setting::Setting;
use antipasta_metrics::MetricType;
use antipasta_syntax::text::python_float;

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A YAML document of its own, as `.antipasta.yaml` is.
    Yaml,
    /// The table `[tool.antipasta]` of a TOML document, as in `pyproject.toml`.
    Pyproject,
}

impl Format {
    /// The format of the file at `path`: by its extension.
    pub fn from_path(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension == "toml" => Self::Pyproject,
            _ => Self::Yaml,
        }
    }
}

/// Another text in place of some of a configuration's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdEdit {
    /// What is replaced, in bytes of the text; nothing, if something is inserted.
    pub bytes: Range<usize>,
    /// What takes its place.
    pub replacement: String,
}

impl ThresholdEdit {
    fn insertion(offset: usize, replacement: String) -> Self {
        Self {
            bytes: offset..offset,
            replacement,
        }
    }

    /// The edit that makes one text of another: what both begin with and what both end with stays.
    fn between(before: &str, after: &str) -> Self {
        let common = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            let equal = pairs.take_while(|(old, new)| old == new);
            equal.map(|(character, _)| character.len_utf8()).sum()
        };
        let start = common(&mut before.chars().zip(after.chars()));
        let (before, after) = (&before[start..], &after[start..]);
        let end = common(&mut before.chars().rev().zip(after.chars().rev()));
        Self {
            bytes: start..start + before.len() - end,
            replacement: after[..after.len() - end].to_owned(),
        }
    }

    /// The text as the edit leaves it.
    pub fn apply(&self, text: &str) -> String {
        let (before, after) = (&text[..self.bytes.start], &text[self.bytes.end..]);
        [before, &self.replacement, after].concat()
    }
}

/// How a metric gets another limit in the text of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThresholdChange {
    /// By an edit that changes nothing else.
    Edit(ThresholdEdit),
    /// By hand, at this byte of the text: a collection in flow style is not ours to lay out, and a value that an alias shares
    /// cannot be changed for one metric alone.
    ByHand(usize),
}

/// The change by which a value of `metric` just passes that does not, and the limit that it sets: see [`passing_limit`]. The
/// text may start with a byte order mark.
///
/// The limit is set where it counts: in the entry for Python in `languages`, if there is one, else in `defaults`. What is
/// missing there is added; a metric that has no entry beside others is evaluated from then on, by its default comparison.
///
/// `None` if the text is no sound configuration, if the value passes by it, or if no limit can let it pass.
pub fn change_to_pass(format: Format, text: &str, metric: MetricType, value: f64) -> Option<(f64, ThresholdChange)> {
    let config = Reading::new(format, without_mark(text))?.config;
    let threshold = config.threshold(metric)?;
    if threshold.comparison.holds(value, threshold.limit) {
        return None;
    }
    let limit = passing_limit(&config, metric, value)?;
    Some((limit, threshold_change(format, text, metric, limit)?))
}

fn threshold_change(format: Format, text: &str, metric: MetricType, limit: f64) -> Option<ThresholdChange> {
    let bare = without_mark(text);
    let mark = text.len() - bare.len();
    let reading = Reading::new(format, bare)?;
    let plans = reading.plans(metric, limit)?;
    let edit = plans.iter().find_map(|plan| reading.fulfilled(plan));
    Some(match edit {
        Some(ThresholdEdit { bytes, replacement }) => ThresholdChange::Edit(ThresholdEdit {
            bytes: bytes.start + mark..bytes.end + mark,
            replacement,
        }),
        None => ThresholdChange::ByHand(plans.first()?.place + mark),
    })
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A configuration as it was written and as it is understood.
struct Reading<'a> {
    format: Format,
    text: &'a str,
    document: Node,
    config: Config,
    /// What else is in the file.
    others: toml::Table,
}

/// A way to set a limit.
struct Plan {
    /// The byte of the text where it is, or where it is to be added.
    place: usize,
    edit: Option<ThresholdEdit>,
    /// What the settings must be after the edit.
    settings: Setting,
}

/// Where a limit is missing.
enum Gap {
    /// A key of `defaults`, which may be missing as well.
    Default { key: &'static str },
    /// The threshold of an entry that is merged from another.
    Threshold { language: usize, entry: usize },
    /// An entry in the metrics of a language.
    Entry {
        language: usize,
        metric: MetricType,
        comparison: Comparison,
    },
}

impl Gap {
    /// What the addition is to be made to.
    fn node<'a>(&self, document: &'a Node) -> Option<&'a Node> {
        let metrics = |language: &usize| document.get("languages")?.items().get(*language)?.get("metrics");
        match self {
            Self::Default { .. } => document.get("defaults").or(Some(document)),
            Self::Threshold { language, entry } => metrics(language)?.items().get(*entry),
            Self::Entry { language, .. } => metrics(language),
        }
    }
}

impl<'a> Reading<'a> {
    fn new(format: Format, text: &'a str) -> Option<Self> {
        let path = Path::new("");
        let (document, config, others) = match format {
            Format::Yaml => {
                let document = yaml::parse(text).ok()?;
                let config = Config::from_node(path, &document).ok()?;
                (document, config, toml::Table::new())
            }
            Format::Pyproject => {
                let document = pyproject::parse(text).ok()??;
                let config = Config::from_document(path, &document, pyproject::TABLE).ok()?;
                let mut others: toml::Table = toml::from_str(text).ok()?;
                if let Some(tool) = others.get_mut("tool").and_then(toml::Value::as_table_mut) {
                    tool.remove("antipasta");
                }
                (document, config, others)
            }
        };
        Some(Self {
            format,
            text,
            document,
            config,
            others,
        })
    }

    /// The edits that may do, the best first.
    fn plans(&self, metric: MetricType, limit: f64) -> Option<Vec<Plan>> {
        match language_index(&self.config.settings) {
            Some(language) => self.plans_in_language(language, metric, limit),
            None => self.plans_in_defaults(metric, limit),
        }
    }

    fn plans_in_language(&self, language: usize, metric: MetricType, limit: f64) -> Option<Vec<Plan>> {
        let list = self.document.get("languages")?.items().get(language)?.get("metrics")?;
        let settings = &self.config.settings;
        let entries = settings.get("languages")?.items()[language].get("metrics")?.items();
        let is_of_metric = |entry: &Setting| entry.get("type").and_then(Setting::text) == Some(metric.as_str());
        let mut plans = Vec::new();
        // The last entry of a metric is the one that counts.
        let index = entries.iter().rposition(is_of_metric);
        if let Some(entry) = index {
            let mut settings = settings.clone();
            entries_mut(&mut settings, language)?[entry].set("threshold", Setting::Number(limit));
            if let Some(old) = list.items().get(entry)?.get("threshold") {
                plans.push(self.replacement(old, limit, settings.clone()));
            }
            // A merged entry says itself what it does not want of the other.
            plans.push(self.insertion(&Gap::Threshold { language, entry }, limit, settings)?);
        }
        let comparison = index.map_or_else(
            || usual_comparison(metric).unwrap_or(Comparison::LessOrEqual),
            |index| comparison_of(&entries[index]),
        );
        let mut settings = settings.clone();
        entries_mut(&mut settings, language)?.push(Setting::Block(vec![
            ("type", Setting::word(metric.as_str())),
            ("threshold", Setting::Number(limit)),
            ("comparison", Setting::word(comparison.as_str())),
            ("enabled", Setting::Boolean(true)),
        ]));
        let gap = Gap::Entry {
            language,
            metric,
            comparison,
        };
        plans.push(self.insertion(&gap, limit, settings)?);
        Some(plans)
    }

    fn plans_in_defaults(&self, metric: MetricType, limit: f64) -> Option<Vec<Plan>> {
        let key = metric.info().default?.key;
        let mut settings = self.config.settings.clone();
        let value = match threshold_kind(metric)? {
            Kind::Integer(_) if limit.fract() == 0.0 => Setting::Integer(limit as i64),
            _ => Setting::Number(limit),
        };
        settings.get_mut("defaults")?.set(key, value);
        let old = self.document.get("defaults").and_then(|defaults| defaults.get(key));
        let replacement = old.map(|old| self.replacement(old, limit, settings.clone()));
        let insertion = self.insertion(&Gap::Default { key }, limit, settings)?;
        Some(replacement.into_iter().chain([insertion]).collect())
    }

    /// The edit of a plan, if the text that it leaves says what is wanted.
    fn fulfilled(&self, plan: &Plan) -> Option<ThresholdEdit> {
        let edit = plan.edit.clone()?;
        let edited = edit.apply(self.text);
        let after = Reading::new(self.format, &edited)?;
        let repeated = |config: &Config| {
            let warnings = config.warnings.iter();
            warnings.filter(|warning| warning.message == GIVEN_AGAIN).count()
        };
        let is_as_wanted = after.config.settings == plan.settings
            && repeated(&after.config) == repeated(&self.config)
            && after.others == self.others;
        is_as_wanted.then_some(edit)
    }

    /// Writes a limit in place of another, in the other's quotes and with a point if that has one.
    fn replacement(&self, old: &Node, limit: f64, settings: Setting) -> Plan {
        let start = match self.format {
            Format::Yaml => yaml_insertion::after_properties(self.text, &old.span),
            Format::Pyproject => old.span.start,
        };
        let written = &self.text[start..old.span.end];
        let quotes = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quotes| written.starts_with(quotes))
            .unwrap_or_default();
        let number = match written.contains('.') {
            true => python_float(limit),
            false => number(limit),
        };
        Plan {
            place: start,
            edit: Some(ThresholdEdit {
                bytes: start..old.span.end,
                replacement: format!("{quotes}{number}{quotes}"),
            }),
            settings,
        }
    }

    /// Writes a limit where it is missing.
    fn insertion(&self, gap: &Gap, limit: f64, settings: Setting) -> Option<Plan> {
        let edit = match self.format {
            Format::Yaml => yaml_insertion::insert(self.text, &self.document, gap, limit),
            Format::Pyproject => toml_insertion::insert(self.text, gap, limit),
        };
        Some(Plan {
            place: gap.node(&self.document)?.span.start,
            edit,
            settings,
        })
    }
}

fn entries_mut(settings: &mut Setting, language: usize) -> Option<&mut Vec<Setting>> {
    let language = settings.get_mut("languages")?.items_mut()?.get_mut(language)?;
    language.get_mut("metrics")?.items_mut()
}

fn comparison_of(entry: &Setting) -> Comparison {
    let written = entry.get("comparison").and_then(Setting::text).unwrap_or_default();
    written.parse().unwrap_or(Comparison::LessOrEqual)
}

/// A number as people write it: without a point, if it is whole.
fn number(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        python_float(value)
    }
}

/// How the lines of a text end.
fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Where the line that holds `offset` starts.
fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind(['\n', '\r']).map_or(0, |newline| newline + 1)
}

/// Where the line that holds `offset` ends, before its terminator.
fn line_end(text: &str, offset: usize) -> usize {
    text[offset..]
        .find(['\n', '\r'])
        .map_or(text.len(), |newline| offset + newline)
}

#[cfg(test)]
mod tests;

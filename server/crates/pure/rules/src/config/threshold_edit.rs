//! The edit of a configuration by which one metric gets another limit and all else stays as it is, comments, quotes, order
//! and style included.
//!
//! Where a limit stands, or where it has to be put, follows from the places of the nodes. What comes of an edit is never
//! taken on trust: the edited text is read again, and must say what is wanted and otherwise what it said before.

mod brackets;
mod limit;
mod new_file;
mod toml_insertion;
mod yaml_insertion;

use std::ops::Range;
use std::path::Path;

pub use self::limit::passing_limit;
pub use self::new_file::new_configuration;
use super::check::GIVEN_AGAIN;
use super::comparison::Comparison;
use super::model::{Config, language_index};
use super::node::Node;
use super::schema::{Kind, threshold_kind, usual_comparison};
use super::setting::Setting;
use super::{pyproject, yaml};
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
    pub fn of_path(path: &Path) -> Self {
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

    /// The text as the edit leaves it.
    pub fn apply(&self, text: &str) -> String {
        let (before, after) = (&text[..self.bytes.start], &text[self.bytes.end..]);
        [before, &self.replacement, after].concat()
    }
}

/// The edit that gives `metric` another limit in the text of a configuration, which may start with a byte order mark.
///
/// The limit is set where it counts: in the entry for Python in `languages`, if there is one, else in `defaults`. What is
/// missing there is added; a metric that has no entry beside others is judged from then on, by its default comparison.
///
/// `None` if the text is no sound configuration, if the key cannot have this limit, and where the limit cannot be changed
/// without changing anything else, as where YAML's aliases share it.
pub fn threshold_edit(format: Format, text: &str, metric: MetricType, limit: f64) -> Option<ThresholdEdit> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reading = Reading::of(format, bare)?;
    let mut plans = reading.plans(metric, limit)?.into_iter();
    let mut edit = plans.find(|plan| reading.is_fulfilled_by(plan))?.edit;
    let mark = text.len() - bare.len();
    edit.bytes = edit.bytes.start + mark..edit.bytes.end + mark;
    Some(edit)
}

/// The edit by which a value of `metric` just passes that does not, and the limit that it sets: see [`passing_limit`] and
/// [`threshold_edit`]. `None`, too, if the value passes by the text as it is.
pub fn edit_to_pass(format: Format, text: &str, metric: MetricType, value: f64) -> Option<(f64, ThresholdEdit)> {
    let config = Reading::of(format, text.strip_prefix('\u{feff}').unwrap_or(text))?.config;
    let threshold = config.threshold(metric)?;
    if threshold.comparison.holds(value, threshold.limit) {
        return None;
    }
    let limit = passing_limit(&config, metric, value)?;
    Some((limit, threshold_edit(format, text, metric, limit)?))
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

/// An edit, and what the settings must be after it.
struct Plan {
    edit: ThresholdEdit,
    settings: Setting,
}

impl<'a> Reading<'a> {
    fn of(format: Format, text: &'a str) -> Option<Self> {
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
        // The last entry of a metric is the one that counts.
        let index = entries.iter().rposition(is_of_metric);
        let mut plans = Vec::new();
        if let Some(index) = index {
            let mut settings = settings.clone();
            entries_mut(&mut settings, language)?[index].set("threshold", Setting::Number(limit));
            let entry = list.items().get(index)?;
            let replacement = entry.get("threshold").map(|old| self.replacement(old, limit));
            // A merged entry says itself what it does not want of the other.
            let edits = [replacement, self.member(entry, "threshold", limit)];
            plans.extend(edits.into_iter().flatten().map(|edit| Plan {
                edit,
                settings: settings.clone(),
            }));
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
        let edit = self.entry(list, metric, limit, comparison);
        plans.extend(edit.map(|edit| Plan { edit, settings }));
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
        let edits = match self.document.get("defaults") {
            Some(defaults) => {
                let replacement = defaults.get(key).map(|old| self.replacement(old, limit));
                [replacement, self.member(defaults, key, limit)]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            None => self.defaults(key, limit),
        };
        let plan = |edit| Plan {
            edit,
            settings: settings.clone(),
        };
        Some(edits.into_iter().map(plan).collect())
    }

    fn is_fulfilled_by(&self, plan: &Plan) -> bool {
        let edited = plan.edit.apply(self.text);
        let Some(after) = Reading::of(self.format, &edited) else {
            return false;
        };
        let repeated = |config: &Config| {
            let warnings = config.warnings.iter();
            warnings.filter(|warning| warning.message == GIVEN_AGAIN).count()
        };
        after.config.settings == plan.settings
            && repeated(&after.config) == repeated(&self.config)
            && after.others == self.others
    }

    /// Writes a limit in place of another, in the other's quotes and with a point if that has one.
    fn replacement(&self, old: &Node, limit: f64) -> ThresholdEdit {
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
        ThresholdEdit {
            bytes: start..old.span.end,
            replacement: format!("{quotes}{number}{quotes}"),
        }
    }

    /// Adds a key with a number to a table.
    fn member(&self, table: &Node, key: &str, limit: f64) -> Option<ThresholdEdit> {
        match self.format {
            Format::Yaml => yaml_insertion::member(self.text, table, &format!("{key}: {}", number(limit))),
            Format::Pyproject => toml_insertion::member(self.text, table, key, &number(limit)),
        }
    }

    /// Adds an entry to a list of metrics.
    fn entry(&self, list: &Node, metric: MetricType, limit: f64, comparison: Comparison) -> Option<ThresholdEdit> {
        // What is quoted so is a text in YAML and in TOML.
        let quoted = |text: &str| format!("\"{text}\"");
        let members = [
            ("type", metric.to_string()),
            ("threshold", number(limit)),
            ("comparison", quoted(comparison.as_str())),
        ];
        match self.format {
            Format::Yaml => yaml_insertion::item(self.text, list, &members),
            Format::Pyproject => {
                let members = members.map(|(key, value)| match key {
                    "type" => (key, quoted(&value)),
                    _ => (key, value),
                });
                toml_insertion::item(self.text, list, &members)
            }
        }
    }

    /// Adds `defaults` with one key in it.
    fn defaults(&self, key: &str, limit: f64) -> Vec<ThresholdEdit> {
        match self.format {
            Format::Yaml => yaml_insertion::defaults(self.text, &self.document, key, &number(limit)),
            Format::Pyproject => toml_insertion::defaults(self.text, &self.document, key, &number(limit)),
        }
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

/// The white space at the start of the line that holds `offset`.
fn indentation(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..offset];
    &line[..line.len() - line.trim_start().len()]
}

/// Appends lines to a text, which may lack a last line terminator.
fn at_the_end(text: &str, lines: &[&str]) -> ThresholdEdit {
    let newline = newline(text);
    let is_ended = text.is_empty() || text.ends_with(['\n', '\r']);
    let mut appended = if is_ended { String::new() } else { newline.to_owned() };
    for line in lines {
        appended.push_str(line);
        appended.push_str(newline);
    }
    ThresholdEdit::insertion(text.len(), appended)
}

#[cfg(test)]
mod tests;

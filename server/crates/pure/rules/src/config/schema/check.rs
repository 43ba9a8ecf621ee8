//! Validates a document against the schema.

use std::borrow::Cow;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::coerce;
use super::{Key, Kind, LARGEST_SIZE, Presence};
use crate::config::document::{Node, Position, Value};
use crate::config::pattern::{LONGEST_PATTERN, MOST_PATTERN_COST, parse_pattern, pattern_cost};
use crate::config::problem::Problem;
use crate::config::setting::Setting;

/// The warning about a key that its block has twice.
pub(in crate::config) const GIVEN_AGAIN: &str = "is given again further down; the last one counts";

/// The errors and warnings so far.
pub(in crate::config) struct Report<'a> {
    path: &'a Path,
    pub errors: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

/// The search ends after this many errors, and after this many warnings.
const MOST_PROBLEMS: usize = 100;

impl<'a> Report<'a> {
    pub(in crate::config) fn new(path: &'a Path) -> Self {
        Self {
            path,
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Whether the search has found enough.
    fn is_full(&self) -> bool {
        self.errors.len() >= MOST_PROBLEMS
    }

    pub(in crate::config) fn error(&mut self, position: Position, key: &str, message: impl Into<String>) {
        let problem = self.problem(position, key, message.into());
        self.errors.push(problem);
    }

    pub(in crate::config) fn warn(&mut self, position: Position, key: &str, message: impl Into<String>) {
        if self.warnings.len() < MOST_PROBLEMS {
            let problem = self.problem(position, key, message.into());
            self.warnings.push(problem);
        }
    }

    fn problem(&self, position: Position, key: &str, message: String) -> Problem {
        Problem {
            path: self.path.to_owned(),
            position,
            key: key.to_owned(),
            message,
        }
    }
}

/// The settings of an empty block.
pub(in crate::config) fn default_block(keys: &'static [Key]) -> Setting {
    let given = keys.iter().filter_map(|key| Some((key.name, default_of(key)?)));
    Setting::Block(given.collect())
}

fn default_of(key: &Key) -> Option<Setting> {
    match (&key.presence, key.kind) {
        (Presence::Default(setting), _) => Some(setting.clone()),
        (Presence::DefaultBlock, Kind::Block(keys)) => Some(default_block(keys())),
        _ => None,
    }
}

/// The settings of a block; `None` if it has errors.
pub(in crate::config) fn check_block(
    keys: &'static [Key],
    node: &Node,
    path: &str,
    report: &mut Report<'_>,
) -> Option<Setting> {
    let Value::Table(entries) = &node.value else {
        let names: Vec<_> = keys.iter().map(|key| key.name).collect();
        let allowed = format!("a mapping with the keys {}", listed(&names));
        reject(node, path, &allowed, report);
        return None;
    };
    check_keys(keys, entries, path, report);
    let mut settings = Vec::with_capacity(keys.len());
    let mut sound = true;
    for key in keys {
        let given = entries.iter().rev().find(|(name, _)| is_named(name, key.name));
        let path = member(path, key.name);
        match (given, &key.presence) {
            (Some((_, value)), Presence::Optional) if value.value == Value::Null => {}
            (Some((_, value)), _) => match check(key.kind, value, &path, report) {
                Some(setting) => settings.push((key.name, setting)),
                None => sound = false,
            },
            (None, Presence::Required) => {
                report.error(node.position, &path, "is missing, and has no default");
                sound = false;
            }
            (None, _) => settings.extend(default_of(key).map(|setting| (key.name, setting))),
        }
    }
    sound.then_some(Setting::Block(settings))
}

/// Reports unknown keys and repeated keys.
fn check_keys(keys: &[Key], entries: &[(Node, Node)], path: &str, report: &mut Report<'_>) {
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    let mut last: FxHashMap<&str, usize> = FxHashMap::default();
    for (index, (name, _)) in entries.iter().enumerate() {
        if let Value::Text(text) = &name.value {
            last.insert(text, index);
        }
    }
    for (index, (name, _)) in entries.iter().enumerate() {
        if report.is_full() {
            return;
        }
        let Value::Text(text) = &name.value else {
            let found = name.value.describe();
            report.error(name.position, path, format!("a key must be a text, not {found}"));
            continue;
        };
        let path = member(path, text);
        if !names.contains(&text.as_str()) {
            let message = match similar(text, &names) {
                Some(name) => format!("unknown key; did you mean `{name}`?"),
                None => "unknown key".to_owned(),
            };
            report.error(name.position, &path, format!("{message} (allowed: {})", listed(&names)));
        } else if last.get(&**text) > Some(&index) {
            report.warn(name.position, &path, GIVEN_AGAIN);
        }
    }
}

fn is_named(node: &Node, name: &str) -> bool {
    matches!(&node.value, Value::Text(text) if text == name)
}

fn check(kind: Kind, node: &Node, path: &str, report: &mut Report<'_>) -> Option<Setting> {
    let setting = match (kind, &node.value) {
        (Kind::Block(keys), _) => return check_block(keys(), node, path, report),
        (Kind::List(item), Value::List(nodes)) => return check_list(*item, nodes, path, report),
        (Kind::Boolean, value) => coerce::boolean(value).map(Setting::Boolean),
        (Kind::Integer(range), value) => coerce::integer(value)
            .filter(|value| range.contains(*value as f64))
            .map(Setting::Integer),
        (Kind::Number(range), value) => coerce::number(value)
            .filter(|value| range.contains(*value))
            .map(Setting::Number),
        (Kind::Size, value) => coerce::size(value)
            .filter(|size| (1..=LARGEST_SIZE).contains(size))
            .map(Setting::Integer),
        (Kind::Text, Value::Text(text)) => Some(Setting::Text(Cow::Owned(text.clone()))),
        (Kind::Pattern, Value::Text(text)) if parse_pattern(text).is_ok() => {
            Some(Setting::Text(Cow::Owned(text.clone())))
        }
        (Kind::Extension, Value::Text(text)) if text.starts_with('.') => Some(Setting::Text(Cow::Owned(text.clone()))),
        (Kind::Choice(words), Value::Text(text)) => {
            let chosen = words().into_iter().find(|word| word == text);
            chosen.map(Setting::word)
        }
        _ => None,
    };
    if setting.is_none() {
        reject(node, path, &allowed(kind, &node.value), report);
    }
    setting
}

fn check_list(item: Kind, nodes: &[Node], path: &str, report: &mut Report<'_>) -> Option<Setting> {
    let mut sound = true;
    let mut settings = Vec::with_capacity(nodes.len());
    if let Kind::Pattern = item {
        sound = check_cost(nodes, path, report);
    }
    for (index, node) in nodes.iter().enumerate() {
        if report.is_full() {
            return None;
        }
        match check(item, node, &format!("{path}[{index}]"), report) {
            Some(setting) => settings.push(setting),
            None => sound = false,
        }
    }
    sound.then_some(Setting::List(settings))
}

/// Whether the patterns of a list are within the limit.
fn check_cost(patterns: &[Node], path: &str, report: &mut Report<'_>) -> bool {
    let mut cost = 0;
    for node in patterns {
        if let Value::Text(text) = &node.value {
            cost += pattern_cost(text);
        }
        if cost > MOST_PATTERN_COST {
            report.error(
                node.position,
                path,
                "has too many patterns up to here: about 4000 with wildcards are the most",
            );
            return false;
        }
    }
    true
}

fn reject(node: &Node, path: &str, allowed: &str, report: &mut Report<'_>) {
    let found = node.value.describe();
    report.error(node.position, path, format!("must be {allowed}, not {found}"));
}

/// Describes the valid values of `kind`, and suggests a word that is similar to `found`.
fn allowed(kind: Kind, found: &Value) -> String {
    match kind {
        Kind::Boolean => "true or false".to_owned(),
        Kind::Integer(range) => format!("a whole number {}", range.describe()),
        Kind::Number(range) => format!("a number {}", range.describe()),
        Kind::Size => format!("a size from 1 byte to {} GB, such as `32 MB`", LARGEST_SIZE >> 30),
        Kind::Text => "a text (in quotes, if it looks like anything else)".to_owned(),
        Kind::Pattern => format!(
            "a pattern as in a .gitignore, of at most {LONGEST_PATTERN} bytes (in quotes, if it begins with `*` or `!`)"
        ),
        Kind::Extension => "an extension with its dot, such as `.py`".to_owned(),
        Kind::Choice(words) => {
            let words = words();
            let mut allowed = format!("one of {}", listed(&words));
            if let Value::Text(text) = found
                && let Some(word) = similar(text, &words)
            {
                allowed.push_str(&format!(" (perhaps `{word}`)"));
            }
            allowed
        }
        Kind::List(_) => "a list".to_owned(),
        Kind::Block(_) => "a mapping".to_owned(),
    }
}

/// A list of words for a message, cut off where it would get too long.
fn listed(words: &[&str]) -> String {
    const MOST: usize = 16;
    let shown: Vec<_> = words.iter().take(MOST).map(|word| format!("`{word}`")).collect();
    let shown = shown.join(", ");
    match words.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more that `antipasta-lsp config schema` lists"),
    }
}

/// The word that `text` most likely misspells.
pub fn similar<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    const ALIKE: f64 = 0.7;
    // A text that is much longer than every word is similar to none, and slow to compare.
    const LONGEST: usize = 100;
    if text.len() > LONGEST {
        return None;
    }
    let folded = text.to_ascii_lowercase().replace('-', "_");
    let score = |word: &str| strsim::normalized_damerau_levenshtein(&folded, word);
    if let Some(word) = words.iter().find(|word| folded.len() > 3 && word.starts_with(&folded)) {
        return Some(word);
    }
    let scored = words.iter().map(|word| (score(word), *word));
    scored
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

pub(in crate::config) fn member(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

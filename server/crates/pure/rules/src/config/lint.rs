//! Warnings about settings that are valid, but do not do what they seem to.

use rustc_hash::FxHashMap;

use super::comparison::Comparison;
use super::document::Node;
use super::model::{EXTENSION, LANGUAGE, NAMED_EXTENSIONS, is_python, threshold_of};
use super::pattern::class_length;
use super::schema::check::{Report, member, similar};
use super::schema::{self, usual_comparison};
use super::setting::Setting;
use crate::escape::shortened;
use antipasta_metrics::{MetricInfo, MetricType};

/// The languages that only antipasta analyzes.
const OTHER_LANGUAGES: [&str; 2] = ["javascript", "typescript"];

/// The longest text that a message quotes, in characters.
const LONGEST_TEXT: usize = 60;

/// Adds the warnings. `settings` was made from `document`. Messages put `prefix` before its keys.
pub(super) fn lint(document: &Node, settings: &Setting, prefix: &str, report: &mut Report<'_>) {
    languages(document, settings, prefix, report);
    defaults(document, settings, prefix, report);
    for key in ["ignore_patterns", "critical_paths"] {
        patterns(document, settings, key, prefix, report);
    }
    not_judged(document, settings, prefix, report);
}

/// The items of a list with their positions.
fn items<'a>(document: &'a Node, settings: &'a Setting, key: &str) -> impl Iterator<Item = (&'a Node, &'a Setting)> {
    let nodes = document.get(key).map(Node::items).unwrap_or_default();
    let settings = settings.get(key).map(Setting::items).unwrap_or_default();
    nodes.iter().zip(settings)
}

fn text<'a>(settings: &'a Setting, key: &str) -> &'a str {
    settings.get(key).and_then(Setting::text).unwrap_or_default()
}

fn is_enabled(metric: &Setting) -> bool {
    metric.get("enabled").and_then(Setting::boolean).unwrap_or(true)
}

fn languages(document: &Node, settings: &Setting, prefix: &str, report: &mut Report<'_>) {
    let list = member(prefix, "languages");
    let mut python = None;
    for (index, (node, language)) in items(document, settings, "languages").enumerate() {
        let path = format!("{list}[{index}]");
        let name = text(language, "name");
        if is_python(name) {
            match python {
                None => {
                    extensions(node, language, &path, report);
                    metrics(node, language, &path, report);
                }
                Some(line) => {
                    let message = format!(
                        "has no effect: line {line} has an entry for `{LANGUAGE}` already, and the first one counts"
                    );
                    report.warn(node.position, &path, message);
                }
            }
            python.get_or_insert(node.position.line);
        } else if !is_other_language(name) {
            let position = node.get("name").map_or(node.position, |name| name.position);
            let meant = match similar(name, &[LANGUAGE, OTHER_LANGUAGES[0], OTHER_LANGUAGES[1]]) {
                None if name.to_ascii_lowercase().starts_with("py") => Some(LANGUAGE),
                meant => meant,
            };
            let hint = match meant {
                Some(meant) => format!("; did you mean `{meant}`? Its"),
                None => ": its".to_owned(),
            };
            let name = shortened(name, LONGEST_TEXT);
            let message = format!("unknown language `{name}`{hint} metrics judge nothing");
            report.warn(position, &member(&path, "name"), message);
        }
    }
}

fn is_other_language(name: &str) -> bool {
    OTHER_LANGUAGES.iter().any(|other| name.eq_ignore_ascii_case(other))
}

/// Warns of extensions that have no effect: Python files are always found by `.py`.
fn extensions(node: &Node, language: &Setting, path: &str, report: &mut Report<'_>) {
    let Some(list) = node.get("extensions") else {
        return;
    };
    let given: Vec<_> = items(node, language, "extensions")
        .filter_map(|(node, extension)| Some((node, extension.text()?)))
        .collect();
    let is_known = |extension: &str| {
        extension
            .strip_prefix('.')
            .is_some_and(|name| NAMED_EXTENSIONS.contains(&name))
    };
    let other = given.iter().find(|(_, extension)| !is_known(extension));
    let position = match other {
        Some((node, _)) => node.position,
        None if given
            .iter()
            .any(|(_, extension)| extension.strip_prefix('.') == Some(EXTENSION)) =>
        {
            return;
        }
        None => list.position,
    };
    let message = "has no effect: folders are searched for `.py` files, and `.pyi` and `.pyw` files can be named";
    report.warn(position, &member(path, "extensions"), message);
}

/// Lints the metrics of the entry for Python.
fn metrics(node: &Node, language: &Setting, path: &str, report: &mut Report<'_>) {
    let list = member(path, "metrics");
    let entries: Vec<_> = items(node, language, "metrics").collect();
    let last: FxHashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .map(|(index, (_, entry))| (text(entry, "type"), index))
        .collect();
    for (index, (node, entry)) in entries.iter().enumerate() {
        let path = format!("{list}[{index}]");
        let name = text(entry, "type");
        if last[name] != index {
            let message = format!("`{name}` is given again further down; the last one counts");
            report.warn(node.position, &path, message);
        } else if let Some(metric) = judged(entry) {
            limit(metric, node, entry, &path, report);
        }
    }
    if !entries.iter().any(|(_, entry)| judged(entry).is_some()) {
        let position = node.get("metrics").map_or(node.position, |metrics| metrics.position);
        report.warn(position, &list, "no metric is judged: every Python file passes");
    }
}

/// The metric of an entry in `metrics`, if it is enabled and computed.
fn judged(entry: &Setting) -> Option<MetricType> {
    text(entry, "type").parse().ok().filter(|_| is_enabled(entry))
}

/// Warns of a comparison that asks for bad values, and of a limit that every value or no value satisfies.
fn limit(metric: MetricType, node: &Node, entry: &Setting, path: &str, report: &mut Report<'_>) {
    let threshold = threshold_of(metric, entry);
    let written = node.get("comparison");
    if let Some(meant) = usual_comparison(metric)
        && threshold.comparison.direction() != meant.direction()
    {
        let (asked, better) = match threshold.comparison {
            Comparison::Equal => ("for exactly this value", None),
            Comparison::NotEqual => ("for any other value", None),
            Comparison::Less | Comparison::LessOrEqual => ("for low values", Some("higher is better")),
            Comparison::Greater | Comparison::GreaterOrEqual => ("for high values", Some("lower is better")),
        };
        let though = better.map_or_else(String::new, |better| format!(", but {better}"));
        let message = match written {
            Some(_) => format!(
                "`{}` asks {asked}{though}; did you mean `{meant}`?",
                threshold.comparison
            ),
            None => format!(
                "is missing, and `{}` asks {asked}{though}; did you mean `{meant}`?",
                threshold.comparison
            ),
        };
        let position = written.map_or(node.position, |comparison| comparison.position);
        return report.warn(position, &member(path, "comparison"), message);
    }
    let MetricInfo { least, most, .. } = *metric.info();
    let bounds = match most.is_finite() {
        true => format!("is from {least} to {most}"),
        false => format!("is at least {least}"),
    };
    let position = node.get("threshold").map_or(node.position, |limit| limit.position);
    let what = if !threshold.comparison.can_hold_between(least, most, threshold.limit) {
        format!("every value violates this: {metric} {bounds}")
    } else if threshold.comparison.holds_between(least, most, threshold.limit) {
        format!("no value violates this: {metric} {bounds}; `enabled: false` keeps it from being judged")
    } else {
        return;
    };
    report.warn(position, &member(path, "threshold"), what);
}

/// Warns of limits in `defaults` that the entry for Python contradicts.
fn defaults(document: &Node, settings: &Setting, prefix: &str, report: &mut Report<'_>) {
    let languages = settings.get("languages").map(Setting::items).unwrap_or_default();
    let Some(python) = languages.iter().find(|language| is_python(text(language, "name"))) else {
        return;
    };
    let metrics = python.get("metrics").map(Setting::items).unwrap_or_default();
    for (metric, default) in MetricType::with_default() {
        let Some(node) = document.get("defaults").and_then(|defaults| defaults.get(default.key)) else {
            continue;
        };
        let given = settings.get("defaults").and_then(|defaults| defaults.get(default.key));
        let entry = metrics.iter().rev().find(|entry| judged(entry) == Some(metric));
        let limit = entry.map(|entry| threshold_of(metric, entry).limit);
        if limit == given.and_then(Setting::number) {
            continue;
        }
        let instead = match limit {
            Some(limit) => format!("says {limit}"),
            None => format!("does not judge {metric}"),
        };
        let message = format!("has no effect: the entry for `{LANGUAGE}` in `languages` {instead}");
        report.warn(
            node.position,
            &format!("{}.{}", member(prefix, "defaults"), default.key),
            message,
        );
    }
}

/// Warns of patterns that match nothing, and of `!` patterns without a pattern before them.
fn patterns(document: &Node, settings: &Setting, key: &str, prefix: &str, report: &mut Report<'_>) {
    let list: Vec<_> = items(document, settings, key)
        .map(|(node, pattern)| (node, without_blanks(pattern.text().unwrap_or_default())))
        .collect();
    let last: FxHashMap<&str, usize> = list
        .iter()
        .enumerate()
        .map(|(index, (_, pattern))| (*pattern, index))
        .collect();
    let first = list
        .iter()
        .position(|(_, pattern)| !pattern.starts_with(['!', '#']) && !pattern.is_empty());
    for (index, (node, pattern)) in list.iter().enumerate() {
        let overrides = |own: &str| {
            let everything = ["*", "**", "**/*", "/"];
            let later = |text: &&str| last.get(text).is_some_and(|place| *place > index);
            everything.into_iter().chain([own]).find(later).map(str::to_owned)
        };
        let message = pattern_trouble(pattern, "the configuration's folder").or_else(|| {
            let own = pattern.strip_prefix('!')?;
            if first.is_none_or(|first| first > index) {
                return Some("has no effect: there is no pattern above it to make an exception from".to_owned());
            }
            let later = overrides(own)?;
            Some(format!(
                "has no effect: `{}` further down overrides it",
                shortened(&later, LONGEST_TEXT)
            ))
        });
        if let Some(message) = message {
            report.warn(node.position, &format!("{}[{index}]", member(prefix, key)), message);
        }
    }
}

/// A pattern without trailing blanks, which are ignored unless they are escaped.
fn without_blanks(pattern: &str) -> &str {
    let trimmed = pattern.trim_end_matches(' ');
    match pattern.get(..trimmed.len() + 1) {
        Some(escaped) if trimmed.ends_with('\\') => escaped,
        _ => trimmed,
    }
}

/// Why a pattern of the command line matches no file, or no file that is likely to exist.
pub fn trouble_of_given_pattern(pattern: &str) -> Option<String> {
    pattern_trouble(without_blanks(pattern), "the working directory")
}

/// Why a pattern, without trailing blanks, matches no file, or no file that is likely to exist. It is relative to a
/// `folder`.
fn pattern_trouble(pattern: &str, folder: &str) -> Option<String> {
    let body = pattern.strip_prefix('!').unwrap_or(pattern);
    if body.is_empty() {
        return Some("is empty: it matches nothing".to_owned());
    }
    if pattern.starts_with('#') {
        return Some("is a comment, as in a .gitignore: it matches nothing; `\\#` stands for a `#`".to_owned());
    }
    if has_windows_separator(body) {
        let meant = body.replace('\\', "/");
        let meant = shortened(&meant, LONGEST_TEXT);
        return Some(format!("`\\` does not separate folders; did you mean `{meant}`?"));
    }
    let path = body.trim_matches('/');
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) && !path.is_empty() {
        return Some(format!(
            "matches nothing: patterns are relative to {folder}, and have no `.`, `..` or `//`"
        ));
    }
    if has_unclosed_bracket(body) {
        let message = "`[` is not closed by a `]`, so it matches only a `[`; `\\[` says so without this warning";
        return Some(message.to_owned());
    }
    None
}

/// Whether a backslash is before a character that needs no escape, or at the end.
fn has_windows_separator(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        let escaped = rest[at + 1..].chars().next();
        if !matches!(escaped, Some('#' | '!' | ' ' | '[' | ']' | '{' | '}' | '\\' | '-')) {
            return true;
        }
        rest = &rest[at + 2..];
    }
    false
}

fn has_unclosed_bracket(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '[']) {
        let skipped = match rest.as_bytes()[at] {
            b'\\' => rest[at + 1..].chars().next().map_or(0, char::len_utf8),
            _ => match class_length(&rest[at + 1..]) {
                0 => return true,
                length => length,
            },
        };
        rest = &rest[at + 1 + skipped..];
    }
    false
}

/// Adds one warning that names all that only antipasta evaluates.
fn not_judged(document: &Node, settings: &Setting, prefix: &str, report: &mut Report<'_>) {
    let mut found: Vec<(&Node, String)> = Vec::new();
    let mut add = |node, name: String| {
        if !found.iter().any(|(_, known)| *known == name) {
            found.push((node, name));
        }
    };
    for block in schema::BLOCKS_NOT_JUDGED {
        if let (Some(node), Some(_)) = (document.get(block), settings.get(block)) {
            add(node, format!("`{block}`"));
        }
    }
    if let Some(profile) = document
        .get("profile")
        .filter(|_| text(settings, "profile") != "standard")
    {
        add(profile, "`profile`".to_owned());
    }
    for (node, language) in items(document, settings, "languages") {
        let name = text(language, "name");
        for (node, entry) in items(node, language, "metrics").filter(|(_, entry)| is_enabled(entry)) {
            if is_other_language(name) {
                add(node, format!("the metrics of `{}`", name.to_ascii_lowercase()));
            } else if is_python(name) && judged(entry).is_none() {
                add(node, format!("`{}`", text(entry, "type")));
            }
        }
    }
    if let Some(position) = found.iter().map(|(node, _)| node.position).min() {
        let names: Vec<_> = found.into_iter().map(|(_, name)| name).collect();
        let message = format!("not judged by antipasta-lsp, only by antipasta: {}", names.join(", "));
        report.warn(position, prefix, message);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;

    /// The warnings of a configuration, without the file's name.
    fn warnings(yaml: &str) -> Vec<String> {
        let config = Config::from_yaml(Path::new("c"), yaml).unwrap();
        let shown = config.warnings.iter().map(ToString::to_string);
        shown
            .map(|warning| warning.trim_start_matches("c:").to_owned())
            .collect()
    }

    fn python(metrics: &str) -> String {
        format!("languages: [{{name: python, metrics: [{metrics}]}}]")
    }

    #[test]
    fn extensions_that_are_not_heeded_are_named() {
        for (extensions, expected) in [
            ("[]", true),
            ("[.pyx]", true),
            ("[.py, .pyx]", true),
            ("[.pyi]", true),
            ("[.py]", false),
            ("[.pyi, .py]", false),
        ] {
            let metrics = "metrics: [{type: cyclomatic_complexity, threshold: 10}]";
            let found = warnings(&format!(
                "languages: [{{name: python, extensions: {extensions}, {metrics}}}]"
            ));
            let is_named = found
                .iter()
                .any(|warning| warning.contains("extensions: has no effect"));
            assert_eq!(is_named, expected, "{extensions}: {found:?}");
        }
    }

    #[test]
    fn a_comparison_that_asks_for_bad_values_is_named() {
        for (entry, expected) in [
            (
                "type: maintainability_index, threshold: 50",
                Some("is missing, and `<=` asks for low values, but higher is better; did you mean `>=`?"),
            ),
            (
                "type: maintainability_index, threshold: 50, comparison: <",
                Some("`<` asks for low values"),
            ),
            ("type: maintainability_index, threshold: 50, comparison: '>'", None),
            (
                "type: maintainability_index, threshold: 50, comparison: <, enabled: no",
                None,
            ),
            ("type: cyclomatic_complexity, threshold: 10", None),
            (
                "type: cyclomatic_complexity, threshold: 10, comparison: '>='",
                Some("`>=` asks for high values, but lower is better; did you mean `<=`?"),
            ),
            (
                "type: halstead_bugs, threshold: 1, comparison: '>'",
                Some("did you mean `<=`?"),
            ),
            (
                "type: weighted_methods_per_class, threshold: 5, comparison: '=='",
                Some("`==` asks for exactly this value; did you mean `<=`?"),
            ),
            (
                "type: maintainability_index, threshold: 5, comparison: '!='",
                Some("`!=` asks for any other value; did you mean `>=`?"),
            ),
            ("type: comment_lines, threshold: 1, comparison: '>='", None),
            ("type: blank_lines, threshold: 0, comparison: '=='", None),
        ] {
            let found = warnings(&python(&format!("{{{entry}}}")));
            let found: Vec<_> = found
                .iter()
                .filter(|warning| !warning.contains("no metric is judged"))
                .collect();
            assert_eq!(found.len(), usize::from(expected.is_some()), "{entry}: {found:?}");
            assert!(
                expected.is_none_or(|expected| found[0].contains(expected)),
                "{entry}: {found:?}"
            );
        }
    }

    #[test]
    fn a_limit_that_says_nothing_is_named() {
        for (entry, expected) in [
            (
                "type: maintainability_index, threshold: 101, comparison: '>='",
                "every value violates this: maintainability_index is from 0 to 100",
            ),
            (
                "type: maintainability_index, threshold: 0, comparison: '>='",
                "no value violates this",
            ),
            (
                "type: cyclomatic_complexity, threshold: 0",
                "every value violates this: cyclomatic_complexity is at least 1",
            ),
            (
                "type: cyclomatic_complexity, threshold: 1, comparison: <",
                "every value violates this",
            ),
            ("type: halstead_volume, threshold: .inf", "no value violates this"),
            (
                "type: comment_lines, threshold: 0, comparison: '>='",
                "no value violates this",
            ),
        ] {
            let found = warnings(&python(&format!("{{{entry}}}")));
            assert!(found.len() == 1 && found[0].contains(expected), "{entry}: {found:?}");
        }
        assert_eq!(warnings(&python("{type: cognitive_complexity, threshold: 0}")), [""; 0]);
    }

    #[test]
    fn an_entry_that_another_one_overrides_is_named() {
        let metric = "{type: cyclomatic_complexity, threshold: 1}";
        assert_eq!(
            warnings(&python(&format!("{metric}, {metric}"))),
            ["1:38: languages[0].metrics[0]: `cyclomatic_complexity` is given again further down; the last one counts"]
        );
        let twice = format!("languages:\n- {{name: python, metrics: [{metric}]}}\n- {{name: Python, metrics: []}}\n");
        assert_eq!(
            warnings(&twice),
            ["3:3: languages[1]: has no effect: line 2 has an entry for `python` already, and the first one counts"]
        );
        let defaults = format!("defaults: {{max_cyclomatic_complexity: 5}}\n{}", python(metric));
        assert_eq!(
            warnings(&defaults),
            ["1:39: defaults.max_cyclomatic_complexity: has no effect: the entry for `python` in `languages` says 1"]
        );
        assert_eq!(warnings(&defaults.replace("5}", "1}")), [""; 0]);
    }

    #[test]
    fn a_language_that_nobody_knows_is_named() {
        let named = |name: &str| warnings(&format!("languages: [{{name: {name}, metrics: []}}]"));
        for name in ["pyhton", "py", "python3", "Pyton"] {
            let found = named(name);
            let expected = format!("unknown language `{name}`; did you mean `python`? Its metrics judge nothing");
            assert!(found.len() == 1 && found[0].contains(&expected), "{found:?}");
        }
        assert!(named("rust")[0].ends_with("unknown language `rust`: its metrics judge nothing"));
        assert!(named("\"a\\nb\"")[0].contains("`a\\nb`"));
        assert_eq!(named("javascript"), [""; 0]);
    }

    #[test]
    fn nothing_that_is_judged_is_named() {
        for metrics in [
            "",
            "{type: cyclomatic_complexity, threshold: 1, enabled: no}",
            "{type: function_arity, threshold: 1}",
        ] {
            let found = warnings(&python(metrics));
            assert!(
                found.iter().any(|warning| warning.contains("no metric is judged")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_named() {
        for (pattern, expected) in [
            ("", "is empty"),
            ("  ", "is empty"),
            ("!", "is empty"),
            ("#a.py", "is a comment"),
            ("[", "`[` is not closed"),
            ("a[b/*.py", "`[` is not closed"),
            ("[!]", "`[` is not closed"),
            ("src\\gen\\*.py", "did you mean `src/gen/*.py`?"),
            ("gen\\*.py", "did you mean `gen/*.py`?"),
            ("./gen", "matches nothing"),
            ("../gen", "matches nothing"),
            ("a//b", "matches nothing"),
            ("!gen/a.py", "no pattern above it"),
        ] {
            for key in ["ignore_patterns", "critical_paths"] {
                let found = warnings(&format!("{key}: ['{pattern}', b.py]"));
                assert!(found.len() == 1 && found[0].contains(expected), "{pattern}: {found:?}");
                assert!(found[0].contains(&format!("{key}[0]")), "{found:?}");
            }
        }
        for pattern in [
            "/", "/a/", "**/a/**", "[]]", "[!a]", "\\#a", "\\[a", "a\\ ", "{a,b}", "*.py",
        ] {
            assert_eq!(
                warnings(&format!("ignore_patterns: ['{pattern}']")),
                [""; 0],
                "{pattern}"
            );
        }
    }

    #[test]
    fn an_exception_that_is_overridden_is_named() {
        for (patterns, overridden) in [
            ("gen/, '!gen/a.py', 'gen/a.py'", true),
            ("gen/, '!gen/a.py', '**'", true),
            ("gen/, '!gen/a.py', 'gen/b.py'", false),
            ("gen/, '!gen/a.py'", false),
        ] {
            let found = warnings(&format!("ignore_patterns: [{patterns}]"));
            assert_eq!(found.len(), usize::from(overridden), "{patterns}: {found:?}");
            assert!(
                found
                    .iter()
                    .all(|warning| warning.contains("further down overrides it")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_only_antipasta_judges_is_named_in_one_line() {
        let text = "tree_shape: {}\nimport_graph: {}\nprofile: relaxed\nduplication: ~\nlanguages:\n- name: python\n  metrics:\n  \
                    - {type: lines_of_code, threshold: 1}\n  - {type: function_arity, threshold: 1}\n  \
                    - {type: blast_radius, threshold: 1, enabled: no}\n- name: TypeScript\n  metrics: [{type: lines_of_code, threshold: 1}]\n";
        assert_eq!(
            warnings(text),
            [
                "1:13: not judged by antipasta-lsp, only by antipasta: `tree_shape`, `import_graph`, `profile`, \
              `function_arity`, the metrics of `typescript`"
            ]
        );
        assert_eq!(
            warnings("profile: standard\nlanguages: [{name: javascript, metrics: []}]"),
            [""; 0]
        );
    }
}

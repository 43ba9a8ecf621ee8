//! A valid configuration.

use std::path::{Path, PathBuf};

use super::comparison::Comparison;
use super::document::yaml::SyntaxError;
use super::document::{Node, Position, Value};
use super::document::{pyproject, yaml};
use super::lint::lint;
use super::problem::{ConfigErrors, Problem};
use super::schema::check::{Report, check_block, default_block};
use super::schema::{self, DEFAULT_MAX_FILE_SIZE, LARGEST_FOUND_SIZE, MAX_FILE_SIZE};
use super::setting::Setting;
use antipasta_metrics::MetricType;

/// The language whose entry in `languages` applies.
pub(super) const LANGUAGE: &str = "python";

/// The extension of the files that a search finds in directories.
pub const EXTENSION: &str = "py";

/// The extensions of files that are analyzed if the user names them.
pub const NAMED_EXTENSIONS: [&str; 3] = [EXTENSION, "pyw", "pyi"];

/// The ignore patterns of a project that has no configuration: tests are ignored.
const DEFAULT_IGNORE_PATTERNS: [&str; 3] = ["**/test_*.py", "**/*_test.py", "**/tests/**"];

/// How strict the style metrics are. None of them is computed yet; the setting is reserved for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The strictest.
    Extreme,
    /// The default.
    Standard,
    /// The most lenient.
    Relaxed,
}

impl Profile {
    /// Every profile, strictest first.
    pub const ALL: [Self; 3] = [Self::Extreme, Self::Standard, Self::Relaxed];

    /// The name used in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Extreme => "extreme",
            Self::Standard => "standard",
            Self::Relaxed => "relaxed",
        }
    }
}

/// The threshold of one metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The metric.
    pub metric: MetricType,
    /// The relation that a value must have to `limit`.
    pub comparison: Comparison,
    /// The limit.
    pub limit: f64,
    /// Whether the metric is evaluated.
    pub enabled: bool,
}

/// A valid configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The file that it was read from; `None` for the built-in one.
    pub path: Option<PathBuf>,
    /// The thresholds for Python files: one entry per metric.
    pub thresholds: Vec<Threshold>,
    /// Patterns of files to ignore, with the syntax of `.gitignore`.
    pub ignore_patterns: Vec<String>,
    /// Patterns of files to check first when the time is limited, with the same syntax.
    pub critical_paths: Vec<String>,
    /// Whether files that `.gitignore` names are ignored too.
    pub use_gitignore: bool,
    /// The size limit of a source file in bytes. Larger files are not checked.
    pub max_file_size: u64,
    /// Where the file sets this limit.
    size_position: Position,
    /// Warnings: the file is valid, but does not do what it seems to.
    pub warnings: Vec<Problem>,
    /// Every setting: the one in the file, or its default.
    pub settings: Setting,
}

impl Config {
    /// The configuration without a file: the reference's defaults.
    pub fn built_in() -> Self {
        let metrics = schema::default_thresholds().map(|(threshold, _)| {
            Setting::Block(vec![
                ("type", Setting::word(threshold.metric.as_str())),
                ("threshold", Setting::Number(threshold.limit)),
                ("comparison", Setting::word(threshold.comparison.as_str())),
                ("enabled", Setting::Boolean(threshold.enabled)),
            ])
        });
        let language = Setting::Block(vec![
            ("name", Setting::word(LANGUAGE)),
            ("extensions", Setting::List(vec![Setting::word(".py")])),
            ("metrics", Setting::List(metrics.collect())),
        ]);
        let patterns = DEFAULT_IGNORE_PATTERNS.map(Setting::word).to_vec();
        let mut settings = default_block(&schema::CONFIG);
        settings.set("languages", Setting::List(vec![language]));
        settings.set("ignore_patterns", Setting::List(patterns));
        Self::from_settings(None, settings, Vec::new())
    }

    /// Reads the text of a `.antipasta.yaml`; `path` is for messages.
    ///
    /// # Errors
    ///
    /// All errors, each with its position.
    pub fn from_yaml(path: &Path, text: &str) -> Result<Self, ConfigErrors> {
        let document = yaml::parse(text).map_err(|error| syntax_problem(path, error))?;
        Self::from_node(path, &document)
    }

    /// A configuration from the document of a whole file.
    pub(super) fn from_node(path: &Path, document: &Node) -> Result<Self, ConfigErrors> {
        Self::from_document(path, document, "")
    }

    /// Reads the `[tool.antipasta]` table of the text of a `pyproject.toml`; `None` if it has no such table.
    ///
    /// # Errors
    ///
    /// All errors of the table, each with its position; or a syntax error of the file.
    pub fn from_pyproject(path: &Path, text: &str) -> Result<Option<Self>, ConfigErrors> {
        match pyproject::parse(text).map_err(|error| syntax_problem(path, error))? {
            Some(table) => Self::from_document(path, &table, pyproject::TABLE).map(Some),
            None => Ok(None),
        }
    }

    /// A configuration from the document of a file or of a table in it. Messages put `prefix` before its keys.
    pub(super) fn from_document(path: &Path, document: &Node, prefix: &str) -> Result<Self, ConfigErrors> {
        let mut report = Report::new(path);
        // An empty document, or an empty value (`{}`, `[]`, `false`), means all defaults.
        let settings = if document.value.is_falsy() && !matches!(document.value, Value::Table(_)) {
            Some(default_block(&schema::CONFIG))
        } else {
            check_block(&schema::CONFIG, document, prefix, &mut report)
        };
        if let Some(settings) = &settings
            && report.errors.is_empty()
        {
            lint(document, settings, prefix, &mut report);
        }
        let (mut errors, mut warnings) = (report.errors, report.warnings);
        match settings {
            Some(settings) if errors.is_empty() => {
                warnings.sort_by_key(|problem| problem.position);
                let size = document.get(MAX_FILE_SIZE).map(|size| size.position);
                Ok(Self {
                    size_position: size.unwrap_or_default(),
                    ..Self::from_settings(Some(path.to_owned()), settings, warnings)
                })
            }
            _ => {
                errors.sort_by_key(|problem| problem.position);
                Err(ConfigErrors(errors))
            }
        }
    }

    fn from_settings(path: Option<PathBuf>, settings: Setting, warnings: Vec<Problem>) -> Self {
        let thresholds = match language(&settings) {
            Some(language) => thresholds_of(language),
            None => default_thresholds(&settings),
        };
        let patterns = |key| -> Vec<String> {
            let patterns = settings.get(key).map(Setting::items).unwrap_or_default();
            patterns.iter().filter_map(Setting::text).map(str::to_owned).collect()
        };
        let size = |key| match settings.get(key) {
            Some(Setting::Integer(bytes)) => u64::try_from(*bytes).ok(),
            _ => None,
        };
        Self {
            path,
            thresholds,
            ignore_patterns: patterns("ignore_patterns"),
            critical_paths: patterns("critical_paths"),
            use_gitignore: settings.get("use_gitignore").and_then(Setting::boolean).unwrap_or(true),
            max_file_size: size(MAX_FILE_SIZE).unwrap_or(DEFAULT_MAX_FILE_SIZE),
            size_position: Position::default(),
            warnings,
            settings,
        }
    }

    /// The configuration as it applies if it was found beside the files and not named by the user. Its author is the author
    /// of the files, and must not make the program use all memory.
    pub fn as_found(mut self) -> Self {
        if self.max_file_size > LARGEST_FOUND_SIZE {
            self.warnings.push(Problem {
                path: self.path.clone().unwrap_or_default(),
                position: self.size_position,
                key: MAX_FILE_SIZE.to_owned(),
                message: format!(
                    "is more than {0} MB, so {0} MB is used; a larger size needs a configuration that is named, as by `--config`",
                    LARGEST_FOUND_SIZE >> 20
                ),
            });
            self.max_file_size = LARGEST_FOUND_SIZE;
            self.settings
                .set(MAX_FILE_SIZE, Setting::Integer(LARGEST_FOUND_SIZE as i64));
        }
        self
    }

    /// The directory to which the patterns are relative; `None` for the built-in configuration.
    pub fn directory(&self) -> Option<&Path> {
        self.path.as_deref()?.parent()
    }

    /// The threshold of `metric`, if it is evaluated.
    pub fn threshold(&self, metric: MetricType) -> Option<&Threshold> {
        self.thresholds
            .iter()
            .find(|threshold| threshold.metric == metric && threshold.enabled)
    }
}

/// The entry for Python.
fn language(settings: &Setting) -> Option<&Setting> {
    settings.get("languages")?.items().get(language_index(settings)?)
}

/// The index of the first entry for Python in `languages`.
pub(super) fn language_index(settings: &Setting) -> Option<usize> {
    settings.get("languages")?.items().iter().position(|language| {
        let name = language.get("name").and_then(Setting::text);
        name.is_some_and(is_python)
    })
}

/// Whether a name in `languages` is that of Python.
pub(super) fn is_python(name: &str) -> bool {
    name.eq_ignore_ascii_case(LANGUAGE)
}

/// The thresholds of an entry in `languages`: the last one of each computed metric.
fn thresholds_of(language: &Setting) -> Vec<Threshold> {
    let mut thresholds: Vec<Threshold> = Vec::new();
    for entry in language.get("metrics").map(Setting::items).unwrap_or_default() {
        let name = entry.get("type").and_then(Setting::text);
        let Some(Ok(metric)) = name.map(str::parse) else {
            continue;
        };
        let threshold = threshold_of(metric, entry);
        match thresholds.iter_mut().find(|earlier| earlier.metric == metric) {
            Some(earlier) => *earlier = threshold,
            None => thresholds.push(threshold),
        }
    }
    thresholds
}

/// The threshold of an entry in `metrics`.
pub(super) fn threshold_of(metric: MetricType, entry: &Setting) -> Threshold {
    let comparison = entry.get("comparison").and_then(Setting::text);
    Threshold {
        metric,
        comparison: comparison
            .and_then(|comparison| comparison.parse().ok())
            .unwrap_or(Comparison::LessOrEqual),
        limit: entry.get("threshold").and_then(Setting::number).unwrap_or_default(),
        enabled: entry.get("enabled").and_then(Setting::boolean).unwrap_or(true),
    }
}

/// The thresholds without an entry for Python in `languages`: those of `defaults`, all enabled.
fn default_thresholds(settings: &Setting) -> Vec<Threshold> {
    let defaults = settings.get("defaults");
    let limit = |key| {
        defaults
            .and_then(|defaults| defaults.get(key))
            .and_then(Setting::number)
    };
    schema::default_thresholds()
        .map(|(threshold, default)| Threshold {
            limit: limit(default.key).unwrap_or(threshold.limit),
            enabled: true,
            ..threshold
        })
        .collect()
}

/// The error of a document that cannot be parsed.
pub(super) fn syntax_problem(path: &Path, error: SyntaxError) -> ConfigErrors {
    ConfigErrors(vec![Problem {
        path: path.to_owned(),
        position: error.position,
        key: String::new(),
        message: error.message,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Config {
        Config::from_yaml(Path::new(".antipasta.yaml"), text).unwrap()
    }

    fn problems(text: &str) -> String {
        Config::from_yaml(Path::new("c.yaml"), text).unwrap_err().to_string()
    }

    #[test]
    fn without_a_file_cognitive_complexity_is_not_judged_and_tests_are_left_out() {
        let config = Config::built_in();
        assert_eq!(config.thresholds.len(), 6);
        assert!(config.threshold(MetricType::CognitiveComplexity).is_none());
        assert_eq!(config.ignore_patterns, DEFAULT_IGNORE_PATTERNS);
        assert!(config.use_gitignore);
    }

    #[test]
    fn a_file_without_the_language_judges_all_six_defaults() {
        for text in [
            "",
            "{}",
            "false",
            "defaults: {}",
            "languages: [{name: rust, metrics: []}]",
        ] {
            let config = read(text);
            assert_eq!(
                config.thresholds.iter().filter(|threshold| threshold.enabled).count(),
                6,
                "{text}"
            );
            assert!(config.ignore_patterns.is_empty());
        }
        let config = read("defaults: {max_cognitive_complexity: 7}");
        assert_eq!(config.threshold(MetricType::CognitiveComplexity).unwrap().limit, 7.0);
    }

    #[test]
    fn an_entry_for_the_language_replaces_the_defaults() {
        let config = read(
            "languages:\n- name: Python\n  metrics:\n  - {type: lines_of_code, threshold: 1}\n  \
             - {type: halstead_bugs, threshold: 2, enabled: no}\n  - {type: lines_of_code, threshold: 3, comparison: '<'}\n  \
             - {type: function_arity, threshold: 3}\n- name: python\n  metrics: []\n",
        );
        let threshold = config.threshold(MetricType::LinesOfCode).unwrap();
        assert_eq!((threshold.limit, threshold.comparison), (3.0, Comparison::Less));
        assert_eq!(config.threshold(MetricType::HalsteadBugs), None);
        assert_eq!(config.threshold(MetricType::CyclomaticComplexity), None);
        assert_eq!(config.warnings.len(), 3);
    }

    #[test]
    fn errors_name_the_file_the_line_the_key_and_what_is_allowed() {
        let text = "defaults:\n  max_cyclomatic_complexity: 51\nprofil: standard\nuse_gitignore: 3\n\
                    languages:\n- name: python\n  metrics:\n  - type: cyclomatic\n    threshold: -1\n";
        let found = problems(text);
        let lines: Vec<_> = found.lines().collect();
        assert_eq!(lines.len(), 5, "{found}");
        assert!(
            lines[0]
                .starts_with("c.yaml:2:30: defaults.max_cyclomatic_complexity: must be a whole number from 1 to 50")
        );
        assert!(lines[1].contains("c.yaml:3:1: profil: unknown key; did you mean `profile`?"));
        assert!(lines[2].contains("use_gitignore: must be true or false, not `3`"));
        assert!(lines[3].contains("languages[0].metrics[0].type: must be one of `cyclomatic_complexity`"));
        assert!(lines[4].contains("languages[0].metrics[0].threshold: must be a number of at least 0, not `-1`"));
    }

    #[test]
    fn patterns_are_checked() {
        assert!(problems("ignore_patterns: ['[z-a]']").contains("c.yaml:1:19: ignore_patterns[0]: must be a pattern"));
    }

    #[test]
    fn a_size_has_a_unit_or_is_in_bytes() {
        let size = |text: &str| read(&format!("max_file_size: {text}")).max_file_size;
        assert_eq!(read("").max_file_size, 32 << 20);
        for (text, bytes) in [
            ("33554432", 32 << 20),
            ("'33554432'", 32 << 20),
            ("32 MB", 32 << 20),
            ("32MiB", 32 << 20),
            ("1.5 kB", 1536),
            ("2 K", 2048),
            ("7 bytes", 7),
            ("1 gb", 1 << 30),
        ] {
            assert_eq!(size(text), bytes, "{text}");
        }
        for text in [
            "0", "-1", "1.1 GB", "32 TB", "MB", "''", "yes", "[1]", "1.5", "nan MB", "inf", "1e3 MB",
        ] {
            assert!(
                problems(&format!("max_file_size: {text}"))
                    .contains("must be a size from 1 byte to 1 GB, such as `32 MB`"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_configuration_that_was_found_cannot_set_any_size() {
        let config = read("profile: standard\nmax_file_size: 1 GB");
        assert_eq!((config.max_file_size, config.warnings.len()), (1 << 30, 0));
        let found = config.as_found();
        assert_eq!(found.max_file_size, 32 << 20);
        assert_eq!(found.settings.get(MAX_FILE_SIZE), Some(&Setting::Integer(32 << 20)));
        assert!(
            found.warnings[0]
                .to_string()
                .starts_with(".antipasta.yaml:2:16: max_file_size: is more than 32 MB"),
            "{:?}",
            found.warnings
        );
        let found = read("max_file_size: 32 MB").as_found();
        assert_eq!((found.max_file_size, found.warnings.len()), (32 << 20, 0));
    }

    #[test]
    fn pyproject_has_the_same_keys() {
        let path = Path::new("pyproject.toml");
        let text = "[tool.antipasta.defaults]\nmax_cyclomatic_complexity = 5\n\
                    [[tool.antipasta.languages]]\nname = 'rust'\nmetrics = []\n";
        let config = Config::from_pyproject(path, text).unwrap().unwrap();
        assert_eq!(config.threshold(MetricType::CyclomaticComplexity).unwrap().limit, 5.0);
        let error = Config::from_pyproject(path, "[tool.antipasta]\nprofil = 1\n").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("pyproject.toml:2:1: tool.antipasta.profil: unknown key")
        );
    }
}

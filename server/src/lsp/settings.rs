//! What the user sets in the editor, beside the thresholds, which stand in configuration files.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tower_lsp::lsp_types::DiagnosticSeverity;

use antipasta_metrics::MetricType;
use antipasta_rules::config::similar;

/// The name of the settings among those of the editor.
pub(super) const SECTION: &str = "antipasta";

/// The settings that the server reads.
const NAMES: [&str; 7] = [
    "severity",
    "configuration",
    "diagnosticMode",
    "workspaceScan",
    "codeLens",
    "inlayHints",
    "status",
];

/// Settings of the section that the editors read themselves, and send along.
const OF_EDITORS: [&str; 3] = ["path", "importStrategy", "trace"];

/// The settings. All may be left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    /// `severity`: how severe violations are; one word for all, or a word for each metric and one for `default`.
    pub severity: Severities,
    /// `configuration`: the configuration file for all documents, in place of the nearest above each. Relative to the
    /// workspace folder.
    pub configuration: Option<PathBuf>,
    /// `diagnosticMode`: which files have diagnostics pushed to the client.
    pub diagnostic_mode: DiagnosticMode,
    /// `workspaceScan`: whether all files of the workspace are analyzed in the background, and again when they change.
    pub workspace_scan: Switch<true>,
    /// `codeLens`: whether functions and classes have code lenses.
    pub code_lens: Switch<true>,
    /// `inlayHints`: whether lines that add to cognitive complexity say so.
    pub inlay_hints: Switch<false>,
    /// `status`: whether the client is sent `antipasta/status` notifications.
    pub status: Switch<false>,
}

/// A setting that is on or off; by default it is `DEFAULT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Switch<const DEFAULT: bool>(bool);

impl<const DEFAULT: bool> Switch<DEFAULT> {
    /// Whether it is on.
    pub(super) fn is_on(self) -> bool {
        self.0
    }
}

impl<const DEFAULT: bool> Default for Switch<DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

/// Which files have their diagnostics pushed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum DiagnosticMode {
    /// `openFilesOnly`: those that are open.
    #[default]
    OpenFilesOnly,
    /// `workspace`: all of the workspace.
    Workspace,
}

/// How severe a violation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// `error`.
    Error,
    /// `warning`.
    #[default]
    Warning,
    /// `information`.
    Information,
    /// `hint`.
    Hint,
}

impl From<Severity> for DiagnosticSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::ERROR,
            Severity::Warning => Self::WARNING,
            Severity::Information => Self::INFORMATION,
            Severity::Hint => Self::HINT,
        }
    }
}

/// How severe violations are, by their metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Severities {
    default: Severity,
    of_metrics: Vec<(MetricType, Severity)>,
}

impl Severities {
    /// How severe a violation of a metric is.
    pub(super) fn of(&self, metric: MetricType) -> Severity {
        let own = self.of_metrics.iter().find(|(named, _)| *named == metric);
        own.map_or(self.default, |(_, severity)| *severity)
    }
}

impl Settings {
    /// Reads settings. What cannot be read is as if it were left out; the second value says what that is.
    pub(super) fn read(value: &Value) -> (Self, Vec<String>) {
        let empty = Map::new();
        let mut problems = Vec::new();
        let object = match value {
            Value::Object(object) => object,
            Value::Null => &empty,
            _ => {
                problems.push("the settings must be an object".to_owned());
                &empty
            }
        };
        // Clients that pass settings on as they have them put them under the name of their section.
        let section = object.get(SECTION).and_then(Value::as_object);
        let mut reader = Reader {
            object: section.unwrap_or(object),
            problems,
        };
        reader.name_unknown(section.is_some());
        let settings = Self {
            severity: reader.severities(),
            configuration: reader.read("configuration", "a path"),
            diagnostic_mode: reader.read("diagnosticMode", "`openFilesOnly` or `workspace`"),
            workspace_scan: reader.read("workspaceScan", "true or false"),
            code_lens: reader.read("codeLens", "true or false"),
            inlay_hints: reader.read("inlayHints", "true or false"),
            status: reader.read("status", "true or false"),
        };
        (settings, reader.problems)
    }
}

struct Reader<'a> {
    object: &'a Map<String, Value>,
    problems: Vec<String>,
}

const SEVERITIES: &str = "`error`, `warning`, `information` or `hint`";

impl Reader<'_> {
    /// Says which settings do not exist. Beside our section, objects are other programs' sections.
    fn name_unknown(&mut self, is_section: bool) {
        let known = |name: &str| NAMES.contains(&name) || OF_EDITORS.contains(&name);
        let unknown = self.object.iter().filter(|(name, _)| !known(name));
        let ours = unknown.filter(|(_, value)| is_section || !value.is_object());
        self.problems.extend(ours.map(|(name, _)| {
            let name = name.strip_prefix("antipasta.").unwrap_or(name);
            let meant = similar(name, &NAMES).map(|meant| format!("; did you mean `{meant}`?"));
            format!("`{SECTION}.{name}` is no setting{}", meant.unwrap_or_default())
        }));
    }

    fn read<T: DeserializeOwned + Default>(&mut self, name: &str, allowed: &str) -> T {
        match self.object.get(name) {
            None | Some(Value::Null) => T::default(),
            Some(value) => self.convert(name, value, allowed),
        }
    }

    fn convert<T: DeserializeOwned + Default>(&mut self, name: &str, value: &Value, allowed: &str) -> T {
        serde_json::from_value(value.clone()).unwrap_or_else(|_| {
            self.problems
                .push(format!("`{SECTION}.{name}` must be {allowed}, not `{value}`"));
            T::default()
        })
    }

    fn severities(&mut self) -> Severities {
        let Some(Value::Object(by_metric)) = self.object.get("severity") else {
            return Severities {
                default: self.read("severity", SEVERITIES),
                of_metrics: Vec::new(),
            };
        };
        let mut severities = Severities::default();
        for (name, value) in by_metric {
            let severity = self.convert(&format!("severity.{name}"), value, SEVERITIES);
            match name.parse() {
                Ok(metric) => severities.of_metrics.push((metric, severity)),
                Err(_) if name == "default" => severities.default = severity,
                Err(error) => self.problems.push(format!("`{SECTION}.severity`: {error}")),
            }
        }
        severities
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_may_be_left_out() {
        for value in [
            json!(null),
            json!({}),
            json!({"inlayHints": null}),
            json!({"path": "", "importStrategy": "useBundled", "trace": {"server": "off"}}),
            json!({"python": {"analysis": {}}}),
        ] {
            assert_eq!(Settings::read(&value), (Settings::default(), Vec::new()));
        }
        assert!(Settings::default().code_lens.is_on() && !Settings::default().inlay_hints.is_on());
    }

    #[test]
    fn settings_may_stand_under_their_section() {
        let (settings, problems) = Settings::read(&json!({"antipasta": {
            "inlayHints": true, "diagnosticMode": "workspace", "severity": {"default": "hint", "halstead_volume": "error"}
        }}));
        assert_eq!(problems, [""; 0]);
        assert!(settings.inlay_hints.is_on());
        assert_eq!(settings.diagnostic_mode, DiagnosticMode::Workspace);
        assert_eq!(settings.severity.of(MetricType::HalsteadVolume), Severity::Error);
        assert_eq!(settings.severity.of(MetricType::LinesOfCode), Severity::Hint);
    }

    #[test]
    fn settings_that_do_not_exist_are_named() {
        let expected = [
            "`antipasta.inlay_hints` is no setting; did you mean `inlayHints`?",
            "`antipasta.whatever` is no setting",
        ];
        let unknown = json!({"inlay_hints": true, "whatever": {}});
        assert_eq!(Settings::read(&json!({"antipasta": unknown})).1, expected);
        let plain = json!({"antipasta.inlay_hints": true, "whatever": 1});
        assert_eq!(Settings::read(&plain).1, expected);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_left_out() {
        let (settings, problems) = Settings::read(&json!({
            "inlayHints": "yes", "codeLens": false, "severity": {"cyclomatic": "error", "default": "loud"}
        }));
        assert!(!settings.inlay_hints.is_on() && !settings.code_lens.is_on());
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems
                .iter()
                .any(|problem| problem.contains("`antipasta.inlayHints` must be true or false, not `\"yes\"`"))
        );
        assert_eq!(Settings::read(&json!(3)).1.len(), 1);
    }
}

//! Configurations as YAML texts: the one that `config init` writes, and settings written out in full.

use std::fmt::Write as _;

use super::setting::Setting;
use crate::escape;
use antipasta_syntax::text::python_float;

/// The first line of a written configuration: what editors need to check it.
const HEADER: &str = "# Thresholds for code metrics. Every key: `antipasta-lsp config schema`.\n";

/// The configuration that `antipasta-lsp config init` writes: the defaults, with all six thresholds judged.
pub const TEMPLATE: &str = include_str!("template.yaml");

/// Settings as a YAML document.
pub fn to_yaml(settings: &Setting) -> String {
    let mut text = HEADER.to_owned();
    write_value(&mut text, settings, 0, "");
    text
}

/// Writes a value that follows `lead` on a line of its own, or opens a block of lines.
fn write_value(text: &mut String, value: &Setting, depth: usize, lead: &str) {
    match value {
        Setting::Block(settings) if !settings.is_empty() => {
            end_lead(text, lead);
            write_members(text, settings, depth);
        }
        Setting::List(items) if !items.is_empty() => {
            end_lead(text, lead);
            for item in items {
                indent(text, depth);
                text.push('-');
                match item {
                    Setting::Block(settings) if !settings.is_empty() => {
                        // The first member stands beside the dash, the others below it.
                        let mut members = String::new();
                        write_members(&mut members, settings, depth + 1);
                        let _ = write!(text, " {}", members.trim_start());
                    }
                    item => write_value(text, item, depth + 1, " "),
                }
            }
        }
        scalar => {
            let _ = writeln!(text, "{lead}{}", scalar_text(scalar));
        }
    }
}

fn write_members(text: &mut String, settings: &[(&'static str, Setting)], depth: usize) {
    for (key, value) in settings {
        indent(text, depth);
        let _ = write!(text, "{key}:");
        write_value(text, value, depth + 1, " ");
    }
}

fn end_lead(text: &mut String, lead: &str) {
    if !lead.is_empty() {
        text.push('\n');
    }
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n("  ", depth));
}

fn scalar_text(value: &Setting) -> String {
    match value {
        Setting::Boolean(value) => value.to_string(),
        Setting::Integer(value) => value.to_string(),
        Setting::Number(value) if value.is_infinite() => if *value > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        Setting::Number(value) if value.is_nan() => ".nan".to_owned(),
        Setting::Number(value) => {
            // YAML 1.1 reads `1e+16` as a text: its numbers have a point.
            let text = python_float(*value);
            match text.split_once('e') {
                Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
                _ => text,
            }
        }
        // JSON's strings are YAML's double-quoted ones, and never mean anything else.
        Setting::Text(_) => escape::json(value.to_json().to_string()),
        Setting::List(_) => "[]".to_owned(),
        Setting::Block(_) => "{}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use std::path::Path;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let path = Path::new(".antipasta.yaml");
        let odd = "defaults: {max_halstead_effort: 1.5}\nignore_patterns: ['**/a \"b\"', 'yes', '!x', \"\\t\"]\nlanguages:\n\
                   - name: python\n  extensions: [.py, .pyi]\n  metrics: [{type: lines_of_code, threshold: 1.0e+20, enabled: off},\n    \
                   {type: halstead_bugs, threshold: .inf, comparison: '!='}]\ntree_shape: {exclude: [a]}\nnarrative: {name_clarity_floor: 0.5}\n";
        for text in [odd, TEMPLATE, ""] {
            let config = Config::from_yaml(path, text).unwrap();
            let written = to_yaml(&config.settings);
            let again = Config::from_yaml(path, &written).unwrap_or_else(|error| panic!("{error}\n{written}"));
            assert_eq!(again.settings, config.settings, "{written}");
            assert_eq!(again.thresholds, config.thresholds, "{written}");
        }
    }

    #[test]
    fn the_template_judges_the_six_defaults() {
        let template = Config::from_yaml(Path::new(".antipasta.yaml"), TEMPLATE).unwrap();
        let defaults = Config::from_yaml(Path::new(".antipasta.yaml"), "").unwrap();
        let sorted = |config: &Config| {
            let mut thresholds = config.thresholds.clone();
            thresholds.sort_by_key(|threshold| threshold.metric);
            thresholds
        };
        assert_eq!(sorted(&template), sorted(&defaults));
        assert_eq!(template.warnings, []);
        assert_eq!(template.ignore_patterns, Config::built_in().ignore_patterns);
    }
}

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::config::{TEMPLATE, Threshold, to_yaml};
use Format::{Pyproject, Yaml};
use MetricType::{
    BlankLines, CognitiveComplexity, CyclomaticComplexity, HalsteadEffort, HalsteadVolume, LinesOfCode,
    MaintainabilityIndex,
};

/// The text of a configuration after an edit; `None` if there is none.
fn edited(format: Format, text: &str, metric: MetricType, limit: f64) -> Option<String> {
    match threshold_change(format, text, metric, limit)? {
        ThresholdChange::Edit(edit) => Some(edit.apply(text)),
        ThresholdChange::ByHand(_) => None,
    }
}

/// Asserts that a limit is left to the user to write, where the text has a `$`.
#[track_caller]
fn expect_by_hand(format: Format, marked: &str, metric: MetricType) {
    let text = marked.replace('$', "");
    let change = threshold_change(format, &text, metric, 37.0);
    assert_eq!(change, marked.find('$').map(ThresholdChange::ByHand), "{text}");
}

#[track_caller]
fn expect(format: Format, text: &str, (metric, limit): (MetricType, f64), expected: &str) {
    let found = edited(format, text, metric, limit);
    assert_eq!(found.as_deref(), Some(expected), "{text}");
    assert_is_set(format, text, expected, metric, limit);
    assert_keeps_comments(text, expected);
}

fn read(format: Format, text: &str) -> Config {
    let config = match format {
        Yaml => Config::from_yaml(Path::new("c"), text).map(Some),
        Pyproject => Config::from_pyproject(Path::new("c"), text),
    };
    config.unwrap_or_else(|error| panic!("{error}\n{text}")).unwrap()
}

/// Reads the text before and after an edit as the check does, and compares what comes of it.
#[track_caller]
fn assert_is_set(format: Format, before: &str, after: &str, metric: MetricType, limit: f64) {
    let (old, new) = (read(format, before), read(format, after));
    assert_eq!(
        new.threshold(metric).map(|threshold| threshold.limit),
        Some(limit),
        "{after}"
    );
    let others = |config: &Config| -> Vec<Threshold> {
        let others = config.thresholds.iter().filter(|threshold| threshold.metric != metric);
        others.copied().collect()
    };
    assert_eq!(others(&old), others(&new), "{after}");
    if let Some(old) = old.threshold(metric) {
        assert_eq!(new.threshold(metric).unwrap().comparison, old.comparison);
    }
    assert_eq!(old.ignore_patterns, new.ignore_patterns);
    assert_eq!(old.use_gitignore, new.use_gitignore);
    for key in ["profile", "tree_shape", "import_graph", "narrative", "duplication"] {
        assert_eq!(old.settings.get(key), new.settings.get(key), "{after}");
    }
}

#[track_caller]
fn assert_keeps_comments(before: &str, after: &str) {
    for comment in before.lines().filter_map(|line| line.split_once('#')) {
        assert!(after.contains(comment.1), "{after}");
    }
}

#[test]
fn a_limit_is_replaced_where_it_stands() {
    let text = "# why\ndefaults:   # all\n  max_cyclomatic_complexity: 7 # seven\n  max_halstead_volume: 1_0.0\n";
    expect(
        Yaml,
        text,
        (CyclomaticComplexity, 12.0),
        "# why\ndefaults:   # all\n  max_cyclomatic_complexity: 12 # seven\n  max_halstead_volume: 1_0.0\n",
    );
    expect(
        Yaml,
        text,
        (HalsteadVolume, 12.0),
        "# why\ndefaults:   # all\n  max_cyclomatic_complexity: 7 # seven\n  max_halstead_volume: 12.0\n",
    );
    expect(
        Yaml,
        "languages: [{name: é, metrics: []}, {name: Python, metrics: [{threshold: '9', type: blank_lines}]}]",
        (BlankLines, 30.5),
        "languages: [{name: é, metrics: []}, {name: Python, metrics: [{threshold: '30.5', type: blank_lines}]}]",
    );
    expect(
        Yaml,
        "\u{feff}defaults: {max_cyclomatic_complexity: !!int &ten \"10\"}\r\n",
        (CyclomaticComplexity, 11.0),
        "\u{feff}defaults: {max_cyclomatic_complexity: !!int &ten \"11\"}\r\n",
    );
    expect(
        Pyproject,
        "\u{feff}[project]\nname = \"é\"\n[tool.antipasta.defaults]\nmax_cyclomatic_complexity = 7 # seven\n",
        (CyclomaticComplexity, 12.0),
        "\u{feff}[project]\nname = \"é\"\n[tool.antipasta.defaults]\nmax_cyclomatic_complexity = 12 # seven\n",
    );
    expect(
        Pyproject,
        "[tool]\nantipasta = {defaults = {max_halstead_volume = '''7'''}}\n",
        (HalsteadVolume, 8.25),
        "[tool]\nantipasta = {defaults = {max_halstead_volume = '''8.25'''}}\n",
    );
}

#[test]
fn the_entry_that_counts_is_the_last() {
    expect(
        Yaml,
        "defaults: {max_cyclomatic_complexity: 1, max_cyclomatic_complexity: 2}\n",
        (CyclomaticComplexity, 3.0),
        "defaults: {max_cyclomatic_complexity: 1, max_cyclomatic_complexity: 3}\n",
    );
    let entries = |last| {
        format!(
            "[[tool.antipasta.languages]]\nname = 'python'\nmetrics = [{{type = 'lines_of_code', threshold = 1}},\n  \
             {{type = 'lines_of_code', threshold = {last}}}]\n[[tool.antipasta.languages]]\nname = 'python'\nmetrics = []\n"
        )
    };
    expect(Pyproject, &entries(2), (LinesOfCode, 3.0), &entries(3));
}

#[test]
fn a_missing_key_is_added_to_the_defaults() {
    let limit = (MaintainabilityIndex, 37.12);
    for (before, after) in [
        (
            "defaults:\n    max_halstead_volume: 1  # one\n# below\nuse_gitignore: no\n",
            "defaults:\n    max_halstead_volume: 1  # one\n    min_maintainability_index: 37.12\n# below\nuse_gitignore: no\n",
        ),
        (
            "# top\nlanguages:\n- {name: rust, metrics: [\n  ]}  # no Python\r\n# bottom",
            "# top\nlanguages:\n- {name: rust, metrics: [\n  ]}  # no Python\r\ndefaults:\r\n  min_maintainability_index: 37.12\r\n# bottom",
        ),
        ("", "defaults:\n  min_maintainability_index: 37.12\n"),
        ("# top", "# top\ndefaults:\n  min_maintainability_index: 37.12\n"),
        ("---\n", "---\ndefaults:\n  min_maintainability_index: 37.12\n"),
    ] {
        expect(Yaml, before, limit, after);
    }
}

#[test]
fn what_is_in_flow_style_is_extended_by_hand() {
    for marked in [
        "defaults: ${}",
        "defaults: ${max_halstead_volume: 1,}",
        "${use_gitignore: no}",
        "${}",
        "$[]  # none\n",
        "$false",
        "languages:\n- name: python\n  metrics: $[]\n- name: rust\n  metrics: []",
        "languages:\n- metrics: $[{type: blank_lines, threshold: 1}]\n  name: python",
    ] {
        expect_by_hand(Yaml, marked, MaintainabilityIndex);
    }
    let head = "[[tool.antipasta.languages]]\nname = 'python'\n";
    for marked in [
        "metrics = $[\n\t{type = 'blank_lines', threshold = 1} # one\n]\n",
        "metrics = $[\n]\n",
    ] {
        expect_by_hand(Pyproject, &format!("{head}{marked}"), MaintainabilityIndex);
    }
}

#[test]
fn what_would_be_written_in_another_order_is_changed_by_hand() {
    let text = "tool.$antipasta.profile = 'relaxed'\ntool.ruff.x = 1\ntool.antipasta.use_gitignore = true\n";
    expect_by_hand(Pyproject, text, MaintainabilityIndex);
}

#[test]
fn a_missing_key_is_added_to_the_defaults_of_a_toml_table() {
    let limit = (MaintainabilityIndex, 37.12);
    for (before, after) in [
        (
            "[tool.antipasta.defaults]\n  max_halstead_volume = 1  # one\n\n[tool.ruff]\n",
            "[tool.antipasta.defaults]\n  max_halstead_volume = 1  # one\nmin_maintainability_index = 37.12\n\n[tool.ruff]\n",
        ),
        (
            "[tool.antipasta.defaults] # all\n[tool.ruff]\n",
            "[tool.antipasta.defaults] # all\nmin_maintainability_index = 37.12\n[tool.ruff]\n",
        ),
        (
            "[tool.antipasta]\ndefaults = {}\n",
            "[tool.antipasta]\ndefaults = { min_maintainability_index = 37.12 }\n",
        ),
        (
            "[tool.antipasta]\ndefaults = { max_halstead_volume = 1 }\n",
            "[tool.antipasta]\ndefaults = { max_halstead_volume = 1, min_maintainability_index = 37.12 }\n",
        ),
        (
            "[tool.antipasta]\ndefaults.max_halstead_volume = 1\n",
            "[tool.antipasta]\ndefaults.max_halstead_volume = 1\ndefaults.min_maintainability_index = 37.12\n",
        ),
        (
            "[tool.antipasta]\r\nuse_gitignore = false\r\n\r\n[tool.ruff]\r\nx = 1",
            "[tool.antipasta]\r\nuse_gitignore = false\r\n\r\n[tool.antipasta.defaults]\r\nmin_maintainability_index = 37.12\r\n\r\n[tool.ruff]\r\nx = 1\r\n",
        ),
        (
            "[tool.antipasta]",
            "[tool.antipasta]\n\n[tool.antipasta.defaults]\nmin_maintainability_index = 37.12\n",
        ),
        (
            "[tool]\nantipasta = { use_gitignore = true }\n",
            "[tool]\nantipasta = { use_gitignore = true, defaults = { min_maintainability_index = 37.12 } }\n",
        ),
        (
            "tool.antipasta.use_gitignore = true\ntool.ruff.x = 1\n",
            "tool.antipasta.use_gitignore = true\ntool.antipasta.defaults.min_maintainability_index = 37.12\ntool.ruff.x = 1\n",
        ),
        (
            "[tool]\nantipasta.profile = 'relaxed'\nruff.x = 1\n[a]\n",
            "[tool]\nantipasta.profile = 'relaxed'\nantipasta.defaults.min_maintainability_index = 37.12\nruff.x = 1\n[a]\n",
        ),
    ] {
        expect(Pyproject, before, limit, after);
    }
}

#[test]
fn a_missing_entry_is_added_to_the_metrics_of_the_language() {
    let limit = (MaintainabilityIndex, 37.12);
    for (before, after) in [
        (
            "languages:\n  - metrics:\n    - type: blank_lines\n      threshold: 1 # one\n    name: python\nuse_gitignore: no\n",
            "languages:\n  - metrics:\n    - type: blank_lines\n      threshold: 1 # one\n    - type: maintainability_index\n      \
             threshold: 37.12\n      comparison: \">=\"\n    name: python\nuse_gitignore: no\n",
        ),
        (
            "languages:\n- name: python\n  metrics:\n  - {type: blank_lines, threshold: 1}\n",
            "languages:\n- name: python\n  metrics:\n  - {type: blank_lines, threshold: 1}\n  - type: maintainability_index\n    \
             threshold: 37.12\n    comparison: \">=\"\n",
        ),
    ] {
        expect(Yaml, before, limit, after);
    }
    let head = "[[tool.antipasta.languages]]\nname = 'python'\n";
    for (before, after) in [
        (
            "metrics = [{type = 'blank_lines', threshold = 1}]\n[b]\n",
            "metrics = [{type = 'blank_lines', threshold = 1}, { type = \"maintainability_index\", threshold = 37.12, \
             comparison = \">=\" }]\n[b]\n",
        ),
        (
            "[[tool.antipasta.languages.metrics]]\nthreshold = 1 # one\ntype = 'blank_lines' # two\n\n[b]\n",
            "[[tool.antipasta.languages.metrics]]\nthreshold = 1 # one\ntype = 'blank_lines' # two\n\n\
             [[tool.antipasta.languages.metrics]]\ntype = \"maintainability_index\"\nthreshold = 37.12\ncomparison = \">=\"\n\n[b]\n",
        ),
    ] {
        let whole = |tail: &str| format!("{head}{tail}");
        expect(Pyproject, &whole(before), limit, &whole(after));
    }
}

#[test]
fn what_others_share_is_left_to_them() {
    let text = "languages:\n- name: python\n  metrics:\n  - &m {type: cyclomatic_complexity, threshold: 1, comparison: <}\n  \
                - {<<: *m, type: lines_of_code}\n  - <<: *m\n    type: blank_lines\n  - *m\n";
    expect(
        Yaml,
        text,
        (BlankLines, 3.0),
        &text.replace("type: blank_lines", "type: blank_lines\n    threshold: 3"),
    );
    // The entry that counts is an alias, or in flow style without a threshold of its own: a later one outdoes it.
    for metric in [CyclomaticComplexity, LinesOfCode] {
        let appended = format!("  - type: {metric}\n    threshold: 3\n    comparison: \"<\"\n");
        expect(Yaml, text, (metric, 3.0), &format!("{text}{appended}"));
    }
    let shared = "defaults: {max_halstead_volume: &x 5, max_halstead_effort: *x}";
    expect(
        Yaml,
        shared,
        (HalsteadEffort, 7.0),
        "defaults: {max_halstead_volume: &x 5, max_halstead_effort: 7}",
    );
    expect_by_hand(
        Yaml,
        "defaults: {max_halstead_volume: &x $5, max_halstead_effort: *x}",
        HalsteadVolume,
    );
}

#[test]
fn a_limit_that_the_key_cannot_have_is_not_set() {
    for text in ["", "defaults: {max_cyclomatic_complexity: 5}"] {
        assert!(edited(Yaml, text, CyclomaticComplexity, 50.0).is_some(), "{text}");
        for limit in [51.0, 0.0, 7.5, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(edited(Yaml, text, CyclomaticComplexity, limit), None, "{text} {limit}");
        }
        assert_eq!(edited(Yaml, text, LinesOfCode, 7.0), None, "no key of `defaults`");
    }
    for text in ["profil: 1", "a: [", "- 1", "defaults: ~"] {
        assert_eq!(edited(Yaml, text, CyclomaticComplexity, 7.0), None, "{text}");
    }
    for text in ["", "[tool.ruff]", "[tool.antipasta]\nprofil = 1", "[tool.antipasta"] {
        assert_eq!(edited(Pyproject, text, CyclomaticComplexity, 7.0), None, "{text}");
    }
}

/// The configurations of the fixtures, and those that are written by this program.
fn configurations() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../fixtures/configurations");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut texts: Vec<_> = files
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    assert!(!texts.is_empty());
    texts.push(("template".into(), TEMPLATE.to_owned()));
    texts.push(("built-in".into(), to_yaml(&Config::built_in().settings)));
    texts
}

#[test]
fn every_threshold_of_the_fixtures_can_be_set() {
    for (path, text) in configurations() {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let thresholds = read(Yaml, &text).thresholds;
            for threshold in thresholds.iter().filter(|threshold| threshold.enabled) {
                let Some(after) = edited(Yaml, &text, threshold.metric, 31.0) else {
                    panic!("{}: {}", path.display(), threshold.metric);
                };
                assert_is_set(Yaml, &text, &after, threshold.metric, 31.0);
                assert_keeps_comments(&text, &after);
            }
        }
    }
}

/// One of several ways to write a part of a configuration.
fn one_of(parts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(parts)
}

/// Texts of configurations that evaluate by `defaults` or by an entry for Python, in all styles.
fn yaml_texts() -> impl Strategy<Value = String> {
    let defaults = one_of(&[
        "",
        "defaults: {}\n",
        "defaults: {  } # none\n",
        "defaults: {max_cyclomatic_complexity: 4, 'max_halstead_effort': \"1_000\"} # flow\n",
        "'defaults':\n   max_halstead_effort: 0x10 # sixteen\n\n   # the index\n   min_maintainability_index: 1:30.5\n",
        "defaults: !!map\n  \"max_cyclomatic_complexity\": &c 010\n  max_halstead_volume:\n    5.\n",
        "? defaults\n: max_cyclomatic_complexity: 3\n",
    ]);
    let languages = one_of(&[
        "",
        "languages: []\n",
        "languages:\n- name: rust # é\n  metrics: [{type: cyclomatic_complexity, threshold: 1}]\n",
        "languages:\n  -\n    name: Python\n    metrics:\n      -\n        type: cyclomatic_complexity\n        threshold: 3\n      \
         # last\n",
        "languages: [{name: PYTHON, metrics: [{type: maintainability_index, comparison: '>=', threshold: 3.5},\n  \
         {type: cyclomatic_complexity, threshold: 1}\n  ]}]\n",
        "languages:\n- metrics:\n  - {type: cyclomatic_complexity, threshold: \"3\", comparison: '<'}\n\n  - type: blank_lines\n    \
         threshold: !!float 3 # é\n    enabled: no\n\n  name: python # é\n",
    ]);
    let others = one_of(&[
        "",
        "ignore_patterns:\n- '**/é'\n- \"#x\"\n",
        "use_gitignore: off # kept\nprofile: relaxed\n",
        "narrative: {allowlist: [a, 'b']}\n",
    ]);
    let start = one_of(&["", "# top é\n\n", "---\n", "%YAML 1.1\n---\n"]);
    let end = one_of(&["", "# bottom\n", "...\n"]);
    let break_of_lines = one_of(&["\n", "\r\n"]);
    let order = Just([0, 1, 2]).prop_shuffle();
    (
        start,
        [defaults.boxed(), languages.boxed(), others.boxed()],
        end,
        break_of_lines,
        order,
    )
        .prop_map(|(start, parts, end, line_break, order)| {
            let parts: String = order.into_iter().map(|index| parts[index]).collect();
            format!("{start}{parts}{end}").replace('\n', line_break)
        })
}

fn toml_texts() -> impl Strategy<Value = String> {
    let head = one_of(&[
        "",
        "[project]\nname = 'é' # name\n\n",
        "[tool.ruff]\nline-length = 120\n",
    ]);
    let tables = one_of(&[
        "[tool.antipasta]\n",
        "[ tool . \"antipasta\" ] # é\nuse_gitignore = false # kept\n",
        "[tool.antipasta]\ndefaults.max_cyclomatic_complexity = 4 # four\ndefaults.'max_halstead_effort' = 1e3\nprofile = 'relaxed'\n",
        "[tool.antipasta]\ndefaults = {max_halstead_effort = 0x10} # sixteen\n",
        "[tool.antipasta.defaults]\n# none\n",
        "  [tool.antipasta.defaults]\n  max_cyclomatic_complexity = \"4\"\n  [tool.antipasta.tree_shape]\n  exclude = [\n'a', # a\n]\n",
        "[tool]\nantipasta = {defaults.max_cyclomatic_complexity = 3, use_gitignore = true}\n",
        "[tool]\nantipasta = {}\nother = 1\n",
        "[[tool.antipasta.languages]]\nname = 'Python'\nmetrics = []\n",
        "[tool.antipasta]\nlanguages = [\n  {name = 'python', metrics = [\n    {threshold = 3.0, type = 'cyclomatic_complexity'}, # é\n  ]},\n]\n",
        "[[tool.antipasta.languages]]\nname = 'rust'\nmetrics = []\n[[tool.antipasta.languages]]\nname = 'python' # é\n\n  \
         [[tool.antipasta.languages.metrics]]\n  type = 'blank_lines'\n  threshold = 3\n\n  [[tool.antipasta.languages.metrics]]\n  \
         threshold = 1_0 # ten\n  type = \"maintainability_index\"\n  comparison = '>='\n",
    ]);
    let tail = one_of(&[
        "",
        "\n# bottom\n",
        "\n[tool.black] # black\ndate = 1979-05-27\n",
        "[[x]]\n",
    ]);
    (head, tables, tail, one_of(&["\n", "\r\n"]))
        .prop_map(|(head, tables, tail, line_break)| format!("{head}{tables}{tail}").replace('\n', line_break))
}

fn metrics() -> impl Strategy<Value = MetricType> {
    let metrics = [
        CyclomaticComplexity,
        CognitiveComplexity,
        MaintainabilityIndex,
        HalsteadVolume,
        HalsteadEffort,
    ];
    prop::sample::select(metrics.to_vec())
}

/// A text with some of its characters replaced, and where.
fn damaged(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let damage = prop::collection::vec(
        (any::<prop::sample::Index>(), "[\\[\\]{},:#&*!'\"|>?<=. \né5-]{0,2}"),
        1..4,
    );
    (text, damage).prop_map(|(mut text, damage)| {
        for (index, replacement) in damage {
            let starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
            if starts.is_empty() {
                break;
            }
            let start = *index.get(&starts);
            let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
            text.replace_range(start..end, &replacement);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn one_threshold_of_a_yaml_document_is_set(text in yaml_texts(), metric in metrics(), limit in 1u32..=50) {
        let limit = f64::from(limit);
        match threshold_change(Yaml, &text, metric, limit) {
            Some(ThresholdChange::Edit(edit)) => {
                let after = edit.apply(&text);
                assert_is_set(Yaml, &text, &after, metric, limit);
                assert_keeps_comments(&text, &after);
            }
            Some(ThresholdChange::ByHand(offset)) => {
                assert!(text.contains(['[', '{']) || text.contains("..."), "{text}");
                assert!(text.is_char_boundary(offset));
            }
            None => panic!("no change: {text}"),
        }
    }

    #[test]
    fn one_threshold_of_a_toml_document_is_set(text in toml_texts(), metric in metrics(), limit in 1u32..=50) {
        let limit = f64::from(limit);
        let Some(after) = edited(Pyproject, &text, metric, limit) else {
            prop_assert!(threshold_change(Pyproject, &text, metric, limit).is_some());
            return Ok(());
        };
        assert_is_set(Pyproject, &text, &after, metric, limit);
        assert_keeps_comments(&text, &after);
        let whole = |text: &str| {
            let mut whole: toml::Table = toml::from_str(text).unwrap();
            whole["tool"].as_table_mut().unwrap().remove("antipasta");
            whole
        };
        prop_assert_eq!(whole(&text), whole(&after));
    }

    #[test]
    fn what_is_odd_is_set_right_or_not_at_all(
        format in prop::sample::select(vec![Yaml, Pyproject]),
        yaml in damaged(yaml_texts()),
        toml in damaged(toml_texts()),
        metric in metrics(),
        limit in 1u32..=50,
    ) {
        let text = match format {
            Yaml => yaml,
            Pyproject => toml,
        };
        let limit = f64::from(limit);
        if let Some(after) = edited(format, &text, metric, limit) {
            assert_is_set(format, &text, &after, metric, limit);
        }
    }
}

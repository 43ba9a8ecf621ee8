//! Configurations, and the commands about them.

use antipasta_lsp_tests::{COMPLEX, Project};
use serde_json::{Value, json};

#[test]
fn the_nearest_configuration_holds() {
    let project = Project::new(&[
        (
            "pyproject.toml",
            "[tool.antipasta.defaults]\nmax_cyclomatic_complexity = 11\nmin_maintainability_index = 0\n",
        ),
        ("a.py", COMPLEX),
        ("strict/.antipasta.yaml", "defaults:\n  max_cyclomatic_complexity: 3\n"),
        ("strict/a.py", COMPLEX),
    ]);
    let run = project.run(&["--check"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stdout.contains("Using configuration: pyproject.toml\n"));
    let strict = std::path::Path::new("strict").join(".antipasta.yaml");
    assert!(
        run.stdout
            .contains(&format!("Using configuration: {}\n", strict.display()))
    );
    let violations: Vec<_> = run.stdout.lines().filter(|line| line.contains("Cyclomatic")).collect();
    assert!(
        violations
            .iter()
            .all(|line| line.contains("strict") && line.contains("(threshold: <= 3.0)"))
    );
    assert_eq!(violations.len(), 2);
    assert_eq!(project.run(&["--check", "--config", "pyproject.toml"]).code, Some(0));
}

#[test]
fn an_unsound_configuration_is_explained() {
    let project = Project::new(&[
        ("a.py", ""),
        (
            ".antipasta.yaml",
            "defaults:\n  max_cyclomatic_complexity: 0\nprofil: x\n",
        ),
    ]);
    for arguments in [&["--check"][..], &["config", "validate"], &["config", "show"]] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(run.stderr.contains(
            ".antipasta.yaml:2:30: defaults.max_cyclomatic_complexity: must be a whole number from 1 to 50, not `0`"
        ));
        assert!(
            run.stderr.lines().all(|line| line.starts_with("error: ")),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr
                .contains(".antipasta.yaml:3:1: profil: unknown key; did you mean `profile`? (allowed: `defaults`")
        );
    }
}

#[test]
fn what_is_odd_is_a_warning_once_for_each_configuration_and_changes_no_exit_code() {
    let odd = "tree_shape: {}\nlanguages:\n- name: python\n  metrics:\n  - {type: maintainability_index, threshold: 100}\n\
               - name: pyhton\n  metrics: []\n";
    let project = Project::new(&[
        (".antipasta.yaml", odd),
        ("pyproject.toml", "[tool.antipasta]\n"),
        ("a.py", ""),
        ("b/c.py", ""),
    ]);
    let expected = [
        ".antipasta.yaml: the table `[tool.antipasta]` in the pyproject.toml beside this file is not read",
        ".antipasta.yaml:1:13: not judged by antipasta-lsp, only by antipasta: `tree_shape`",
        ".antipasta.yaml:5:5: languages[0].metrics[0].comparison: is missing, and `<=` asks for low values",
        ".antipasta.yaml:6:9: languages[1].name: unknown language `pyhton`; did you mean `python`?",
    ];
    for arguments in [
        &["--check"][..],
        &["config", "validate"],
        &["--check", "--format", "json"],
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        for expected in expected {
            assert_eq!(run.stderr.matches(expected).count(), 1, "{arguments:?}: {}", run.stderr);
        }
    }
}

#[test]
fn init_writes_what_validate_accepts_and_replaces_nothing() {
    let project = Project::new(&[]);
    assert_eq!(project.run(&["config", "validate"]).code, Some(1));
    assert_eq!(project.run(&["config", "init"]).code, Some(0));
    let run = project.run(&["config", "validate", ".antipasta.yaml"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.contains("  - cyclomatic_complexity <= 10\n"),
        "{}",
        run.stdout
    );
    project.write(".antipasta.yaml", b"profile: relaxed\n");
    let run = project.run(&["config", "init"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("`--force` replaces it"));
    assert_eq!(project.read(".antipasta.yaml"), "profile: relaxed\n");
    assert_eq!(project.run(&["config", "init", "--force"]).code, Some(0));
}

#[test]
fn show_prints_what_holds() {
    let project = Project::new(&[("a/.antipasta.yaml", "profile: relaxed\n"), ("a/b/x.py", "")]);
    let show = |arguments: &[&str]| {
        let run = project.run(&[&["config", "show", "--format", "json"], arguments].concat());
        serde_json::from_str::<Value>(&run.stdout).unwrap()
    };
    assert_eq!(show(&[])["languages"][0]["metrics"][5]["enabled"], false);
    assert_eq!(show(&["a/b"])["profile"], "relaxed");
    assert_eq!(show(&["a/b/x.py"])["profile"], "relaxed");
    assert_eq!(show(&["--config", "a/.antipasta.yaml"])["languages"], json!([]));
    let yaml = project.run(&["config", "show", "a"]).stdout;
    project.write("again.yaml", yaml.as_bytes());
    assert_eq!(show(&["--config", "again.yaml"]), show(&["a"]));
}

#[test]
fn the_schema_accepts_what_we_accept() {
    let project = Project::new(&[]);
    let schema: Value = serde_json::from_str(&project.run(&["config", "schema"]).stdout).unwrap();
    project.run(&["config", "init"]);
    let shown: Value = serde_json::from_str(&project.run(&["config", "show", "--format", "json"]).stdout).unwrap();
    assert!(accepts(&schema, &shown), "{shown}");
    for (sound, document) in [
        (true, json!({})),
        (true, json!({"tree_shape": null, "ignore_patterns": ["*.py"]})),
        (false, json!({"profil": "standard"})),
        (false, json!({"defaults": {"max_cyclomatic_complexity": 0}})),
        (
            false,
            json!({"languages": [{"name": "python", "metrics": [{"type": "cyclomatic", "threshold": 1}]}]}),
        ),
        (false, json!({"languages": [{"name": "python"}]})),
    ] {
        assert_eq!(accepts(&schema, &document), sound, "{document}");
        // JSON is YAML.
        project.write("c.yaml", document.to_string().as_bytes());
        assert_eq!(
            project.run(&["config", "validate", "c.yaml"]).code == Some(0),
            sound,
            "{document}"
        );
    }
}

/// Editors and SchemaStore take it from the repository.
#[test]
fn the_committed_schema_is_that_of_the_program() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../config.schema.json");
    let printed = Project::new(&[]).run(&["config", "schema"]).stdout;
    assert!(
        std::fs::read_to_string(committed).is_ok_and(|committed| committed.replace('\r', "") == printed),
        "run `cargo run -- config schema > config.schema.json`"
    );
}

/// Whether a JSON Schema accepts a document. Knows the keywords that ours uses, and panics at any other. (The libraries for
/// this bring in a hundred crates.)
fn accepts(schema: &Value, document: &Value) -> bool {
    let keywords = schema.as_object().expect("an object");
    keywords.iter().all(|(keyword, argument)| match keyword.as_str() {
        "$schema" | "title" | "description" | "default" => true,
        "type" => match argument.as_str().expect("one type") {
            "object" => document.is_object(),
            "array" => document.is_array(),
            "string" => document.is_string(),
            "boolean" => document.is_boolean(),
            "null" => document.is_null(),
            "number" => document.is_number(),
            "integer" => document.is_i64() || document.as_f64().is_some_and(|number| number.fract() == 0.0),
            other => panic!("unknown type {other}"),
        },
        "enum" => argument.as_array().expect("an array").contains(document),
        "minimum" => document
            .as_f64()
            .is_none_or(|number| number >= argument.as_f64().expect("a number")),
        "maximum" => document
            .as_f64()
            .is_none_or(|number| number <= argument.as_f64().expect("a number")),
        "pattern" => {
            assert_eq!(argument, "^\\.");
            document.as_str().is_none_or(|text| text.starts_with('.'))
        }
        "items" => document
            .as_array()
            .is_none_or(|items| items.iter().all(|item| accepts(argument, item))),
        "anyOf" => argument
            .as_array()
            .expect("an array")
            .iter()
            .any(|schema| accepts(schema, document)),
        "required" => document.as_object().is_none_or(|object| {
            let names = argument.as_array().expect("an array").iter();
            names
                .into_iter()
                .all(|name| object.contains_key(name.as_str().expect("a name")))
        }),
        "properties" => document.as_object().is_none_or(|object| {
            let known =
                |(name, value): (&String, &Value)| argument.get(name).is_none_or(|schema| accepts(schema, value));
            object.iter().all(known)
        }),
        "additionalProperties" => {
            assert_eq!(argument, false);
            let properties = schema["properties"].as_object().expect("an object");
            document
                .as_object()
                .is_none_or(|object| object.keys().all(|name| properties.contains_key(name)))
        }
        other => panic!("unknown keyword {other}"),
    })
}

#[test]
fn an_old_configuration_is_noticed_and_can_be_migrated() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    project.write(
        ".antipasta.config.json",
        b"{\"thresholds\": {\"min_maintainability_index\": 42, \"max_loc_increase\": 3}}",
    );
    let run = project.run(&["--check", "-q"]);
    assert!(run.stderr.contains("`antipasta-lsp config migrate`"), "{}", run.stderr);
    let run = project.run(&["config", "migrate"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("thresholds.max_loc_increase: has no counterpart"));
    let shown: Value = serde_json::from_str(&project.run(&["config", "show", "--format", "json"]).stdout).unwrap();
    assert_eq!(shown["defaults"]["min_maintainability_index"], 42.0);
    assert_eq!(project.run(&["--check", "-q"]).stderr, "");
    assert_eq!(
        project.run(&["config", "migrate"]).code,
        Some(1),
        "an existing file is kept"
    );
    assert_eq!(project.run(&["config", "migrate", "none.json"]).code, Some(1));
}

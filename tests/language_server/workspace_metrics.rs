//! The values of all files of the workspace, for lists and maps.

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::document::Document;
use crate::{STRICT, function, pushed};

const METHOD: &str = "antipasta/workspaceMetrics";

/// The functions and classes of an answer, each as `FILE NAME:LINE+LINES VALUE VERDICT`.
fn listed(project: &Project, report: &Value) -> Vec<String> {
    let root = uri(&project.path(""));
    let files = report["files"].as_array().expect("an array").iter();
    let definitions = files.flat_map(|file| {
        let name = file["uri"]
            .as_str()
            .expect("a URI")
            .trim_start_matches(&root)
            .trim_start_matches('/');
        let definitions = file["definitions"].as_array().expect("an array").iter();
        definitions.map(move |one| {
            let [value] = one["values"].as_array().expect("an array").as_slice() else {
                panic!("not just what was asked for: {one}");
            };
            let (place, verdict) = (format!("{}+{}", one["line"], one["lines"]), value["verdict"].as_str());
            let (title, verdict) = (
                one["qualifiedName"].as_str().expect("a name"),
                verdict.expect("a verdict"),
            );
            format!("{name} {title}:{place} {} {verdict}", value["value"])
        })
    });
    definitions.collect()
}

#[test]
fn all_files_are_listed_and_open_ones_as_they_are_in_the_editor() {
    let project = Project::new(&[
        (".antipasta.yaml", STRICT),
        ("a.py", &function("f", 3)),
        ("b/c.py", "class C:\n    @property\n    def g(self): return 1\n"),
        ("b/broken.py", "def h(x):\n    if x: pass\n\ndef (\n"),
        ("b/.antipasta.yaml", &crate::cyclomatic(9)),
        (".gitignore", "out/\n"),
        ("out/generated.py", &function("generated", 50)),
        ("notes.txt", "not Python"),
    ]);
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let params = json!({"metrics": ["cyclomatic_complexity"]});
    let saved = client.expect(METHOD, params.clone());
    let expected = [
        "a.py f:0+5 4.0 violation",
        "b/broken.py h:0+2 2.0 ok",
        "b/c.py C.g:2+2 1.0 ok",
    ];
    assert_eq!(listed(&project, &saved), expected);
    let lines: Vec<&Value> = saved["files"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|file| &file["lines"])
        .collect();
    assert_eq!(lines, [5, 4, 3]);

    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 3));
    document.replace(&mut client, "    pass\n", "    pass\n    if x or x: pass\n");
    let edited = client.expect(METHOD, params.clone());
    assert_eq!(listed(&project, &edited)[0], "a.py f:0+6 6.0 violation");
    document.close(&mut client);
    assert_eq!(client.expect(METHOD, params), saved);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn values_of_files_and_classes_are_listed_too() {
    let project = Project::new(&[
        (".antipasta.yaml", STRICT),
        ("a.py", "class C:\n    def g(self): return 1\n"),
    ]);
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let all = client.expect(METHOD, json!({}));
    let [file] = all["files"].as_array().expect("an array").as_slice() else {
        panic!("not one file: {all}");
    };
    let metrics = |values: &Value| -> Vec<String> {
        let values = values.as_array().expect("an array").iter();
        values
            .map(|value| value["metric"].as_str().expect("a metric").to_owned())
            .collect()
    };
    assert!(
        metrics(&file["values"]).contains(&"maintainability_index".to_owned()),
        "{file}"
    );
    let kinds: Vec<&Value> = file["definitions"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["class", "method"]);
    assert_eq!(
        metrics(&file["definitions"][0]["values"]),
        ["weighted_methods_per_class"]
    );

    let of_file = client.expect(METHOD, json!({"metrics": ["lines_of_code"]}));
    assert_eq!(of_file["files"][0]["values"][0]["value"], 2.0);
    assert_eq!(of_file["files"][0]["definitions"], json!([]));
    for wrong in [
        json!({"metrics": "cyclomatic_complexity"}),
        json!({"metrics": ["no metric"]}),
        json!([7]),
    ] {
        assert_eq!(client.refused(METHOD, wrong.clone()), -32602, "{wrong}");
    }
}

#[test]
fn nothing_is_listed_without_a_workspace() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let mut client = Client::start(&project);
    client.initialize_with(json!({"capabilities": pushed(), "processId": null, "rootUri": null}));
    assert_eq!(client.expect(METHOD, json!({})), json!({"files": []}));
}

//! Code that is broken while somebody types it.

use serde_json::json;

use crate::client::Client;
use crate::document::Document;
use crate::findings::{Finding, checked, published, shown, wait_for_findings, wait_for_version};
use crate::{function, pushed, strict_project};

#[test]
fn a_broken_function_keeps_its_numbers_and_the_others_are_live() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let text = [function("first", 3), function("broken", 4), function("last", 5)].join("\n\n");
    let mut document = Document::open(&mut client, &project.path("a.py"), &text);
    let before = wait_for_version(&mut client, &document);
    assert_eq!(before, checked(&project, "a.py", &text));
    let of = |findings: &[Finding], name: &str| -> Vec<Finding> {
        let own = findings.iter().filter(|finding| finding.name.as_deref() == Some(name));
        own.cloned().collect()
    };
    let mark = client.received.len();
    // As one types a condition.
    for (old, new) in [
        ("def broken(x):\n    pass\n", "def broken(x):\n    if (\n    pass\n"),
        ("    if (\n", "    if (x and '\n"),
        ("    if (x and '\n", "    if (x and 'a' and\n"),
    ] {
        document.replace(&mut client, old, new);
        client.catch_up(&document.uri);
    }
    // The lines of the broken function, and of those below, have not moved but for the one that was typed.
    document.replace(
        &mut client,
        "def first(x):\n    pass\n",
        "def first(x):\n    if x: pass\n",
    );
    let changed = wait_for_version(&mut client, &document);
    let mut whole = document.text.replace("    if (x and 'a' and\n", "    \n");
    let valid = checked(&project, "a.py", &whole);
    for name in ["first", "last", "broken"] {
        assert_eq!(of(&changed, name), of(&valid, name), "{name}");
        assert_eq!(of(&changed, name).len(), 2, "{name}");
    }
    assert_ne!(of(&changed, "first"), of(&before, "first"));
    // Nothing flickers: no set in between lacked any function.
    for params in published(&client.received[mark..], &document.uri) {
        for name in ["first", "last", "broken"] {
            let diagnostics = params["diagnostics"].as_array().expect("an array").iter();
            let named = diagnostics.filter(|diagnostic| diagnostic["data"]["name"] == name);
            assert_eq!(named.count(), 2, "{name} in {params}");
        }
    }
    // The broken one is said to be so, and no other.
    let last = published(&client.received, &document.uri)
        .pop()
        .expect("diagnostics")
        .clone();
    for diagnostic in last["diagnostics"].as_array().expect("an array") {
        let Some(name) = diagnostic["data"]["name"].as_str() else {
            continue;
        };
        assert_eq!(diagnostic["data"]["isStale"], name == "broken", "{diagnostic}");
    }
    document.replace(&mut client, "    if (x and 'a' and\n", "    if (x and 'a'): pass\n");
    whole.clone_from(&document.text);
    let expected = checked(&project, "a.py", &whole);
    assert_eq!(wait_for_version(&mut client, &document), expected);
    assert_ne!(of(&expected, "broken"), of(&valid, "broken"));
}

#[test]
fn a_text_that_never_was_valid_shows_what_can_be_understood() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let text = format!("{}\n\ndef g(:\n    pass\n", function("f", 3));
    let mut document = Document::open(&mut client, &project.path("a.py"), &text);
    let findings = wait_for_version(&mut client, &document);
    assert!(
        findings.iter().any(|finding| finding.is("cyclomatic_complexity", "f")),
        "{findings:?}"
    );
    document.replace(&mut client, "def g(:\n    pass\n", &function("g", 2));
    let expected = checked(&project, "a.py", &document.text);
    assert!(expected.iter().any(|finding| finding.is("cyclomatic_complexity", "g")));
    wait_for_findings(&mut client, 0, &document, &expected);
}

#[test]
fn a_text_that_is_no_program_at_all_is_survived() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let hostile = [
        "\0".repeat(1000),
        "(".repeat(100_000),
        format!("x = {}{}\n", "(".repeat(10_000), ")".repeat(10_000)),
        "def f():\n".repeat(10_000),
        "'''".to_owned(),
        "\u{feff}\u{feff}def f(): pass".to_owned(),
        "\r\r\n\n\r".repeat(1000),
        "    if x:\n".repeat(3000),
        format!("x = {}1\n", "1 + ".repeat(50_000)),
    ];
    let mut documents: Vec<Document> = Vec::new();
    for (number, text) in hostile.iter().enumerate() {
        documents.push(Document::open(
            &mut client,
            &project.path(&format!("{number}.py")),
            text,
        ));
    }
    for document in &mut documents {
        let end = document.text.len();
        let change = document.splice(end..end, "\ndef g(x):\n    if x: pass\n");
        document.tell_changes(&mut client, vec![change]);
        let change = document.splice(0..end, "");
        document.tell_changes(&mut client, vec![change]);
        let expected = checked(&project, "a.py", &document.text);
        wait_for_findings(&mut client, 0, document, &expected);
        let last = published(&client.received, &document.uri).pop().expect("diagnostics");
        assert_eq!(shown(document, &last["diagnostics"]), expected);
    }
    assert!(!client.log().contains("panicked"), "{}", client.log());
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_the_check_calls_an_error_is_one_in_the_editor() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let valid = "x = 1\n";
    for (number, text) in [
        "x = 1\n  y = 2\n",
        "  def f(): pass\n",
        "class C:\n  f\n g\n",
        "def f():\n    pass\n  def g(): pass\n",
        "class C:\n    x = 1\n\ty = 2\n",
        "class C:\n    def f(self): pass\n  x = 1\n",
        "if x:\n    y\n  z\n",
        "class C:\n\nx = 1\n",
        "class C:\n    pass\n    \n     x = 1\n",
        valid,
        "class C:\n    x = 1\ny = 2\n",
    ]
    .into_iter()
    .enumerate()
    {
        let run = project.run_with_input(&["--check", "-", "--stdin-filename", "a.py"], text.as_bytes());
        let is_error = run.code == Some(1);
        for text_before in [text, valid] {
            let path = project.path(&format!("{number}.py"));
            let mut document = Document::open(&mut client, &path, text_before);
            let end = document.text.len();
            let change = document.splice(0..end, text);
            document.tell_changes(&mut client, vec![change]);
            let report = client.expect("antipasta/metrics", json!({"textDocument": document.identifier()}));
            assert_eq!(report["file"]["isStale"], is_error, "{text:?} after {text_before:?}");
            document.close(&mut client);
        }
    }
}

#[test]
fn an_outline_is_that_of_the_text_at_once() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), "# A comment\nclass A:\n    x = 1\n");
    // To tree-sitter, what follows a lone carriage return belongs to the comment.
    document.replace(&mut client, "comment\n", "comment\rdef f(): pass\r");
    let symbols = client.expect(
        "textDocument/documentSymbol",
        json!({"textDocument": document.identifier()}),
    );
    let names: Vec<&str> = symbols
        .as_array()
        .expect("an array")
        .iter()
        .map(|symbol| symbol["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["f", "A"]);
}

/// Where a value is missing, nothing was judged: that is said.
#[test]
fn metrics_that_have_no_values_are_named() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    let document = Document::open(&mut client, &project.path("a.py"), "x = '\u{2028}'\n");
    let diagnostic = client.wait_for("a diagnostic", |received| {
        let last = published(received, &document.uri).pop()?;
        let mut all = last["diagnostics"].as_array()?.iter();
        all.find(|diagnostic| diagnostic["code"] == "not-judged").cloned()
    });
    assert_eq!(diagnostic["severity"], 3, "information");
    let message = diagnostic["message"].as_str().unwrap();
    assert!(message.contains("lines_of_code"), "{message}");
}

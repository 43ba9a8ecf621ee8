use tower_lsp::lsp_types::{
    CodeActionContext, DocumentChangeOperation, DocumentChanges, OneOf, Position, Range, TextDocumentIdentifier,
};

use super::*;
use crate::lsp::features::testing::{edit, snapshot_by};
use crate::lsp::protocol::convert::from_position;
use MetricType::{CognitiveComplexity, CyclomaticComplexity, HalsteadVolume, WeightedMethodsPerClass};
use antipasta_lsp_tests::fixture::with_cursor;
use antipasta_metrics::{Document, MetricType};
use antipasta_syntax::decode;
use antipasta_syntax::text::{PositionEncoding, replace};

const ENCODINGS: [PositionEncoding; 3] = [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32];

/// A configuration by which nearly everything violates.
const STRICT: &str = "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 0}, \
                      {type: cognitive_complexity, threshold: 0}, {type: weighted_methods_per_class, threshold: 0}]}]";

/// What is known of a text that is judged by a configuration, or by the built-in one. A test of the diagnostics is
/// elsewhere: these have what code actions need of them.
fn snapshot(text: &str, config: Option<&str>, encoding: PositionEncoding) -> Snapshot {
    let config = match config {
        Some(config) => Config::from_yaml(Path::new("/w/.antipasta.yaml"), config).unwrap(),
        None => Config::built_in(),
    };
    snapshot_by(Document::new(Rope::from_str(text)), config, encoding)
}

fn request(diagnostics: Vec<Diagnostic>, range: Range, only: Option<Vec<CodeActionKind>>) -> CodeActionParams {
    CodeActionParams {
        text_document: TextDocumentIdentifier::new(Url::parse("file:///shop.py").unwrap()),
        range,
        context: CodeActionContext {
            diagnostics,
            only,
            trigger_kind: None,
        },
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    }
}

/// The actions for a request, by a client that can do all, where the configuration has this text and version.
fn actions_with(
    snapshot: &Snapshot,
    request: &CodeActionParams,
    encoding: PositionEncoding,
    configuration: Option<(&str, Option<i32>)>,
) -> Vec<CodeAction> {
    let root = Url::parse("file:///w").unwrap();
    let context = ActionContext {
        encoding,
        edits: EditSupport {
            document_changes: true,
            create_files: true,
        },
        opens_documents: true,
        root: Some(&root),
        configuration: &|path| {
            let (text, version) = configuration?;
            Some(ConfigurationText {
                uri: Url::from_file_path(path).unwrap(),
                version,
                text: text.to_owned(),
            })
        },
    };
    code_actions(snapshot, request, &context)
}

fn actions(snapshot: &Snapshot, diagnostics: Vec<Diagnostic>) -> Vec<CodeAction> {
    let request = request(diagnostics, Range::default(), None);
    actions_with(snapshot, &request, PositionEncoding::Utf16, None)
}

fn diagnostic(snapshot: &Snapshot, metric: MetricType, line: Option<u32>) -> Diagnostic {
    let is_meant = |diagnostic: &&Diagnostic| {
        let data = data_of(diagnostic, snapshot).unwrap();
        (data.metric, data.line) == (metric, line)
    };
    snapshot.diagnostics.items.iter().find(is_meant).unwrap().clone()
}

fn named<'a>(actions: &'a [CodeAction], word: &str) -> Option<&'a CodeAction> {
    let mut found = actions.iter().filter(|action| action.title.starts_with(word));
    let first = found.next();
    assert!(found.next().is_none(), "two of {word}");
    first
}

fn only_edit(action: &CodeAction) -> (Url, Option<i32>, TextEdit) {
    let changes = action.edit.as_ref().unwrap().document_changes.as_ref().unwrap();
    let DocumentChanges::Edits(edits) = changes else {
        panic!("{changes:?}");
    };
    let [one] = &edits[..] else { panic!("{edits:?}") };
    let [OneOf::Left(edit)] = &one.edits[..] else {
        panic!("{edits:?}");
    };
    (one.text_document.uri.clone(), one.text_document.version, edit.clone())
}

/// A text as an editor leaves it that makes an edit.
fn edited(text: &Rope, edit: &TextEdit, encoding: PositionEncoding) -> Rope {
    let mut text = text.clone();
    let range = from_position(edit.range.start)..from_position(edit.range.end);
    replace(&mut text, Some(range), &edit.new_text, encoding);
    text
}

/// The text that ignoring a metric of what is defined on a line leaves; `None` if that is not offered.
#[track_caller]
fn ignored(text: &str, metric: MetricType, line: u32) -> Option<String> {
    let mut results = ENCODINGS.map(|encoding| {
        let snapshot = snapshot(text, Some(STRICT), encoding);
        let asked = diagnostic(&snapshot, metric, Some(line));
        let request = request(vec![asked], Range::default(), None);
        let actions = actions_with(&snapshot, &request, encoding, None);
        let action = named(&actions, "Ignore ")?;
        let (uri, version, edit) = only_edit(action);
        assert_eq!((uri, version), (snapshot.uri.clone(), Some(7)));
        let edited = edited(snapshot.document.text(), &edit, encoding);
        assert_is_ignored(&snapshot, &edited, metric, line);
        Some(String::from(edited))
    });
    assert!(results.iter().all(|result| *result == results[0]));
    results[0].take()
}

/// Violations of functions and classes: those of a file change with the number of its comments, and with the functions that
/// count.
fn of_definitions(snapshot: &Snapshot) -> Vec<(MetricType, Option<u32>)> {
    let violations = snapshot.evaluation.violations.iter();
    violations
        .filter(|violation| violation.subject.definition_line().is_some())
        .map(|violation| (violation.metric(), violation.subject.definition_line()))
        .collect()
}

#[track_caller]
fn assert_is_ignored(before: &Snapshot, text: &Rope, metric: MetricType, line: u32) {
    let document = Document::new(text.clone());
    let after = snapshot_by(document, (*before.config).clone(), PositionEncoding::Utf8);
    let mut expected = of_definitions(before);
    expected.retain(|violation| *violation != (metric, Some(line + 1)));
    assert_eq!(of_definitions(&after), expected, "{text}");
    assert_eq!(after.evaluation.warnings, before.evaluation.warnings, "{text}");
    assert_eq!(
        after.evaluation.unused_ignores, before.evaluation.unused_ignores,
        "{text}"
    );
}

#[test]
fn a_comment_is_put_on_the_header() {
    for (text, line, expected) in [
        (
            "def f(): pass\n",
            0,
            "def f(): pass  # antipasta: ignore[cyclomatic_complexity]\n",
        ),
        (
            "x = 'é😀'\r\n@d\r\ndef f(é='😀'): \t\r\n  pass",
            2,
            "x = 'é😀'\r\n@d\r\ndef f(é='😀'):  # antipasta: ignore[cyclomatic_complexity]\r\n  pass",
        ),
        (
            "class C:\n    async def f(self, a='''\n''',  # noqa: é😀\n      b=1): pass",
            1,
            "class C:\n    async def f(self, a='''\n''',  # noqa: é😀  # antipasta: ignore[cyclomatic_complexity]\n      b=1): pass",
        ),
        (
            "if x:\n  def \\\n    f(a \\\n      ): pass",
            1,
            "if x:\n  def \\\n    f(a \\\n      ): pass  # antipasta: ignore[cyclomatic_complexity]",
        ),
    ] {
        assert_eq!(ignored(text, CyclomaticComplexity, line).as_deref(), Some(expected));
    }
}

#[test]
fn a_class_is_ignored_at_its_header() {
    let text = "class A: x = 1\nclass C(A,  # base\n        metaclass=M):\n    def f(self): pass\n";
    assert_eq!(
        ignored(text, WeightedMethodsPerClass, 1),
        Some(text.replace("# base", "# base  # antipasta: ignore[weighted_methods_per_class]"))
    );
}

#[test]
fn an_ignore_comment_is_extended() {
    let text = "def f(a,  # why\n      b):  # noqa: X  # antipasta: ignore[cyc<=9] until split  \n    if a: pass\n";
    assert_eq!(
        ignored(text, CognitiveComplexity, 0),
        Some(text.replace("[cyc<=9] until split  ", "[cyc<=9, cognitive_complexity] until split"))
    );
    let outgrown = text.replace("cyc<=9", "cog <= 9, cyc<=1");
    assert_eq!(
        ignored(&outgrown, CyclomaticComplexity, 0),
        Some(outgrown.replace("cyc<=1] until split  ", "cyc] until split"))
    );
    // The second comment names the metric: the first is left alone.
    let two = "def f(a,  # antipasta: ignore[cog]\n      b):  # antipasta: ignore[cyc<=1]\n    if a: pass\n";
    assert_eq!(
        ignored(two, CyclomaticComplexity, 0),
        Some(two.replace("[cyc<=1]", "[cyc]"))
    );
    // What cannot be read is no place for more.
    let unread = "def f(a,  # antipasta: ignore[cyc\n      b):\n    pass\n";
    assert_eq!(
        ignored(unread, CyclomaticComplexity, 0),
        Some(unread.replace("b):", "b):  # antipasta: ignore[cyclomatic_complexity]"))
    );
}

#[test]
fn a_comment_does_not_hide_complexipy_s() {
    let text = "def f(  # why\n    a,  # complexipy: ignore\n):\n    if a: pass\n";
    assert_eq!(
        ignored(text, CyclomaticComplexity, 0),
        Some(text.replace("py: ignore", "py: ignore  # antipasta: ignore[cyclomatic_complexity]"))
    );
}

#[test]
fn nothing_is_ignored_where_no_comment_can_stand() {
    for text in [
        "def f(): '''\n'''\n",
        "def f():  # antipasta: ignored\n    pass\n",
        "def \\\n f(): f'''{\n1}'''\n",
    ] {
        assert_eq!(ignored(text, CyclomaticComplexity, 0), None, "{text}");
    }
}

#[test]
fn what_does_not_parse_is_not_ignored() {
    let (text, cursor) = with_cursor("def f($0):\n    if x: pass\n");
    let mut document = Document::new(Rope::from_str(&text));
    edit(&mut document, cursor, cursor, "(");
    assert!(document.is_stale());
    let config = Config::from_yaml(Path::new("/w/.antipasta.yaml"), STRICT).unwrap();
    let snapshot = snapshot_by(document, config, PositionEncoding::Utf16);
    let asked = diagnostic(&snapshot, CyclomaticComplexity, Some(0));
    let actions = actions(&snapshot, vec![asked]);
    assert!(named(&actions, "Ignore ").is_none());
    assert!(named(&actions, "Explain ").is_some());
}

#[test]
fn what_was_not_judged_is_no_violation() {
    let snapshot = snapshot("x = '\u{b}'\n", None, PositionEncoding::Utf16);
    let diagnostics = &snapshot.diagnostics;
    assert_eq!((diagnostics.items.len(), diagnostics.violations()), (1, 0));
    assert!(actions(&snapshot, vec![diagnostics.items[0].clone()]).is_empty());
}

#[test]
fn every_violation_of_real_code_can_be_ignored() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/python");
    let (mut offered, mut all) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let Ok(text) = decode(&bytes) else { continue };
        let snapshot = snapshot(&text, Some(STRICT), PositionEncoding::Utf16);
        for asked in snapshot.diagnostics.items.iter() {
            // What has no data is no violation.
            let Some(data) = data_of(asked, &snapshot) else {
                continue;
            };
            let Some(line) = data.line else { continue };
            all += 1;
            let actions = actions(&snapshot, vec![asked.clone()]);
            let Some(action) = named(&actions, "Ignore ") else {
                continue;
            };
            offered += 1;
            let edit = only_edit(action).2;
            let edited = edited(snapshot.document.text(), &edit, PositionEncoding::Utf16);
            assert_is_ignored(&snapshot, &edited, data.metric, line);
        }
    }
    assert!(all > 50 && offered * 10 > all * 9, "{offered} of {all}");
}

const BRANCHES: &str = "def f(x):\n    if x:\n        return 1\n    return 2\n";

#[test]
fn the_threshold_is_set_in_the_configuration_as_the_editor_has_it() {
    let on_disk = "defaults: {max_cyclomatic_complexity: 1}\n";
    let snapshot = snapshot(BRANCHES, Some(on_disk), PositionEncoding::Utf16);
    let asked = request(
        vec![diagnostic(&snapshot, CyclomaticComplexity, Some(0))],
        Range::default(),
        None,
    );
    let unsaved = "# 😀\nuse_gitignore: no\ndefaults: {max_cyclomatic_complexity: 1} # é\n";
    let actions = actions_with(&snapshot, &asked, PositionEncoding::Utf16, Some((unsaved, Some(3))));
    let action = named(&actions, "Set the threshold ").unwrap();
    assert_eq!(action.title, "Set the threshold of cyclomatic_complexity to 2");
    let (uri, version, edit) = only_edit(action);
    assert_eq!((uri.as_str(), version), ("file:///w/.antipasta.yaml", Some(3)));
    let text = edited(&Rope::from_str(unsaved), &edit, PositionEncoding::Utf16);
    assert_eq!(text, unsaved.replace("complexity: 1", "complexity: 2"));

    let with_mark = format!("\u{feff}{on_disk}");
    let actions = actions_with(&snapshot, &asked, PositionEncoding::Utf16, Some((&with_mark, None)));
    let (_, version, edit) = only_edit(named(&actions, "Set the threshold ").unwrap());
    assert_eq!(version, None);
    assert_eq!(edit.range, Range::new(Position::new(0, 38), Position::new(0, 39)));

    for unusable in [
        "profil: 1",
        "defaults: {max_cyclomatic_complexity: 2}",
        "languages: [{name: python, metrics: []}]",
    ] {
        let actions = actions_with(&snapshot, &asked, PositionEncoding::Utf16, Some((unusable, None)));
        assert!(named(&actions, "Set the threshold ").is_none(), "{unusable}");
    }
    let unreadable = actions_with(&snapshot, &asked, PositionEncoding::Utf16, None);
    assert!(named(&unreadable, "Set the threshold ").is_none());
}

#[test]
fn what_no_edit_can_set_is_opened_where_it_is_to_be_set() {
    let text = format!("def f():\n{}", "    if x: pass\n".repeat(12));
    let config = "# é\ndefaults: {}\n";
    let snapshot = snapshot(&text, Some(config), PositionEncoding::Utf16);
    let asked = request(
        vec![diagnostic(&snapshot, CyclomaticComplexity, Some(0))],
        Range::default(),
        None,
    );
    let actions = actions_with(&snapshot, &asked, PositionEncoding::Utf16, Some((config, Some(3))));
    let action = named(&actions, "Open ").unwrap();
    assert_eq!(
        action.title,
        "Open `.antipasta.yaml` to set the threshold of cyclomatic_complexity to 13"
    );
    let command = action.command.as_ref().unwrap();
    assert_eq!(command.command, Command::OpenConfiguration.as_str());
    assert_eq!(
        command.arguments.as_deref(),
        Some(&[json!("file:///w/.antipasta.yaml"), json!({"line": 1, "character": 10})][..])
    );
    assert!(named(&actions, "Set the threshold ").is_none());
}

#[test]
fn where_no_configuration_is_one_is_created() {
    let text = format!("def f():\n{}", "    if x: pass\n".repeat(12));
    let snapshot = snapshot(&text, None, PositionEncoding::Utf16);
    let actions = actions(&snapshot, vec![diagnostic(&snapshot, CyclomaticComplexity, Some(0))]);
    let action = named(&actions, "Set the threshold ").unwrap();
    assert_eq!(
        action.title,
        "Set the threshold of cyclomatic_complexity to 13 in a new .antipasta.yaml"
    );
    let changes = action.edit.as_ref().unwrap().document_changes.as_ref().unwrap();
    let DocumentChanges::Operations(operations) = changes else {
        panic!("{changes:?}");
    };
    let [DocumentChangeOperation::Op(_), DocumentChangeOperation::Edit(fill)] = &operations[..] else {
        panic!("{operations:?}");
    };
    assert_eq!(fill.text_document.uri.as_str(), "file:///w/.antipasta.yaml");
    let OneOf::Left(edit) = &fill.edits[0] else {
        panic!("{fill:?}");
    };
    let config = Config::from_yaml(Path::new("/w/.antipasta.yaml"), &edit.new_text).unwrap();
    assert_eq!(config.threshold(CyclomaticComplexity).unwrap().limit, 13.0);
    assert_eq!(config.ignore_patterns, snapshot.config.ignore_patterns);
}

#[test]
fn a_client_that_cannot_create_files_is_not_asked_to() {
    let text = format!("def f():\n{}", "    if x: pass\n".repeat(12));
    let snapshot = snapshot(&text, None, PositionEncoding::Utf16);
    let asked = diagnostic(&snapshot, CyclomaticComplexity, Some(0));
    let context = ActionContext {
        encoding: PositionEncoding::Utf16,
        edits: EditSupport::default(),
        opens_documents: false,
        root: Some(&snapshot.uri),
        configuration: &|_| None,
    };
    let actions = code_actions(&snapshot, &request(vec![asked], Range::default(), None), &context);
    assert!(named(&actions, "Set the threshold ").is_none());
    let ignore = named(&actions, "Ignore ").unwrap().edit.as_ref().unwrap();
    assert_eq!(ignore.changes.as_ref().unwrap()[&snapshot.uri].len(), 1);
    assert_eq!(ignore.document_changes, None);
}

#[test]
fn a_value_is_explained_by_a_command() {
    let snapshot = snapshot(BRANCHES, Some(STRICT), PositionEncoding::Utf16);
    let asked = diagnostic(&snapshot, CognitiveComplexity, Some(0));
    let actions = actions(&snapshot, vec![asked.clone()]);
    let action = named(&actions, "Explain ").unwrap();
    assert_eq!(action.title, "Explain cognitive_complexity of `f`");
    assert_eq!(action.kind, Some(CodeActionKind::QUICKFIX));
    assert_eq!(action.diagnostics.as_deref(), Some(&[asked.clone()][..]));
    let command = action.command.as_ref().unwrap();
    assert_eq!(command.command, Command::Explain.as_str());
    let arguments = command.arguments.as_ref().unwrap();
    assert_eq!(
        arguments[..],
        [serde_json::json!("file:///shop.py"), asked.data.unwrap()]
    );
}

#[test]
fn a_file_s_value_has_no_comment_that_ignores_it() {
    let config = "defaults: {max_halstead_volume: 1}";
    let snapshot = snapshot("x = a + b * c\n", Some(config), PositionEncoding::Utf16);
    let asked = request(
        vec![diagnostic(&snapshot, HalsteadVolume, None)],
        Range::default(),
        None,
    );
    let actions = actions_with(&snapshot, &asked, PositionEncoding::Utf16, Some((config, None)));
    let titles: Vec<&str> = actions.iter().map(|action| action.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Set the threshold of halstead_volume to 15.51",
            "Explain halstead_volume of this file"
        ]
    );
}

#[test]
fn a_diagnostic_is_known_by_its_place_if_a_client_drops_its_data() {
    let snapshot = snapshot(BRANCHES, Some(STRICT), PositionEncoding::Utf16);
    let mut asked = diagnostic(&snapshot, CyclomaticComplexity, Some(0));
    asked.data = None;
    assert_eq!(actions(&snapshot, vec![asked.clone()]).len(), 2);
    asked.source = Some("other".to_owned());
    let elsewhere = Range::new(Position::new(1, 0), Position::new(1, 0));
    let of_others = request(vec![asked], elsewhere, None);
    assert_eq!(actions_with(&snapshot, &of_others, PositionEncoding::Utf16, None), []);
}

#[test]
fn diagnostics_that_do_not_hold_any_more_have_no_actions() {
    let old = snapshot(BRANCHES, Some(STRICT), PositionEncoding::Utf16);
    let asked = diagnostic(&old, CognitiveComplexity, Some(0));
    let new = snapshot("\ndef f(x): pass\n", Some(STRICT), PositionEncoding::Utf16);
    assert_eq!(actions(&new, vec![asked]), []);
}

#[test]
fn a_request_without_diagnostics_is_about_its_lines() {
    let snapshot = snapshot(BRANCHES, Some(STRICT), PositionEncoding::Utf16);
    let titles = |line, only| {
        let range = Range::new(Position::new(line, 9), Position::new(line, 9));
        let actions = actions_with(
            &snapshot,
            &request(Vec::new(), range, only),
            PositionEncoding::Utf16,
            None,
        );
        actions.len()
    };
    // Two diagnostics, each to ignore or to explain; there is no configuration to change.
    assert_eq!(titles(0, None), 4);
    assert_eq!(titles(1, None), 0);
    let only = |kinds: &[&'static str]| Some(kinds.iter().map(|kind| CodeActionKind::new(kind)).collect());
    assert_eq!(titles(0, only(&["refactor", "source.fixAll"])), 0);
    assert_eq!(titles(0, only(&["quickfix.antipasta"])), 0);
    assert_eq!(titles(0, only(&["refactor", "quickfix"])), 4);
    assert_eq!(titles(0, only(&[""])), 4);
}

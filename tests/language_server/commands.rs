//! `workspace/executeCommand`: every command, with every argument that it takes and those that it does not.

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::{Client, Refusal, merged};
use crate::document::Document;
use crate::findings::{Finding, published, wait_for_version};
use crate::{function, pushed, strict_project};

const INVALID_PARAMS: i64 = -32602;

/// A server with a document, and its commands.
struct Session {
    _project: Project,
    client: Client,
    document: Document,
    findings: Vec<Finding>,
    commands: Vec<String>,
}

impl Session {
    fn start() -> Self {
        let project = strict_project();
        project.write("b.py", function("g", 2).as_bytes());
        let mut client = Client::start(&project);
        let result = client.initialize(&project, &pushed());
        let document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
        let findings = wait_for_version(&mut client, &document);
        let commands = result["capabilities"]["executeCommandProvider"]["commands"].clone();
        Self {
            _project: project,
            client,
            document,
            findings,
            commands: serde_json::from_value(commands).expect("names"),
        }
    }

    fn execute(&mut self, params: &Value) -> Result<Value, Refusal> {
        self.client.request("workspace/executeCommand", params.clone())
    }

    /// The `data` of a diagnostic of the document.
    fn data(&self) -> Value {
        let published = published(&self.client.received, &self.document.uri);
        published.last().expect("diagnostics")["diagnostics"][0]["data"].clone()
    }
}

/// What a command is called with: what it takes, and what it refuses with a word that must be in the refusal.
type Row = (&'static str, Vec<Value>, Vec<(Value, &'static str)>);

#[test]
fn every_command_takes_its_arguments_and_says_what_is_wrong_with_others() {
    let mut session = Session::start();
    let (uri, data) = (session.document.uri.clone(), session.data());
    let table: Vec<Row> = vec![
        (
            "antipasta.explain",
            vec![json!([uri, data]), json!([uri, data, null]), json!([uri, data, "more"])],
            vec![
                (json!([]), "the URI of a document"),
                (json!([null]), "the URI of a document"),
                (json!([7]), "the URI of a document"),
                (json!(["not a uri", data]), "the URI of a document"),
                (json!([uri]), "`data`"),
                (json!([uri, null]), "`data`"),
                (json!([uri, "loud"]), "`data`"),
                (json!([uri, {"metric": "none"}]), "`data`"),
            ],
        ),
        (
            "antipasta.showReport",
            vec![
                json!([]),
                json!([null]),
                json!([uri]),
                json!([uri, null]),
                json!([uri, 0]),
                json!([uri, 0, null]),
            ],
            vec![
                (json!([7]), "the URI of a document"),
                (json!([{"uri": uri}]), "the URI of a document"),
                (json!([uri, "six"]), "a line"),
                (json!([uri, -1]), "a line"),
                (json!([uri, 0.5]), "a line"),
            ],
        ),
        (
            "antipasta.openConfiguration",
            vec![json!([uri, {"line": 0, "character": 0}])],
            vec![
                (json!([]), "the URI of a configuration"),
                (
                    json!(["not a uri", {"line": 0, "character": 0}]),
                    "the URI of a configuration",
                ),
                (json!([uri]), "a position"),
                (json!([uri, 7]), "a position"),
            ],
        ),
        (
            "antipasta.analyseWorkspace",
            vec![json!([]), json!([null]), json!(["more"])],
            vec![],
        ),
        (
            "antipasta.clearCache",
            vec![json!([]), json!([null]), json!(["more"])],
            vec![],
        ),
        (
            "antipasta.restart",
            vec![json!([]), json!([null]), json!(["more"])],
            vec![],
        ),
    ];
    let names: Vec<&str> = table.iter().map(|(name, ..)| *name).collect();
    assert_eq!(session.commands, names, "every command has a row");
    let documentation = include_str!("../../docs/language-server.md");
    for (name, taken, refused) in table {
        assert!(
            documentation.contains(&format!("| `{name}` |")),
            "{name} is not documented"
        );
        for arguments in taken {
            let params = json!({"command": name, "arguments": arguments});
            let answer = session.execute(&params);
            assert!(answer.is_ok(), "{params}: {answer:?}");
        }
        for (arguments, word) in refused {
            let params = json!({"command": name, "arguments": arguments});
            let refusal = session.execute(&params).expect_err("a refusal");
            assert_eq!(refusal.code, INVALID_PARAMS, "{params}: {refusal:?}");
            assert!(refusal.message.contains(word), "{params}: {refusal:?}");
        }
        // Arguments may be left out altogether.
        let params = json!({"command": name});
        assert_eq!(
            session.execute(&params).is_ok(),
            !["antipasta.explain", "antipasta.openConfiguration"].contains(&name),
            "{params}"
        );
    }
    // The document is still open, and judged as before.
    let Session {
        client,
        document,
        findings,
        ..
    } = &mut session;
    client.catch_up(&document.uri);
    assert_eq!(wait_for_version(client, document), *findings);
}

#[test]
fn a_threshold_in_flow_style_is_set_by_hand_where_the_server_opens_it() {
    let project = Project::new(&[(".antipasta.yaml", "defaults: {}\n"), ("a.py", "")]);
    let mut client = Client::start(&project);
    client.initialize(
        &project,
        &merged(&pushed(), &json!({"window": {"showDocument": {"support": true}}})),
    );
    let document = Document::open(&mut client, &project.path("a.py"), &function("f", 12));
    wait_for_version(&mut client, &document);
    let params = json!({
        "textDocument": {"uri": document.uri},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": []},
    });
    let actions = client.request("textDocument/codeAction", params).expect("actions");
    let mut commands = actions
        .as_array()
        .expect("actions")
        .iter()
        .map(|action| &action["command"]);
    let command = commands.find(|command| command["command"] == "antipasta.openConfiguration");
    let command = command.expect("an action that opens the configuration").clone();
    assert_eq!(
        command["title"],
        "Open `.antipasta.yaml` to set the threshold of cyclomatic_complexity to 13"
    );
    client.request("workspace/executeCommand", command).expect("an answer");
    let shown = client.wait_for_method(0, "window/showDocument");
    assert!(
        shown["uri"].as_str().expect("a URI").ends_with("/.antipasta.yaml"),
        "{shown}"
    );
    assert_eq!(shown["selection"]["start"], json!({"line": 0, "character": 10}));
}

#[test]
fn what_is_no_command_is_refused_with_a_sentence() {
    let mut session = Session::start();
    let link = "[Fix](command:workbench.action.terminal.new)\n";
    for (params, word) in [
        (json!({"command": "antipasta.unknown"}), "antipasta.showReport"),
        (json!({"command": link}), "unknown command"),
        (json!({}), "`command`"),
        (json!({"command": null}), "string"),
        (json!({"command": 7}), "string"),
        (json!({"command": "antipasta.restart", "arguments": "all"}), "sequence"),
        // As a client library makes of an argument that is not there.
        (
            json!([{"command": "antipasta.restart"}, null]),
            "one object, not a list",
        ),
        (json!([]), "one object, not a list"),
    ] {
        let refusal = session.execute(&params).expect_err("a refusal");
        assert_eq!(refusal.code, INVALID_PARAMS, "{params}: {refusal:?}");
        assert!(refusal.message.contains(word), "{params}: {refusal:?}");
        assert!(!refusal.message.contains("]("), "{refusal:?}");
    }
    // So are the other requests of ours.
    for method in [
        "antipasta/metrics",
        "antipasta/lineCosts",
        "antipasta/workspaceMetrics",
        "textDocument/hover",
    ] {
        let refusal = session
            .client
            .request(method, json!([{"textDocument": {"uri": "x"}}, null]));
        let refusal = refusal.expect_err("a refusal");
        assert!(
            refusal.message.contains("one object, not a list"),
            "{method}: {refusal:?}"
        );
    }
}

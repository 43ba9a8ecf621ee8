//! That the server starts no program, whatever the workspace brings.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::client::{Client, uri};
use crate::document::Document;
use crate::findings::wait_for_version;
use crate::{function, pushed, strict_project};

#[test]
fn the_server_starts_no_program() {
    let project = strict_project();
    let caught = project.path("caught");
    // Whatever is started by its name is a trap, and so are those of the workspace's environments.
    for folder in ["bin", ".", ".venv/bin", "venv/bin", "node_modules/.bin", ".git/hooks"] {
        for program in [
            "git",
            "python",
            "python3",
            "node",
            "antipasta",
            "antipasta-lsp",
            "sh",
            "fsmonitor-watchman",
            "pre-commit",
        ] {
            let path = project.path(folder).join(program);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, format!("#!/bin/sh\necho \"$0\" >>'{}'\n", caught.display())).expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file");
        }
    }
    let trap = project.path("bin/git");
    let settings = format!(
        "[core]\n\tfsmonitor = {0}\n\tsshCommand = {0}\n[filter \"x\"]\n\tclean = {0}\n",
        trap.display()
    );
    project.write(".git/config", settings.as_bytes());
    project.write(".gitattributes", b"* filter=x\n");
    project.write("b.py", function("g", 3).as_bytes());

    let mut command = project.command(["--stdio"]);
    command.env("PATH", format!("{}:.:", project.path("bin").display()));
    let mut client = Client::run(command);
    client.initialize(&project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), &function("f", 2));
    wait_for_version(&mut client, &document);
    document.replace(&mut client, "def f(x):\n", "def f(x):\n    if x: pass\n");
    wait_for_version(&mut client, &document);
    for (command, arguments) in [
        ("antipasta.showReport", json!([uri(&project.path("a.py"))])),
        ("antipasta.showReport", json!([])),
        ("antipasta.analyseWorkspace", json!([])),
        ("antipasta.clearCache", json!([])),
    ] {
        // Whether there is such a command is for others to say.
        let _ = client.request(
            "workspace/executeCommand",
            json!({"command": command, "arguments": arguments}),
        );
    }
    let _ = client.request("antipasta/workspaceMetrics", json!({"metric": "cyclomatic_complexity"}));
    assert_eq!(client.end(), Some(0));
    assert_eq!(fs::read_to_string(caught).unwrap_or_default(), "");
}

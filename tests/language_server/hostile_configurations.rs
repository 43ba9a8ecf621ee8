//! Configurations and ignore files made to do harm, in the folders of a workspace.

use std::process::Command;

use antipasta_lsp_tests::hostile_configurations::{LARGEST, of_size};
use antipasta_lsp_tests::{Project, binary};
use serde_json::json;

use crate::client::{Client, folder, merged, uri};
use crate::pull::pull_workspace;
use crate::{pulling, watching};

/// The address space that the server may take, in KiB, with all of them: most of it is reserved for stacks.
const ADDRESS_SPACE: u32 = 3_000_000;

#[test]
fn hostile_configurations_cost_the_server_little() {
    let files = of_size(LARGEST);
    let project = Project::new(&[("zz/a.py", "x = 1\n")]);
    let mut folders = vec![folder(&project.path("zz"))];
    for (number, file) in files.iter().enumerate() {
        let name = format!("w{number}");
        project.write(&format!("{name}/.git/HEAD"), b"");
        project.write(&format!("{name}/a.py"), b"x = 1\n");
        project.write(&format!("{name}/{}", file.file), file.text.as_bytes());
        folders.push(folder(&project.path(&name)));
    }
    let script = format!("ulimit -v {ADDRESS_SPACE}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(binary()).arg("--stdio");
    command.current_dir(project.path("")).env("ANTIPASTA_NO_CACHE", "1");
    let mut client = Client::run(command);
    client.initialize_with(json!({"capabilities": merged(&pulling(), &watching()), "workspaceFolders": folders}));
    for number in 0..files.len() {
        let path = project.path(&format!("w{number}/a.py"));
        client.notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri(&path), "languageId": "python", "version": 1, "text": "x = 1\n"}}),
        );
        let position = json!({"textDocument": {"uri": uri(&path)}, "position": {"line": 0, "character": 0}});
        client.expect("textDocument/hover", position);
    }
    pull_workspace(&mut client, &[]);
    assert_eq!(client.end(), Some(0));
}

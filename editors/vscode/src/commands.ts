/** The commands of the palette. */

import * as vscode from "vscode";

import { messageOf } from "./escape";
import { definitionAt } from "./metricsRequest";
import { showError, showInformation, showWarning } from "./notifications";
import type { Server } from "./server";

/** Registers the commands that only the server and the log are needed for. */
export function registerCommands(server: Server, log: vscode.LogOutputChannel): vscode.Disposable {
  const commands: Record<string, () => unknown> = {
    "antipasta.showReportHere": () => reportHere(server),
    "antipasta.showReportOfFile": () => reportOfFile(server),
    "antipasta.showReportOfWorkspace": () => execute(server, "antipasta.showReport"),
    "antipasta.analyseAll": () => execute(server, "antipasta.analyseWorkspace"),
    "antipasta.forgetCache": () => execute(server, "antipasta.clearCache"),
    "antipasta.restartServer": () => server.restart(),
    "antipasta.showLog": () => {
      log.show();
    },
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(name, async () => {
      try {
        await run();
      } catch (error) {
        void showError(`antipasta: ${messageOf(error)}`);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** Reports on the function or class under the cursor, or on the file if there is none. */
async function reportHere(server: Server): Promise<void> {
  const editor = pythonEditor();
  if (editor) {
    const definition = await definitionAt(server, editor);
    const line = definition?.selectionRange.start.line;
    await execute(
      server,
      "antipasta.showReport",
      editor.document.uri.toString(),
      ...(line === undefined ? [] : [line]),
    );
  }
}

async function reportOfFile(server: Server): Promise<void> {
  const editor = pythonEditor();
  if (editor) {
    await execute(server, "antipasta.showReport", editor.document.uri.toString());
  }
}

/** The editor that is used, if it has Python; if not, says so. */
function pythonEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId === "python") {
    return editor;
  }
  void showInformation("antipasta: open a Python file first.");
  return undefined;
}

/** Has the server execute a command; it shows by itself what there is to say. */
async function execute(server: Server, command: string, ...words: (string | number)[]): Promise<void> {
  if (server.condition.kind !== "running") {
    void showWarning("antipasta: the server does not run.", { title: "Restart" }).then((chosen) => {
      if (chosen !== undefined) {
        void server.restart();
      }
    });
    return;
  }
  await server.ask("workspace/executeCommand", { command, arguments: words });
}

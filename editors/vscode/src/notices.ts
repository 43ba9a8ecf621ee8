/** What the user is told when there is no server, with something to do about it. */

import * as vscode from "vscode";

import { showError } from "./notifications";
import type { Condition, Server } from "./server";

const INSTALLATION = "https://github.com/antipasta-lsp/antipasta-lsp/blob/main/editors/vscode/README.md#the-binary";

interface Action extends vscode.MessageItem {
  readonly run: () => unknown;
}

/** Tells when the server cannot be started. */
export function tellTroubles(server: Server): vscode.Disposable {
  return server.onDidChange((condition) => {
    void tell(condition, server);
  });
}

async function tell(condition: Condition, server: Server): Promise<void> {
  const restart = { run: () => server.restart() };
  if (condition.kind === "missing") {
    await offer(missingText(condition.places), [
      { title: "How to Install", run: () => vscode.env.openExternal(vscode.Uri.parse(INSTALLATION)) },
      { title: "Set the Path", run: () => open("workbench.action.openSettings", "antipasta.path") },
      { title: "Try Again", ...restart },
    ]);
  } else if (condition.kind === "failed") {
    await offer(`antipasta: ${condition.message}`, [
      { title: "Show Log", run: () => open("antipasta.showLog") },
      { title: "Restart", ...restart },
    ]);
  }
}

function missingText(places: readonly string[]): string {
  return `antipasta: antipasta-lsp not found in ${places.join(", ")}. Install it, or set antipasta.path.`;
}

async function offer(message: string, actions: readonly Action[]): Promise<void> {
  const chosen = await showError(message, ...actions);
  await chosen?.run();
}

function open(command: string, ...words: string[]): Thenable<unknown> {
  return vscode.commands.executeCommand(command, ...words);
}

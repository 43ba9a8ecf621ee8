/** Which server runs, among what VS Code says of Python in the status bar. */

import * as vscode from "vscode";

import { plain } from "./escape";
import type { Condition, Server } from "./server";

/** Shows how the server is. */
export function showLanguageStatus(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("antipasta.server", { language: "python" });
  item.name = "antipasta";
  const show = (condition: Condition): void => {
    item.busy = condition.kind === "starting";
    const { text, detail, isTrouble } = wordsOf(condition);
    item.text = plain(text);
    item.detail = plain(detail);
    item.severity = isTrouble ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.command = isTrouble
      ? { title: "Restart", command: "antipasta.restartServer" }
      : { title: "Show Log", command: "antipasta.showLog" };
  };
  show(server.condition);
  return vscode.Disposable.from(item, server.onDidChange(show));
}

function wordsOf(condition: Condition): { text: string; detail: string; isTrouble: boolean } {
  switch (condition.kind) {
    case "running":
      return { text: `antipasta-lsp ${condition.version}`, detail: `found by ${condition.source}`, isTrouble: false };
    case "starting":
      return { text: "antipasta-lsp", detail: "starting", isTrouble: false };
    case "stopped":
      return { text: "antipasta-lsp", detail: "stopped", isTrouble: true };
    case "missing":
      return { text: "antipasta-lsp", detail: "not found", isTrouble: true };
    case "failed":
      return { text: "antipasta-lsp", detail: condition.message, isTrouble: true };
  }
}

/** The request `antipasta/metrics`. */

import type * as vscode from "vscode";

import type { DefinitionReport, MetricsReport } from "./protocol";
import type { Server } from "./server";

/** The innermost function or class around the cursor; nothing if there is none, or no server. */
export async function definitionAt(
  server: Server,
  editor: vscode.TextEditor,
  token?: vscode.CancellationToken,
): Promise<DefinitionReport | undefined> {
  if (editor.document.languageId !== "python") {
    return undefined;
  }
  const params = {
    textDocument: { uri: editor.document.uri.toString() },
    position: { line: editor.selection.active.line, character: 0 },
  };
  const report = await server.ask<MetricsReport | null>("antipasta/metrics", params, token);
  return report?.definition ?? undefined;
}

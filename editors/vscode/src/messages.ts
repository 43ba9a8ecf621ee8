/** What the server has to say in words. */

import * as vscode from "vscode";
import type { ShowMessageParams } from "vscode-languageclient/node";

/** Of `MessageType` in the protocol. */
const ERROR = 1;
const WARNING = 2;

const SCHEME = "antipasta";
/** One document, so that a report takes the place of the last. */
const REPORT = vscode.Uri.from({ scheme: SCHEME, path: "/antipasta report" });

let report = "";
const changes = new vscode.EventEmitter<vscode.Uri>();

/** Lets reports be shown as documents. */
export function registerReports(): vscode.Disposable {
  const provider = { onDidChange: changes.event, provideTextDocumentContent: () => report };
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider);
}

/** Shows a message. Reports and explanations have several lines: they are shown as a document beside the code. */
export function showMessage({ type, message }: ShowMessageParams): void {
  const level: number = type;
  if (level === ERROR) {
    void vscode.window.showErrorMessage(message);
  } else if (level === WARNING) {
    void vscode.window.showWarningMessage(message);
  } else if (message.trim().includes("\n")) {
    void showReport(message);
  } else {
    void vscode.window.showInformationMessage(message.trim());
  }
}

async function showReport(text: string): Promise<void> {
  report = text;
  changes.fire(REPORT);
  const document = await vscode.workspace.openTextDocument(REPORT);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: true,
    preserveFocus: true,
  });
}

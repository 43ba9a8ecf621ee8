/** What the server has to say in words. */

import * as vscode from "vscode";
import type { MessageActionItem, ShowMessageParams, ShowMessageRequestParams } from "vscode-languageclient/node";

import { plain } from "./escape";
import { showError, showInformation, showWarning } from "./notifications";

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
  if (type === ERROR || type === WARNING || !message.trim().includes("\n")) {
    void notify(type, message.trim());
  } else {
    void showReport(message);
  }
}

/** Shows a message with buttons; returns which of its actions was chosen, if any was. */
export async function askUser({ type, message, actions }: ShowMessageRequestParams): Promise<MessageActionItem | null> {
  const choices = (actions ?? []).map((action) => ({ title: plain(action.title), action }));
  const chosen = await notify(type, message.trim(), ...choices);
  return chosen?.action ?? null;
}

function notify<C extends vscode.MessageItem>(type: number, text: string, ...choices: C[]): Thenable<C | undefined> {
  const show = type === ERROR ? showError : type === WARNING ? showWarning : showInformation;
  return show(text, ...choices);
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

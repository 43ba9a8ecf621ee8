/** Notifications. No other file shows any, so that none has text in it that is not escaped. */

import * as vscode from "vscode";

import { plain } from "./escape";

/** What can be chosen beside a text. */
export type Choice = vscode.MessageItem;

/** Shows an error; returns what was chosen, if anything was. */
export function showError<C extends Choice>(text: string, ...choices: C[]): Thenable<C | undefined> {
  return vscode.window.showErrorMessage(plain(text), ...choices);
}

/** Shows a warning; returns what was chosen, if anything was. */
export function showWarning<C extends Choice>(text: string, ...choices: C[]): Thenable<C | undefined> {
  return vscode.window.showWarningMessage(plain(text), ...choices);
}

/** Shows something worth knowing; returns what was chosen, if anything was. */
export function showInformation<C extends Choice>(text: string, ...choices: C[]): Thenable<C | undefined> {
  return vscode.window.showInformationMessage(plain(text), ...choices);
}

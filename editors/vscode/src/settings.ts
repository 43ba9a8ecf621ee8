/** What the user sets that is the extension's own business; all else is the server's, which asks for it. */

import * as vscode from "vscode";

/** The name of the settings, also to the server. */
export const SECTION = "antipasta";

/** The settings that say which binary is run. */
export const BINARY_SETTINGS = ["path", "importStrategy"].map((name) => `${SECTION}.${name}`);

/** The setting `antipasta.path`. */
export function binaryPath(): string {
  return vscode.workspace.getConfiguration(SECTION).get("path", "").trim();
}

/** Whether binaries of the workspace and of the environment come before the extension's own. */
export function isFromEnvironment(): boolean {
  const strategy = vscode.workspace.getConfiguration(SECTION).get<string>("importStrategy");
  return vscode.workspace.isTrusted && strategy !== "useBundled";
}

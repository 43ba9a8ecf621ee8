/** The extension's beginning and end. */

import * as vscode from "vscode";

import { registerCommands } from "./commands";
import { ComplexityView } from "./complexityView";
import { showLanguageStatus } from "./languageStatus";
import { registerReports } from "./messages";
import { tellTroubles } from "./notices";
import { Server } from "./server";
import { BINARY_SETTINGS } from "./settings";
import { StatusBar } from "./statusBar";
import { registerTreemap } from "./treemap/panel";

let running: Server | undefined;

/** Begins. Nothing here waits for the server. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("antipasta", { log: true });
  const server = new Server(context, log);
  running = server;
  context.subscriptions.push(
    log,
    server,
    registerReports(),
    registerCommands(server, log),
    tellTroubles(server),
    showLanguageStatus(server),
    new StatusBar(server),
    new ComplexityView(server, context.workspaceState),
    registerTreemap(server, context.extensionUri),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (BINARY_SETTINGS.some((name) => event.affectsConfiguration(name))) {
        void server.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
  );
  void server.restart();
}

/** Ends. */
export function deactivate(): Promise<void> | undefined {
  return running?.stop();
}

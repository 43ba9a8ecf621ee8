/** The panel with the treemap of the workspace. */

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

import { messageOf, plain } from "../escape";
import type { Metric, WorkspaceReport } from "../protocol";
import type { Server } from "../server";
import { workspaceMetrics } from "../workspaceMetrics";
import type { FromView, ToView } from "./messages";

/** Lets the panel be opened. There is one at the most. */
export function registerTreemap(server: Server, extension: vscode.Uri): vscode.Disposable {
  let open: TreemapPanel | undefined;
  const command = vscode.commands.registerCommand("antipasta.showTreemap", () => {
    if (open === undefined) {
      open = new TreemapPanel(server, extension, () => {
        open = undefined;
      });
    } else {
      open.reveal();
    }
  });
  return vscode.Disposable.from(command, { dispose: () => open?.dispose() });
}

class TreemapPanel implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly parts: vscode.Disposable;
  private metric: Metric = "cyclomatic_complexity";
  private request: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly server: Server,
    extension: vscode.Uri,
    onClosed: () => void,
  ) {
    const resources = vscode.Uri.joinPath(extension, "dist", "treemap");
    this.panel = vscode.window.createWebviewPanel("antipasta.treemap", "Treemap", vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [resources],
    });

    this.parts = vscode.Disposable.from(
      this.panel.webview.onDidReceiveMessage((message: FromView) => this.take(message)),
      vscode.commands.registerCommand("antipasta.refreshTreemap", () => this.send()),
      server.onDidChange(({ kind }) => {
        if (kind === "running") {
          void this.send();
        }
      }),
      this.panel.onDidDispose(() => {
        this.request?.cancel();
        this.parts.dispose();
        onClosed();
      }),
    );
    this.panel.webview.html = page(this.panel.webview, resources);
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private async take(message: FromView): Promise<void> {
    if (message.kind === "wanted") {
      this.metric = message.metric;
      await this.send();
    } else {
      const start = new vscode.Position(message.line, 0);
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.parse(message.uri, true), {
        selection: new vscode.Range(start, start),
        viewColumn: vscode.ViewColumn.Beside,
      });
    }
  }

  /** Sends what there is to show. */
  private async send(): Promise<void> {
    this.request?.cancel();
    const request = new vscode.CancellationTokenSource();
    this.request = request;
    try {
      const report = await workspaceMetrics(this.server, [this.metric], request.token);
      if (!request.token.isCancellationRequested) {
        await this.tell(report ? shown(report, this.metric) : trouble("The server does not run."));
      }
    } catch (error) {
      if (!request.token.isCancellationRequested) {
        await this.tell(trouble(messageOf(error)));
      }
    } finally {
      request.dispose();
    }
  }

  private tell(message: ToView): Thenable<boolean> {
    return this.panel.webview.postMessage(message);
  }
}

function shown({ files }: WorkspaceReport, metric: Metric): ToView {
  const pathOf = (uri: string): string => plain(vscode.workspace.asRelativePath(vscode.Uri.parse(uri, true)));
  const named = files.map((file) => ({
    ...file,
    path: pathOf(file.uri),
    definitions: file.definitions.map((one) => ({ ...one, qualifiedName: plain(one.qualifiedName) })),
  }));
  return { kind: "report", metric, files: named };
}

function trouble(text: string): ToView {
  return { kind: "trouble", text };
}

/** The page: nothing in it comes from elsewhere. */
function page(webview: vscode.Webview, resources: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64url");
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(resources, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${address("main.css")}">
<title>Treemap</title>
</head>
<body>
<script nonce="${nonce}" src="${address("main.js")}"></script>
</body>
</html>`;
}

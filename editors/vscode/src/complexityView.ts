/** The view "Complexity": the worst functions and classes of the workspace. */

import * as vscode from "vscode";

import { messageOf, plain } from "./escape";
import type { WorkspaceReport } from "./protocol";
import { ORDERS, RANKED_METRICS, worst, type Order, type Ranked } from "./ranking";
import type { Server } from "./server";
import { metricName, valueText } from "./words";
import { workspaceMetrics } from "./workspaceMetrics";

/** How many are listed. */
const MOST = 200;
/** Milliseconds without news after which the list is made anew. */
const QUIET = 1000;
const STATE = "complexity.order";

/** Keeps the view up to date for as long as it is to be seen. */
export class ComplexityView implements vscode.TreeDataProvider<Ranked>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<Ranked>;
  private readonly parts: { dispose(): unknown }[];
  private report: WorkspaceReport = { files: [] };
  private order: Order;
  private isOutdated = true;
  private timer: NodeJS.Timeout | undefined;
  private request: vscode.CancellationTokenSource | undefined;

  /** Tells that the list is to be drawn anew. */
  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly server: Server,
    private readonly state: vscode.Memento,
  ) {
    const remembered = state.get<string>(STATE);
    this.order = ORDERS.find((order) => order === remembered) ?? "cyclomatic_complexity";
    this.view = vscode.window.createTreeView("antipasta.complexity", { treeDataProvider: this });
    this.view.description = `by ${nameOf(this.order)}`;
    const files = vscode.workspace.createFileSystemWatcher("**/*.py");
    const outdate = (): void => {
      this.outdate(QUIET);
    };
    this.parts = [
      this.changes,
      this.view,
      files,
      files.onDidChange(outdate),
      files.onDidCreate(outdate),
      files.onDidDelete(outdate),
      vscode.languages.onDidChangeDiagnostics(outdate),
      server.onDidChange(() => {
        this.outdate(0);
      }),
      this.view.onDidChangeVisibility(() => {
        this.refreshIn(0);
      }),
      vscode.commands.registerCommand("antipasta.refreshComplexity", () => {
        this.outdate(0);
      }),
      vscode.commands.registerCommand("antipasta.sortComplexity", () => this.askForOrder()),
    ];
  }

  getChildren(parent?: Ranked): Ranked[] {
    return parent === undefined ? worst(this.report, this.order, MOST) : [];
  }

  getTreeItem({ uri, definition }: Ranked): vscode.TreeItem {
    const place = vscode.Uri.parse(uri, true);
    const isViolation = definition.values.some(({ verdict }) => verdict === "violation");
    const values = definition.values.map(valueText);
    const shown = definition.values.find(({ metric }) => metric === this.order);
    const amount = shown === undefined ? `${definition.lines} lines` : valueText(shown);
    const file = `${plain(vscode.workspace.asRelativePath(place))}:${definition.line + 1}`;
    const name = plain(definition.qualifiedName);
    const item = new vscode.TreeItem(name);
    item.description = `${amount} · ${file}`;
    item.tooltip = [name, ...values, `${definition.lines} lines`, file].join("\n");
    item.iconPath = isViolation
      ? new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"))
      : new vscode.ThemeIcon(`symbol-${definition.kind}`);
    item.accessibilityInformation = { label: [name, ...values, file].join(", ") };
    const start = new vscode.Position(definition.line, 0);
    const options: vscode.TextDocumentShowOptions = { selection: new vscode.Range(start, start) };
    item.command = { title: "Go to", command: "vscode.open", arguments: [place, options] };
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.request?.cancel();
    vscode.Disposable.from(...this.parts).dispose();
  }

  private outdate(delay: number): void {
    this.isOutdated = true;
    this.refreshIn(delay);
  }

  private refreshIn(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.isOutdated && this.view.visible) {
        void this.refresh();
      }
    }, delay);
  }

  private async refresh(): Promise<void> {
    this.request?.cancel();
    const request = new vscode.CancellationTokenSource();
    this.request = request;
    this.isOutdated = false;
    let message: string | undefined;
    try {
      const report = await workspaceMetrics(this.server, RANKED_METRICS, request.token);
      if (request.token.isCancellationRequested) {
        return;
      }
      this.report = report ?? { files: [] };
      message = report === undefined ? "The server does not run." : undefined;
    } catch (error) {
      if (request.token.isCancellationRequested) {
        return;
      }
      message = messageOf(error);
    } finally {
      request.dispose();
    }
    const isEmpty = this.getChildren().length === 0;
    this.view.message = message ?? (isEmpty ? "There are no functions in the workspace." : "");
    this.changes.fire(undefined);
  }

  private async askForOrder(): Promise<void> {
    const items = ORDERS.map((order) => ({ label: nameOf(order), order, picked: order === this.order }));
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Functions and classes that have most of" });
    if (chosen !== undefined) {
      this.order = chosen.order;
      this.view.description = `by ${chosen.label}`;
      this.changes.fire(undefined);
      await this.state.update(STATE, chosen.order);
    }
  }
}

function nameOf(order: Order): string {
  return order === "lines" ? "lines" : metricName(order);
}

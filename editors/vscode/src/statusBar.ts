/** The metrics of the function under the cursor, in the status bar. */

import * as vscode from "vscode";

import { markdown, plain } from "./escape";
import { definitionAt } from "./metricsRequest";
import type { Judged, Metric } from "./protocol";
import type { Server } from "./server";
import { numberText, valueText } from "./words";

const SHOWN: readonly Metric[] = ["cyclomatic_complexity", "cognitive_complexity", "weighted_methods_per_class"];
/** Milliseconds without a change after which the values of a changed text are asked for. */
const QUIET = 150;
/** Milliseconds for which a cursor that runs over lines is not followed. Typing moves it as well, and is not asked after. */
const GLANCE = 40;

/** Keeps the item in the status bar up to date. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("antipasta.metrics", vscode.StatusBarAlignment.Right, 110);
  private readonly listeners: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  /** When a text that changed may be asked about, by the clock of `performance`. */
  private quietUntil = 0;
  private request: vscode.CancellationTokenSource | undefined;

  constructor(private readonly server: Server) {
    this.item.name = "antipasta: metrics under the cursor";
    this.item.command = "antipasta.showReportHere";
    this.listeners = vscode.Disposable.from(
      server.onDidChange(() => {
        this.askIn(0);
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.askIn(0);
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        this.askFor(textEditor.document, GLANCE);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) {
          this.quietUntil = performance.now() + QUIET;
          this.askIn(QUIET);
        }
      }),
      // Thresholds may have changed.
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        const shown = vscode.window.activeTextEditor?.document;
        if (shown && uris.some((uri) => uri.toString() === shown.uri.toString())) {
          this.askFor(shown, QUIET);
        }
      }),
    );
    this.askIn(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.request?.cancel();
    this.listeners.dispose();
    this.item.dispose();
  }

  private askFor(document: vscode.TextDocument, delay: number): void {
    if (document === vscode.window.activeTextEditor?.document) {
      this.askIn(Math.max(delay, this.quietUntil - performance.now()));
    }
  }

  private askIn(delay: number): void {
    clearTimeout(this.timer);
    this.request?.cancel();
    this.timer = setTimeout(() => {
      void this.ask();
    }, delay);
  }

  private async ask(): Promise<void> {
    const request = new vscode.CancellationTokenSource();
    this.request = request;
    try {
      const editor = vscode.window.activeTextEditor;
      const definition = editor && (await definitionAt(this.server, editor, request.token));
      if (!request.token.isCancellationRequested) {
        this.show(definition?.qualifiedName ?? "", definition?.values ?? [], definition?.isStale ?? false);
      }
    } catch {
      // A newer request has taken the place of this one, or the server ended and the next will be asked.
    } finally {
      request.dispose();
    }
  }

  private show(name: string, values: readonly Judged[], isStale: boolean): void {
    const shown = SHOWN.flatMap((metric) => values.filter((judged) => judged.metric === metric));
    if (shown.length === 0) {
      this.item.hide();
      return;
    }
    const isViolation = shown.some((judged) => judged.verdict === "violation");
    const words = [...shown.map(valueText), ...(isStale ? ["stale"] : [])].join(" · ");
    this.item.text = `${isViolation ? "$(warning) " : ""}${plain(lastPart(name))}: ${words}`;
    this.item.tooltip = tooltip(name, values, isStale);
    this.item.accessibilityInformation = { label: `${plain(name)}: ${words}` };
    this.item.backgroundColor = isViolation ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.show();
  }
}

function lastPart(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.lastIndexOf(".") + 1);
}

function tooltip(name: string, values: readonly Judged[], isStale: boolean): vscode.MarkdownString {
  const rows = values.map(({ metric, value, threshold, verdict }) => {
    const limit = threshold === undefined ? "" : `${threshold.comparison} ${numberText(threshold.limit)}`;
    const cells = [metric.replaceAll("_", " "), numberText(value), limit, verdict ?? ""];
    return `| ${cells.map(markdown).join(" | ")} |`;
  });
  const note = isStale ? "\n\nThe last good values, of before the code got a syntax error." : "";
  const head = "| metric | value | threshold | verdict |\n| :-- | --: | :-- | :-- |";
  return new vscode.MarkdownString(`${markdown(name)}\n\n${head}\n${rows.join("\n")}${note}`);
}

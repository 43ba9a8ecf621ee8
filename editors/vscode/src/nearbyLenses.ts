/**
 * Code lenses of long documents, near what is to be seen of them.
 *
 * With each key that is typed VS Code places every code lens of the document anew, so that a thousand of them make each
 * key some milliseconds slower. A provider is not told which lines are wanted: all are asked for, and few are passed on.
 */

import * as vscode from "vscode";
import type { CodeLensMiddleware, StaticFeature } from "vscode-languageclient/node";

import { isAmong, linesNear, suffices, type Lines } from "./lineWindow";

/** As many lenses as this are passed on wherever they are. */
const FEW = 100;

/** Of which lines a document has lenses. */
interface Kept {
  readonly lines: readonly Lines[];
  /** Whether VS Code has been told to ask for others. It waits for a pause, so that it is told but once. */
  isOutdated: boolean;
}

/** Passes on the lenses near what is to be seen, and has others asked for when it scrolls away from them. */
export class NearbyLenses implements StaticFeature {
  private readonly kept = new WeakMap<vscode.TextDocument, Kept>();
  private listener: vscode.Disposable | undefined;

  /** @param refresh has VS Code ask for the lenses of a document again */
  constructor(private readonly refresh: (document: vscode.TextDocument) => void) {}

  /** What is to be between VS Code and the client. */
  readonly middleware: CodeLensMiddleware = {
    provideCodeLenses: async (document, token, next) => {
      const lenses = (await next(document, token)) ?? [];
      if (lenses.length <= FEW) {
        this.kept.delete(document);
        return lenses;
      }
      const lines = linesNear(linesSeen(document));
      this.kept.set(document, { lines, isOutdated: false });
      return lenses.filter(({ range }) => isAmong(lines, range.start.line));
    },
  };

  fillClientCapabilities(): void {
    // The server need not know.
  }

  initialize(): void {
    this.clear();
    this.listener = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor: { document } }) => {
      const kept = this.kept.get(document);
      if (kept && !kept.isOutdated && !suffices(kept.lines, linesSeen(document))) {
        kept.isOutdated = true;
        this.refresh(document);
      }
    });
  }

  getState(): ReturnType<StaticFeature["getState"]> {
    return { kind: "static" };
  }

  clear(): void {
    this.listener?.dispose();
    this.listener = undefined;
  }
}

/** The lines of a document that are to be seen, in any editor. */
function linesSeen(document: vscode.TextDocument): readonly Lines[] {
  const editors = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
  const ranges = editors.flatMap(({ visibleRanges }) => visibleRanges);
  return ranges.map(({ start, end }) => ({ first: start.line, last: end.line }));
}

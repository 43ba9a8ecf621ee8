/** The server: which binary it is, and that it runs. */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { findBinary, type Found } from "./binary";
import type { ClientState } from "./languageClient";
import { messageOf, plain } from "./escape";
import { askUser, showMessage } from "./messages";
import { binaryPath, isFromEnvironment } from "./settings";

/** How the server is. */
export type Condition =
  | { readonly kind: "starting" | "stopped" }
  | { readonly kind: "running"; readonly version: string; readonly source: string; readonly path: string }
  | { readonly kind: "missing"; readonly places: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

/** A request that is not cancelled. Without any token the client would send `undefined` as a parameter of its own. */
const NEVER = new vscode.CancellationTokenSource().token;

/** Runs the server for all folders of the workspace. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private present: Condition = { kind: "stopped" };
  /** Starts and stops, one after the other. */
  private steps: Promise<void> = Promise.resolve();
  private readonly changes = new vscode.EventEmitter<Condition>();

  /** Tells every change of {@link condition}. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** How the server is now. */
  get condition(): Condition {
    return this.present;
  }

  /** Starts the server; one that runs is stopped first. */
  restart(): Promise<void> {
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** Stops the server. */
  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  /**
   * Asks the server.
   *
   * @returns nothing if there is no server that could answer
   * @throws the server's error, or that the request was cancelled
   */
  async ask<R>(method: string, params: object, token: vscode.CancellationToken = NEVER): Promise<R | undefined> {
    return this.present.kind === "running" ? this.client?.sendRequest<R>(method, params, token) : undefined;
  }

  dispose(): void {
    this.changes.dispose();
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.steps = this.steps.then(step).catch((error: unknown) => {
      this.become({ kind: "failed", message: messageOf(error) });
    });
    return this.steps;
  }

  private async begin(): Promise<void> {
    this.become({ kind: "starting" });
    const found = await this.find();
    if (found.binary === undefined) {
      this.log.error(`There is no antipasta-lsp in any of: ${plain(found.places.join(", "))}`);
      this.become({ kind: "missing", places: found.places });
      return;
    }
    const { path, source } = found.binary;
    this.log.info(`Using ${plain(path)}, found by ${plain(source)}`);
    // What the client consists of takes longer to load than an editor should wait for when it starts.
    const { newClient } = await import("./languageClient");
    const client = newClient(path, this.log, {
      onState: (state) => {
        if (client === this.client) {
          this.follow(state, client, path, source);
        }
      },
      onMessage: showMessage,
      onQuestion: askUser,
      onGivenUp: (message) => {
        this.become({ kind: "failed", message });
      },
    });
    this.client = client;
    await client.start();
  }

  private find(): Promise<Found> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return findBinary({
      setting: binaryPath(),
      isTrusted: vscode.workspace.isTrusted,
      isFromEnvironment: isFromEnvironment(),
      folders: folders.filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath),
      extension: this.extension.extensionPath,
      variables: process.env,
    });
  }

  private follow(state: ClientState, client: LanguageClient, path: string, source: string): void {
    if (state === "running") {
      const version = client.initializeResult?.serverInfo?.version ?? "of an unknown version";
      this.become({ kind: "running", version, source, path });
    } else if (state === "starting" || this.present.kind !== "failed") {
      this.become({ kind: state });
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // One that failed to start has nothing to stop.
    await client?.dispose().catch(() => undefined);
    this.become({ kind: "stopped" });
  }

  private become(condition: Condition): void {
    this.present = condition;
    this.changes.fire(condition);
  }
}

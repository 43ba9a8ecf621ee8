/** The server: which binary it is, and that it runs. */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  ShowMessageNotification,
  State,
  type ErrorHandler,
  type LanguageClientOptions,
  type StaticFeature,
} from "vscode-languageclient/node";

import { findBinary, type Found } from "./binary";
import { showMessage } from "./messages";
import { Recovery } from "./recovery";
import { SECTION, binaryPath, isFromEnvironment } from "./settings";

/** How many messages in a row may fail to be read or written. */
const MOST_FAILURES = 3;

/** How the server is. */
export type Condition =
  | { readonly kind: "starting" | "stopped" }
  | { readonly kind: "running"; readonly version: string; readonly source: string; readonly path: string }
  | { readonly kind: "missing"; readonly places: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

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
  async ask<R>(method: string, params: object, token?: vscode.CancellationToken): Promise<R | undefined> {
    if (this.client?.state !== State.Running) {
      return undefined;
    }
    return this.client.sendRequest<R>(method, params, token);
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
      this.log.error(`There is no antipasta-lsp in any of: ${found.places.join(", ")}`);
      this.become({ kind: "missing", places: found.places });
      return;
    }
    const { path, source } = found.binary;
    this.log.info(`Using ${path}, found by ${source}`);
    const client = this.newClient(path);
    client.onDidChangeState(({ newState }) => {
      if (client === this.client) {
        this.follow(newState, client, path, source);
      }
    });
    this.client = client;
    await client.start();
  }

  private find(): Promise<Found> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return findBinary({
      setting: binaryPath(),
      isFromEnvironment: isFromEnvironment(),
      folders: folders.filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath),
      extension: this.extension.extensionPath,
      variables: process.env,
    });
  }

  private newClient(command: string): LanguageClient {
    // What the server logs comes by the protocol; its standard error is for what it cannot say that way.
    const env = { ...process.env, ANTIPASTA_LOG: process.env.ANTIPASTA_LOG ?? "off" };
    const options: LanguageClientOptions = {
      documentSelector: ["file", "untitled"].map((scheme) => ({ scheme, language: "python" })),
      outputChannel: this.log,
      errorHandler: this.newErrorHandler(),
      initializationFailedHandler: () => false,
      initializationOptions: vscode.workspace.getConfiguration(SECTION),
    };
    const client = new LanguageClient(SECTION, "antipasta", { command, options: { env } }, options);
    client.registerFeature(new PushedDiagnostics());
    client.onNotification(ShowMessageNotification.type, showMessage);
    return client;
  }

  private newErrorHandler(): ErrorHandler {
    const recovery = new Recovery();
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= MOST_FAILURES ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: () => {
        const message = recovery.ended(Date.now());
        if (message === undefined) {
          return { action: CloseAction.Restart, handled: true, message: "The server ended and is started again." };
        }
        this.become({ kind: "failed", message });
        return { action: CloseAction.DoNotRestart, handled: true, message };
      },
    };
  }

  private follow(state: State, client: LanguageClient, path: string, source: string): void {
    switch (state) {
      case State.Starting:
        this.become({ kind: "starting" });
        break;
      case State.Running: {
        const version = client.initializeResult?.serverInfo?.version ?? "of an unknown version";
        this.become({ kind: "running", version, source, path });
        break;
      }
      default:
        if (this.present.kind !== "failed") {
          this.become({ kind: "stopped" });
        }
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

/**
 * Says that the client does not pull diagnostics. The server then sends them when they change, of all files if the
 * setting `diagnosticMode` says so; a client that pulls would ask for all files every few seconds whatever it says.
 */
class PushedDiagnostics implements StaticFeature {
  fillClientCapabilities(capabilities: Parameters<StaticFeature["fillClientCapabilities"]>[0]): void {
    delete capabilities.textDocument?.diagnostic;
    delete capabilities.workspace?.diagnostics;
  }

  initialize(): void {
    // There is nothing to do when the server has introduced itself.
  }

  getState(): ReturnType<StaticFeature["getState"]> {
    return { kind: "static" };
  }

  clear(): void {
    // Nothing is kept.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

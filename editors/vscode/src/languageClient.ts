/**
 * The client of the Language Server Protocol. It is a bundle of its own, with copies of what it imports: nothing that has
 * a state, then, and what it wants done it tells its listener.
 */

import * as vscode from "vscode";
import {
  CloseAction,
  CodeLensRequest,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  ShowMessageNotification,
  ShowMessageRequest,
  State,
  type ErrorHandler,
  type LanguageClientOptions,
  type MessageActionItem,
  type ShowMessageParams,
  type ShowMessageRequestParams,
  type StaticFeature,
} from "vscode-languageclient/node";

import { NearbyLenses } from "./nearbyLenses";
import { Recovery } from "./recovery";
import { SECTION } from "./settings";

/** How many messages in a row may fail to be read or written. */
const MOST_FAILURES = 3;

/** How a client is. */
export type ClientState = "starting" | "running" | "stopped";

/** Who is told what becomes of a client. */
export interface Listener {
  readonly onState: (state: ClientState) => void;
  /** The server has something to say to the user. */
  readonly onMessage: (message: ShowMessageParams) => void;
  /** The server asks the user something; returns what was chosen. */
  readonly onQuestion: (question: ShowMessageRequestParams) => Promise<MessageActionItem | null>;
  /** A server that ended is not started again; the message says why. */
  readonly onGivenUp: (message: string) => void;
}

/** A client that has not been started, of the server that a command runs. */
export function newClient(command: string, log: vscode.LogOutputChannel, listener: Listener): LanguageClient {
  // What the server logs comes by the protocol; its standard error is for what it cannot say that way.
  const env = { ...process.env, ANTIPASTA_LOG: process.env.ANTIPASTA_LOG ?? "off" };
  const lenses = new NearbyLenses((document) => {
    client.getFeature(CodeLensRequest.method).getProvider(document)?.onDidChangeCodeLensEmitter.fire();
  });
  const options: LanguageClientOptions = {
    documentSelector: ["file", "untitled"].map((scheme) => ({ scheme, language: "python" })),
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: newErrorHandler(listener),
    initializationFailedHandler: () => false,
    initializationOptions: vscode.workspace.getConfiguration(SECTION),
    middleware: {
      ...lenses.middleware,
      workspace: {
        didChangeConfiguration: async (sections, next) => {
          try {
            await next(sections);
          } catch (error) {
            // The setting that has changed may be the one for which the server is stopped.
            log.debug(`Settings are not sent: ${String(error)}`);
          }
        },
      },
    },
  };
  const client = new Client(SECTION, "antipasta", { command, options: { env } }, options);
  client.registerFeature(new PushedDiagnostics());
  client.registerFeature(lenses);
  client.onNotification(ShowMessageNotification.type, listener.onMessage);
  client.onRequest(ShowMessageRequest.type, listener.onQuestion);
  client.onDidChangeState(({ newState }) => {
    listener.onState(newState === State.Running ? "running" : newState === State.Starting ? "starting" : "stopped");
  });
  return client;
}

/** What is wrong with the connection is logged; the listener shows what is worth it, and escapes it first. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function newErrorHandler({ onGivenUp }: Listener): ErrorHandler {
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
      onGivenUp(message);
      return { action: CloseAction.DoNotRestart, handled: true, message };
    },
  };
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

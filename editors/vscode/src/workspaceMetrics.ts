/** The request `antipasta/workspaceMetrics`. */

import type * as vscode from "vscode";

import type { Metric, WorkspaceReport } from "./protocol";
import type { Server } from "./server";

/** Of `ErrorCodes` in the protocol. */
const METHOD_NOT_FOUND = -32601;

/**
 * What all files of the workspace come to, as far as some metrics are concerned.
 *
 * @returns nothing if there is no server that could answer
 * @throws what is wrong, for people, or that the request was cancelled
 */
export async function workspaceMetrics(
  server: Server,
  metrics: readonly Metric[],
  token: vscode.CancellationToken,
): Promise<WorkspaceReport | undefined> {
  try {
    return await server.ask<WorkspaceReport>("antipasta/workspaceMetrics", { metrics }, token);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === METHOD_NOT_FOUND) {
      throw new Error("This antipasta-lsp is too old to tell the values of all files.", { cause: error });
    }
    throw error;
  }
}

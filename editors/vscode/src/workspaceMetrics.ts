/** The request `antipasta/workspaceMetrics`. */

import type * as vscode from "vscode";
import { ErrorCodes, ResponseError } from "vscode-languageclient/node";

import type { Metric, WorkspaceReport } from "./protocol";
import type { Server } from "./server";

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
    if (error instanceof ResponseError && error.code === ErrorCodes.MethodNotFound) {
      throw new Error("This antipasta-lsp is too old to tell the values of all files.", { cause: error });
    }
    throw error;
  }
}

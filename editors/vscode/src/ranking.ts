/** The functions and classes of the workspace, worst first. */

import type { DefinitionSummary, Metric, WorkspaceReport } from "./protocol";

/** What functions and classes can be ranked by. */
export const ORDERS = ["cyclomatic_complexity", "cognitive_complexity", "weighted_methods_per_class", "lines"] as const;

/** A metric of functions or classes, or how many lines they have. */
export type Order = (typeof ORDERS)[number];

/** The metrics that are asked for to rank by any order. */
export const RANKED_METRICS: readonly Metric[] = ORDERS.filter((order) => order !== "lines");

/** A function or class, and the file that it is in. */
export interface Ranked {
  readonly uri: string;
  readonly definition: DefinitionSummary;
}

/** Those that have most of what they are ranked by, the first few of them. */
export function worst(report: WorkspaceReport, order: Order, count: number): Ranked[] {
  const all = report.files.flatMap(({ uri, definitions }) =>
    definitions.map((definition) => ({ uri, definition, amount: amountOf(definition, order) })),
  );
  return all
    .filter(({ amount }) => amount !== undefined)
    .sort((one, other) => (other.amount ?? 0) - (one.amount ?? 0) || byPlace(one, other))
    .slice(0, count)
    .map(({ uri, definition }) => ({ uri, definition }));
}

function amountOf(definition: DefinitionSummary, order: Order): number | undefined {
  if (order === "lines") {
    return definition.kind === "class" ? undefined : definition.lines;
  }
  return definition.values.find(({ metric }) => metric === order)?.value;
}

function byPlace(one: Ranked, other: Ranked): number {
  if (one.uri !== other.uri) {
    return one.uri < other.uri ? -1 : 1;
  }
  return one.definition.line - other.definition.line;
}

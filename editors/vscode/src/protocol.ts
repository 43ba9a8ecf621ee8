/** What the server answers beyond the Language Server Protocol, as docs/language-server.md describes it. */

import type { Range } from "vscode-languageclient/node";

/** The metrics, by their names in configurations. */
export const METRICS = [
  "cyclomatic_complexity",
  "cognitive_complexity",
  "maintainability_index",
  "halstead_volume",
  "halstead_difficulty",
  "halstead_effort",
  "halstead_time",
  "halstead_bugs",
  "lines_of_code",
  "logical_lines_of_code",
  "source_lines_of_code",
  "comment_lines",
  "blank_lines",
  "weighted_methods_per_class",
] as const;

/** A metric. */
export type Metric = (typeof METRICS)[number];

/** A value, and what it is held against if anything judges it. */
export interface Judged {
  readonly metric: Metric;
  readonly value: number;
  readonly threshold?: { readonly comparison: string; readonly limit: number };
  readonly verdict?: "ok" | "violation" | "ignored";
}

/** A function or class of an open document. */
export interface DefinitionReport {
  readonly kind: "function" | "method" | "class";
  readonly name: string;
  readonly qualifiedName: string;
  readonly range: Range;
  readonly selectionRange: Range;
  readonly values: readonly Judged[];
  readonly isStale: boolean;
}

/** The answer to `antipasta/metrics`. */
export interface MetricsReport {
  readonly uri: string;
  readonly version: number;
  readonly file: { readonly values: readonly Judged[]; readonly isStale: boolean };
  readonly definition: DefinitionReport | null;
}

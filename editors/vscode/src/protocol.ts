/** What the server answers beyond the Language Server Protocol, as docs/language-server.md describes it. */

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

/** A place in a text. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Two places in a text, and what is between them. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

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

/** What a function or class of some file comes to. */
export interface DefinitionSummary {
  readonly kind: "function" | "method" | "class";
  readonly qualifiedName: string;
  readonly line: number;
  readonly lines: number;
  readonly values: readonly Judged[];
}

/** What a file comes to, and what is in it. */
export interface FileSummary {
  readonly uri: string;
  readonly lines: number;
  readonly values: readonly Judged[];
  readonly isStale: boolean;
  readonly definitions: readonly DefinitionSummary[];
}

/** The answer to `antipasta/workspaceMetrics`. */
export interface WorkspaceReport {
  readonly files: readonly FileSummary[];
}

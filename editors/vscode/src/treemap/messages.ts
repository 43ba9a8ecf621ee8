/** What the treemap and the extension tell each other. */

import type { FileSummary, Metric } from "../protocol";

/** A file, and its path as people see it: from the workspace's folder on. */
export interface ShownFile extends FileSummary {
  readonly path: string;
}

/** From the extension. */
export type ToView =
  | { readonly kind: "report"; readonly metric: Metric; readonly files: readonly ShownFile[] }
  | { readonly kind: "trouble"; readonly text: string };

/** From the treemap. */
export type FromView =
  | { readonly kind: "wanted"; readonly metric: Metric }
  | { readonly kind: "open"; readonly uri: string; readonly line: number };

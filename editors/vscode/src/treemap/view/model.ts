/** The workspace as a tree of folders, files, and what is measured in them. */

import type { DefinitionSummary, Judged, Metric } from "../../protocol";
import type { ShownFile } from "../messages";

/** Something with an area. */
export interface Node {
  readonly kind: "folder" | "file" | "function" | "method" | "class" | "rest";
  readonly name: string;
  /** The names of all that it is in, and its own: no other node has these. */
  readonly path: string;
  /** Its area. */
  readonly lines: number;
  /** What is in it, the largest first, and what is no definition last. */
  readonly children: readonly Node[];
  /** Its own value of the metric. */
  readonly judged: Judged | undefined;
  /** The value that is furthest from its threshold, of its own and of all in it. */
  readonly worst: Judged | undefined;
  /** How many values in it violate. */
  readonly violations: number;
  /** Where it is; nothing for folders. */
  readonly place: { readonly uri: string; readonly line: number } | undefined;
}

/** How far a value is towards its threshold, which is 1, and beyond; nothing if it has none. */
export function excess({ value, threshold }: Judged): number | undefined {
  if (threshold === undefined) {
    return undefined;
  }
  const { comparison, limit } = threshold;
  const [part, whole] = comparison.startsWith(">") ? [limit, value] : [value, limit];
  if (whole > 0) {
    return part / whole;
  }
  return part > 0 ? Infinity : 1;
}

/** The tree of some files. */
export function tree(files: readonly ShownFile[], metric: Metric): Node {
  const root: Folder = { folders: new Map(), files: [] };
  for (const file of files) {
    const names = file.path.split("/");
    const name = names.pop() ?? file.path;
    let folder = root;
    for (const step of names) {
      const known = folder.folders.get(step) ?? { folders: new Map(), files: [] };
      folder.folders.set(step, known);
      folder = known;
    }
    folder.files.push({ name, file });
  }
  return folderNode("", "", root, metric);
}

/** The node at a path, or as near to it as there is one, after those around it. */
export function trail(root: Node, path: string): Node[] {
  const nodes = [root];
  for (;;) {
    const children = nodes.at(-1)?.children ?? [];
    const next = children.find((child) => path === child.path || path.startsWith(`${child.path}/`));
    if (next === undefined) {
      return nodes;
    }
    nodes.push(next);
  }
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: { readonly name: string; readonly file: ShownFile }[];
}

function folderNode(name: string, path: string, folder: Folder, metric: Metric): Node {
  const below = (step: string): string => (path === "" ? step : `${path}/${step}`);
  const folders = [...folder.folders].map(([step, inner]) => folderNode(step, below(step), inner, metric));
  const files = folder.files.map(({ name: step, file }) => fileNode(step, below(step), file, metric));
  const [only] = folders;
  // A folder that holds nothing but a folder is not worth a frame of its own.
  if (path !== "" && only !== undefined && folders.length === 1 && files.length === 0) {
    return { ...only, name: `${name}/${only.name}` };
  }
  return node({ kind: "folder", name, path, judged: undefined, place: undefined }, [...folders, ...files]);
}

function fileNode(name: string, path: string, file: ShownFile, metric: Metric): Node {
  const judged = file.values.find((value) => value.metric === metric);
  const own = { kind: "file", name, path, judged, place: { uri: file.uri, line: 0 } } as const;
  const parts = file.definitions.map((definition) => definitionNode(definition, path, file.uri, metric));
  if (parts.length === 0) {
    return node(own, [], file.lines);
  }
  const rest = file.lines - sum(parts, ({ lines }) => lines);
  const other = { kind: "rest", name: "other code", path: `${path}/*`, judged: undefined, place: own.place } as const;
  return node(own, rest > 0 ? [...parts, node(other, [], rest)] : parts);
}

function definitionNode(definition: DefinitionSummary, path: string, uri: string, metric: Metric): Node {
  const { kind, qualifiedName: name, line, lines, values } = definition;
  const judged = values.find((value) => value.metric === metric);
  return node({ kind, name, path: `${path}/${name}:${line}`, judged, place: { uri, line } }, [], lines);
}

function node(
  own: Omit<Node, "lines" | "children" | "worst" | "violations">,
  children: readonly Node[],
  lines = sum(children, (child) => child.lines),
): Node {
  const values = [own.judged, ...children.map(({ worst }) => worst)].filter((judged) => judged !== undefined);
  const isViolation = own.judged?.verdict === "violation";
  return {
    ...own,
    lines,
    children: [...children].sort(byImportance),
    worst: values.reduce<Judged | undefined>((known, judged) => worse(known, judged), undefined),
    violations: sum(children, ({ violations }) => violations) + Number(isViolation),
  };
}

function byImportance(one: Node, other: Node): number {
  const isRest = Number(one.kind === "rest") - Number(other.kind === "rest");
  return isRest || other.lines - one.lines || (one.path < other.path ? -1 : 1);
}

/** The one of two values that is further from its threshold; those that a comment has ignored count last. */
function worse(one: Judged | undefined, other: Judged): Judged {
  const rank = (judged: Judged): number => (judged.verdict === "ignored" ? 0 : (excess(judged) ?? judged.value));
  return one === undefined || rank(other) > rank(one) ? other : one;
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

/** What the treemap says of nodes. */

import type { Judged } from "../../protocol";
import { valueText } from "../../words";
import { excess, type Node } from "./model";

/** A node in one line, as for people who do not see it. */
export function sentence(node: Node): string {
  const shown = node.judged ?? (node.kind === "folder" || node.kind === "file" ? node.worst : undefined);
  const parts = [
    node.kind === "rest" ? "code outside functions" : node.name,
    ...(shown ? [`${node.judged ? "" : "at worst "}${judgedText(shown)}`] : []),
    ...(node.children.length > 0 ? [count(node.violations, "violation")] : []),
    count(node.lines, "line"),
  ];
  return parts.join(" · ");
}

/** A value with its threshold, whether it keeps to it or not. */
export function judgedText(judged: Judged): string {
  const { threshold, verdict } = judged;
  const text = valueText(judged);
  if (threshold === undefined || verdict === "violation") {
    return text;
  }
  const ignored = verdict === "ignored" ? ", ignored" : "";
  return `${text} (threshold ${threshold.comparison} ${threshold.limit}${ignored})`;
}

/** How a value stands to its threshold, in the words of the style sheet. */
export function level(judged: Judged | undefined): "none" | "plain" | "low" | "medium" | "high" | "over" | "far" {
  if (judged === undefined) {
    return "none";
  }
  const reached = excess(judged);
  if (reached === undefined || judged.verdict === "ignored") {
    return "plain";
  }
  if (judged.verdict === "violation") {
    return reached > 1.5 ? "far" : "over";
  }
  if (reached > 0.8) {
    return "high";
  }
  return reached > 0.5 ? "medium" : "low";
}

/** A number of things. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

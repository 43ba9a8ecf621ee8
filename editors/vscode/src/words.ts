/** Values in the words of the server's code lenses. */

import type { Judged, Metric } from "./protocol";

const SHORT: Partial<Record<Metric, string>> = {
  cyclomatic_complexity: "cyclomatic",
  cognitive_complexity: "cognitive",
  weighted_methods_per_class: "weighted methods",
};

const OPPOSITE: Readonly<Record<string, string>> = {
  "<=": ">",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "==": "!=",
  "!=": "==",
};

/** A metric's name, as short as it is clear. */
export function metricName(metric: Metric): string {
  return SHORT[metric] ?? metric.replaceAll("_", " ");
}

/** A number, with decimals only if it has any. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** A value, and the threshold if it violates that: `cyclomatic 12 > 10`. */
export function valueText(judged: Judged): string {
  const text = `${metricName(judged.metric)} ${numberText(judged.value)}`;
  if (judged.verdict !== "violation" || judged.threshold === undefined) {
    return text;
  }
  const { comparison, limit } = judged.threshold;
  return `${text} ${OPPOSITE[comparison] ?? comparison} ${numberText(limit)}`;
}

import assert from "node:assert/strict";
import { test } from "node:test";

import { metricName, numberText, valueText } from "../src/words";

test("values are worded as the server's code lenses are", () => {
  const threshold = { comparison: "<=", limit: 10 };
  assert.equal(
    valueText({ metric: "cyclomatic_complexity", value: 12, threshold, verdict: "violation" }),
    "cyclomatic 12 > 10",
  );
  assert.equal(
    valueText({ metric: "cyclomatic_complexity", value: 12, threshold, verdict: "ignored" }),
    "cyclomatic 12",
  );
  assert.equal(valueText({ metric: "cognitive_complexity", value: 7 }), "cognitive 7");
  const index = { comparison: ">=", limit: 50 };
  assert.equal(
    valueText({ metric: "maintainability_index", value: 49.5, threshold: index, verdict: "violation" }),
    "maintainability index 49.50 < 50",
  );
});

test("names are short and numbers have decimals only if there are any", () => {
  assert.equal(metricName("weighted_methods_per_class"), "weighted methods");
  assert.equal(metricName("lines_of_code"), "lines of code");
  assert.deepEqual([3, 2.5, 1 / 3].map(numberText), ["3", "2.50", "0.33"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import type { WorkspaceReport } from "../src/protocol";
import { worst } from "../src/ranking";

const report: WorkspaceReport = {
  files: [
    {
      uri: "file:///b.py",
      lines: 30,
      values: [],
      isStale: false,
      definitions: [
        {
          kind: "class",
          qualifiedName: "C",
          line: 0,
          lines: 20,
          values: [{ metric: "weighted_methods_per_class", value: 9 }],
        },
        {
          kind: "method",
          qualifiedName: "C.f",
          line: 1,
          lines: 9,
          values: [{ metric: "cyclomatic_complexity", value: 4 }],
        },
        {
          kind: "function",
          qualifiedName: "g",
          line: 22,
          lines: 5,
          values: [{ metric: "cyclomatic_complexity", value: 7 }],
        },
      ],
    },
    {
      uri: "file:///a.py",
      lines: 9,
      values: [],
      isStale: false,
      definitions: [
        {
          kind: "function",
          qualifiedName: "h",
          line: 0,
          lines: 9,
          values: [{ metric: "cyclomatic_complexity", value: 4 }],
        },
      ],
    },
  ],
};

test("the worst come first, and among equals those of the first file", () => {
  const names = (...[order, count]: [Parameters<typeof worst>[1], number]): string[] =>
    worst(report, order, count).map(({ definition }) => definition.qualifiedName);
  assert.deepEqual(names("cyclomatic_complexity", 9), ["g", "h", "C.f"]);
  assert.deepEqual(names("cyclomatic_complexity", 1), ["g"]);
  assert.deepEqual(names("weighted_methods_per_class", 9), ["C"]);
  assert.deepEqual(names("lines", 9), ["h", "C.f", "g"]);
});

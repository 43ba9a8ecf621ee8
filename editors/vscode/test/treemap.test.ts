import assert from "node:assert/strict";
import { test } from "node:test";

import type { Judged } from "../src/protocol";
import type { ShownFile } from "../src/treemap/messages";
import { squarify } from "../src/treemap/view/layout";
import { excess, trail, tree } from "../src/treemap/view/model";
import { neighbour, tiles } from "../src/treemap/view/tiles";
import { sentence } from "../src/treemap/view/wording";

const judged = (value: number): Judged => ({
  metric: "cyclomatic_complexity",
  value,
  threshold: { comparison: "<=", limit: 10 },
  verdict: value > 10 ? "violation" : "ok",
});
const file = (path: string, lines: number, values: readonly number[]): ShownFile => ({
  uri: `file:///${path}`,
  path,
  lines,
  values: [],
  isStale: false,
  definitions: values.map((value, line) => ({
    kind: "function",
    qualifiedName: `f${line}`,
    line,
    lines: value,
    values: [judged(value)],
  })),
});
const root = tree(
  [file("a/b/c.py", 40, [12, 3]), file("a/b/d.py", 5, [1]), file("e.py", 10, [])],
  "cyclomatic_complexity",
);

test("areas are divided in proportion, within their rectangle", () => {
  const weights = [6, 6, 4, 3, 2, 2, 1];
  const boxes = squarify(weights, { x: 10, y: 20, width: 60, height: 40 });
  boxes.forEach(({ x, y, width, height }, index) => {
    assert.ok(Math.abs(width * height - (weights[index] ?? 0) * 100) < 1e-6);
    assert.ok(x >= 10 && y >= 20 && x + width <= 70 + 1e-6 && y + height <= 60 + 1e-6);
    assert.ok(Math.max(width / height, height / width) < 3);
  });
});

test("files are in their folders, and folders of one folder are one", () => {
  assert.deepEqual([root.lines, root.violations], [55, 1]);
  const [folder, single] = root.children;
  assert.deepEqual([folder?.name, folder?.lines, single?.name], ["a/b", 45, "e.py"]);
  const [c] = folder?.children ?? [];
  assert.deepEqual(
    c?.children.map(({ name, lines }) => [name, lines]),
    [
      ["f0", 12],
      ["f1", 3],
      ["other code", 25],
    ],
  );
  assert.equal(c.worst?.value, 12);
  assert.equal(sentence(c), "c.py · at worst cyclomatic 12 > 10 · 1 violation · 40 lines");
});

test("a path that is gone leads as far as it can", () => {
  const names = (path: string): string[] => trail(root, path).map(({ name }) => name);
  assert.deepEqual(names("a/b/c.py/f0:0"), ["", "a/b", "c.py", "f0"]);
  assert.deepEqual(names("a/b/gone.py"), ["", "a/b"]);
});

test("values stand to their thresholds whichever way these go", () => {
  const index = { metric: "maintainability_index", value: 25, threshold: { comparison: ">=", limit: 50 } } as const;
  assert.deepEqual([excess(judged(5)), excess(index), excess({ ...index, value: 0 })], [0.5, 2, Infinity]);
  assert.equal(excess({ metric: "lines_of_code", value: 3 }), undefined);
});

test("every tile is reached by the arrows, and what is small is one tile", () => {
  const all = tiles(root, { x: 0, y: 0, width: 600, height: 400 });
  const [first] = all;
  assert.ok(first);
  const reached = new Set([first]);
  for (const tile of reached) {
    for (const direction of [
      [-1, 0],
      [1, 0],
      [0, -1],
      [0, 1],
    ] as const) {
      const next = neighbour(all, tile, direction);
      if (next) {
        reached.add(next);
      }
    }
  }
  assert.equal(reached.size, all.length);
  assert.deepEqual(
    tiles(root, { x: 0, y: 0, width: 40, height: 40 }).map(({ node, isFrame }) => [node.name, isFrame]),
    [
      ["a/b", false],
      ["e.py", false],
    ],
  );
});

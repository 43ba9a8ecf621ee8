// A workspace of real code: the Python of this repository's own tests, and the shop. The pictures that are shown in the
// documentation, `tour-typing` and `tour-treemap`, are taken here.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

const CODE = path.join(import.meta.dirname, "..", "..");
const RULES = `languages:
  - name: python
    metrics:
      - {type: cyclomatic_complexity, threshold: 7, comparison: "<="}
      - {type: cognitive_complexity, threshold: 8, comparison: "<="}
      - {type: weighted_methods_per_class, threshold: 40, comparison: "<="}
`;
/** The treemap is to have more tiles than this. */
const MANY = 100;

let workbench;
let window;

before(async () => {
  workbench = await Workbench.start();
  const folder = workbench.shop("project");
  for (const name of ["benchmark", "conformance", "installation", "reports"]) {
    mkdirSync(path.join(folder, name));
    for (const file of readdirSync(path.join(CODE, name)).filter((entry) => entry.endsWith(".py"))) {
      cpSync(path.join(CODE, name, file), path.join(folder, name, file));
    }
  }
  writeFileSync(path.join(folder, ".antipasta.yaml"), RULES);
  window = await workbench.open(folder);
  await window.openFile("shop.py");
});

after(() => workbench?.stop());

test("the worst functions of all files are listed, worst first", async () => {
  await window.command("Explorer: Focus on Complexity View");
  const filesOf = (rows) => new Set(rows.map((row) => /· (\S+\.py):\d+$/.exec(row)?.[1]));
  const rows = await window.until(
    "functions of several files",
    () => window.listed(),
    (listed) => filesOf(listed).size > 1,
  );
  const shown = rows.map((row) => Number(/cyclomatic (\d+)/.exec(row)?.[1]));
  assert.deepEqual(
    shown,
    shown.toSorted((one, other) => other - one),
  );
  assert.ok(shown[0] > 7, `${shown}`);
});

test("the file that is typed into is judged among the others", async () => {
  await window.openFile("shop.py");
  await window.goToEndOf(19);
  await window.press("Enter");
  await window.type(
    "if name.first and name.last or name.nick:\nif name.title and not name.is_plain and (name.doctor or name.knight):\n" +
      'return f"Dear {name.title} {name.last}"',
  );
  const expected = "cyclomatic 8 > 7 · cognitive 7";
  await window.until(
    "lens",
    () => window.lenses(),
    (lenses) => lenses[1] === expected,
  );
  await window.until(
    "status",
    () => window.metrics(),
    (text) => text === `greet: ${expected}`,
  );
  await window.until(
    "squiggle",
    () => window.underlined(),
    (lines) => lines.some((line) => line.startsWith("def greet")),
  );
  await window.screenshot("tour-typing");
});

test("the treemap has all functions", async () => {
  await window.command("antipasta: Show Treemap of Workspace");
  const map = await window.webview();
  await map.locator(".tile.far").first().waitFor();
  const count = await map.locator(".tile").count();
  await window.screenshot("tour-treemap");
  assert.ok(count > MANY, `${count} tiles`);
});

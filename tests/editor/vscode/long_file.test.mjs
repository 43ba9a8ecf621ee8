// A file of so many functions that VS Code is not given the lenses of all.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

const FUNCTIONS = 1000;
/** How many lines a function has, with the empty one after it. */
const LINES = 4;

let workbench;
let window;

before(async () => {
  workbench = await Workbench.start();
  const folder = workbench.shop();
  const text = Array.from({ length: FUNCTIONS }, (_, number) => `def f${number}(a):\n    if a:\n        return a\n\n`);
  writeFileSync(path.join(folder, "long.py"), text.join(""));
  window = await workbench.open(folder);
  await window.openFile("long.py");
});

after(() => workbench?.stop());

async function seesLenses() {
  const lenses = await window.until(
    "lenses",
    () => window.lenses(),
    ({ length }) => length > 2,
  );
  assert.deepEqual([...new Set(lenses)], ["cyclomatic 2 · cognitive 1"]);
}

test("there are lenses wherever one goes", async () => {
  await seesLenses();
  for (const number of [FUNCTIONS - 1, FUNCTIONS / 2, 0]) {
    await window.goToEndOf(number * LINES + 1);
    await seesLenses();
  }
});

test("there are lenses wherever one scrolls", async () => {
  const number = window.page.locator(".line-numbers:visible").first();
  await window.page.locator(".monaco-editor .view-lines").hover();
  await window.until(
    "lines far below",
    async () => {
      await window.page.mouse.wheel(0, 400);
      return Number(await number.innerText());
    },
    (line) => line > FUNCTIONS,
  );
  await seesLenses();
});

test("lenses follow what is typed far below", async () => {
  await window.goToEndOf((FUNCTIONS - 2) * LINES + 2);
  await seesLenses();
  await window.press("Enter");
  await window.type("b = a or 1 if a else 2");
  await window.until(
    "lens",
    () => window.lenses(),
    (texts) => texts.includes("cyclomatic 4 · cognitive 4"),
  );
});

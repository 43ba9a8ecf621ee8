// Every setting is changed, and what it changes is seen. One that the extension contributes and that has no row is a failure.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

const MANIFEST = path.join(import.meta.dirname, "..", "..", "..", "editors", "vscode", "package.json");
const { contributes } = JSON.parse(readFileSync(MANIFEST, "utf8"));
const LOOSE = "languages:\n  - name: python\n    metrics:\n      - {type: cyclomatic_complexity, threshold: 99}\n";

let workbench;
let folder;
let window;

before(async () => {
  workbench = await Workbench.start();
  folder = workbench.shop();
  for (const place of [".venv/bin", "tools"]) {
    mkdirSync(path.join(folder, place), { recursive: true });
    cpSync(workbench.bundled(), path.join(folder, place, "antipasta-lsp"));
  }
  cpSync(path.join(folder, "shop.py"), path.join(folder, "other.py"));
  mkdirSync(path.join(folder, "rules"));
  writeFileSync(path.join(folder, "rules", "loose.yaml"), LOOSE);
  window = await workbench.open(folder);
  await window.openFile("shop.py");
  await window.seesMetricsOf("shipping_cost", 7);
});

afterEach(async () => {
  assert.deepEqual(await window.troubles(), []);
});

after(() => workbench?.stop());

const seesProgram = (program) =>
  window.until(
    program,
    () => workbench.servers(),
    ([server, ...others]) => server?.program === program && others.length === 0,
  );

const seesLenses = (check) =>
  window.until(
    "lenses",
    () => window.lenses(),
    ({ length }) => check(length),
  );

const seesMarks = (kind, check) =>
  window.until(
    `marks of ${kind}`,
    () => window.page.locator(`.monaco-editor .squiggly-${kind}`).count(),
    (count) => check(count),
  );

/** Waits until the status bar counts the problems of a file that is not open as well, or does not. */
async function seesProblemsOfOther(are) {
  const problems = window.page.locator('.statusbar-item[id="status.problems"]');
  // Each of the two has seven.
  await window.until(
    `problems of other.py: ${are}`,
    () => problems.innerText(),
    (text) => text.includes(are ? "14" : "7"),
  );
}

const seesHints = (are) =>
  window.until(
    `hints: ${are}`,
    () => window.page.locator(".monaco-editor .view-lines").first().innerText(),
    (text) => /\+\d/.test(text.replaceAll("+=", "")) === are,
  );

const some = (count) => count > 0;
const none = (count) => count === 0;

/** The value that each setting is changed to, what is to be seen before, and after. */
const SETTINGS = {
  "antipasta.path": {
    value: "${workspaceFolder}/tools/antipasta-lsp",
    before: () => seesProgram(path.join(folder, ".venv", "bin", "antipasta-lsp")),
    after: () => seesProgram(path.join(folder, "tools", "antipasta-lsp")),
  },
  "antipasta.importStrategy": {
    value: "useBundled",
    before: () => seesProgram(path.join(folder, ".venv", "bin", "antipasta-lsp")),
    after: () => seesProgram(workbench.bundled()),
  },
  "antipasta.severity": {
    value: { default: "error" },
    before: () => seesMarks("warning", some),
    after: () => seesMarks("error", some),
  },
  "antipasta.configuration": {
    value: "rules/loose.yaml",
    before: () => seesMarks("warning", some),
    after: () => seesMarks("warning", none),
  },
  "antipasta.diagnosticMode": {
    value: "workspace",
    before: () => seesProblemsOfOther(false),
    after: () => seesProblemsOfOther(true),
  },
  "antipasta.workspaceScan": {
    value: false,
    // Without a scan the report on the workspace knows of nothing.
    before: () => reports(/ in 2 of 2 files/),
    after: async () => {
      await window.command("antipasta: Clear Cache");
      await reports(/ in 0 of 0 files/);
    },
  },
  "antipasta.codeLens": { value: false, before: () => seesLenses(some), after: () => seesLenses(none) },
  "antipasta.inlayHints": { value: true, before: () => seesHints(false), after: () => seesHints(true) },
};

/** Asks for the report on the workspace until it is as expected: the scan may be under way. */
async function reports(expected) {
  await window.until(
    `report ${expected}`,
    async () => {
      await window.dismissMessages();
      await window.command("antipasta: Show Report of Workspace");
      return (await window.messagesSoon("The workspace has")).join();
    },
    (text) => expected.test(text),
  );
  await window.dismissMessages();
}

test("every setting has a row", () => {
  assert.deepEqual(Object.keys(SETTINGS).toSorted(), Object.keys(contributes.configuration.properties).toSorted());
});

for (const [name, { value, before: seesBefore, after: seesAfter }] of Object.entries(SETTINGS)) {
  test(`${name} is followed at once, and so is its absence`, async () => {
    workbench.set({});
    await window.openFile("shop.py");
    await seesBefore();
    workbench.set({ [name]: value });
    await seesAfter();
    workbench.set({});
    await seesBefore();
    await window.seesMetricsOf("greet", 20);
  });
}

// A folder that is not trusted: nothing in it says what is run.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

let workbench;
let folder;
let window;

before(async () => {
  workbench = await Workbench.start({
    "security.workspace.trust.enabled": true,
    "security.workspace.trust.startupPrompt": "never",
  });
  folder = workbench.shop();
  // What a trusted folder may bring along: a binary in its environment, and a setting that names another.
  for (const place of [".venv/bin", "tools"]) {
    mkdirSync(path.join(folder, place), { recursive: true });
    cpSync(workbench.bundled(), path.join(folder, place, "antipasta-lsp"));
  }
  const settings = { "antipasta.path": "${workspaceFolder}/tools/antipasta-lsp" };
  mkdirSync(path.join(folder, ".vscode"));
  writeFileSync(path.join(folder, ".vscode", "settings.json"), JSON.stringify(settings));
  window = await workbench.open(folder);
  await window.openFile("shop.py");
});

after(() => workbench?.stop());

const programs = () => workbench.servers().map(({ program }) => program);

test("in a folder that is not trusted, the binary of the extension is run", async () => {
  await window.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  await window.seesMetricsOf("shipping_cost", 7);
  assert.deepEqual(programs(), [workbench.bundled()]);
  await window.screenshot("restricted");
});

test("once it is trusted, it is the binary that the folder's settings name", async () => {
  await window.command("Workspaces: Manage Workspace Trust");
  await window.page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).click();
  const named = path.join(folder, "tools", "antipasta-lsp");
  await window.until(
    "the folder's binary",
    programs,
    ([program, ...others]) => program === named && others.length === 0,
  );
  await window.openFile("shop.py");
  await window.seesMetricsOf("greet", 20);
});

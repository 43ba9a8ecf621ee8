// Other workspaces than one folder in the dark: several folders, a light theme; and the walkthrough.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

let workbench;

before(async () => {
  workbench = await Workbench.start({ "workbench.colorTheme": "Default Light Modern" });
});

after(() => workbench?.stop());

test("a workspace has the files of all its folders, each judged by its own configuration", async () => {
  const folders = ["one", "two"].map((name) => workbench.shop(name));
  const rules = "languages:\n  - name: python\n    metrics:\n      - {type: cyclomatic_complexity, threshold: 99}\n";
  writeFileSync(path.join(folders[1], ".antipasta.yaml"), rules);
  const file = path.join(folders[0], "..", "both.code-workspace");
  writeFileSync(file, JSON.stringify({ folders: folders.map((folder) => ({ path: folder })) }));
  const window = await workbench.open(file);
  await window.openFile("shop.py");
  await window.command("Explorer: Focus on Complexity View");
  const listed = await window.until(
    "list of both",
    () => window.listed(),
    (rows) => ["one", "two"].every((name) => rows.some((row) => row.includes(name))),
  );
  const shipping = (name) => listed.find((row) => row.startsWith("shipping_cost") && row.includes(name));
  assert.match(shipping("one"), /cyclomatic 7 > 5/);
  assert.match(shipping("two"), /cyclomatic 7 ·/);
  await window.screenshot("folders");
  await window.command("antipasta: Show Treemap of Workspace");
  const map = await window.webview();
  await map.locator(".tile").first().waitFor();
  // Light on light cannot be read: the page is to be as light as the theme, and its words dark.
  const [background, colour] = await map.locator("body").evaluate((body) => {
    const style = getComputedStyle(body);
    const probe = document.createElement("div");
    probe.style.color = "var(--vscode-editor-background)";
    body.append(probe);
    const background = getComputedStyle(probe).color;
    probe.remove();
    return [background, style.color].map((text) => text.match(/\d+/g).slice(0, 3).map(Number));
  });
  const sum = (channels) => channels.reduce((one, other) => one + other, 0);
  assert.ok(sum(background) > 600 && sum(colour) < 400, `${background} ${colour}`);
  await window.screenshot("light");
  await window.close();
});

test("the walkthrough can be opened", async () => {
  const window = await workbench.openShop();
  await window.openWalkthrough("antipasta");
  await window.page.locator(".gettingStartedContainer", { hasText: "Find the worst functions" }).waitFor();
  await window.screenshot("walkthrough");
  await window.close();
});

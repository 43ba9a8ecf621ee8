// The list of the worst functions, the treemap, and the report.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

let workbench;
let window;

before(async () => {
  workbench = await Workbench.start();
  window = await workbench.openShop();
});

after(() => workbench?.stop());

test("the list has the worst first, and goes to what is chosen", async () => {
  await window.command("Explorer: Focus on Complexity View");
  const listed = await window.until(
    "list",
    () => window.listed(),
    ({ length }) => length > 0,
  );
  assert.deepEqual(
    listed.map((row) => row.split("cyclomatic")[0]),
    ["shipping_cost", "Basket.total", "greet", "Basket.__init__"],
  );
  assert.match(listed[0], /cyclomatic 7 > 5 · shop.py:4/);
  await window.page.locator(".pane-body .monaco-list-row", { hasText: "Basket.total" }).click();
  await window.until(
    "metrics of total",
    () => window.metrics(),
    (text) => text?.startsWith("total: cyclomatic 6 > 5"),
  );
  await window.screenshot("list");
});

test("the treemap shows what is over its threshold, and opens it by the keyboard", async () => {
  await window.command("antipasta: Show Treemap of Workspace");
  const map = await window.webview();
  const tile = map.locator(".tile.over, .tile.far").filter({ hasText: "shipping_cost" });
  await tile.waitFor();
  assert.match(await tile.getAttribute("aria-label"), /^shipping_cost · cyclomatic 7 > 5 · 13 lines$/);
  await window.screenshot("treemap");
  await map.locator("#metric").selectOption("weighted_methods_per_class");
  // Before it is there, it is the methods of the class that have its name.
  await map.locator(".tile[aria-label^='Basket · weighted methods 7 > 6 ']").waitFor();
  await map.locator("#metric").selectOption("cyclomatic_complexity");
  await tile.waitFor();
  await tile.press("Enter");
  await window.until(
    "metrics of shipping_cost",
    () => window.metrics(),
    (text) => text?.startsWith("shipping_cost:"),
  );
});

// What one sees while one types.

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

const isUnderlined = (start) => async () => (await window.underlined()).some((line) => line.startsWith(start));
const lensOfGreet = async () => (await window.lenses())[1];

test("functions have lenses, and violations are underlined", async () => {
  const lenses = await window.until(
    "lenses",
    () => window.lenses(),
    ({ length }) => length >= 5,
  );
  assert.deepEqual(lenses.slice(0, 3), [
    "cyclomatic 7 > 5 · cognitive 10 > 5",
    "cyclomatic 1 · cognitive 0",
    "weighted methods 7 > 6",
  ]);
  await window.until("squiggles", isUnderlined("def shipping_cost"), (is) => is);
  assert.equal(await isUnderlined("def greet")(), false);
});

test("the status bar has the function under the cursor", async () => {
  await window.goToEndOf(20);
  await window.until(
    "greet",
    () => window.metrics(),
    (text) => text === "greet: cyclomatic 1 · cognitive 0",
  );
  await window.goToEndOf(7);
  await window.until(
    "shipping_cost",
    () => window.metrics(),
    (text) => text?.startsWith("shipping_cost: cyclomatic 7 > 5"),
  );
  assert.match(await window.statusItem().getAttribute("class"), /warning-kind/);
  await window.goToEndOf(2);
  await window.until(
    "nothing outside functions",
    () => window.metrics(),
    (text) => text === null,
  );
});

test("typing a branch updates squiggle, lens and status bar", async () => {
  await window.goToEndOf(19);
  await window.press("Enter");
  await window.screenshot("typing-before");
  await window.type("if name.a and name.b or name.c:\nreturn name.d if name.e and name.f else name.g");
  const expected = "cyclomatic 6 > 5 · cognitive 6 > 5";
  await window.until("lens", lensOfGreet, (text) => text === expected);
  await window.until(
    "status",
    () => window.metrics(),
    (text) => text === `greet: ${expected}`,
  );
  await window.until("squiggle", isUnderlined("def greet"), (is) => is);
  await window.screenshot("typing");
});

test("broken code keeps its last good numbers", async () => {
  await window.press("Enter");
  await window.type("if name.h and (");
  const expected = "cyclomatic 6 > 5 · cognitive 6 > 5 · stale";
  await window.until("stale lens", lensOfGreet, (text) => text === expected);
  await window.until(
    "stale status",
    () => window.metrics(),
    (text) => text === `greet: ${expected}`,
  );
  await window.screenshot("broken");
  await window.press("Control+Z", "Control+Z", "Control+Z");
});

test("what is taken back is taken back everywhere", async () => {
  await window.command("File: Revert File");
  await window.until("lens", lensOfGreet, (text) => text === "cyclomatic 1 · cognitive 0");
  await window.until("no squiggle", isUnderlined("def greet"), (is) => !is);
});

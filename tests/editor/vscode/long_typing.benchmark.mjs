// A minute of typing in a file of 10,000 lines: how long each key takes until it is to be seen, with the extension and
// without. Not run with the tests; `run.py --only long_typing` runs it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { Workbench } from "./workbench.mjs";

/** As fast as people type who type fast: milliseconds from one key to the next. */
const PAUSE = 100;
const KEYS = 600;
const FUNCTIONS = 1000;
/** The function that is typed into: its first line, from 0. */
const TYPED = 5000;

const FUNCTION = (number) =>
  [
    `def f${number}(a, b):`,
    "    for x in a:",
    "        if x and b:",
    "            return x",
    "        elif x > 1:",
    "            b = not b",
    "    while b:",
    "        b -= 1",
    "    return a or b",
    "",
  ].join("\n");

/** Types for a minute at the end of a line; the milliseconds from each key until the line is drawn with it. */
async function type(window) {
  await window.page.evaluate(() => {
    window.delays = [];
    let pressed;
    window.addEventListener("keydown", () => (pressed = performance.now()), { capture: true });
    const seen = () => {
      if (pressed !== undefined) {
        const begun = pressed;
        pressed = undefined;
        // What changed is drawn before the frame after the next begins.
        requestAnimationFrame(() => requestAnimationFrame(() => window.delays.push(performance.now() - begun)));
      }
    };
    const lines = document.querySelector(".monaco-editor .view-lines");
    new MutationObserver(seen).observe(lines, { subtree: true, childList: true, characterData: true });
  });
  for (let key = 0; key < KEYS; key++) {
    await window.page.keyboard.press(key % 6 === 5 ? "Space" : "abcde"[key % 6]);
    await window.page.waitForTimeout(PAUSE);
  }
  return window.page.evaluate(() => window.delays);
}

function told(name, delays) {
  const sorted = delays.toSorted((one, other) => one - other);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(1);
  return `${name}: ${delays.length} keys seen; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`;
}

/**
 * Types in a window of a workbench of its own once `isReady`, has `check` look at the window, and returns what is to be
 * told.
 */
async function measured(name, isInstalled, isReady, check) {
  const workbench = await Workbench.start({}, { isInstalled });
  try {
    const folder = workbench.shop(name);
    const text = Array.from({ length: FUNCTIONS }, (_, number) => FUNCTION(number)).join("\n");
    writeFileSync(path.join(folder, "long.py"), text);
    const window = await workbench.open(folder);
    await window.openFile("long.py");
    await window.goToEndOf(TYPED + 9);
    await isReady(window);
    await window.type(" or ");
    const delays = await type(window);
    assert.ok(delays.length > KEYS / 2);
    await check(window);
    return told(name, delays);
  } finally {
    await workbench.stop();
  }
}

test("typing with the extension", async (context) => {
  const isReady = async (window) => {
    await window.until(
      "lenses",
      () => window.lenses(),
      ({ length }) => length > 0,
    );
    await window.until(
      "squiggles",
      () => window.underlined(),
      ({ length }) => length > 0,
    );
  };
  const figures = await measured("with the extension", true, isReady, async (window) => {
    // What was typed is no expression, so that the last good values are shown, and said to be old.
    await window.until(
      "stale lens",
      () => window.lenses(),
      (texts) => texts.some((text) => text.includes("stale")),
    );
    await window.screenshot("long-typing");
  });
  context.diagnostic(figures);
});

test("typing without it", async (context) => {
  const isReady = (window) => window.page.waitForTimeout(1000);
  const figures = await measured("without it", false, isReady, async (window) => {
    assert.deepEqual(await window.lenses(), []);
  });
  context.diagnostic(figures);
});

// A minute of typing in files of 10,000 lines: how long each key takes until it is to be seen, and how busy that keeps
// the thread that draws, with the extension and without. Not run with the tests; `run.py --only long_typing` runs it.
//
//   ANTIPASTA_LIBRARY      a folder that has numpy

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { Workbench } from "./workbench.mjs";

/** As fast as people type who type fast: milliseconds from one key to the next. */
const PAUSE = 100;
const KEYS = 600;
/** What is typed, again and again. Every key makes the code good or bad, or another. */
const STATEMENT = "b = x or b and a > 1 if a else b\n";

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

/** A file that people wrote, of 1,000 functions and classes, of which some violate the default thresholds. */
const REAL = {
  name: "written by people",
  text: () => readFileSync(path.join(process.env.ANTIPASTA_LIBRARY, "numpy/_core/tests/test_multiarray.py"), "utf8"),
  isConfigured: false,
};
/** A file of 1,000 functions, each of which violates two thresholds. */
const DENSE = {
  name: "of violations only",
  text: () => Array.from({ length: 1000 }, (_, number) => FUNCTION(number)).join("\n"),
  isConfigured: true,
};

/** A line, from 1, in the middle of a file, after which there can be another of the same indentation. */
function placeIn(text) {
  const lines = text.split("\n");
  const isPlace = (line, index) => index >= 5000 && /^ {8}\w+ [-+]?= .*[\w)]$/.test(line);
  return lines.findIndex(isPlace) + 1;
}

/** Types for a minute; the milliseconds from each key until it is drawn, and those that each kept the thread busy. */
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
  const session = await window.page.context().newCDPSession(window.page);
  await session.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const before = await busy();
  for (let key = 0; key < KEYS; key++) {
    const character = STATEMENT[key % STATEMENT.length];
    await window.page.keyboard.press(character === "\n" ? "Enter" : character);
    await window.page.waitForTimeout(PAUSE);
  }
  return { delays: await window.page.evaluate(() => window.delays), busy: ((await busy()) - before) / KEYS };
}

function told(name, { delays, busy }) {
  const sorted = delays.toSorted((one, other) => one - other);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(1);
  const times = `p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`;
  return `${name}: ${delays.length} keys seen; ${times}; busy for ${busy.toFixed(1)} ms a key`;
}

/** Types in a file in a workbench of its own; what came of it. */
async function measured({ name, text, isConfigured }, isInstalled) {
  const workbench = await Workbench.start({}, { isInstalled });
  try {
    const folder = workbench.shop("long");
    if (!isConfigured) {
      rmSync(path.join(folder, ".antipasta.yaml"));
    }
    const source = text();
    writeFileSync(path.join(folder, "long.py"), source);
    const window = await workbench.open(folder);
    await window.openFile("long.py");
    await window.goToEndOf(placeIn(source));
    const reaches = (least) =>
      window.until(
        `complexity of ${least}`,
        () => window.metrics(),
        (metrics) => Number(/cyclomatic (\d+)/.exec(metrics)?.[1]) >= least,
      );
    if (isInstalled) {
      await reaches(1);
    }
    // What is done once when a file is opened is not what typing costs.
    await window.page.waitForTimeout(5000);
    await window.press("Enter");
    const figures = await type(window);
    assert.ok(figures.delays.length > KEYS / 2);
    if (isInstalled) {
      // Each of the statements adds one at least.
      await reaches(Math.floor(KEYS / STATEMENT.length));
      await window.screenshot(`long-typing-${name.replaceAll(" ", "-")}`);
    } else {
      assert.deepEqual(await window.lenses(), []);
    }
    return figures;
  } finally {
    await workbench.stop();
  }
}

for (const file of [REAL, DENSE]) {
  for (const isInstalled of [true, false]) {
    const name = `${file.name}, ${isInstalled ? "with the extension" : "without it"}`;
    test(`typing in a file ${name}`, async (context) => {
      context.diagnostic(told(name, await measured(file, isInstalled)));
    });
  }
}

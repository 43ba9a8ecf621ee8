// A server that is killed, and one that is not there.

import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { after, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

let workbench;
let window;

before(async () => {
  workbench = await Workbench.start();
  window = await workbench.openShop();
});

after(() => workbench?.stop());

/** The processes that run the binary of the extension that was installed here. */
function servers() {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.filter((name) => {
    try {
      return readlinkSync(`/proc/${name}/exe`).startsWith(workbench.extensions);
    } catch {
      return false;
    }
  });
}

const hasLenses = () =>
  window.until(
    "lenses",
    () => window.lenses(),
    ({ length }) => length >= 5,
  );

test("a server that is killed is started again", async () => {
  await hasLenses();
  const [killed, ...others] = servers();
  assert.deepEqual(others, []);
  process.kill(Number(killed), "SIGKILL");
  await window.until("another server", servers, (now) => now.length === 1 && now[0] !== killed);
  await window.goToEndOf(20);
  await window.press("Enter");
  await window.type("if name.a and name.b or name.c and name.d and name.e: pass");
  await window.until(
    "lens of what was typed since",
    () => window.lenses(),
    (lenses) => lenses[1]?.startsWith("cyclomatic 6 > 5"),
  );
  await window.until(
    "squiggle of what was typed since",
    () => window.underlined(),
    (lines) => lines.some((line) => line.startsWith("def greet")),
  );
});

test("a binary that is missing is said to be, with what to do about it", async () => {
  workbench.set({ "antipasta.path": "/nowhere/antipasta-lsp" });
  const [message] = await window.until(
    "message",
    () => window.messages(),
    ({ length }) => length > 0,
  );
  assert.equal(
    message,
    "antipasta: antipasta-lsp not found in the setting antipasta.path (/nowhere/antipasta-lsp). " +
      "Install it, or set antipasta.path.",
  );
  await window.screenshot("missing");
  workbench.set({});
  await window.until("the server", servers, ({ length }) => length === 1);
  await hasLenses();
});

test("the time of activation is told", async (context) => {
  await window.command("Developer: Show Running Extensions");
  const row = window.page.locator(".runtime-extensions-editor .extension", { hasText: "antipasta" });
  const time = await row.locator(".activation-time").first().innerText();
  context.diagnostic(`activation: ${time}`);
  await window.screenshot("activation");
  assert.match(time, /\d+ ?ms/);
});

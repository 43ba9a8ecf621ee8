// A server that is killed, one that is not there, and one that only ends.

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

/** The ids of the server's processes. */
const servers = () => workbench.servers().map(({ id }) => id);

/** Kills the server. */
function kill() {
  const [killed, ...others] = servers();
  assert.deepEqual(others, []);
  process.kill(killed, "SIGKILL");
  return killed;
}

const anotherThan = (killed) =>
  window.until("another server", servers, ([id, ...others]) => id && id !== killed && others.length === 0);

const hasLenses = () =>
  window.until(
    "lenses",
    () => window.lenses(),
    ({ length }) => length >= 5,
  );

test("a server that is killed is started again", async () => {
  await hasLenses();
  await anotherThan(kill());
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

test("a server that only ends is given up, said so, and started again if one wants to", async () => {
  const FORGIVEN = 4;
  await window.seesMetricsOf("shipping_cost", 7);
  for (let end = 1; end <= FORGIVEN; end++) {
    await anotherThan(kill());
    // Values of another function than before: the server has answered since.
    await (end % 2 === 0 ? window.seesMetricsOf("shipping_cost", 7) : window.seesMetricsOf("greet", 20));
  }
  const killed = kill();
  const expected = "antipasta: the server ended 5 times within 180 s and is not started again.";
  await window.until(
    "word of it",
    () => window.messages(),
    (messages) => messages.includes(expected),
  );
  assert.deepEqual(servers(), []);
  await window.until(
    "no metrics",
    () => window.metrics(),
    (text) => text === null,
  );
  await window.screenshot("given-up");
  assert.deepEqual(await window.answers(expected), ["Show Log", "Restart"]);
  await window.answer(expected, "Restart");
  await anotherThan(killed);
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

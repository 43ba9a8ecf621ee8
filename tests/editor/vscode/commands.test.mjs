// Everything that one can click or run: commands, buttons of views and of messages, links of the walkthrough, the status bar.
//
// Each has a row here that runs it and waits for what it does. What the extension contributes and what has no row is a
// failure, as are a message of an error and a dialog.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";

import { Workbench } from "./workbench.mjs";

const EXTENSION = path.join(import.meta.dirname, "..", "..", "..", "editors", "vscode");
const { contributes } = JSON.parse(readFileSync(path.join(EXTENSION, "package.json"), "utf8"));
const titles = new Map(contributes.commands.map(({ command, title }) => [command, `antipasta: ${title}`]));

let workbench;
let window;

before(async () => {
  workbench = await Workbench.start();
  window = await workbench.openShop();
  await window.seesMetricsOf("shipping_cost", 7);
});

afterEach(async () => {
  assert.deepEqual(await window.troubles(), []);
  await window.dismissMessages();
});

after(() => workbench?.stop());

/** What a command of the palette does, by its name. */
const COMMANDS = {
  "antipasta.showReportHere": () => window.seesReport(/^`shipping_cost`.*Cyclomatic Complexity\s+7/),
  "antipasta.showReportOfFile": () => window.seesReport(/shop\.py.*Lines Of Code/),
  "antipasta.showReportOfWorkspace": () => window.seesMessage(/^The workspace has \d+ violations in 1 of 1 files/),
  "antipasta.showTreemap": () => seesTreemap(),
  "antipasta.refreshTreemap": () => seesTreemap(),
  "antipasta.analyseAll": () => window.seesMessage(/^The workspace has \d+ violations in 1 of 1 files/),
  "antipasta.forgetCache": () => window.seesMessage(/^What was analyzed before is forgotten/),
  "antipasta.restartServer": (servers) => seesAnotherServer(servers),
  "antipasta.showLog": () => window.page.locator(".panel .output-view", { hasText: "Using" }).waitFor(),
  "antipasta.sortComplexity": () => choosesOrder(),
  "antipasta.refreshComplexity": () => seesList(),
};

/** What has to be there before a command can be run. */
const NEEDS = {
  "antipasta.refreshTreemap": () => opensTreemap(),
  "antipasta.sortComplexity": () => window.command("Explorer: Focus on Complexity View"),
  "antipasta.refreshComplexity": () => window.command("Explorer: Focus on Complexity View"),
};

/** Which part of the window a menu is in, and what brings it up. */
const MENUS = {
  "view/title": {
    open: () => window.command("Explorer: Focus on Complexity View"),
    place: '.pane:has([aria-label="Complexity Section"]) .pane-header',
  },
  "editor/title": {
    open: () => opensTreemap(),
    place: ".editor-actions",
  },
};

/** What the links of the walkthrough do, by what is written on them. */
const LINKS = {
  "Open a File": () => closesInput(),
  "Show the List": () => seesList(),
  "Show the Treemap": () => seesTreemap(),
  "Read About Them": () => declinesToLeave(/main\/README\.md#configuration/),
};

/** What can be pressed that is no command of the palette, by its title in the sources; each has a test. */
const BUTTONS = ["Go to", "How to Install", "Restart", "Set the Path", "Show Log", "Try Again"];

async function opensTreemap() {
  await window.command("antipasta: Show Treemap of Workspace");
  await window.page.locator('.tab.active[data-resource-name="Treemap"], .tab.active', { hasText: "Treemap" }).waitFor();
  await seesTreemap();
}

async function seesTreemap() {
  const map = await window.webview();
  await map.locator(".tile", { hasText: "shipping_cost" }).waitFor();
}

const seesList = () =>
  window.until(
    "list",
    () => window.listed(),
    (rows) => rows.some((row) => row.includes("shipping_cost")),
  );

const seesAnotherServer = ([before]) =>
  window.until(
    "another server",
    () => workbench.servers(),
    ([server, ...others]) => server && server.id !== before?.id && others.length === 0,
  );

async function choosesOrder() {
  await window.page.locator(".quick-input-list .monaco-list-row", { hasText: /^lines/ }).click();
  await window.page.locator(".pane-header .description", { hasText: "by lines" }).waitFor();
}

async function closesInput() {
  const dialog = window.page.locator(".quick-input-title:visible", { hasText: "Open File" });
  await dialog.waitFor();
  await window.press("Escape");
  await dialog.waitFor({ state: "hidden" });
}

/** VS Code asks before it opens a page of the web. */
async function declinesToLeave(address) {
  const dialog = window.page.locator(".monaco-dialog-box", { hasText: "open the external website" });
  await dialog.waitFor();
  assert.match(await dialog.innerText(), address);
  await dialog.locator(".monaco-button", { hasText: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
}

test("whatever the extension contributes has a row", () => {
  assert.deepEqual(Object.keys(COMMANDS).toSorted(), [...titles.keys()].toSorted());
  assert.deepEqual(Object.keys(MENUS).toSorted(), Object.keys(contributes.menus).toSorted());
  const descriptions = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description));
  const links = descriptions.flatMap((text) => [...text.matchAll(/\[(.+?)\]\(/g)].map(([, label]) => label));
  assert.deepEqual(Object.keys(LINKS).toSorted(), links.toSorted());
  const sources = readdirSync(path.join(EXTENSION, "src")).filter((name) => name.endsWith(".ts"));
  const text = sources.map((name) => readFileSync(path.join(EXTENSION, "src", name), "utf8")).join("");
  const buttons = new Set([...text.matchAll(/\btitle: "(.+?)"/g)].map(([, title]) => title));
  assert.deepEqual([...buttons].toSorted(), BUTTONS);
});

for (const [name, seesEffect] of Object.entries(COMMANDS)) {
  test(`${titles.get(name)}`, async () => {
    await window.openFile("shop.py");
    await window.seesMetricsOf("shipping_cost", 7);
    await NEEDS[name]?.();
    const servers = workbench.servers();
    await window.command(titles.get(name));
    await seesEffect(servers);
  });
}

for (const [menu, items] of Object.entries(contributes.menus)) {
  for (const { command } of items) {
    test(`the button ${command} of ${menu}`, async () => {
      const { open, place } = MENUS[menu];
      await open();
      const title = contributes.commands.find((one) => one.command === command).title;
      const header = window.page.locator(place).first();
      await header.hover();
      await header.locator(`.action-label[aria-label^="${title}"]`).first().click();
      await COMMANDS[command]([]);
    });
  }
}

for (const [label, seesEffect] of Object.entries(LINKS)) {
  test(`the link "${label}" of the walkthrough`, async () => {
    await window.openWalkthrough("antipasta");
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const { title } = steps.find(({ description }) => description.includes(`[${label}]`));
    const step = window.page.locator(".gettingStartedContainer .getting-started-step", { hasText: title });
    if (!(await step.getAttribute("class")).includes("expanded")) {
      await step.click();
    }
    await step.locator(".button-container .monaco-button", { hasText: label }).click();
    await seesEffect();
  });
}

test("a click on the status bar reports on what is under the cursor", async () => {
  await window.openFile("shop.py");
  await window.seesMetricsOf("greet", 20);
  await window.statusItem().click();
  await window.seesReport(/^`greet`.*Cyclomatic Complexity\s+1/);
});

test("a click on a code lens reports on what it stands at", async () => {
  await window.openFile("shop.py");
  await window.goTo(1, 1);
  await window.page.locator(".codelens-decoration a:visible", { hasText: "cyclomatic 7 > 5" }).first().click();
  await window.seesReport(/^`shipping_cost`.*Cyclomatic Complexity\s+7/);
});

test("an explanation is a quick fix", async () => {
  await window.openFile("shop.py");
  await window.goTo(4, 6);
  await window.command("Quick Fix...");
  const action = window.page.locator(".action-widget .action", { hasText: "Explain cyclomatic_complexity" });
  // Until the pointer moves, the menu takes no click.
  await action.hover({ force: true });
  await action.click();
  await window.seesReport(/^The cyclomatic complexity of `shipping_cost` is 7/);
});

test("a row of the list goes to its function", async () => {
  await window.command("Explorer: Focus on Complexity View");
  await seesList();
  await window.rows().filter({ hasText: "greet" }).click();
  await window.until(
    "metrics of greet",
    () => window.metrics(),
    (text) => text?.startsWith("greet: "),
  );
});

test("the language status shows the log", async () => {
  await window.openFile("shop.py");
  await window.command("View: Hide Panel");
  await window.page.locator('.statusbar-item[id="status.languageStatus"]').click();
  await window.page.locator(".hover-language-status .monaco-link", { hasText: "Show Log" }).click();
  await COMMANDS["antipasta.showLog"]();
});

test("every button of the message that there is no binary does what it says", async () => {
  const missing = "antipasta: antipasta-lsp not found";
  const effects = {
    "How to Install": () => declinesToLeave(/editors\/vscode\/README\.md/),
    "Set the Path": () => window.page.locator(".settings-editor", { hasText: "antipasta.path" }).waitFor(),
    "Try Again": () => window.seesMessage(missing),
  };
  const again = async () => {
    workbench.set({});
    await seesAnotherServer([]);
    await window.dismissMessages();
    workbench.set({ "antipasta.path": "/nowhere/antipasta-lsp" });
    await window.seesMessage(missing);
  };
  for (const [button, seesEffect] of Object.entries(effects)) {
    await again();
    await window.answer(missing, button);
    await seesEffect();
  }
  // The settings are an editor of their own now.
  await window.openFile("shop.py");
  await window.dismissMessages();
  await window.command("antipasta: Analyze Workspace");
  await window.seesMessage("antipasta: the server does not run.");
  workbench.set({});
  await seesAnotherServer([]);
  const [before] = workbench.servers();
  await window.answer("antipasta: the server does not run.", "Restart");
  await seesAnotherServer([before]);
  await window.seesMetricsOf("greet", 20);
  await window.dismissMessages();
});

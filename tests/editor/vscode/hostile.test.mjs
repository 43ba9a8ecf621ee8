// Hostile repositories in Restricted Mode: whatever they bring is text, in every place that shows it.
//
// The texts are those of ../hostile.json: a dozen of them in one window, or all of them in a few if ANTIPASTA_ALL is set.
// Each is a key and a value of a configuration in YAML and in TOML, a folder, a file, and a comment; and the names that
// Python takes are those of functions and classes.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Audit } from "./audit.mjs";
import { Workbench } from "./workbench.mjs";

const TABLE = JSON.parse(readFileSync(path.join(import.meta.dirname, "..", "hostile.json"), "utf8"));
/** So many texts are in one window. */
const IN_A_WINDOW = 13;
/** The longest name of a file, in bytes; and what no name has. */
const LONGEST_NAME = 180;
const MESSAGE =
  "antipasta: a configuration file has errors. The last valid configuration is used until they are fixed; " +
  "they are listed among the problems of the file.";
const RULES = `languages:
  - name: python
    metrics:
      - {type: cyclomatic_complexity, threshold: 1, comparison: "<="}
      - {type: weighted_methods_per_class, threshold: 1, comparison: "<="}
`;

const texts = TABLE.texts.filter(({ short }) => short || process.env.ANTIPASTA_ALL);
const windows = [];
for (let first = 0; first < texts.length; first += IN_A_WINDOW) {
  windows.push(texts.slice(first, first + IN_A_WINDOW).map(({ text, repeat }) => text.repeat(repeat ?? 1)));
}
let inputs = 0;
let workbench;

before(async () => {
  workbench = await Workbench.start({
    "security.workspace.trust.enabled": true,
    "security.workspace.trust.startupPrompt": "never",
    "antipasta.diagnosticMode": "workspace",
    "antipasta.inlayHints": true,
    "editor.unusualLineTerminators": "off",
    "explorer.autoReveal": false,
    "workbench.hover.delay": 100,
  });
});

after(() => workbench?.stop());

/** A text as a name of a file: without what no name has. */
function nameOf(text) {
  let name = Array.from(text.replaceAll("/", "\u2215").replaceAll("\0", "")).slice(0, LONGEST_NAME).join("");
  while (Buffer.byteLength(name) > LONGEST_NAME) {
    name = Array.from(name).slice(0, -1).join("");
  }
  return name;
}

function write(folder, name, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), text);
  inputs++;
}

const branches = (indent) => `${indent}if x and x: pass\n`.repeat(3);

/** A folder with some texts wherever there can be any, but in its configuration. */
function repository(name, hostile) {
  const folder = path.join(workbench.folder, "workspaces", name);
  const names = TABLE.identifiers.map((identifier) => `def ${identifier}(x):\n${branches("    ")}\n`);
  const classes = TABLE.identifiers.map((one) => `class ${one}_:\n    def ${one}(x):\n${branches("        ")}\n`);
  // A comment is one line.
  const comments = hostile.map((text) => `# ${JSON.stringify(text)}\n`.slice(0, 4000));
  write(folder, "main.py", [...names, ...classes, ...comments].join("\n"));
  write(folder, ".antipasta.yaml", RULES);
  inputs += names.length + classes.length + comments.length;
  for (const text of hostile) {
    const place = nameOf(text);
    write(path.join(folder, place), `${place}.py`, `def f(x):\n${branches("    ")}`);
  }
  const [first] = hostile;
  const settings = { "antipasta.path": first, "antipasta.configuration": first, "antipasta.severity": first };
  write(path.join(folder, ".vscode"), "settings.json", JSON.stringify(settings));
  return folder;
}

/** A configuration that has some texts as its keys, and as values. */
function hostileYaml(hostile) {
  const keys = hostile.map((text) => `? ${JSON.stringify(text)}\n: 1\n`);
  const types = hostile.map((text) => ({ type: text, threshold: text, comparison: "<=" }));
  inputs += keys.length + 2 * types.length;
  return `profile: ${JSON.stringify(hostile[0])}\n${keys.join("")}languages: ${JSON.stringify([{ name: "python", metrics: types }])}\n`;
}

function hostileToml(hostile) {
  const rows = hostile.map((text) => `${JSON.stringify(text)} = ${JSON.stringify(text)}\n`);
  inputs += 2 * rows.length;
  // Raw, TOML has neither these nor half a character.
  return `[tool.antipasta]\n${rows.join("")}`.replaceAll(/[\u007f\u0080-\u009f]/g, "?");
}

for (const [index, hostile] of windows.entries()) {
  test(`window ${index + 1}: ${hostile.length} texts are text`, async () => {
    const folder = repository(`hostile-${index}`, hostile);
    const window = await workbench.open(folder);
    const audit = new Audit(window, [folder, path.join(workbench.folder, "data")]);
    const { page } = window;
    await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
    await window.openFile("main.py");
    await window.until(
      "lenses",
      () => window.lenses(),
      ({ length }) => length > 2,
    );
    await window.seesMetricsOf(TABLE.identifiers[0], 1);
    await audit.look("an open file");

    await lookAtHovers(window, audit);
    await lookAtMenus(window, audit);
    await lookAtViews(window, audit);
    await lookAtConfigurations(window, audit, folder, hostile);

    await window.screenshot(`hostile-${index + 1}`);
    assert.deepEqual(await audit.results(), []);
    await window.close();
  });
}

test("what is looked for would be found", async () => {
  const page = await workbench.browser.newPage();
  const audit = new Audit({ page }, []);
  await page.setContent(`<title>pwned</title><div class="notification-list-item-message">
    <a href="command:a?pwned">Fix</a> <strong>pwned</strong> <img src="https://evil.example/a.png"> <i onclick="x">a</i>
    </div><div class="monaco-hover">pwned <span class="codicon codicon-sync codicon-modifier-spin"></span></div>
    <div class="monaco-dialog-box">Sure?</div>`);
  await audit.look("here");
  const kinds = audit.found.map((text) => /^here: (an? \S+|\S+)/.exec(text)[1]);
  assert.deepEqual(kinds, ["a link:", "a link:", "markup:", "markup:", "an icon:", "a script", "a dialog:"]);
  assert.deepEqual(audit.requests, ["https://evil.example/a.png"]);
  await page.close();
});

test("there were enough of them", (context) => {
  context.diagnostic(`${texts.length} texts, ${inputs} inputs, ${windows.length} windows`);
  assert.ok(inputs > (process.env.ANTIPASTA_ALL ? 200 : 50));
});

/** The hovers of functions and classes, and of the items in the status bar. */
async function lookAtHovers(window, audit) {
  const { page } = window;
  for (const [index, name] of TABLE.identifiers.entries()) {
    await window.goTo(1 + index * 6, 6);
    await window.command("Show or Focus Hover");
    await page.locator(".monaco-hover:visible", { hasText: "Cyclomatic Complexity" }).first().waitFor();
    await audit.look(`hover of ${name.slice(0, 20)}`);
    if (index === 0) {
      await window.screenshot("hostile-hover");
    }
    await window.press("Escape");
  }
  for (const item of [window.statusItem(), page.locator('.statusbar-item[id="status.languageStatus"]')]) {
    await item.hover();
    await page.locator(".monaco-hover:visible, .hover-contents:visible").first().waitFor();
    await audit.look("hover in the status bar");
    await page.mouse.move(500, 300);
  }
}

/** Quick fixes, symbols, the report that a click on the status bar shows. */
async function lookAtMenus(window, audit) {
  const { page } = window;
  await window.goTo(1, 6);
  await window.command("Quick Fix...");
  await page.locator(".action-widget:visible .action", { hasText: "Explain" }).first().waitFor();
  await audit.look("quick fixes");
  await window.press("Escape");
  await window.press("Control+Shift+O");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "pwned" }).first().waitFor();
  await audit.look("symbols");
  await window.press("Escape");
  await window.statusItem().click();
  await page.locator('.tab[data-resource-name="antipasta report"]').waitFor();
  await audit.look("a report");
}

/** The list of the worst functions, and the treemap. */
async function lookAtViews(window, audit) {
  const { page } = window;
  await window.command("Explorer: Focus on Complexity View");
  await window.until(
    "list",
    () => window.listed(),
    ({ length }) => length > 2,
  );
  await audit.look("the list");
  for (const row of (await window.rows().all()).slice(0, 4)) {
    await row.hover();
    await page.locator(".monaco-hover:visible, .hover-contents:visible").first().waitFor();
    await audit.look("hover of the list");
  }
  await window.command("antipasta: Show Treemap of Workspace");
  const map = await window.webview();
  await map.locator(".tile").nth(2).waitFor();
  for (const tile of (await map.locator(".tile").all()).slice(0, 6)) {
    await tile.focus();
  }
  await audit.look("the treemap");
  await window.screenshot("hostile-treemap");
}

/** What VS Code says of configurations: in messages, among the problems, and at the keys. */
async function lookAtConfigurations(window, audit, folder, hostile) {
  const { page } = window;
  const errors = page.locator(".monaco-editor .squiggly-error");
  for (const [name, broken, sound] of [
    [".antipasta.yaml", hostileYaml(hostile), RULES],
    ["pyproject.toml", hostileToml(hostile), ""],
  ]) {
    rmSync(path.join(folder, ".antipasta.yaml"), { force: true });
    writeFileSync(path.join(folder, name), broken);
    const messages = await window.until(
      "a message",
      () => window.messages(),
      ({ length }) => length > 0,
    );
    assert.deepEqual(messages, [MESSAGE]);
    await audit.look("the message");
    await window.screenshot("hostile-message");
    await page.locator(".notification-toast .notification-list-item-message").click();
    await window.answer(MESSAGE, "Open Configuration");
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await errors.first().waitFor();
    await window.command("Show or Focus Hover");
    await page.locator(".monaco-hover:visible", { hasText: "antipasta" }).first().waitFor();
    await audit.look("hover of a configuration");
    await window.screenshot("hostile-configuration");
    await window.press("Escape");
    await window.command("Problems: Focus on Problems View");
    await page.locator(".markers-panel .monaco-list-row", { hasText: name }).first().waitFor();
    await audit.look("problems");
    await window.screenshot("hostile-problems");
    await window.command("View: Hide Panel");
    writeFileSync(path.join(folder, name), sound);
    await window.until(
      "no errors",
      () => errors.count(),
      (count) => count === 0,
    );
  }
}

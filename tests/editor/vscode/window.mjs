// A window of VS Code, as somebody sees it who looks at it and types.

import assert from "node:assert/strict";
import path from "node:path";

import { patience } from "./patience.mjs";

const PATIENCE = patience(60_000);
/** Milliseconds after which what can be tried again is. */
const BRIEFLY = patience(10_000);

export class Window {
  constructor(page) {
    this.page = page;
  }

  /** Runs a command of the palette by its title. */
  async command(title) {
    await this.choose("F1", `>${title}`, title);
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name) {
    await this.choose("Control+P", name, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator(".monaco-editor .view-line").first().waitFor();
  }

  /** Opens the quick input, writes to it, and takes what it offers under the given label. */
  async choose(keys, words, ...labels) {
    const input = this.page.locator(".quick-input-widget input.input");
    const row = (label) => this.page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first();
    // A webview that has just been made passes no keys on, and the quick input closes when something else takes the focus.
    await this.until(
      `choice of ${labels.join(", ")}`,
      async () => {
        try {
          await this.page.keyboard.press(keys);
          await input.waitFor({ timeout: BRIEFLY });
          await input.fill(words);
          for (const label of labels) {
            await row(label).click({ timeout: BRIEFLY });
          }
          return true;
        } catch {
          await this.page.keyboard.press("Escape");
          return false;
        }
      },
      (isChosen) => isChosen,
    );
    // What was chosen may ask something itself.
    await this.until(
      "end of the choice",
      async () => !(await input.isVisible()) || (await input.inputValue()) !== words,
      (isOver) => isOver,
    );
  }

  /** Puts the cursor to a line and a column, both from 1. */
  async goTo(line, column) {
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await input.press("Enter");
    await input.waitFor({ state: "hidden" });
  }

  /** Puts the cursor to the end of a line, from 1. */
  async goToEndOf(line) {
    await this.goTo(line, 1);
    await this.page.keyboard.press("End");
  }

  async type(text) {
    await this.page.keyboard.type(text, { delay: 5 });
  }

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** The code lenses that are to be seen, from top to bottom. */
  lenses() {
    return texts(this.page.locator(".codelens-decoration:visible"), (lens) => lens.getBoundingClientRect().top);
  }

  /** The lines that are to be seen with something underlined as a warning, from top to bottom. */
  async underlined() {
    const found = await this.page.evaluate(() => {
      const middle = (element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return (top + bottom) / 2;
      };
      const lines = [...document.querySelectorAll(".monaco-editor .view-line")];
      const marks = [...document.querySelectorAll(".monaco-editor .squiggly-warning")];
      const isAt = (line, mark) => {
        const { top, bottom } = line.getBoundingClientRect();
        return top <= middle(mark) && middle(mark) <= bottom;
      };
      return lines
        .filter((line) => marks.some((mark) => isAt(line, mark)))
        .sort((one, other) => middle(one) - middle(other))
        .map((line) => line.innerText);
    });
    return found.map(plain);
  }

  /** The item of the status bar that shows metrics; nothing if there is none. */
  async metrics() {
    const item = this.statusItem();
    return (await item.count()) === 0 ? null : plain(await item.innerText());
  }

  statusItem() {
    return this.page.locator('.statusbar-item[id="antipasta-lsp.antipasta.antipasta.metrics"]:visible');
  }

  /** The rows of the view "Complexity". */
  async listed() {
    return texts(this.rows(), (row) => row.getBoundingClientRect().top);
  }

  rows() {
    return this.page.locator(
      '[id="workbench.view.explorer"] .pane:has([aria-label="Complexity Section"]) .monaco-list-row',
    );
  }

  /** The page in the webview that is to be seen. */
  async webview() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }

  /** The messages that are to be seen. */
  async messages() {
    return texts(this.page.locator(".notifications-toasts .notification-list-item-message"), () => 0);
  }

  /** Messages of errors, and dialogs. */
  async troubles() {
    const toasts = this.page.locator(".notification-toast:has(.codicon-error) .notification-list-item-message");
    const dialogs = this.page.locator(".monaco-dialog-box");
    return [...(await texts(toasts, () => 0)), ...(await texts(dialogs, () => 0))];
  }

  /** Waits until a message is shown that has, or matches, some words. */
  async seesMessage(words) {
    const isMeant = (text) => (typeof words === "string" ? text.includes(words) : words.test(text));
    await this.until(
      `message ${words}`,
      () => this.messages(),
      (messages) => messages.some(isMeant),
    );
  }

  /** The messages, as soon as one has some words, or after a while: a toast may be cleared with those before it. */
  async messagesSoon(words) {
    const toast = this.page.locator(".notifications-toasts .notification-list-item-message", { hasText: words });
    await toast
      .first()
      .waitFor({ timeout: BRIEFLY })
      .catch(() => undefined);
    return this.messages();
  }

  /** Clears all messages. */
  async dismissMessages() {
    if ((await this.messages()).length > 0) {
      await this.command("Notifications: Clear All Notifications");
    }
    await this.until(
      "no messages",
      () => this.messages(),
      ({ length }) => length === 0,
    );
  }

  /** Waits until the document with the report matches. */
  async seesReport(expected) {
    const editor = this.page.locator(".editor-instance", { has: this.page.locator(".view-line") });
    await this.page.locator('.tab[data-resource-name="antipasta report"]').first().waitFor();
    await this.until(
      `report ${expected}`,
      () => texts(editor.locator(".view-lines"), (lines) => lines.getBoundingClientRect().left),
      (shown) => shown.some((text) => expected.test(text)),
    );
  }

  /** Opens the walkthrough of an extension. */
  async openWalkthrough(name) {
    await this.choose("F1", ">Welcome: Open Walkthrough", "Open Walkthrough", name);
    await this.page.locator(".gettingStartedContainer .getting-started-step").first().waitFor();
  }

  /** Puts the cursor at the end of a line, and waits until the status bar has the metrics of the function there. */
  async seesMetricsOf(name, line) {
    await this.goToEndOf(line);
    await this.until(
      `metrics of ${name}`,
      () => this.metrics(),
      (text) => text?.startsWith(`${name}: `),
    );
  }

  /** What one can answer to a message. */
  async answers(message) {
    return texts(this.buttonsOf(message), (button) => button.getBoundingClientRect().left);
  }

  /** Clicks on a button of a message. */
  async answer(message, label) {
    await this.buttonsOf(message).filter({ hasText: label }).click();
  }

  buttonsOf(message) {
    const toast = this.page.locator(".notifications-toasts .notification-toast", { hasText: message });
    return toast.locator(".notification-list-item-buttons-container .monaco-button");
  }

  /** Waits until what `look` sees satisfies `check`, and returns it. */
  async until(what, look, check) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const seen = await look();
      if (check(seen)) {
        return seen;
      }
      if (Date.now() > end) {
        await this.screenshot(`failed ${what}`.replaceAll(/\W+/g, "-"));
        assert.fail(`no ${what}; seen last: ${JSON.stringify(seen)}`);
      }
      await this.page.waitForTimeout(50);
    }
  }

  /** Leaves a picture of the window, or of a part of it. */
  async screenshot(name, clip) {
    const file = path.join(process.env.ANTIPASTA_SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path: file, ...(clip ? { clip } : {}) });
  }

  async close() {
    await this.page.close();
  }
}

async function texts(locator, order) {
  const found = await locator.evaluateAll((elements, by) => {
    const key = new Function(`return (${by})`)();
    return elements
      .map((element) => ({ text: element.innerText, at: key(element) }))
      .sort((one, other) => one.at - other.at)
      .map(({ text }) => text);
  }, order.toString());
  return found.map(plain);
}

/** Monaco and the browser write spaces in several ways. */
function plain(text) {
  return text.replaceAll(/[\s\u00a0]+/g, " ").trim();
}

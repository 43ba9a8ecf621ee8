// Looks for what a hostile text has become in a window: a link, a picture, markup, an icon, a dialog, a request.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

/** Every hostile text has this in what would be a link's text or target, and what runs makes a file of this name. */
const MARK = "pwned";
const HOST = "evil.example";

export class Audit {
  constructor(window, folders) {
    this.window = window;
    this.folders = folders;
    this.requests = [];
    this.found = [];
    window.page.on("request", (request) => {
      if (new URL(request.url()).host.includes(HOST)) {
        this.requests.push(request.url());
      }
    });
  }

  /** Looks at all of the window as it is now, with what is in it of other pages. `step` is named with what is found. */
  async look(step) {
    for (const frame of this.window.page.frames()) {
      // A frame may go while it is looked at: then nothing of it is to be seen.
      const found = await frame.evaluate(marked, [MARK, HOST]).catch(() => []);
      this.found.push(...found.map((what) => `${step}: ${what}`));
    }
    const dialogs = await this.window.page.locator(".monaco-dialog-box").allInnerTexts();
    this.found.push(...dialogs.map((text) => `${step}: a dialog: ${text}`));
  }

  /** Everything that is not as it should be. */
  async results() {
    await this.look("at the end");
    const files = this.folders.flatMap((folder) => named(folder, MARK));
    const terminals = await this.window.page.locator(".terminal-wrapper, .terminal-tabs-entry").count();
    return [
      ...this.found,
      ...this.requests.map((address) => `a request: ${address}`),
      ...files.map((file) => `something was run: ${file}`),
      ...(terminals > 0 ? ["a terminal"] : []),
    ];
  }
}

/** The files of a name below a folder. */
function named(folder, name) {
  const inner = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return inner.filter((file) => path.basename(file) === name).map((file) => path.join(folder, file));
}

/** Runs in a page: what of it is a hostile text that is more than text. */
function marked([mark, host]) {
  const isMarked = (text) => text !== null && [mark, host].some((word) => text.toLowerCase().includes(word));
  const describe = (element) => element.outerHTML.slice(0, 300);
  const found = [];
  for (const element of document.querySelectorAll("[data-href], [href], [src], [srcdoc], [style*='url(']")) {
    const targets = ["href", "data-href", "src", "srcdoc", "style", "xlink:href"].map((name) =>
      element.getAttribute(name),
    );
    const isLink = element.hasAttribute("href") || element.hasAttribute("data-href");
    if (targets.some(isMarked) || (isLink && isMarked(element.textContent))) {
      found.push(`a link: ${describe(element)}`);
    }
  }
  const markup =
    "strong, b, em, i, del, s, h1, h2, h3, h4, blockquote, img, svg a, .notification-list-item-message a, .hover-row a";
  for (const element of document.querySelectorAll(markup)) {
    if (isMarked(element.textContent) || element.getAttributeNames().some((name) => name.startsWith("on"))) {
      found.push(`markup: ${describe(element)}`);
    }
  }
  const ours = ".notification-toast, .monaco-hover, .statusbar-item, .pane-body, .codelens-decoration, .markers-panel";
  for (const icon of document.querySelectorAll(".codicon-sync.codicon-modifier-spin")) {
    if (isMarked(icon.closest(ours)?.textContent ?? null)) {
      found.push(`an icon: ${describe(icon)}`);
    }
  }
  if (document.title === mark) {
    found.push("a script was run");
  }
  return found;
}

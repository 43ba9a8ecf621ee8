// VS Code with the extension installed: the server of its workbench, and the browser that shows it.
//
//   ANTIPASTA_PROGRAMS     a folder whose node_modules has code-server and playwright-core
//   ANTIPASTA_CHROMIUM     the browser
//   ANTIPASTA_VSIX         the extension's package
//   ANTIPASTA_SHOP         a folder with shop.py and .antipasta.yaml, to be copied
//   ANTIPASTA_SCRATCH      a folder to write to
//   ANTIPASTA_SCREENSHOTS  where screenshots are left

import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { once } from "node:events";
import path from "node:path";

import { patience } from "./patience.mjs";
import { Window } from "./window.mjs";

const { ANTIPASTA_PROGRAMS, ANTIPASTA_CHROMIUM, ANTIPASTA_VSIX, ANTIPASTA_SHOP, ANTIPASTA_SCRATCH } = process.env;
const { chromium } = createRequire(path.join(ANTIPASTA_PROGRAMS, "package.json"))("playwright-core");
const CODE_SERVER = path.join(ANTIPASTA_PROGRAMS, "node_modules", "code-server", "out", "node", "entry.js");
const BROWSER_WORDS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync --font-render-hinting=none";
const PATIENCE = patience(60_000);

/** What tests should not depend on is quiet or off. */
const SETTINGS = {
  "editor.acceptSuggestionOnEnter": "off",
  "editor.accessibilitySupport": "off",
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.cursorBlinking": "solid",
  "editor.lightbulb.enabled": "off",
  "editor.minimap.enabled": false,
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "extensions.autoCheckUpdates": false,
  "files.autoSave": "off",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "window.commandCenter": false,
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.layoutControl.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

export class Workbench {
  /** Starts VS Code with some settings, and with the extension unless that is not to be installed. */
  static async start(settings = {}, { environment = {}, isInstalled = true } = {}) {
    const workbench = new Workbench();
    workbench.folder = path.join(ANTIPASTA_SCRATCH, `code-${process.pid}-${Workbench.count++}`);
    workbench.extensions = path.join(workbench.folder, "extensions");
    mkdirSync(workbench.folder, { recursive: true });
    workbench.set(settings);
    const logged = path.join(workbench.folder, "code-server.log");
    const log = openSync(logged, "a");
    const places = [
      ...["--user-data-dir", path.join(workbench.folder, "data")],
      ...["--extensions-dir", workbench.extensions],
      ...["--config", path.join(workbench.folder, "config.yaml")],
    ];
    if (isInstalled) {
      execFileSync(process.execPath, [CODE_SERVER, ...places, "--install-extension", ANTIPASTA_VSIX], {
        stdio: ["ignore", log, log],
      });
    }
    const quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check"];
    workbench.server = spawn(process.execPath, [CODE_SERVER, ...places, ...quiet, "--bind-addr", "127.0.0.1:0"], {
      env: { ...bareEnvironment(), ANTIPASTA_CACHE_DIR: path.join(workbench.folder, "cache"), ...environment },
      stdio: ["ignore", log, log],
    });
    workbench.address = await addressIn(logged, workbench.server);
    workbench.browser = await chromium.launch({
      executablePath: ANTIPASTA_CHROMIUM,
      args: BROWSER_WORDS.split(" "),
    });
    return workbench;
  }

  static count = 0;

  /** Replaces the user's settings; windows follow at once. */
  set(settings) {
    const text = JSON.stringify({ ...SETTINGS, ...settings }, null, 2);
    // Those of the machine, which is a remote one to the browser, are read from a place of their own.
    for (const kind of ["User", "Machine"]) {
      mkdirSync(path.join(this.folder, "data", kind), { recursive: true });
      writeFileSync(path.join(this.folder, "data", kind, "settings.json"), text);
    }
  }

  /** A copy of the shop with a name of its own. */
  shop(name = "shop") {
    const folder = path.join(this.folder, "workspaces", name);
    cpSync(ANTIPASTA_SHOP, folder, { recursive: true });
    return folder;
  }

  /** Opens a folder, or a workspace file, in a window of its own. */
  async open(place) {
    const page = await this.browser.newPage({ viewport: { width: 1100, height: 760 } });
    page.setDefaultTimeout(PATIENCE);
    const kind = place.endsWith(".code-workspace") ? "workspace" : "folder";
    await page.goto(`${this.address}?${kind}=${encodeURIComponent(place)}`);
    await page.waitForSelector(".monaco-workbench .explorer-viewlet");
    return new Window(page);
  }

  /** Opens a shop of its own, and the file in it. */
  async openShop() {
    const window = await this.open(this.shop());
    await window.openFile("shop.py");
    return window;
  }

  /** The binary of the extension that was installed here. */
  bundled() {
    const [name] = readdirSync(this.extensions).filter((entry) => entry.startsWith("antipasta-lsp."));
    return path.join(this.extensions, name, "bin", "antipasta-lsp");
  }

  /** The processes that run a binary of the extension that was installed here, or of a workspace: ids and programs. */
  servers() {
    const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return ids.map((id) => ({ id: Number(id), program: programOf(id) })).filter(({ program }) => this.has(program));
  }

  has(program) {
    return program.startsWith(this.folder) && path.basename(program) === "antipasta-lsp";
  }

  async stop() {
    await this.browser?.close();
    this.server.kill("SIGTERM");
    await once(this.server, "exit");
  }
}

/** The environment without what would have the extension find a binary of this machine's. */
function bareEnvironment() {
  const folders = process.env.PATH.split(path.delimiter);
  const PATH = folders.filter((folder) => !existsSync(path.join(folder, "antipasta-lsp"))).join(path.delimiter);
  return { ...process.env, PATH, VIRTUAL_ENV: "" };
}

/** What a process runs; nothing if it is gone, or not ours to look at. */
function programOf(id) {
  try {
    return readlinkSync(`/proc/${id}/exe`);
  } catch {
    return "";
  }
}

/** The address that a server chose, once it has said so in its log. */
async function addressIn(log, server) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const text = readFileSync(log, "utf8");
    const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*\//.exec(text) ?? [];
    if (address) {
      return address;
    }
    if (server.exitCode !== null || Date.now() > end) {
      throw new Error(`code-server does not listen:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

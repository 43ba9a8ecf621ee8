import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, test } from "node:test";

import { findBinary, type Search } from "../src/binary";

const NAME = process.platform === "win32" ? "antipasta-lsp.exe" : "antipasta-lsp";
const SCRIPTS = process.platform === "win32" ? "Scripts" : "bin";
const root = mkdtempSync(path.join(tmpdir(), "binary-"));
const at = (...words: string[]): string => path.join(root, ...words);

const search: Search = {
  setting: "",
  isTrusted: true,
  isFromEnvironment: true,
  folders: [at("project"), at("other")],
  extension: at("extension"),
  variables: { VIRTUAL_ENV: at("active"), PATH: ["relative", at("one"), at("two")].join(path.delimiter) },
};

const PLACES = {
  workspace: at("project", ".venv", SCRIPTS, NAME),
  second: at("other", "venv", SCRIPTS, NAME),
  active: at("active", SCRIPTS, NAME),
  path: at("two", NAME),
  bundled: at("extension", "bin", NAME),
};

function put(file: string, mode = 0o755): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "");
  chmodSync(file, mode);
}

beforeEach(() => {
  rmSync(root, { recursive: true });
  mkdirSync(root);
});
after(() => {
  rmSync(root, { recursive: true });
});

test("what is nearest to the workspace comes first", async () => {
  const found: [string | undefined, string | undefined][] = [];
  for (const file of Object.values(PLACES).reverse()) {
    put(file);
    const { binary } = await findBinary(search);
    found.unshift([binary?.path, binary?.source]);
  }
  assert.deepEqual(found, [
    [PLACES.workspace, ".venv"],
    [PLACES.second, "venv"],
    [PLACES.active, "$VIRTUAL_ENV"],
    [PLACES.path, "$PATH"],
    [PLACES.bundled, "the extension"],
  ]);
});

test("the extension's own comes first if it is to be used, and the workspace is not looked at", async () => {
  Object.values(PLACES).forEach((file) => {
    put(file);
  });
  const untrusted = { ...search, isTrusted: false, isFromEnvironment: false };
  assert.equal((await findBinary(untrusted)).binary?.path, PLACES.bundled);
  rmSync(PLACES.bundled);
  assert.equal((await findBinary(untrusted)).binary?.path, PLACES.path);
  rmSync(PLACES.path);
  assert.deepEqual(await findBinary(untrusted), { binary: undefined, places: ["the extension", "$PATH"] });
});

test("without trust, the workspace's programs are not run, whatever names them", async () => {
  const untrusted = { ...search, isTrusted: false, isFromEnvironment: false };
  put(at("project", "tools", NAME));
  put(PLACES.bundled);
  for (const setting of [`tools/${NAME}`, `\${workspaceFolder}/tools/${NAME}`]) {
    assert.equal((await findBinary({ ...untrusted, setting })).binary?.path, PLACES.bundled);
  }
  const setting = at("project", "tools", NAME);
  assert.equal((await findBinary({ ...untrusted, setting })).binary?.path, setting);
  rmSync(PLACES.bundled);
  const PATH = at("project", "tools");
  assert.equal((await findBinary({ ...untrusted, variables: { PATH } })).binary, undefined);
  assert.equal((await findBinary({ ...search, variables: { PATH } })).binary?.path, setting);
});

test("nor by a link on the PATH", { skip: process.platform === "win32" }, async () => {
  put(at("project", "tools", NAME));
  mkdirSync(at("one"));
  symlinkSync(at("project", "tools", NAME), at("one", NAME));
  const untrusted = { ...search, isTrusted: false, isFromEnvironment: false };
  assert.equal((await findBinary(untrusted)).binary, undefined);
});

test("empty and relative entries of the PATH are not the current folder", async () => {
  put(at(NAME));
  const before = process.cwd();
  process.chdir(root);
  const PATH = ["", ".", "./", ""].join(path.delimiter);
  const found = await findBinary({ ...search, variables: { PATH } });
  process.chdir(before);
  assert.equal(found.binary, undefined);
});

test("what is set is looked for nowhere else", async () => {
  put(PLACES.bundled);
  const missing = await findBinary({ ...search, setting: at("gone") });
  assert.deepEqual(missing, { binary: undefined, places: [`the setting antipasta.path (${at("gone")})`] });
  put(at("project", "tools", NAME));
  for (const setting of [`tools/${NAME}`, `\${workspaceFolder}/tools/${NAME}`, at("project", "tools", NAME)]) {
    const { binary } = await findBinary({ ...search, setting });
    assert.equal(binary?.path, at("project", "tools", NAME));
  }
});

test("what cannot be run is passed over", { skip: process.platform === "win32" }, async () => {
  put(PLACES.workspace, 0o644);
  put(PLACES.bundled);
  assert.equal((await findBinary(search)).binary?.path, PLACES.bundled);
});

test("a folder is no binary", async () => {
  mkdirSync(PLACES.workspace, { recursive: true });
  put(PLACES.bundled);
  assert.equal((await findBinary(search)).binary?.path, PLACES.bundled);
});

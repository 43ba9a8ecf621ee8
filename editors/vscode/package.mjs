// Builds the extension's package for the platform that it runs on, from a fresh clone:
//
//     node editors/vscode/package.mjs                  with a binary that cargo builds for release
//     node editors/vscode/package.mjs --binary PATH    with another
//     node editors/vscode/package.mjs --no-install     with what npm has installed already
//
// Needs Node 20 or newer, and cargo unless a binary is named. The last line is where the package is.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const HERE = import.meta.dirname;
const REPOSITORY = path.join(HERE, "..", "..");
const STAGE = path.join(HERE, "out", "extension");
const ADDRESS = "https://github.com/antipasta-lsp/antipasta-lsp";
const IS_WINDOWS = process.platform === "win32";
const BINARY = IS_WINDOWS ? "antipasta-lsp.exe" : "antipasta-lsp";

function run(command, words, cwd) {
  console.log(`$ ${[command, ...words].join(" ")}`);
  // npm is a script on Windows, which only a shell runs.
  const { status, error } = spawnSync(command, words, { cwd, stdio: "inherit", shell: IS_WINDOWS });
  if (status !== 0) {
    console.error(`error: ${command}: ${error?.message ?? `exit code ${status}`}`);
    process.exit(1);
  }
}

function binary(named) {
  if (named) {
    return path.resolve(named);
  }
  run("cargo", ["build", "--release", "--locked", "--package", "antipasta-lsp"], REPOSITORY);
  return path.join(process.env.CARGO_TARGET_DIR ?? path.join(REPOSITORY, "target"), "release", BINARY);
}

/** Puts what belongs into the package into a folder of its own. */
function stage(server) {
  rmSync(STAGE, { recursive: true, force: true });
  mkdirSync(path.join(STAGE, "bin"), { recursive: true });
  for (const name of ["README.md", "dist", "images"]) {
    cpSync(path.join(HERE, name), path.join(STAGE, name), { recursive: true });
  }
  for (const name of ["LICENSE", "THIRD-PARTY-NOTICES.txt", "CHANGELOG.md"]) {
    cpSync(path.join(REPOSITORY, name), path.join(STAGE, name));
  }
  const manifest = JSON.parse(readFileSync(path.join(HERE, "package.json"), "utf8"));
  delete manifest.scripts;
  delete manifest.devDependencies;
  writeFileSync(path.join(STAGE, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  // Everything here belongs to it.
  writeFileSync(path.join(STAGE, ".vscodeignore"), "");
  const staged = path.join(STAGE, "bin", BINARY);
  cpSync(server, staged);
  chmodSync(staged, 0o755);
}

const { values } = parseArgs({ options: { binary: { type: "string" }, "no-install": { type: "boolean" } } });
if (!values["no-install"]) {
  run("npm", ["ci", "--no-audit", "--no-fund"], HERE);
}
const server = binary(values.binary);
run("npm", ["run", "--silent", "bundle"], HERE);
stage(server);

const target = `${process.platform}-${process.arch}`;
const made = path.join(HERE, "out", `antipasta-${target}.vsix`);
const vsce = path.join(HERE, "node_modules", "@vscode", "vsce", "vsce");
const links = [
  "--baseContentUrl",
  `${ADDRESS}/blob/main/editors/vscode`,
  "--baseImagesUrl",
  `${ADDRESS}/raw/main/editors/vscode`,
];
run(process.execPath, [vsce, "package", "--no-dependencies", "--target", target, "--out", made, ...links], STAGE);
console.log(made);

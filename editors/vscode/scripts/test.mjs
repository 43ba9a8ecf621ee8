// Runs the unit tests: those of what needs no VS Code.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";

import { build } from "esbuild";

const TESTS = /\.test\.ts$/;
const OUT = "out/test";

const files = readdirSync("test").filter((name) => TESTS.test(name));
rmSync(OUT, { recursive: true, force: true });
await build({
  entryPoints: files.map((name) => `test/${name}`),
  outdir: OUT,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
const bundled = files.map((name) => `${OUT}/${name.replace(/ts$/, "mjs")}`);
process.exitCode = spawnSync(process.execPath, ["--test", ...bundled], { stdio: "inherit" }).status ?? 1;

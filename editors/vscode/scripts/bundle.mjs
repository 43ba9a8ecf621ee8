// Bundles the extension into dist/, with the licences of what it contains.
//
//     node scripts/bundle.mjs [--watch]

import { context } from "esbuild";

import { writeNotices } from "./notices.mjs";

const options = {
  bundle: true,
  minify: true,
  legalComments: "eof",
  metafile: true,
  sourcemap: process.argv.includes("--watch"),
  outdir: "dist",
  logLevel: "info",
};

const bundles = [
  {
    ...options,
    // The client is loaded after the extension was activated, so it is no part of what is read to activate it.
    entryPoints: ["src/extension.ts", "src/languageClient.ts"],
    platform: "node",
    target: "node20",
    format: "cjs",
    // By a name that no library has for a module of its own.
    external: ["vscode", "./languageClient"],
    // A module of this kind is found without its ending, and sees the `vscode` of this extension, by `require` only.
    supported: { "dynamic-import": false },
  },
  {
    ...options,
    entryPoints: ["src/treemap/view/main.ts"],
    outdir: "dist/treemap",
    platform: "browser",
    target: "chrome120",
    format: "iife",
  },
];

const inputs = [];
for (const bundle of bundles) {
  const made = await context(bundle);
  if (process.argv.includes("--watch")) {
    await made.watch();
  } else {
    const { metafile } = await made.rebuild();
    inputs.push(...Object.keys(metafile.inputs));
    await made.dispose();
  }
}
if (inputs.length > 0) {
  writeNotices(inputs, "dist/THIRD-PARTY-NOTICES.txt");
}

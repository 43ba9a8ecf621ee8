// Bundles the extension into dist/.
//
//     node scripts/bundle.mjs [--watch]

import { context } from "esbuild";

const options = {
  bundle: true,
  minify: true,
  legalComments: "eof",
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

for (const bundle of bundles) {
  const made = await context(bundle);
  if (process.argv.includes("--watch")) {
    await made.watch();
  } else {
    await made.rebuild();
    await made.dispose();
  }
}

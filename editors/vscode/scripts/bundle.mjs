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
    entryPoints: ["src/extension.ts"],
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode"],
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

// Writes docs/vscode-settings.md from package.json.
//
//     node scripts/settings-page.mjs            writes it
//     node scripts/settings-page.mjs --check    says whether it is current

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const HERE = import.meta.dirname;
const PAGE = path.join(HERE, "..", "..", "..", "docs", "vscode-settings.md");
const INTRODUCTION = `# Settings of the VS Code extension

All begin with \`antipasta.\`. Those of the server mean what [the language server](language-server.md#settings) says of them; thresholds are set in
[\`.antipasta.yaml\`](../README.md#configuration), for editors and pipelines alike. This page is made of the extension's \`package.json\`.
`;

function page() {
  const manifest = JSON.parse(readFileSync(path.join(HERE, "..", "package.json"), "utf8"));
  const settings = Object.entries(manifest.contributes.configuration.properties);
  const sections = settings
    .sort(([, one], [, other]) => one.order - other.order)
    .map(([name, setting]) => section(name.replace("antipasta.", ""), setting));
  return [INTRODUCTION, ...sections].join("\n");
}

function section(name, setting) {
  const description = setting.markdownDescription.replaceAll(/`#antipasta\.(\w+)#`/g, "[`$1`](#$1)");
  const values = (setting.enum ?? []).map((value, index) => {
    const meaning = (setting.markdownEnumDescriptions ?? setting.enumDescriptions)[index];
    return `- \`${JSON.stringify(value)}\`: ${meaning}`;
  });
  const list = values.length === 0 ? "" : `\n${values.join("\n")}\n`;
  return `## ${name}\n\n${description}\n${list}\nDefault: \`${JSON.stringify(setting.default)}\`\n`;
}

if (process.argv.includes("--check")) {
  if (readFileSync(PAGE, "utf8") !== page()) {
    console.error("error: docs/vscode-settings.md is not current: node scripts/settings-page.mjs writes it");
    process.exitCode = 1;
  }
} else {
  writeFileSync(PAGE, page());
}

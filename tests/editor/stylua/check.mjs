// Holds Lua sources against stylua: `node check.mjs SETTINGS FILE...`. The settings are those of a stylua.toml, as JSON.
// Names the files that stylua would write otherwise, and fails if there are any.

import { readFileSync } from "node:fs";

import * as stylua from "@johnnymorganz/stylua";

/** Of what type the settings are that are words. */
const WORDS = { indent_type: stylua.IndentType, syntax: stylua.LuaVersion };

const [settings, ...files] = process.argv.slice(2);

/** stylua takes its configuration away with each text. */
function configuration() {
  const made = stylua.Config.new();
  for (const [name, value] of Object.entries(JSON.parse(settings))) {
    const known = name in WORDS ? WORDS[name][value] : value;
    if (!(name in made) || known === undefined) {
      throw new Error(`stylua.toml: ${name} = ${value} is not known here`);
    }
    made[name] = known;
  }
  return made;
}

function isFormatted(file) {
  const text = readFileSync(file, "utf8");
  return stylua.formatCode(text, configuration(), undefined, stylua.OutputVerification.Full) === text;
}

for (const file of files) {
  if (!isFormatted(file)) {
    console.log(`${file}: stylua would format it otherwise`);
    process.exitCode = 1;
  }
}

// Unpacks the browser and its fonts: node unpack.mjs NODE_MODULES FOLDER

import { chmodSync, createReadStream, createWriteStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [modules, folder] = process.argv.slice(2).map((word) => path.resolve(word));
const packed = (name) => path.join(modules, "@sparticuz", "chromium", "bin", name);
const unpack = (from, to) => pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));

mkdirSync(folder, { recursive: true });
const browser = path.join(folder, "chromium");
await unpack(packed("chromium.br"), browser);
chmodSync(browser, 0o755);

const libraries = path.join(folder, "libraries.tar");
await unpack(packed("al2023.tar.br"), libraries);
execFileSync("tar", ["-xf", libraries, "-C", folder]);
rmSync(libraries);

// No other fonts, so that texts are as long on one machine as on another. Without the serifs, what has no name here is
// sans serif, as is usual.
writeFileSync(
  path.join(folder, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(modules, "dejavu-fonts-ttf", "ttf")}</dir>
  <selectfont><rejectfont><glob>*Serif*</glob></rejectfont><rejectfont><glob>*TeX*</glob></rejectfont></selectfont>
  <cachedir>${path.join(folder, "fonts")}</cachedir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`,
);

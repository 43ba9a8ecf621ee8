// The licences of the packages that are part of a bundle.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** The folder of the package that a file is in; nothing, if it is one of ours. */
function packageOf(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll("\\", "/"))?.[0];
}

/** What a package says of itself and of its licence. Fails if it has none. */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => LICENCE.test(file));
  if (files.length === 0) {
    throw new Error(`${name} has no licence that could go with it`);
  }
  const texts = files.map((file) => readFileSync(path.join(folder, file), "utf8").trim());
  return [`${name} ${version} (${license})`, "", ...texts].join("\n");
}

/** Writes what the packages of the given files say of their licences to a file. */
export function writeNotices(files, target) {
  const folders = [...new Set(files.map(packageOf).filter(Boolean))].sort();
  const rule = `\n\n${"=".repeat(80)}\n`;
  writeFileSync(target, folders.map(noticeOf).join(rule) + "\n");
}

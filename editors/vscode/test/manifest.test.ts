import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { METRICS } from "../src/protocol";

interface Setting {
  readonly default: unknown;
  readonly markdownDescription?: string;
  readonly anyOf?: readonly { readonly propertyNames?: { readonly enum: readonly string[] } }[];
}

interface Step {
  readonly description: string;
  readonly media: { readonly image?: string; readonly markdown?: string };
}

interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: { readonly explorer: readonly { readonly id: string }[] };
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

const read = (name: string): string => readFileSync(`../../${name}`, "utf8");
const manifest = JSON.parse(read("editors/vscode/package.json")) as Manifest;
const settings = manifest.contributes.configuration.properties;
/** The settings that are not the server's. */
const OWN = ["path", "importStrategy"];
/** The server's settings that are of no use here. */
const LEFT_OUT = ["status"];

test("the server's settings are here, with its defaults", () => {
  const rows = [...read("docs/language-server.md").matchAll(/^\| `(\w+)` \| (?:`(.+?)`)? *\| /gm)];
  const documented = rows.map(([, name, value]): [string, unknown] => [name ?? "", JSON.parse(value ?? "null")]);
  assert.ok(documented.length > 5);
  const mirrored = Object.entries(settings).map(([name, setting]): [string, unknown] => [
    name.replace("antipasta.", ""),
    setting.default,
  ]);
  assert.deepEqual(
    mirrored.filter(([name]) => !OWN.includes(name)),
    documented.filter(([name]) => !LEFT_OUT.includes(name)),
  );
});

test("metrics have the names that they have in the documentation", () => {
  const headings = [...read("docs/metrics.md").matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual([...METRICS].sort(), headings.sort());
  const names = settings["antipasta.severity"]?.anyOf?.[1]?.propertyNames?.enum ?? [];
  assert.deepEqual(names.toSorted(), ["default", ...headings].toSorted());
});

test("versions are the same", () => {
  assert.equal(manifest.version, /^version = "(.+)"$/m.exec(read("Cargo.toml"))?.[1]);
});

test("the walkthrough shows what there is", () => {
  const { walkthroughs, commands, views } = manifest.contributes;
  const own = [...commands.map(({ command }) => command), ...views.explorer.map(({ id }) => `${id}.focus`)];
  const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  assert.ok(steps.length > 2);
  for (const { description, media } of steps) {
    for (const [, command = ""] of description.matchAll(/\(command:([\w.]+)\)/g)) {
      assert.ok(command.startsWith("workbench.") || own.includes(command), command);
    }
    assert.ok(existsSync(`../../editors/vscode/${media.image ?? media.markdown ?? ""}`), JSON.stringify(media));
  }
});

/** Where the server's binary is. */

import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";

const NAME = process.platform === "win32" ? "antipasta-lsp.exe" : "antipasta-lsp";
/** What the variable PATH is called, for people. */
const PATH = "$PATH";

/** What there is to look by. */
export interface Search {
  /** The setting `antipasta.path`; empty if the binary is to be looked for. */
  readonly setting: string;
  /** Whether the user trusts the workspace. If not, no program in it is run. */
  readonly isTrusted: boolean;
  /** Whether what the workspace and the environment bring along comes before what the extension does. */
  readonly isFromEnvironment: boolean;
  /** The folders of the workspace. */
  readonly folders: readonly string[];
  /** The folder of the extension. */
  readonly extension: string;
  /** The variables of the environment. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** A place to look at. */
interface Place {
  readonly path: string;
  /** What it is called, for people. */
  readonly source: string;
}

/** What was found, if anything was, and the places that were looked at. */
export interface Found {
  readonly binary: Place | undefined;
  readonly places: readonly string[];
}

/** Finds the binary: where the setting says and nowhere else, or in the first of the usual places that has it. */
export async function findBinary(search: Search): Promise<Found> {
  const places: string[] = [];
  for (const place of candidates(search)) {
    if (!places.includes(place.source)) {
      places.push(place.source);
    }
    if ((await isExecutable(place.path)) && (await mayBeRun(place, search))) {
      return { binary: place, places };
    }
  }
  return { binary: undefined, places };
}

/** The places to look at, the first that counts first. */
function candidates(search: Search): Place[] {
  if (search.setting !== "" && (search.isTrusted || path.isAbsolute(inHome(search.setting)))) {
    const expanded = expand(search.setting, search.folders[0]);
    return [{ path: expanded, source: `the setting antipasta.path (${search.setting})` }];
  }
  const bundled: Place = { path: path.join(search.extension, "bin", NAME), source: "the extension" };
  return search.isFromEnvironment
    ? [...inEnvironments(search), ...onPath(search), bundled]
    : [bundled, ...onPath(search)];
}

function inEnvironments({ folders, variables }: Search): Place[] {
  const scripts = process.platform === "win32" ? "Scripts" : "bin";
  const places = folders.flatMap((folder) =>
    [".venv", "venv"].map((name) => ({ path: path.join(folder, name, scripts, NAME), source: name })),
  );
  // An empty variable is as good as none.
  const active = variables.VIRTUAL_ENV;
  return active ? [...places, { path: path.join(active, scripts, NAME), source: "$VIRTUAL_ENV" }] : places;
}

function onPath({ variables }: Search): Place[] {
  const value = variables.PATH ?? variables.Path ?? "";
  // What is relative would be the workspace's to choose.
  const folders = value.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => ({ path: path.join(folder, NAME), source: PATH }));
}

/** Whether it is no program that a workspace without trust has on the PATH. */
async function mayBeRun({ path: file, source }: Place, { isTrusted, folders }: Search): Promise<boolean> {
  if (isTrusted || source !== PATH) {
    return true;
  }
  const links = [file, await realpath(file)];
  const roots = [...folders, ...(await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder))))];
  return !roots.some((root) => links.some((link) => isWithin(root, link)));
}

function isWithin(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return !path.isAbsolute(way) && way.split(path.sep)[0] !== "..";
}

/** A path of the settings: `~` is the home folder, `${workspaceFolder}` and what is relative the workspace's first. */
function expand(setting: string, folder: string | undefined): string {
  const base = folder ?? homedir();
  return path.resolve(base, inHome(setting).replaceAll("${workspaceFolder}", base));
}

/** A path of the settings with the home folder in place of `~`. */
function inHome(setting: string): string {
  return setting.replace(/^~(?=$|[/\\])/, homedir());
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

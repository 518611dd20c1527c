/** Which set-up a workspace needs, and the key of what it would install. */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, normalize, relative } from "node:path";
import type { Shell } from "../../ports/shell.ts";
import { findSetup, inputNames, type Setup } from "./ecosystems.ts";
import { readInside } from "./files.ts";

/** A clone: its top folder and the project's folder in it, links resolved. */
export interface Places {
  readonly top: string;
  readonly project: string;
}

/** A set-up, where it runs, and the files that decide what it installs, relative to the top. */
export interface PlacedSetup extends Setup {
  readonly cwd: string;
  readonly inputs: readonly string[];
}

const versionsTimeoutMs = 30_000;
/** A folder with more subfolders is no set of packages. */
const subfoldersMax = 50;

/**
 * Answers the set-up of a project; `given` as in the portfolio, `null` finds one by lockfile: in
 * the
 * project's folder, else in its subfolders (`backend`, `frontend`), else at the top of the clone.
 */
export async function setupOf(places: Places, given: string | null): Promise<PlacedSetup | null> {
  if (given?.trim() === "") return null;
  const found = await search(places);
  if (given === null) return found;
  const own = relative(places.top, places.project);
  return {
    command: given,
    source: "setup_command",
    runtimes: found?.runtimes ?? [],
    cwd: places.project,
    inputs: [...namesIn(own), ...namesIn(""), ...(found?.inputs ?? [])].concat(
      // `make setup`, `./scripts/setup.sh dev`: what a command names belongs to what it does.
      ["Makefile", ...given.split(/[\s;&|]+/).filter((word) => /^[\w.][\w./-]*$/.test(word))].map(
        (name) => join(own, name),
      ),
    ),
  };
}

/**
 * Answers the hash of all that decides what `setup` installs, but for what it `installed` before.
 */
export async function keyOf(
  setup: PlacedSetup,
  { top, installed }: { readonly top: string; readonly installed: readonly string[] },
  shell: Shell,
  signal: AbortSignal,
): Promise<string> {
  const { command, runtimes, cwd } = setup;
  const isMade = (name: string): boolean =>
    installed.some((path) => name === path || name.startsWith(`${path}/`));
  const names = [...new Set(setup.inputs.map(normalize))].filter((name) => !isMade(name));
  const inputs = [...(await filesIn(top, names))].flat();
  const asked = { command: runtimes.join("; "), cwd, env: {}, timeoutMs: versionsTimeoutMs };
  const versions = runtimes.length === 0 ? "" : (await shell.run(asked, signal)).output;
  const parts = [process.platform, process.arch, relative(top, cwd), command, versions, ...inputs];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

async function search({ top, project }: Places): Promise<PlacedSetup | null> {
  const own = relative(top, project);
  const setup = await setupIn(top, own);
  if (setup !== null) return { ...setup, cwd: project, inputs: namesIn(own) };
  const parts: { readonly name: string; readonly setup: Setup }[] = [];
  for (const name of await subfolders(project)) {
    const part = await setupIn(top, join(own, name));
    if (part !== null) parts.push({ name, setup: part });
  }
  if (parts.length > 0) {
    return {
      command: parts.map((each) => `(cd ${each.name} && ${each.setup.command})`).join(" && "),
      source: parts.map((each) => `${each.name}: ${each.setup.source}`).join("; "),
      runtimes: [...new Set(parts.flatMap((each) => each.setup.runtimes))],
      cwd: project,
      inputs: parts.flatMap((each) => namesIn(join(own, each.name))),
    };
  }
  const above = own === "" ? null : await setupIn(top, "");
  return above && { ...above, cwd: top, inputs: namesIn("") };
}

const namesIn = (folder: string): readonly string[] => inputNames.map((name) => join(folder, name));

async function setupIn(top: string, folder: string): Promise<Setup | null> {
  return findSetup(await filesIn(join(top, folder), inputNames));
}

/** Real folders with plain names: they become part of a command. */
async function subfolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && /^[a-z0-9][\w.-]*$/i.test(entry.name))
    .map((entry) => entry.name)
    .filter((name) => name !== "node_modules");
  return names.length > subfoldersMax ? [] : names.sort();
}

async function filesIn(
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  // most names are not there, and listing a folder is cheaper than asking for each of them
  const folders = new Map<string, ReadonlySet<string>>();
  for (const name of names) {
    const within = dirname(name);
    const there = folders.get(within) ?? new Set(await namesAt(join(folder, within)));
    folders.set(within, there);
    if (!there.has(basename(name))) continue;
    const text = await readInside(folder, name);
    if (text !== null) files.set(name, text);
  }
  return files;
}

// no folder there, or none that can be read
const namesAt = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

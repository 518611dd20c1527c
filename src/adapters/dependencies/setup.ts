/** Which set-up a workspace needs, and the key of what it would install. */
import { createHash } from "node:crypto";
import { normalize } from "node:path";
import type { Shell } from "../../ports/shell.ts";
import { findSetup, inputNames, type Setup } from "./ecosystems.ts";
import { readInside } from "./files.ts";

const versionsTimeoutMs = 30_000;

/** Answers the set-up of a workspace; `given` as in the portfolio, `null` finds one by lockfile. */
export async function setupOf(workspace: string, given: string | null): Promise<Setup | null> {
  if (given?.trim() === "") return null;
  const found = findSetup(await inputsOf(workspace, inputNames));
  if (given === null) return found;
  return { command: given, source: "setup_command", runtimes: found?.runtimes ?? [] };
}

export interface KeyQuestion {
  readonly workspace: string;
  readonly setup: Setup;
  /** What a set-up made here before decides nothing. */
  readonly installed: readonly string[];
}

/** Answers the hash of all that decides what a set-up installs in a workspace. */
export async function keyOf(
  { workspace, setup: { command, runtimes }, installed }: KeyQuestion,
  shell: Shell,
  signal: AbortSignal,
): Promise<string> {
  // `make setup`, `./scripts/setup.sh dev`: what the command names belongs to what it does.
  const named = command.split(/[\s;&|]+/).filter((word) => /^[\w.][\w./-]*$/.test(word));
  const isMade = (name: string): boolean =>
    installed.some((path) => name === path || name.startsWith(`${path}/`));
  const names = [...inputNames, "Makefile", ...named].filter((name) => !isMade(normalize(name)));
  const inputs = await inputsOf(workspace, names);
  const asked = {
    command: runtimes.join("; "),
    cwd: workspace,
    env: {},
    timeoutMs: versionsTimeoutMs,
  };
  const versions = runtimes.length === 0 ? "" : (await shell.run(asked, signal)).output;
  const parts = [process.platform, process.arch, command, versions, ...[...inputs].flat()];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

async function inputsOf(
  workspace: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const inputs = new Map<string, string>();
  for (const name of names) {
    const text = await readInside(workspace, name);
    if (text !== null) inputs.set(name, text);
  }
  return inputs;
}

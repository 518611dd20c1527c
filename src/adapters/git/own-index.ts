/** Looking at an agent's files through an index of our own, never through the agent's. */
import { copyFile, rm, writeFile } from "node:fs/promises";
import { type GitCall, git, gitOut } from "./git.ts";
import { ignoreLine, nulSplit, rawOf } from "./paths.ts";
import { keptPaths, type Site } from "./site.ts";
import type { Slot } from "./slots.ts";
import { plantedIn } from "./walk.ts";

/** A call on a workspace's files, through an index of our own. */
export type TreeCall = Omit<GitCall, "args"> & { readonly workTree: string };

/** Loads the base into an index that still knows which files were not touched. */
export async function begun(
  site: Site,
  slot: Slot,
  { index, base }: { readonly index: string; readonly base: string },
  signal: AbortSignal,
): Promise<TreeCall> {
  await rm(`${index}.lock`, { force: true });
  await copyFile(slot.index, index).catch(() => rm(index, { force: true }));
  const lines = (await leftOut(site, slot)).map((path) => `${ignoreLine(path)}\n`);
  await writeFile(excludesOf(slot), lines.join(""));
  const call: TreeCall = {
    gitDir: site.hub.dir,
    workTree: slot.tree,
    indexFile: index,
    config: [`core.excludesFile=${excludesOf(slot)}`, "core.protectHFS=true"],
  };
  const load = { ...call, args: ["read-tree", "--reset", base] };
  if ((await git(load, signal)).code !== 0) {
    await rm(index, { force: true });
    await gitOut(load, signal);
  }
  return call;
}

/** Names what must be refused before git looks at the files at all; `null` where nothing is. */
export async function foundBefore(
  site: Site,
  slot: Slot,
  call: TreeCall,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
  const ignored = nulSplit(await gitOut({ ...call, args }, signal));
  const left = (await leftOut(site, slot)).map(rawOf);
  const pruned = new Set([...ignored.map((path) => path.replace(/\/$/, "")), ...left]);
  const problems = await plantedIn(slot.tree, pruned);
  return problems.length > 0 ? problems : null;
}

/** Installed folders, and the audit trail, which belongs to the person: no part of any change. */
export async function leftOut({ prefix }: Site, slot: Slot): Promise<string[]> {
  const kept = await keptPaths(slot.keepFile, prefix);
  return [...new Set([...kept, `${prefix}.orch`, ".orch"])];
}

/** The file that lists what git leaves out of a slot's files. */
export const excludesOf = (slot: Slot): string => `${slot.index}.excludes`;

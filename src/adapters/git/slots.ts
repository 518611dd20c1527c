/**
 * The pool's places for workspaces. A slot is a folder: `tree` (the agent's), `index` (ours),
 * `slot.json` (whose it is) and `owner` (the process that has it open). A slot with a record and no
 * living owner was kept, or its owner died: it waits to be reopened by name.
 */
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommitSha, commitSha } from "../../core/ids.ts";
import { RepoError } from "../../ports/repo.ts";
import { nameBeside, sweepBeside } from "./beside.ts";
import { isHeld, type Lock, tryLock } from "./lock.ts";

/** Slots left by dead processes and never asked for again are used anew beyond this number. */
const orphansMax = 32;

export interface Slot {
  readonly dir: string;
  /** The clone's work tree. */
  readonly tree: string;
  /** Our own index of it. */
  readonly index: string;
  /** Lists folders, relative to the project, that a reset leaves and a snapshot skips. */
  readonly keepFile: string;
  readonly lock: Lock;
}

export interface SlotRecord {
  readonly name: string;
  readonly base: CommitSha;
  /** Milliseconds since the epoch at which the workspace was opened: the date of its commits. */
  readonly openedAt: number;
  /** The files that it was opened with, where those are not its base's. */
  readonly tree?: string;
}

interface Entry {
  readonly dir: string;
  readonly record: SlotRecord | null;
}

/** Removes what processes left in the slots that died while they wrote. */
export async function sweepSlots(workspacesDir: string): Promise<void> {
  for (const { dir } of await entriesOf(workspacesDir)) await sweepBeside(dir);
}

/**
 * Takes the slot that already has this name, or a free one; also where a living process, which
 * may hang for ever, has that of this name open.
 */
export async function acquireSlot(workspacesDir: string, name: string): Promise<Slot> {
  await mkdir(workspacesDir, { recursive: true });
  const entries = await entriesOf(workspacesDir);
  for (const { dir, record } of entries) {
    const slot = record?.name === name ? await tried(dir, (now) => now?.name === name) : null;
    if (slot !== null) return slot;
  }
  for (const { dir, record } of entries) {
    const slot = record === null ? await tried(dir, (now) => now === null) : null;
    if (slot !== null) return slot;
  }
  return (await orphan(entries)) ?? added(workspacesDir, entries.length);
}

/** Tells whether a living process has a slot of this name open. */
export async function isOpenSlot(workspacesDir: string, name: string): Promise<boolean> {
  for (const { dir, record } of await entriesOf(workspacesDir))
    if (record?.name === name && (await isHeld(join(dir, "owner")))) return true;
  return false;
}

/** Takes the slot that has this name; `null` where there is none. */
export async function findSlot(
  workspacesDir: string,
  name: string,
): Promise<{ readonly slot: Slot; readonly record: SlotRecord } | null> {
  const entries = await entriesOf(workspacesDir);
  const own = entries.find((entry) => entry.record?.name === name);
  if (own === undefined) return null;
  const slot = await locked(own.dir, name);
  const record = await readRecord(own.dir);
  if (record?.name === name) return { slot, record };
  slot.lock.release();
  return null;
}

/** Takes, one after the other, the slots that nobody has open and whose names match. */
export async function* closedSlots(
  workspacesDir: string,
  matches: (name: string) => boolean,
): AsyncGenerator<{ readonly slot: Slot; readonly record: SlotRecord }> {
  for (const { dir, record } of await entriesOf(workspacesDir)) {
    if (record === null || !matches(record.name)) continue;
    const slot = await tried(dir, (now) => now?.name === record.name);
    if (slot !== null) yield { slot, record };
  }
}

/** Lists the slots that have somebody's name and that no living process has open. */
export async function leftSlots(
  workspacesDir: string,
): Promise<readonly { readonly dir: string; readonly record: SlotRecord }[]> {
  const left: { readonly dir: string; readonly record: SlotRecord }[] = [];
  for (const { dir, record } of await entriesOf(workspacesDir))
    if (record !== null && !(await isHeld(join(dir, "owner")))) left.push({ dir, record });
  return left;
}

/** Gives a slot back to the pool, without the `.git` that its agent could write to. */
export async function freeSlot(slot: Slot): Promise<void> {
  await forgetRecord(slot);
  // where this fails, whoever takes the slot next is told
  await rm(join(slot.tree, ".git"), { recursive: true, force: true }).catch(() => undefined);
  slot.lock.release();
}

/** Makes a slot nobody's, while it stays open. */
export const forgetRecord = (slot: Slot): Promise<void> =>
  rm(join(slot.dir, "slot.json"), { force: true });

/** Writes down whose a slot is. */
export async function recordSlot(slot: Slot, record: SlotRecord): Promise<void> {
  const file = join(slot.dir, "slot.json");
  const fresh = nameBeside(file);
  await writeFile(fresh, JSON.stringify(record));
  await rename(fresh, file);
}

/** Reads whose a slot is; `null` where it is nobody's. */
export async function readRecord(dir: string): Promise<SlotRecord | null> {
  const text = await readFile(join(dir, "slot.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return null;
  const { name, base, openedAt, tree } = value as Record<string, unknown>; // each is checked below
  if (typeof name !== "string" || typeof base !== "string") return null;
  const begun = typeof tree === "string" ? { tree } : {};
  return { name, base: commitSha(base), openedAt: Number(openedAt), ...begun };
}

async function entriesOf(workspacesDir: string): Promise<Entry[]> {
  const names = await readdir(workspacesDir).catch(() => []);
  const slots = names.filter((name) => /^slot-\d+$/.test(name)).sort();
  return Promise.all(
    slots.map(async (name) => {
      const dir = join(workspacesDir, name);
      return { dir, record: await readRecord(dir) };
    }),
  );
}

async function locked(dir: string, name: string): Promise<Slot> {
  const lock = await tryLock(join(dir, "owner"));
  if (lock !== null) return slotAt(dir, lock);
  throw new RepoError(
    `the workspace ${name} is in use by a running process`,
    "wait until it has ended, or end it",
  );
}

/** Takes a slot's lock and keeps it only if the record is still as expected. */
async function tried(
  dir: string,
  expected: (record: SlotRecord | null) => boolean,
): Promise<Slot | null> {
  const lock = await tryLock(join(dir, "owner"));
  if (lock === null) return null;
  if (expected(await readRecord(dir))) return slotAt(dir, lock);
  lock.release();
  return null;
}

/** The oldest slot of a dead process, where there are too many of them; kept ones have no owner. */
async function orphan(entries: readonly Entry[]): Promise<Slot | null> {
  if (entries.length <= orphansMax) return null;
  const orphans: { readonly dir: string; readonly openedAt: number; readonly name: string }[] = [];
  for (const { dir, record } of entries) {
    const left = await lstat(join(dir, "owner")).catch(() => null);
    if (record === null || left === null || (await isHeld(join(dir, "owner")))) continue;
    orphans.push({ dir, openedAt: record.openedAt, name: record.name });
  }
  const [oldest] = orphans.sort((one, other) => one.openedAt - other.openedAt);
  if (oldest === undefined || orphans.length <= orphansMax) return null;
  return tried(oldest.dir, (now) => now?.name === oldest.name);
}

async function added(workspacesDir: string, from: number): Promise<Slot> {
  for (let number = from; ; number += 1) {
    const dir = join(workspacesDir, `slot-${number}`);
    try {
      await mkdir(dir);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") continue;
      throw new RepoError(`cannot create ${dir}`, "check the data folder and the disk", {
        cause: error,
      });
    }
    const slot = await tried(dir, (now) => now === null);
    if (slot !== null) return slot;
  }
}

function slotAt(dir: string, lock: Lock): Slot {
  const tree = join(dir, "tree");
  return { dir, tree, index: join(dir, "index"), keepFile: `${tree}.keep`, lock };
}

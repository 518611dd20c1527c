/**
 * Workspaces: private clones that borrow the hub's objects. Git is only ever run on them through
 * the
 * hub and an index of our own; a clone's `.git` belongs to the agent and is thrown away between
 * tasks.
 */
import { lstat, mkdir, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommitSha, commitSha } from "../../core/ids.ts";
import type { OpenRequest, Workspace } from "../../ports/repo.ts";
import { gitOut } from "./git.ts";
import { bytesOf, ignoreLine, rawOf } from "./paths.ts";
import { linksOf } from "./refusals.ts";
import { authorOf, rescueSlot } from "./rescue-slot.ts";
import { keptPaths, type Site } from "./site.ts";
import {
  acquireSlot,
  findSlot,
  forgetRecord,
  freeSlot,
  readRecord,
  recordSlot,
  type Slot,
} from "./slots.ts";
import { plantGitDir } from "./template.ts";

/** Opens a clean workspace at a commit, in a warm slot where there is one. */
export async function openWorkspace(
  site: Site,
  request: OpenRequest,
  signal: AbortSignal,
): Promise<Workspace> {
  const slot = await prepared(site, request, null, signal);
  return workspaceIn(site, slot, request.name, request.at);
}

/** Opens a workspace whose files are those of `tree` while its history ends at `request.at`. */
export async function openWithTree(
  site: Site,
  request: OpenRequest & { readonly tree: string },
  signal: AbortSignal,
): Promise<Workspace> {
  const slot = await prepared(site, request, request.tree, signal);
  return workspaceIn(site, slot, request.name, request.at);
}

/** Opens a workspace as it was left; `null` where it is gone, damaged or on another base. */
export async function reopenWorkspace(
  site: Site,
  name: string,
  base: CommitSha,
): Promise<Workspace | null> {
  const found = await findSlot(site.workspacesDir, name);
  if (found === null) return null;
  const { slot, record } = found;
  const whole = (await isFolder(slot.tree)) && (await isFolder(join(slot.tree, ".git")));
  if (record.base !== base || !whole) {
    slot.lock.release();
    return null;
  }
  // the agent's own git may have been killed while it held these
  for (const lock of ["index.lock", "HEAD.lock"]) {
    await unlink(join(slot.tree, ".git", lock)).catch(() => undefined);
  }
  return workspaceIn(site, slot, name, base);
}

/** The slot of a workspace, for taking its work. */
export function slotOf(workspace: Workspace): Slot {
  const slot = slots.get(workspace);
  if (slot === undefined) throw new Error(`not a workspace of this process: ${workspace.name}`);
  return slot;
}

const slots = new WeakMap<Workspace, Slot>();

async function prepared(
  site: Site,
  request: OpenRequest,
  tree: string | null,
  signal: AbortSignal,
): Promise<Slot> {
  const slot = await acquireSlot(site.workspacesDir, request.name);
  try {
    await emptied(site, slot, signal);
    await reset(site, slot, { at: request.at, tree }, signal);
    await mkdir(join(slot.tree, site.prefix), { recursive: true });
    const { name, at: base } = request;
    const begun = tree === null ? {} : { tree };
    await recordSlot(slot, { name, base, openedAt: site.now(), ...begun });
    return slot;
  } catch (error) {
    slot.lock.release();
    throw error;
  }
}

/** Keeps what a dead process left in a slot, before that is anybody else's. */
async function emptied(site: Site, slot: Slot, signal: AbortSignal): Promise<void> {
  const record = await readRecord(slot.dir);
  if (record === null) return;
  const author = authorOf(record.name);
  const why = "its workspace was needed for a fresh start";
  if (author !== null) await rescueSlot(site, { slot, record, ...author, why }, signal);
  await forgetRecord(slot); // half reset it must not be taken for work
}

/** Makes a slot's files exactly those of a commit, whatever an agent left there. */
async function reset(
  site: Site,
  slot: Slot,
  to: { readonly at: CommitSha; readonly tree: string | null },
  signal: AbortSignal,
): Promise<void> {
  const { tree, index } = slot;
  const used = await isFolder(tree);
  if (!used) await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });
  await rm(join(tree, ".git"), { recursive: true, force: true });
  await rm(`${index}.lock`, { force: true });
  const call = { gitDir: site.hub.dir, workTree: tree, indexFile: index };
  await checkedOut({ ...call, args: ["read-tree", "--reset", "-u", to.at] }, index, signal);
  const kept = await keptPaths(slot.keepFile, site.prefix);
  const spared = kept.flatMap((path) => ["-e", ignoreLine(path)]);
  if (used) await gitOut({ ...call, args: ["clean", "-ffdxq", ...spared] }, signal);
  // git leaves what is in a submodule's folder; there it is only ever an agent's doing
  for (const link of await linksOf(site.hub.dir, to.at, signal)) {
    const place = bytesOf(`${rawOf(tree)}/${link}`);
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
  }
  if (to.tree !== null) {
    await gitOut({ ...call, args: ["read-tree", "--reset", "-u", to.tree] }, signal);
    await gitOut({ ...call, args: ["read-tree", "--reset", to.at] }, signal);
  }
  await plantGitDir(site, slot, { at: to.at, hidden: kept });
}

/** Writes a commit's files; an index that a crash left unreadable is begun anew. */
async function checkedOut(
  call: Parameters<typeof gitOut>[0],
  index: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await gitOut(call, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(await isFile(index))) throw error;
    await rm(index, { force: true });
    await gitOut(call, signal);
  }
}

function workspaceIn(site: Site, slot: Slot, name: string, base: CommitSha): Workspace {
  let given = false;
  const workspace: Workspace = {
    name,
    root: slot.tree,
    path: join(slot.tree, site.prefix).replace(/\/$/, ""),
    readable: [join(site.hub.dir, "objects")],
    base: commitSha(base),
    shield: (paths) => writeFile(slot.keepFile, paths.map((path) => `${path}\n`).join("")),
    keep() {
      given = true;
      slot.lock.release();
    },
    async [Symbol.asyncDispose]() {
      if (given) return;
      given = true;
      await freeSlot(slot);
    },
  };
  slots.set(workspace, slot);
  return workspace;
}

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );

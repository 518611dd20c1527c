/**
 * Taking an agent's work: its files, through an index of our own, as one commit on the base. What
 * the
 * agent's own git says is never asked.
 */
import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { commitSha, treeSha } from "../../core/ids.ts";
import type { Snapshot, SnapshotRequest, Workspace } from "../../ports/repo.ts";
import { fileChanges } from "./changes.ts";
import { learnCommit, treeOf } from "./commits.ts";
import { git, gitOut, gitText } from "./git.ts";
import { begun, excludesOf, foundBefore, leftOut, type TreeCall } from "./own-index.ts";
import { bytesOf, nulJoin, nulSplit, type RawPath, rawOf } from "./paths.ts";
import { changeProblems, learnLinks, linksOf } from "./refusals.ts";
import { type Site, signed } from "./site.ts";
import { readRecord, type Slot } from "./slots.ts";
import { slotOf } from "./workspace.ts";

/** Takes the files of a workspace; the same files give the same commit again. */
export async function takeSnapshot(
  site: Site,
  workspace: Workspace,
  request: SnapshotRequest,
  signal: AbortSignal,
): Promise<Snapshot> {
  const slot = slotOf(workspace);
  const index = `${slot.index}.snapshot`;
  try {
    const call = await begun(site, slot, { index, base: workspace.base }, signal);
    const problems =
      (await foundBefore(site, slot, call, signal)) ??
      (await tooMuch(call, await leftOut(site, slot), request, signal));
    if (problems.length > 0) return { kind: "refused", problems };
    const refused = await added(site, slot, { call, base: workspace.base }, signal);
    if (refused !== null) return { kind: "refused", problems: [refused] };
    const tree = treeSha(await gitText({ ...call, args: ["write-tree"] }, signal));
    return await committed(site, { slot, call, workspace, request, tree }, signal);
  } finally {
    for (const left of [index, `${index}.lock`, excludesOf(slot)]) await rm(left, { force: true });
  }
}

/** Weighs what would be added, before any of it is copied into the hub. */
async function tooMuch(
  call: TreeCall,
  left: readonly string[],
  { filesMax, bytesMax }: SnapshotRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const args = ["ls-files", "-z", "--others", "--modified", "--exclude-standard"];
  const below = left.map((path) => `${rawOf(path)}/`);
  const listed = nulSplit(await gitOut({ ...call, args }, signal));
  const paths = new Set(listed.filter((path) => !below.some((each) => path.startsWith(each))));
  if (paths.size > filesMax) return [`${paths.size} files changed; ${filesMax} are allowed`];
  let bytes = 0;
  for (const path of paths) bytes += await sizeOf(call.workTree, path);
  return bytes > bytesMax ? [`${bytes} bytes changed; ${bytesMax} are allowed`] : [];
}

/** Adds everything but kept folders and submodules; git's own refusal is the agent's doing. */
async function added(
  site: Site,
  slot: Slot,
  { call, base }: { readonly call: TreeCall; readonly base: string },
  signal: AbortSignal,
): Promise<string | null> {
  const links = await linksOf(site.hub.dir, base, signal);
  const specs = [".", ...links.map((path) => `:(top,exclude,literal)${path}`)];
  const args = ["add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul"];
  const { code, stderr } = await git({ ...call, args, stdin: nulJoin(specs) }, signal);
  if (code !== 0) return `git cannot take these files: ${stderr.trim().slice(0, 500)}`;
  // ignore rules of the project win over ours, and tracked files heed none: the base's stay
  const left = (await leftOut(site, slot)).map((path) => `:(top,literal)${path}`);
  await gitOut({ ...call, args: ["reset", "-q", base, "--", ...left] }, signal);
  return null;
}

interface Work {
  readonly call: TreeCall;
  readonly slot: Slot;
  readonly workspace: Workspace;
  readonly request: SnapshotRequest;
  readonly tree: ReturnType<typeof treeSha>;
}

async function committed(site: Site, work: Work, signal: AbortSignal): Promise<Snapshot> {
  const { workspace, request, tree } = work;
  const gitDir = site.hub.dir;
  const base = workspace.base;
  if (tree === (await treeOf(gitDir, base, signal))) return { kind: "empty" };
  const changes = await fileChanges({ gitDir, from: base, to: tree, within: site.prefix }, signal);
  const { filesMax, bytesMax } = request;
  const question = { call: work.call, from: base, to: tree, filesMax, bytesMax };
  const problems = await changeProblems(site, question, signal);
  if (problems.length > 0) return { kind: "refused", problems };
  // the date of the opening, not of now: asked again, the same files give the same commit
  const at = ((await readRecord(work.slot.dir))?.openedAt ?? 0) / 1_000;
  const call = {
    gitDir,
    args: ["commit-tree", "-p", base, "-F", "-", tree],
    stdin: request.message,
    env: signed(site.author, at),
    config: ["core.fsync=all"],
  };
  const commit = commitSha(await gitText(call, signal));
  learnCommit(commit, { tree, at });
  await learnLinks({ gitDir, from: base, to: tree }, commit, signal);
  return { kind: "taken", commit, tree, changes };
}

async function sizeOf(root: string, path: RawPath): Promise<number> {
  const where = Buffer.concat([Buffer.from(join(root, "/")), bytesOf(path)]);
  const found = await lstat(where).catch(() => null); // a deleted file is listed too
  return found?.isFile() === true ? found.size : 0;
}

/**
 * Taking what is left in a workspace that nobody will submit. A snapshot refuses what must never
 * become a commit; this takes all the rest and names what it had to leave out.
 */
import { lstat, readdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileChange } from "../../core/change.ts";
import { type CommitSha, commitSha, type TreeSha, treeSha } from "../../core/ids.ts";
import { fileChanges } from "./changes.ts";
import { learnCommit, treeOf } from "./commits.ts";
import { git, gitOut, gitText } from "./git.ts";
import { begun, excludesOf, foundBefore, leftOut, type TreeCall } from "./own-index.ts";
import { bytesOf, escapeOf, nulJoin, nulSplit, type RawPath, rawOf, shown } from "./paths.ts";
import { linksOf } from "./refusals.ts";
import { type Site, signed } from "./site.ts";
import type { Slot } from "./slots.ts";

/** Generated files fill disks; work that a person would miss is smaller than this, in bytes. */
const fileBytesMax = 20 * 1024 * 1024;
const allBytesMax = 200 * 1024 * 1024;
/** Paths that one rescue takes. */
const pathsMax = 20_000;
/** What was left out is told by name up to this many. */
const namesMax = 50;

export interface Salvaged {
  readonly commit: CommitSha;
  readonly tree: TreeSha;
  readonly changes: readonly FileChange[];
  /** Paths that could not be taken, each with why. */
  readonly leftOut: readonly string[];
}

export interface SalvageRequest {
  readonly base: CommitSha;
  /** The tree that the workspace was opened with, where that is not its base's. */
  readonly begunTree: string | null;
  /** Makes the commit's message of what was left out. */
  readonly message: (leftOut: readonly string[]) => string;
}

/** Takes a slot's files as a commit on its base; `null` where they are as they were opened. */
export async function salvageSlot(
  site: Site,
  slot: Slot,
  request: SalvageRequest,
  signal: AbortSignal,
): Promise<Salvaged | null> {
  if (await isBare(slot.tree)) return null;
  const { base } = request;
  const index = `${slot.index}.rescue`;
  const gitDir = site.hub.dir;
  try {
    const call = await begun(site, slot, { index, base }, signal);
    const sorted = await sortedPaths(site, slot, { call, base }, signal);
    const refused = await entered(call, sorted, signal);
    const planted = (await foundBefore(site, slot, call, signal)) ?? [];
    const left = named([...planted, ...sorted.leftOut, ...refused]);
    const tree = treeSha(await gitText({ ...call, args: ["write-tree"] }, signal));
    const same = tree === (await treeOf(gitDir, base, signal)) || tree === request.begunTree;
    if (same && left.length === 0) return null;
    const at = site.now() / 1_000;
    const commit = commitSha(
      await gitText(
        {
          gitDir,
          args: ["commit-tree", "-p", base, "-F", "-", tree],
          stdin: request.message(left),
          env: signed(site.author, at),
          config: ["core.fsync=all"],
        },
        signal,
      ),
    );
    learnCommit(commit, { tree, at });
    const changes = await fileChanges({ gitDir, from: base, to: tree }, signal);
    return { commit, tree, changes, leftOut: left };
  } finally {
    for (const each of [index, `${index}.lock`, excludesOf(slot)]) await rm(each, { force: true });
  }
}

/** A folder that is gone or was emptied holds nothing to lose. */
async function isBare(tree: string): Promise<boolean> {
  const names = await readdir(tree).catch(() => []);
  return names.every((name) => name === ".git");
}

interface Sorted {
  readonly adds: readonly RawPath[];
  readonly removes: readonly RawPath[];
  readonly leftOut: readonly string[];
}

/** Sorts all that differs from the base into what is taken, what is gone and what is left out. */
async function sortedPaths(
  site: Site,
  slot: Slot,
  { call, base }: { readonly call: TreeCall; readonly base: CommitSha },
  signal: AbortSignal,
): Promise<Sorted> {
  const args = ["ls-files", "-z", "--others", "--modified", "--deleted", "--exclude-standard"];
  const listed = new Set(nulSplit(await gitOut({ ...call, args }, signal)));
  const spared = (await leftOut(site, slot)).map(rawOf);
  const links = new Set(await linksOf(site.hub.dir, base, signal));
  const [adds, removes, left]: [RawPath[], RawPath[], string[]] = [[], [], []];
  let room = allBytesMax;
  for (const path of listed) {
    if (links.has(path) || spared.some((each) => path === each || path.startsWith(`${each}/`)))
      continue;
    const seen = await look(slot.tree, path);
    if (seen.kind === "gone") removes.push(path);
    else if (seen.kind === "refused") left.push(`${shown(path)}: ${seen.why}`);
    else if (adds.length >= pathsMax) left.push(`${shown(path)}: more than ${pathsMax} files`);
    else if (seen.bytes > room) left.push(`${shown(path)}: more than can be kept in all`);
    else {
      room -= seen.bytes;
      adds.push(path);
    }
  }
  return { adds, removes, leftOut: left };
}

type Look =
  | { readonly kind: "file"; readonly bytes: number }
  | { readonly kind: "gone" }
  | { readonly kind: "refused"; readonly why: string };

/** Looks at what stands at a path now, without going through links. */
async function look(root: string, path: RawPath): Promise<Look> {
  if (path.endsWith("/")) return { kind: "refused", why: "a nested repository" };
  const at = (part: RawPath): Buffer =>
    Buffer.concat([Buffer.from(join(root, "/")), bytesOf(part)]);
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    const above = await lstat(at(parts.slice(0, depth).join("/"))).catch(() => null);
    if (above?.isDirectory() !== true) return { kind: "gone" };
  }
  const found = await lstat(at(path)).catch(() => null);
  if (found === null || found.isDirectory()) return { kind: "gone" };
  if (found.isSymbolicLink()) {
    const target = (await readlink(at(path), "buffer")).toString("latin1");
    const why = escapeOf(path, target);
    return why === null ? { kind: "file", bytes: target.length } : { kind: "refused", why };
  }
  if (!found.isFile()) return { kind: "refused", why: "no file" };
  if (found.size > fileBytesMax) return { kind: "refused", why: `${found.size} bytes` };
  return { kind: "file", bytes: found.size };
}

/** Enters paths into the index; answers those that git would not take, and why. */
async function entered(
  call: TreeCall,
  { adds, removes }: Sorted,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const update = (words: readonly string[], paths: readonly RawPath[]) =>
    git(
      { ...call, args: ["update-index", "-z", ...words, "--stdin"], stdin: nulJoin(paths) },
      signal,
    );
  if (removes.length > 0) await update(["--force-remove"], removes);
  const take = async (paths: readonly RawPath[]): Promise<readonly string[]> => {
    const [first] = paths;
    if (first === undefined) return [];
    const { code, stderr } = await update(["--add", "--replace"], paths);
    if (code === 0) return [];
    if (paths.length === 1) return [`${shown(first)}: ${stderr.trim().split("\n")[0] ?? ""}`];
    // one path spoils a whole call: halve until it stands alone
    const middle = Math.ceil(paths.length / 2);
    return [...(await take(paths.slice(0, middle))), ...(await take(paths.slice(middle)))];
  };
  return take(adds);
}

function named(problems: readonly string[]): readonly string[] {
  const once = [...new Set(problems)];
  // the folder of a nested repository is listed too
  const told = once.filter(
    (each) =>
      !/\/: a nested repository$/.test(each) ||
      !once.some((other) => other.startsWith(`${each.slice(0, each.indexOf("/: "))}/.git: `)),
  );
  const over = told.length - namesMax;
  return over <= 0 ? told : [...told.slice(0, namesMax), `and ${over} more`];
}

/**
 * The hub: a bare repository of our own beside each repository of a person. Merges are built and
 * workspaces borrow objects there, so that nothing that happens to it can hurt theirs.
 */
import { createHash } from "node:crypto";
import { access, copyFile, link, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Commit, RepoError } from "../../ports/repo.ts";
import { nameBeside } from "./beside.ts";
import { headOf } from "./commits.ts";
import { GitFailure, git, gitOut } from "./git.ts";
import type { Place } from "./locate.ts";
import { withLock } from "./lock.ts";
import { branchRef, hubSuffix, withoutStaleLocks } from "./refs.ts";

/** A first fetch copies a whole history. */
const fetchTimeoutMs = 1_800_000;

/**
 * What a new hub takes from the person's repository beside the branch: work that was kept there.
 */
const keptRefs = "+refs/orch/attempts/*:refs/orch/attempts/*";
/** What a hub that was lost takes besides: all that its workspaces may have begun on. */
const allHeads = "+refs/heads/*:refs/heads/*";

/** The hub of a repository; made by `openHub`. */
export interface Hub {
  readonly dir: string;
  /** Git settings for calls that start a git in the person's repository. */
  readonly settings: string;
  readonly place: Place;
}

/** Where the hub of a repository lies. */
export function hubDirOf(hubsDir: string, place: Place): string {
  const key = createHash("sha256").update(place.commonDir).digest("hex").slice(0, 16);
  return join(hubsDir, `${key}${hubSuffix}`);
}

/** Opens the hub of a repository and creates it where there is none; all worktrees share one. */
export async function openHub(hubsDir: string, place: Place, signal: AbortSignal): Promise<Hub> {
  await mkdir(hubsDir, { recursive: true });
  const settings = join(hubsDir, "gitconfig");
  const hub = { dir: hubDirOf(hubsDir, place), settings, place };
  // a git that our git starts over there asks files, not our command line, whom it may trust
  await writeFile(settings, "[safe]\n\tdirectory = *\n[gc]\n\tauto = 0\n");
  const shallower = !place.shallow && (await exists(join(hub.dir, "shallow")));
  if ((await exists(join(hub.dir, "HEAD"))) && !shallower) return hub;
  await withLock(
    `${hub.dir}.lock`,
    async () => {
      if (shallower || !(await exists(join(hub.dir, "HEAD")))) await createHub(hub, signal);
    },
    signal,
  );
  return hub;
}

/** Builds a new hub aside and puts it in place whole. */
async function createHub(hub: Hub, signal: AbortSignal): Promise<void> {
  return builtAside(hub, [keptRefs], signal);
}

/** Builds a hub again that was lost, with every branch of the person's. */
export async function recreateHub(hub: Hub, signal: AbortSignal): Promise<void> {
  return builtAside(hub, [keptRefs, allHeads], signal);
}

async function builtAside(
  hub: Hub,
  refspecs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const fresh = `${nameBeside(join(hub.dir, "../new"))}${hubSuffix}`;
  try {
    const format = `--object-format=${hub.place.objectFormat}`;
    const args = ["init", "--quiet", "--bare", "--template=", "-b", "orch-none", format, fresh];
    await gitOut({ gitDir: null, cwd: "/", args }, signal);
    await linkPacks(join(hub.place.commonDir, "objects/pack"), join(fresh, "objects/pack"));
    await fetchFrom({ hub, into: fresh, refspecs }, signal);
    forgetBrought(hub);
    await rm(hub.dir, { recursive: true, force: true });
    await rename(fresh, hub.dir);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

export interface Fetch {
  readonly hub: Hub;
  /** The repository that receives. */
  readonly into: string;
  /** The repository that gives; the person's unless told. */
  readonly from?: string;
  readonly refspecs: readonly string[];
}

/** Copies references with what they need between the hub and the person's repository. */
export async function fetchFrom(fetch: Fetch, signal: AbortSignal): Promise<void> {
  const options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
  const more = ["--no-recurse-submodules", "--no-write-commit-graph"];
  // a hub is as shallow as its source; theirs is never made shallower by ours
  if (fetch.into !== fetch.hub.place.commonDir) more.push("--update-shallow");
  const from = fetch.from ?? fetch.hub.place.commonDir;
  const call = {
    gitDir: fetch.into,
    args: ["fetch", ...options, ...more, from, ...fetch.refspecs],
    config: ["protocol.file.allow=always", "core.fsync=all", "fetch.fsckObjects=false"],
    env: { GIT_CONFIG_GLOBAL: fetch.hub.settings },
    timeoutMs: fetchTimeoutMs,
  };
  const { code, stderr } = await withoutStaleLocks(fetch.into, () => git(call, signal));
  if (code !== 0) throw new GitFailure(call, code, stderr);
}

/** Brings the person's branch into the hub, also where it was rewritten, and answers its head. */
export async function syncHub(hub: Hub, branch: string, signal: AbortSignal): Promise<Commit> {
  const head = await theirHead(hub, branch, signal);
  if (brought.get(placeOf(hub, branch)) === head.commit) return head;
  // of two fetches of one reference at once, git refuses the second
  return withLock(`${hub.dir}.lock`, () => fetchBranch(hub, branch, signal), signal);
}

async function fetchBranch(hub: Hub, branch: string, signal: AbortSignal): Promise<Commit> {
  const theirs = await theirHead(hub, branch, signal);
  let ours = await headOf(hub.dir, branch, signal);
  if (ours?.commit !== theirs.commit) {
    const ref = branchRef(branch);
    await fetchFrom({ hub, into: hub.dir, refspecs: [`+${ref}:${ref}`] }, signal);
    // it may have moved on meanwhile: what the hub has now is what the rest is built on
    ours = await headOf(hub.dir, branch, signal);
  }
  const head = ours ?? theirs;
  hasBrought(hub, branch, head.commit);
  return head;
}

/** What of each branch this process knows to be in its hub: it is not looked for again. */
const brought = new Map<string, string>();
const placeOf = (hub: Hub, branch: string): string => `${hub.dir}\0${branch}`;

/** Takes note that a hub has a branch's commit, with all that it needs. */
export function hasBrought(hub: Hub, branch: string, commit: string): void {
  brought.set(placeOf(hub, branch), commit);
}

function forgetBrought(hub: Hub): void {
  for (const place of brought.keys()) if (place.startsWith(placeOf(hub, ""))) brought.delete(place);
}

async function theirHead(hub: Hub, branch: string, signal: AbortSignal): Promise<Commit> {
  const theirs = await headOf(hub.place.commonDir, branch, signal);
  if (theirs !== null) return theirs;
  throw new RepoError(
    `the branch \`${branch}\` is gone from ${hub.place.commonDir}`,
    "bring it back, or set `branch` in the portfolio",
  );
}

/** Shares a repository's packs by hard links, which cost neither time nor space. */
async function linkPacks(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => []);
  const packs = names.filter((name) => /^pack-[0-9a-f]+\.pack$/.test(name));
  for (const pack of packs) {
    const parts = [pack, pack.replace(/pack$/, "idx")];
    // a pack may be swept away while it is linked: half of one is none
    const whole = await Promise.all(parts.map((name) => shared(join(from, name), join(to, name))));
    if (!whole.every(Boolean)) for (const name of parts) await rm(join(to, name), { force: true });
  }
}

async function shared(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch(() => copyFile(from, to));
    return true;
  } catch {
    return false; // the fetch that follows brings what is missing
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

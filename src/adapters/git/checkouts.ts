/**
 * Where the person has a branch checked out, and whether they are in the middle of something there.
 */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gitOut } from "./git.ts";
import type { Place } from "./locate.ts";
import { branchRef } from "./refs.ts";

/** One of the person's work trees. */
export interface Checkout {
  readonly top: string;
  readonly gitDir: string;
}

export type Occupation =
  | { readonly kind: "free" }
  | { readonly kind: "checkedOut"; readonly checkout: Checkout }
  /** Somebody is in the middle of something that moving the branch would disturb. */
  | { readonly kind: "busy"; readonly why: string };

/** Files of git's that exist while an operation of the person's is in progress. */
const operations: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "a merge is in progress"],
  ["CHERRY_PICK_HEAD", "a cherry-pick is in progress"],
  ["REVERT_HEAD", "a revert is in progress"],
  ["rebase-merge", "a rebase is in progress"],
  ["rebase-apply", "a rebase or `git am` is in progress"],
  ["sequencer", "a sequence of cherry-picks or reverts is in progress"],
  ["BISECT_LOG", "a bisection is in progress"],
];

/** Finds out who has the branch: nobody, one work tree that is at rest, or somebody busy. */
export async function occupationOf(
  place: Place,
  branch: string,
  signal: AbortSignal,
): Promise<Occupation> {
  const gitDirs = await gitDirsOf(place);
  for (const gitDir of gitDirs) {
    const why = await rewriting(gitDir, branch);
    if (why !== null) return { kind: "busy", why };
  }
  const holders = await checkoutsOf(place, branch, signal);
  const [checkout, second] = holders;
  if (second !== undefined) {
    return { kind: "busy", why: `\`${branch}\` is checked out in several work trees` };
  }
  // a checkout that is just being made reads the branch long before it says so in HEAD
  for (const gitDir of checkout === undefined ? gitDirs : [checkout.gitDir]) {
    if (await exists(join(gitDir, "index.lock"))) return locked(gitDir);
  }
  if (checkout === undefined) return { kind: "free" };
  for (const [file, why] of operations) {
    if (await exists(join(checkout.gitDir, file))) {
      return { kind: "busy", why: `${why} in ${checkout.top}` };
    }
  }
  return { kind: "checkedOut", checkout };
}

/** The work trees in which a branch is checked out. */
export async function checkoutsOf(
  place: Place,
  branch: string,
  signal: AbortSignal,
): Promise<Checkout[]> {
  if (!(await mayBeCheckedOut(place, branch))) return [];
  const args = ["worktree", "list", "--porcelain", "-z"];
  const listed = await gitOut({ gitDir: place.commonDir, args }, signal);
  const found: Checkout[] = [];
  for (const entry of listed.toString("utf8").split("\0\0")) {
    const lines = entry.split("\0");
    const top = lines.find((line) => line.startsWith("worktree "))?.slice("worktree ".length);
    if (top === undefined || !lines.includes(`branch ${branchRef(branch)}`)) continue;
    const gitDir = await gitDirIn(place, top);
    if (gitDir !== null) found.push({ top, gitDir });
  }
  return found;
}

/** Whether asking git is worth its while: most branches are checked out nowhere. */
async function mayBeCheckedOut(place: Place, branch: string): Promise<boolean> {
  for (const gitDir of await gitDirsOf(place)) {
    const file = join(gitDir, "HEAD");
    const head = (await isLink(file)) ? "" : await readFile(file, "utf8").catch(() => "");
    const named = /^ref: refs\/heads\/(.+)\n$/.exec(head)?.[1];
    // neither a plain name nor a plain id: an old link, another format, somebody who is writing it
    if (named === undefined ? !/^[0-9a-f]{40,64}\n$/.test(head) : named === ".invalid") return true;
    if (named === branch) return true;
  }
  return false;
}

/** Git's folder of a work tree; `null` where the work tree itself is no more. */
async function gitDirIn(place: Place, top: string): Promise<string | null> {
  if (!(await exists(top))) return null;
  for (const gitDir of (await gitDirsOf(place)).slice(1)) {
    const back = await readFile(join(gitDir, "gitdir"), "utf8").catch(() => "");
    if (back.trim() === join(top, ".git")) return gitDir;
  }
  return place.commonDir;
}

/** The folders of all work trees: the main one's first. */
async function gitDirsOf(place: Place): Promise<string[]> {
  const linked = join(place.commonDir, "worktrees");
  const names = await readdir(linked).catch(() => []);
  return [place.commonDir, ...names.map((name) => join(linked, name))];
}

/** A rebase or bisection detaches HEAD and comes back to its branch at the end. */
async function rewriting(gitDir: string, branch: string): Promise<string | null> {
  for (const file of ["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"]) {
    const name = (await readFile(join(gitDir, file), "utf8").catch(() => "")).trim();
    if (name === branch || name === branchRef(branch)) {
      const what = file === "BISECT_START" ? "a bisection" : "a rebase";
      return `${what} of \`${branch}\` is in progress (${gitDir})`;
    }
  }
  return null;
}

const locked = (gitDir: string): Occupation => ({
  kind: "busy",
  why: `${join(gitDir, "index.lock")} exists: git is at work there, or was killed`,
});

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

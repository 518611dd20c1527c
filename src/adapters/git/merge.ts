/** Merging without a checkout: two commits in, one merge commit or the conflicting paths out. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CommitSha, commitSha, treeSha } from "../../core/ids.ts";
import type { Merge } from "../../ports/repo.ts";
import { fileChanges, rawChanges } from "./changes.ts";
import { latestOf, learnCommit, parentOf, treeOf } from "./commits.ts";
import { GitFailure, git, gitOut, gitText } from "./git.ts";
import { assertOwnChange } from "./invariants.ts";
import { bytesOf, isInside, nulSplit, type RawPath, rawOf, shown } from "./paths.ts";
import { isAncestor } from "./refs.ts";
import { learnLinks } from "./refusals.ts";
import { openScratch } from "./scratch.ts";
import { type Site, signed } from "./site.ts";

/** Enough of git's messages for an agent to see what collides. */
const detailMax = 8_000;

/** What came of merging two trees; `tree` holds conflict markers where it is conflicted. */
export interface Merged {
  readonly tree: string;
  readonly clean: boolean;
  readonly paths: readonly string[];
  readonly detail: string;
  readonly ground: Ground;
}

/** Where the candidate's own change begins, and whether the base still has that commit. */
interface Ground {
  readonly start: CommitSha;
  readonly shared: boolean;
}

/** Merges `candidate` into `base` as one merge commit; asked again, it answers the same commit. */
export async function mergeCommits(
  site: Site,
  pair: { readonly base: CommitSha; readonly candidate: CommitSha },
  message: string,
  signal: AbortSignal,
): Promise<Merge> {
  const { base, candidate } = pair;
  const gitDir = site.hub.dir;
  const merged = await mergeTrees(site, pair, signal);
  if (!merged.clean) return { kind: "conflicted", paths: merged.paths, detail: merged.detail };
  if (merged.tree === (await treeOf(gitDir, base, signal))) return { kind: "nothing" };
  const { start, shared } = merged.ground;
  const span = { gitDir, from: base, to: merged.tree, within: site.prefix };
  const changes = await fileChanges(span, signal);
  await assertOwnChange(gitDir, { base, start, candidate, tree: merged.tree }, signal);
  const at = await latestOf(gitDir, [base, candidate], signal);
  const moved = { ...pair, tree: merged.tree, at };
  const second = shared ? candidate : await moveOver(site, moved, signal);
  const call = {
    gitDir,
    args: ["commit-tree", "-p", base, "-p", second, "-F", "-", merged.tree],
    stdin: message,
    // neither side's date lies after the merge, and the same merge has the same date
    env: signed(site.author, at),
    config: ["core.fsync=all"],
  };
  const commit = commitSha(await gitText(call, signal));
  learnCommit(commit, { tree: treeSha(merged.tree), at });
  await learnLinks({ gitDir, from: base, to: merged.tree }, commit, signal);
  return { kind: "merged", commit, tree: treeSha(merged.tree), changes };
}

/** Merges two commits' trees; only the attributes that `base` holds have a say. */
export async function mergeTrees(
  site: Site,
  { base, candidate }: { readonly base: CommitSha; readonly candidate: CommitSha },
  signal: AbortSignal,
): Promise<Merged> {
  const gitDir = site.hub.dir;
  const workTree = await openScratch("merge");
  try {
    const [ground] = await Promise.all([
      groundOf(gitDir, { base, candidate }, signal),
      attributesOf(gitDir, base, workTree, signal),
    ]);
    const pair = ground.shared
      ? [base, candidate]
      : await rebuilt(site, { start: ground.start, base, candidate }, signal);
    const call = {
      gitDir,
      workTree,
      args: ["merge-tree", "--write-tree", "-z", "--name-only", "--messages", ...pair],
      config: ["merge.conflictStyle=merge", "core.fsync=all"],
    };
    const { code, stdout, stderr } = await git(call, signal);
    if (code > 1) throw new GitFailure(call, code, stderr);
    const [tree = "", ...rest] = nulSplit(stdout);
    const end = rest.indexOf("");
    const paths = [...new Set(end === -1 ? rest : rest.slice(0, end))].map(shown);
    const detail = end === -1 ? "" : detailOf(rest.slice(end + 1));
    return { tree, clean: code === 0, paths, detail, ground };
  } finally {
    await rm(workTree, { recursive: true, force: true });
  }
}

async function groundOf(
  gitDir: string,
  { base, candidate }: { readonly base: CommitSha; readonly candidate: CommitSha },
  signal: AbortSignal,
): Promise<Ground> {
  const start = await parentOf(gitDir, candidate, signal);
  return { start, shared: start === base || (await isAncestor(gitDir, start, base, signal)) };
}

/**
 * Stand-ins for the two commits, where the person has rewritten the branch that the work began on:
 * they meet where the work began, so that its own change is taken alone. Merging its history would
 * bring back what they took out.
 */
async function rebuilt(
  site: Site,
  of: { readonly start: string; readonly base: string; readonly candidate: string },
  signal: AbortSignal,
): Promise<string[]> {
  const gitDir = site.hub.dir;
  const bare = async (commit: string, parents: readonly string[]): Promise<string> => {
    const tree = await treeOf(gitDir, commit, signal);
    const args = ["commit-tree", ...parents.flatMap((parent) => ["-p", parent]), tree];
    return gitText({ gitDir, args, stdin: "ground\n", env: signed(site.author, 0) }, signal);
  };
  const ground = await bare(of.start, []);
  return [await bare(of.base, [ground]), await bare(of.candidate, [ground])];
}

interface Moved {
  readonly base: CommitSha;
  readonly candidate: CommitSha;
  readonly tree: string;
  readonly at: number;
}

/** The candidate's change as a commit on the rewritten branch, to be the second parent. */
async function moveOver(
  site: Site,
  { base, candidate, tree, at }: Moved,
  signal: AbortSignal,
): Promise<CommitSha> {
  const gitDir = site.hub.dir;
  const read = ["log", "-1", "--format=%B", "--no-show-signature", candidate];
  const message = await gitOut({ gitDir, args: read }, signal);
  const args = ["commit-tree", "-p", base, "-F", "-", tree];
  const call = { gitDir, args, stdin: message, env: signed(site.author, at) };
  return commitSha(await gitText(call, signal));
}

/** Git reads attributes from files; only those of the branch's head are put where it looks. */
async function attributesOf(
  gitDir: string,
  commit: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const none = emptyTree[commit.length === 64 ? "sha256" : "sha1"];
  const files = await rawChanges({ gitDir, from: none, to: commit, only: attributeFiles }, signal);
  for (const { path, mode, blob } of files) {
    if (!mode.startsWith("100") || !isInside(path)) continue;
    const place = bytesOf(join(rawOf(folder), path));
    await mkdir(bytesOf(dirname(join(rawOf(folder), path))), { recursive: true });
    await writeFile(place, await gitOut({ gitDir, args: ["cat-file", "blob", blob] }, signal));
  }
}

/** Git knows these without having them. */
const emptyTree = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
} as const;

const attributeFiles = ":(top,glob)**/.gitattributes";

/** Each message comes as a count of paths, the paths, a short name of its kind, and its text. */
function detailOf(fields: readonly RawPath[]): string {
  const said: string[] = [];
  for (let at = 0; at < fields.length; ) {
    const text = fields[at + Number(fields[at]) + 2] ?? "";
    at += Number(fields[at]) + 3;
    if (!text.startsWith("Auto-merging")) said.push(text.trim());
  }
  return Buffer.from(said.join("\n"), "latin1").toString("utf8").slice(0, detailMax);
}

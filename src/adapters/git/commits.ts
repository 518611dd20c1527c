/** Plain facts of commits. */
import { type CommitSha, commitSha, treeSha } from "../../core/ids.ts";
import { type Commit, RepoError } from "../../ports/repo.ts";
import { openFacts } from "./facts.ts";
import { git, gitOut, gitText } from "./git.ts";
import { branchRef } from "./refs.ts";

/** Head of a branch and its tree; `null` where there is no such branch. */
export async function headOf(
  gitDir: string,
  branch: string,
  signal: AbortSignal,
): Promise<Commit | null> {
  const ref = branchRef(branch);
  const args = ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`];
  const { code, stdout } = await git({ gitDir, args }, signal);
  if (code !== 0) return null;
  const commit = commitSha(stdout.toString("utf8").trim());
  return { commit, tree: await treeOf(gitDir, commit, signal) };
}

/** The tree of a commit. */
export async function treeOf(
  gitDir: string,
  commit: string,
  signal: AbortSignal,
): Promise<Commit["tree"]> {
  return trees.of(commit, async () => {
    const args = ["rev-parse", "--verify", "--end-of-options", `${commit}^{tree}`];
    return treeSha((await gitOut({ gitDir, args }, signal)).toString("utf8").trim());
  });
}

const trees = openFacts<Commit["tree"]>();

/** The tree of a commit where that has been asked before; else what was given. */
export const knownTree = (id: string): string => trees.known(id) ?? id;

/** Where a candidate's own change begins: its first parent. */
export async function parentOf(
  gitDir: string,
  commit: string,
  signal: AbortSignal,
): Promise<CommitSha> {
  return parents.of(commit, async () => {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^1`];
    const { code, stdout } = await git({ gitDir, args }, signal);
    if (code === 0) return commitSha(stdout.toString("utf8").trim());
    throw new RepoError(
      `the commit ${commit} has no parent or is not in the hub`,
      "run `orch doctor` for this project",
    );
  });
}

const parents = openFacts<CommitSha>();

/** When the latest of some commits was made, in seconds since the epoch. */
export async function latestOf(
  gitDir: string,
  commits: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const dateOf = (commit: string): Promise<number> =>
    dates.of(commit, async () => {
      const args = ["log", "--no-walk", "--format=%ct", "--no-show-signature", commit];
      return Number(await gitText({ gitDir, args }, signal));
    });
  return Math.max(...(await Promise.all(commits.map(dateOf))));
}

const dates = openFacts<number>();

/** What is known of a commit by whoever made it. */
export interface Made {
  readonly tree: Commit["tree"];
  /** Seconds since the epoch. */
  readonly at: number;
}

/** Takes what is known of a commit that was just made; its parents are for git to tell. */
export function learnCommit(commit: CommitSha, { tree, at }: Made): void {
  trees.learn(commit, tree);
  dates.learn(commit, Math.floor(at));
}

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
  return trees(gitDir, commit, async () => {
    const args = ["rev-parse", "--verify", "--end-of-options", `${commit}^{tree}`];
    return treeSha((await gitOut({ gitDir, args }, signal)).toString("utf8").trim());
  });
}

const trees = openFacts<Commit["tree"]>();

/** Where a candidate's own change begins: its first parent. */
export async function parentOf(
  gitDir: string,
  commit: string,
  signal: AbortSignal,
): Promise<CommitSha> {
  return parents(gitDir, commit, async () => {
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
  const args = ["log", "--no-walk", "--format=%ct", "--no-show-signature", ...commits];
  const dates = (await gitText({ gitDir, args }, signal)).split("\n");
  return Math.max(...dates.map(Number));
}

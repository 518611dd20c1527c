/** Finding landed work that the person's branch no longer has. */
import type { CommitSha } from "../../core/ids.ts";
import { git, gitOut } from "./git.ts";
import { locate } from "./locate.ts";
import { branchRef } from "./refs.ts";

/** Returns those of `commits` that `branch` of the repository around `path` does not hold. */
export async function absentFrom(
  path: string,
  branch: string,
  commits: readonly CommitSha[],
  signal: AbortSignal,
): Promise<readonly CommitSha[]> {
  const { commonDir: gitDir } = await locate(path, signal);
  const known: CommitSha[] = [];
  for (const commit of commits) {
    const args = ["cat-file", "-e", `${commit}^{commit}`];
    if ((await git({ gitDir, args }, signal)).code === 0) known.push(commit);
  }
  if (known.length === 0) return commits;
  const args = ["rev-list", "--stdin"];
  const stdin = [...known, `^${branchRef(branch)}`, ""].join("\n");
  const beyond = (await gitOut({ gitDir, args, stdin }, signal)).toString("utf8").split("\n");
  return commits.filter((commit) => !known.includes(commit) || beyond.includes(commit));
}

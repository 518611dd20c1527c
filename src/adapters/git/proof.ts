/** Proof that a commit's work is in the branch: without it nothing is removed. */
import { git } from "./git.ts";
import { branchRef, isAncestor } from "./refs.ts";

/**
 * Tells whether all that a commit holds has landed: by ancestry, or change by change
 * (`git cherry`). Asked of a repository that has not heard of the latest landing, the answer is no.
 */
export async function hasLanded(
  gitDir: string,
  { commit, branch }: { readonly commit: string; readonly branch: string },
  signal: AbortSignal,
): Promise<boolean> {
  const tip = branchRef(branch);
  if (await isAncestor(gitDir, commit, tip, signal)) return true;
  const span = `${tip}..${commit}`;
  const merges = await git({ gitDir, args: ["rev-list", "--merges", "-n", "1", span] }, signal);
  // what a merge itself changed has no patch to compare
  if (merges.code !== 0 || merges.stdout.length > 0) return false;
  const { code, stdout } = await git({ gitDir, args: ["cherry", tip, commit] }, signal);
  const lines = stdout.toString("utf8").split("\n").filter(Boolean);
  return code === 0 && lines.length > 0 && lines.every((line) => line.startsWith("- "));
}

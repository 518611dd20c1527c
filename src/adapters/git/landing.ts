/** Finding out whether the person's branch has a task's work: by ancestry, never by hearsay. */
import { type CommitSha, commitSha, type TaskId } from "../../core/ids.ts";
import { git, gitOut } from "./git.ts";
import { branchRef, isAncestor, readRefs } from "./refs.ts";
import type { Site } from "./site.ts";

/** Commits looked through for a trailer; older landings have their reference. */
const trailersMax = 5_000;

export const mergedRef = (task: TaskId): string => `refs/orch/merged/${task}`;
export const intentRef = (task: TaskId, commit: string): string =>
  `refs/orch/intent/${task}/${commit}`;

/** The task's landing in the branch's history; `null` where it is not there, or was reverted. */
export async function landingOf(
  site: Site,
  task: TaskId,
  signal: AbortSignal,
): Promise<CommitSha | null> {
  const gitDir = site.hub.place.commonDir;
  const branch = branchRef(site.branch);
  const [known, named] = await Promise.all([
    readRefs(gitDir, [mergedRef(task), `refs/orch/intent/${task}/`], signal),
    trailed(site, task, signal),
  ]);
  for (const commit of new Set([...known.values(), ...named])) {
    const there = await isAncestor(gitDir, commit, branch, signal);
    if (there && !(await isReverted(gitDir, { commit, branch }, signal))) return commitSha(commit);
  }
  return null;
}

/** Commits of the branch that say that they are this task's landing, newest first. */
async function trailed(site: Site, task: TaskId, signal: AbortSignal): Promise<string[]> {
  const format = "--format=%H %(trailers:key=Orch-Task,valueonly,separator=%x2C)";
  const args = ["log", "-n", String(trailersMax), "--merges", "--no-show-signature", format];
  const call = { gitDir: site.hub.place.commonDir, args: [...args, branchRef(site.branch), "--"] };
  const { code, stdout } = await git(call, signal);
  if (code !== 0) return [];
  return stdout
    .toString("utf8")
    .split("\n")
    .filter((line) =>
      line
        .slice(line.indexOf(" ") + 1)
        .split(",")
        .includes(task),
    )
    .map((line) => line.split(" ")[0] ?? "");
}

async function isReverted(
  gitDir: string,
  { commit, branch }: { readonly commit: string; readonly branch: string },
  signal: AbortSignal,
): Promise<boolean> {
  const said = `This reverts commit ${commit}`;
  const args = ["log", "-n", "1", "--format=%H", "--fixed-strings", `--grep=${said}`];
  const call = { gitDir, args: [...args, `${commit}..${branch}`, "--"] };
  return (await gitOut(call, signal)).length > 0;
}

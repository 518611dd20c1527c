/** Work that cannot land now waits on a branch of its own, where the person finds it. */
import type { CommitSha, TaskId } from "../../core/ids.ts";
import { checkoutsOf } from "./checkouts.ts";
import { git } from "./git.ts";
import { branchRef, isAncestor, moveRefs, readRef } from "./refs.ts";
import type { Site } from "./site.ts";

const readyBranch = (site: Site): string => `${site.branchPrefix}ready`;

/** Shows a commit on the ready branch and answers, for the person, why and where it waits. */
export async function park(
  site: Site,
  to: CommitSha,
  why: string,
  signal: AbortSignal,
): Promise<string> {
  const { place } = site.hub;
  const name = readyBranch(site);
  if ((await checkoutsOf(place, name, signal)).length > 0) {
    return `${why}; it waits as ${to} (\`${name}\` is checked out)`;
  }
  const { code } = await moveRefs(place.commonDir, [`update ${branchRef(name)} ${to}`], signal);
  return code === 0 ? `${why}; it waits on \`${name}\`` : `${why}; it waits as ${to}`;
}

/** Removes the ready branch where all of it has landed, be it in another merge, as the task's. */
export async function clearReady(site: Site, task: TaskId, signal: AbortSignal): Promise<void> {
  const { place } = site.hub;
  const ref = branchRef(readyBranch(site));
  const waiting = await readRef(place.commonDir, ref, signal);
  if (waiting === null) return;
  const landed =
    (await taskOf(place.commonDir, waiting, signal)) === task ||
    (await isAncestor(place.commonDir, waiting, branchRef(site.branch), signal));
  if (!landed || (await checkoutsOf(place, readyBranch(site), signal)).length > 0) return;
  await moveRefs(place.commonDir, [`delete ${ref} ${waiting}`], signal);
}

/** The task that a commit lands, by its own word; the person's commits have none. */
async function taskOf(gitDir: string, commit: string, signal: AbortSignal): Promise<string> {
  const format = "--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)";
  const args = ["log", "-n", "1", "--no-show-signature", format, commit, "--"];
  const { code, stdout } = await git({ gitDir, args }, signal);
  return code === 0 ? stdout.toString("utf8").trim() : "";
}

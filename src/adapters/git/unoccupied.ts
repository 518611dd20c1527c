/** Landing on a branch that is checked out nowhere: one reference transaction. */
import { type Attempted, claimOf, type Landing } from "./attempt.ts";
import { fenceRef } from "./fence.ts";
import { branchRef, moveRefs } from "./refs.ts";
import type { Site } from "./site.ts";

/** Moves the branch by compare-and-swap, if the fence still stands and nobody landed the task. */
export async function unoccupied(
  site: Site,
  landing: Landing,
  signal: AbortSignal,
): Promise<Attempted> {
  const gitDir = site.hub.place.commonDir;
  const { from, to, fence } = landing;
  const move = `update ${branchRef(site.branch)} ${to} ${from}`;
  const commands = [`verify ${fenceRef(site)} ${fence}`, move, claimOf(landing)];
  const { code } = await moveRefs(gitDir, commands, signal);
  return { kind: code === 0 ? "moved" : "undecided" };
}

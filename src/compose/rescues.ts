/** What was kept of work that did not land, for the commands. */
import { locate } from "../adapters/git/locate.ts";
import { branchRef, readRef } from "../adapters/git/refs.ts";
import { branchAtRescue, dropRescue, listRescues } from "../adapters/git/rescues.ts";
import type { Rescues } from "../cli/backstage.ts";

/** Whether a branch is in the person's repository. */
export async function hasBranch(path: string, branch: string): Promise<boolean> {
  try {
    const { commonDir } = await locate(path, never);
    return (await readRef(commonDir, branchRef(branch), never)) !== null;
  } catch {
    return false; // a folder that is gone, or no repository any more, has none
  }
}

const never = new AbortController().signal;

/** Opens the rescues of the person's repositories; no hub and no ledger is needed. */
export const rescues: Rescues = {
  list: async ({ path }) => listRescues(await locate(path, never), never),
  restore: async ({ path }, { commit }, branch) =>
    branchAtRescue(await locate(path, never), { commit, branch }, never),
  drop: async ({ path }, kept) => dropRescue(await locate(path, never), kept, never),
};

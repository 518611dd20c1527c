/** What was kept of work that did not land, for the commands. */
import { locate } from "../adapters/git/locate.ts";
import { branchAtRescue, dropRescue, listRescues } from "../adapters/git/rescues.ts";
import type { Rescues } from "../cli/backstage.ts";

const never = new AbortController().signal;

/** Opens the rescues of the person's repositories; no hub and no ledger is needed. */
export const rescues: Rescues = {
  list: async ({ path }) => listRescues(await locate(path, never), never),
  restore: async ({ path }, { commit }, branch) =>
    branchAtRescue(await locate(path, never), { commit, branch }, never),
  drop: async ({ path }, kept) => dropRescue(await locate(path, never), kept, never),
};

/** What a workspace holds that will not be submitted: kept before the workspace is given up. */
import { failureSentence } from "../../core/failure.ts";
import type { Attempt, Leftover } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import type { Rescued, Workspace } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import type { WorkOutcome } from "./outcome.ts";

/** More changed paths than this are for the reference to tell. */
const changesMax = 200;

/** What the ledger keeps of a rescue. */
export const leftoverOf = ({ ref, commit, changes, leftOut }: Rescued): Leftover => ({
  ref,
  commit,
  changes: changes.slice(0, changesMax),
  leftOut,
});

interface Author {
  readonly task: Task;
  readonly attempt: Attempt;
}

/** Keeps what is left where nothing was submitted and nobody goes on; adds that to the outcome. */
export async function withLeftover(
  { world }: Stage,
  { task, attempt }: Author,
  workspace: Workspace,
  outcome: WorkOutcome,
): Promise<WorkOutcome> {
  const why = whyOf(outcome);
  if (why === null) return outcome;
  const request = { task: task.id, attempt: attempt.attempt, why };
  const never = new AbortController().signal; // it must be kept whatever else is stopped
  const kept = await world.repo.rescue(workspace, request, never);
  return kept === null ? outcome : { ...outcome, leftover: leftoverOf(kept) };
}

/** Why a workspace is given up without its work; `null` where it is not. */
function whyOf(outcome: WorkOutcome): string | null {
  switch (outcome.kind) {
    case "submitted":
    case "released":
      return null;
    case "failed":
      return failureSentence(outcome.failure.kind);
    case "blocked":
      return "the worker asked a person";
    case "declined":
      return "the worker declined the task";
    case "reported":
      return "the task's report was handed in";
    default:
      return outcome satisfies never;
  }
}

/** What earlier attempts of a task left, for the one that begins. */
import { endedEarly } from "../core/failure.ts";
import type { TaskId } from "../core/ids.ts";
import type { Attempt, AttemptOutcome } from "../core/records.ts";
import type { TaskRecord } from "../ports/engine.ts";
import type { Rescued } from "../ports/repo.ts";
import type { Before } from "../stages/work/enter.ts";
import { leftoverOf } from "../stages/work/leftover.ts";
import type { House, Site } from "./house.ts";
import type { JobContext } from "./jobs.ts";

/**
 * Keeps what lost attempts of the task still have in workspaces, writes it down, and answers what
 * the last one left; `null` where that is nothing.
 */
export async function leftBefore(
  context: JobContext,
  { task, attempts }: TaskRecord,
  current: Attempt,
): Promise<Before | null> {
  const { site } = context;
  const known = [...attempts];
  const told = async (rescued: Rescued): Promise<void> => {
    const at = known.findIndex(({ workspace }) => workspace === rescued.workspace);
    const own = known[at];
    if (own === undefined) return; // its attempt goes on elsewhere: the reference tells of it
    known[at] = { ...own, leftover: leftoverOf(rescued) };
    await write(context, known[at]);
  };
  const request = { but: [current.workspace], why: "its worker was lost", told };
  const never = new AbortController().signal; // it must be kept whatever else is stopped
  await site.world.repo.leave(task.id, request, never);
  const earlier = known.filter((e) => e.kind === "work" && e.attempt < current.attempt);
  const last = earlier.sort((a, b) => a.attempt - b.attempt).at(-1);
  if (last === undefined) return null;
  const leftover =
    last.leftover ??
    // it added nothing to what it had begun with
    earlier.find((e) => last.carried !== undefined && e.leftover?.commit === last.carried)
      ?.leftover;
  return leftover === undefined ? null : { leftover, goesOn: mayGoOn(last.outcome) };
}

function mayGoOn(outcome: AttemptOutcome): boolean {
  switch (outcome.kind) {
    case "running": // lost too often to say how it ended
    case "blocked":
      return true;
    case "failed":
      return endedEarly(outcome.failure.kind);
    case "submitted":
    case "released":
    case "declined":
    case "reported":
      return false;
    default:
      return outcome satisfies never;
  }
}

async function write({ house, delivery }: JobContext, attempt: Attempt): Promise<void> {
  await house.engine.transact(delivery.project, {}, () => ({
    changes: [{ kind: "attempt", attempt }],
    answer: null,
  }));
}

/**
 * Removes the branch and the workspaces of a task that landed or was given up; of one that failed
 * a person may want them, and one that was retried since goes on in them.
 */
export async function sweepIfOver(house: House, site: Site, id: TaskId): Promise<void> {
  const record = await house.engine.task(site.name, id);
  const at = record?.task.state.at;
  if (at !== "done" && at !== "skipped") return;
  await site.world.repo.sweep(id, new AbortController().signal);
}

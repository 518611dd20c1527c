/**
 * Ends a delivery that could not go on: stopped, or failed by something that is not the task's
 * doing.
 */
import type { Draft } from "../core/draft.ts";
import { later } from "../core/ids.ts";
import { jobForCycle } from "../core/jobs.ts";
import type { View } from "../core/ledger.ts";
import type { TaskEvent } from "../core/task.ts";
import { finish } from "./finish.ts";
import type { JobContext } from "./jobs.ts";

/** A fault is tried again after this long; leases that are lost on it are counted. */
const pauseMs = 5_000;

/** Says what happened, and gives the task or the cycle back. */
export async function giveUp(
  context: JobContext,
  fault: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { house, delivery } = context;
  const { subject } = delivery.job;
  const stopped = signal.aborted;
  const why = stopped ? "stopped" : explain(fault);
  const { token } = delivery;
  const needs = subject.kind === "task" ? { tasks: [subject.task] } : { cycles: [subject.cycle] };
  const conclude = (draft: Draft, view: View): void => {
    if (!stopped && subject.kind === "task") draft.note("warning", why, { task: subject.task });
    if (subject.kind === "cycle") {
      const { cycle } = subject;
      if (!stopped) {
        // whoever asked for the cycle is told; the next one is another try
        draft.tellCycle(cycle, { type: "cycle.failed", why, costUsd: 0, token, now: view.now });
        return;
      }
      draft.tellCycle(cycle, { type: "cycle.released", why, costUsd: 0, token });
      const released = draft.cycle(cycle);
      if (released !== null) draft.send(jobForCycle(released, view.now));
      return;
    }
    const lost: TaskEvent = { type: "lease.expired", token, now: later(view.now, pauseMs) };
    draft.tell(subject.task, stopped ? releaseOf(context, why, view.now) : lost);
  };
  // the vendor has charged for what was heard, whatever became of it
  await finish(house, delivery, { needs, costUsd: context.spentUsd(), conclude });
}

function releaseOf(
  { delivery }: JobContext,
  why: string,
  now: ReturnType<typeof later>,
): TaskEvent {
  const { queue } = delivery.job;
  const { token } = delivery;
  switch (queue) {
    case "work":
    case "judge":
    case "resolve":
      return { type: `${queue}.released`, why, notBefore: now, token };
    case "merge":
    case "cycle":
      return { type: "lease.expired", token, now }; // the branch may have it: only a merge can tell
    default:
      return queue satisfies never;
  }
}

function explain(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const hint = "hint" in fault && typeof fault.hint === "string" ? ` (${fault.hint})` : "";
  return `${fault.message}${hint}`;
}

/**
 * Runs one delivery to its end under its lease; a fault of ours is an outcome of the job, not a
 * crash.
 */
import type { TaskId } from "../core/ids.ts";
import type { Delivery } from "../ports/engine.ts";
import { doJudge } from "./do-judge.ts";
import { doMerge } from "./do-merge.ts";
import { doPlan } from "./do-plan.ts";
import { doResolve, doWork } from "./do-work.ts";
import { giveUp } from "./give-up.ts";
import { underLease } from "./heartbeat.ts";
import type { House } from "./house.ts";
import { contextOf, type JobContext } from "./jobs.ts";

/** Runs the handler that a job's queue names. */
export async function runJob(house: House, delivery: Delivery, stop: AbortSignal): Promise<void> {
  const context = await contextOf(house, delivery);
  await underLease(
    house,
    delivery,
    async (signal) => {
      try {
        await handle(context, signal);
      } catch (fault) {
        // git, the disk or a program of ours failed: the person is told, the job is tried again
        await giveUp(context, fault, signal);
      } finally {
        await context.heard();
      }
    },
    stop,
  );
}

function handle(context: JobContext, signal: AbortSignal): Promise<void> {
  const { queue, subject } = context.delivery.job;
  if (subject.kind === "cycle") return doPlan(context, subject.cycle, signal);
  const handlers: Readonly<
    Record<string, (c: JobContext, id: TaskId, s: AbortSignal) => Promise<void>>
  > = { work: doWork, judge: doJudge, resolve: doResolve, merge: doMerge };
  const handler = handlers[queue];
  if (handler === undefined) throw new Error(`no handler for ${queue} of a task`);
  return handler(context, subject.task, signal);
}

import * as z from "zod";
import type { TaskEvent } from "../../../../core/task.ts";
import { commitSha, instant, texts, token } from "./primitives.ts";
import { failure } from "./task.ts";

const holding = { token };
const timed = { now: instant };
const retried = { ...timed, failure, chance: z.number() };
const released = { ...holding, why: z.string(), notBefore: instant };

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const taskEvent: z.ZodType<TaskEvent> = z.discriminatedUnion("type", [
  event("work.started", holding),
  event("work.submitted", { ...holding, ...timed, commit: commitSha }),
  event("work.failed", { ...holding, ...retried }),
  event("work.released", released),
  event("work.blocked", { ...holding, question: z.string() }),
  event("work.declined", { ...holding, why: z.string() }),
  event("work.reported", holding),
  event("judge.started", holding),
  event("judge.passed", { ...holding, ...timed, hold: z.string().nullable() }),
  event("judge.failed", { ...holding, ...retried }),
  event("judge.inconclusive", { ...holding, ...timed, detail: z.string() }),
  event("judge.released", released),
  event("merge.started", holding),
  event("merge.landed", { ...holding, commit: commitSha }),
  event("merge.raced", { ...holding, ...timed }),
  event("merge.parked", released),
  event("merge.conflicted", { ...holding, ...timed, paths: texts }),
  event("merge.rejected", { ...holding, ...retried }),
  event("resolve.started", holding),
  event("resolve.submitted", { ...holding, ...timed, commit: commitSha }),
  event("resolve.failed", { ...holding, ...retried }),
  event("resolve.released", released),
  event("lease.expired", { ...holding, ...timed }),
  event("task.answered", { ...timed, answer: z.string() }),
  event("task.approved", timed),
  event("task.rejected", { ...timed, why: z.string(), chance: z.number() }),
  event("task.skipped", { reason: z.string() }),
  event("task.retried", timed),
  event("task.reverted", { detail: z.string() }),
]);

import * as z from "zod";
import type { LogEvent } from "../../../../core/ledger.ts";
import type { RetryRules } from "../../../../core/retry.ts";
import { cycle, cycleEvent } from "./cycle.ts";
import { count, cycleId, instant, taskId } from "./primitives.ts";
import { projectEvent } from "./project.ts";
import { task } from "./task.ts";
import { taskEvent } from "./task-event.ts";

const rules: z.ZodType<RetryRules> = z
  .strictObject({
    attemptsMax: count,
    triesMax: count,
    // earlier logs lack it: one limit was that of all
    lossesMax: count.optional(),
    resolutionsMax: count,
    backoffMs: z.number(),
    backoffMaxMs: z.number(),
    // logs of the first schema lack it
    failuresMax: count.default(5),
  })
  .transform(({ lossesMax, ...rest }) => ({ ...rest, lossesMax: lossesMax ?? rest.triesMax }));

const taskCreated = z.strictObject({ type: z.literal("task.created"), task });
const cycleCreated = z.strictObject({
  type: z.literal("cycle.created"),
  cycle,
  // earlier logs lack it
  dueAt: instant.optional(),
});
const note = z.strictObject({
  type: z.literal("note"),
  level: z.enum(["info", "warning"]),
  text: z.string(),
});

export const logEvent: z.ZodType<LogEvent> = z.union([
  z.strictObject({ of: z.literal("task"), task: taskId, event: taskEvent, rules }),
  z.strictObject({ of: z.literal("task"), task: taskId, event: taskCreated }),
  z.strictObject({
    of: z.literal("cycle"),
    cycle: cycleId,
    event: z.union([cycleEvent, cycleCreated]),
  }),
  z.strictObject({ of: z.literal("project"), event: projectEvent }),
  z.strictObject({
    of: z.literal("note"),
    task: taskId.nullable(),
    cycle: cycleId.nullable(),
    event: note,
  }),
]);

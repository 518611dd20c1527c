import * as z from "zod";
import type { Cycle, CycleEvent, CycleOutcome, CycleState } from "../../../../core/cycle.ts";
import type { Plan, Refusal } from "../../../../core/plan.ts";
import { count, cycleId, instant, taskId, texts, token, usd } from "./primitives.ts";
import { brief } from "./task.ts";

const outcome: z.ZodType<CycleOutcome> = z.strictObject({
  landed: count,
  reported: count,
  failed: count,
  skipped: count,
  waiting: count,
  leftOver: count,
  cutShort: z.string().nullable(),
});

const state: z.ZodType<CycleState> = z.discriminatedUnion("at", [
  z.strictObject({ at: z.literal("queued") }),
  z.strictObject({ at: z.literal("planning"), token, tries: count }),
  z.strictObject({ at: z.literal("running") }),
  z.strictObject({ at: z.literal("completed"), outcome }),
  z.strictObject({ at: z.literal("failed"), why: z.string() }),
]);

const plan: z.ZodType<Plan> = z.strictObject({
  assessment: z.string(),
  drafts: z.array(brief),
  deferred: z.array(z.strictObject({ item: z.string(), why: z.string() })),
  risks: texts,
});

const refusals: z.ZodType<readonly Refusal[]> = z.array(
  z.strictObject({ title: z.string(), why: z.string() }),
);

export const cycle: z.ZodType<Cycle> = z.strictObject({
  id: cycleId,
  requestedBy: z.enum(["schedule", "person"]),
  createdAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  state,
  plan: plan.nullable(),
  refused: refusals,
  tasks: z.array(taskId),
  costUsd: usd,
  held: z.string().optional(),
  version: count,
});

export const cycleEvent: z.ZodType<CycleEvent> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("cycle.started"), token, now: instant }),
  z.strictObject({
    type: z.literal("cycle.planned"),
    token,
    plan: plan.nullable(),
    refused: refusals,
    tasks: z.array(taskId),
    waiting: count.optional(),
    held: z.string().optional(),
    costUsd: usd,
  }),
  z.strictObject({
    type: z.literal("cycle.released"),
    token,
    costUsd: usd,
    why: z.string(),
  }),
  z.strictObject({
    type: z.literal("cycle.failed"),
    token,
    why: z.string(),
    held: z.string().optional(),
    costUsd: usd,
    now: instant,
  }),
  z.strictObject({ type: z.literal("cycle.joined"), task: taskId }),
  z.strictObject({ type: z.literal("cycle.completed"), outcome, now: instant }),
]);

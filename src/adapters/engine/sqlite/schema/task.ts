import * as z from "zod";
import type { Failure } from "../../../../core/failure.ts";
import type { Task, TaskBrief, TaskState } from "../../../../core/task.ts";
import { commitSha, count, cycleId, instant, taskId, texts, token } from "./primitives.ts";

export const brief: z.ZodType<TaskBrief> = z.strictObject({
  title: z.string(),
  description: z.string(),
  kind: z.enum(["code", "test", "fix", "review"]),
  priority: z.number(),
  criteria: texts,
  allowedFiles: texts,
  leaveAlone: texts,
  backlogItem: z.string().nullable(),
});

export const failure: z.ZodType<Failure> = z.strictObject({
  kind: z.enum([
    "agentFailed",
    "outOfTurns",
    "outOfBudget",
    "timedOut",
    "stalled",
    "noProgress",
    "refused",
    "emptyChange",
    "unsafeChange",
    "outOfScope",
    "checksRed",
    "judgedBad",
    "judgeLost",
    "conflicted",
    "mergedRed",
    "workerLost",
    "mergeLost",
    "rejected",
    "reverted",
  ]),
  detail: z.string(),
});

const attempt = count;
const course = { attempt, left: count, tries: count };
const candidate = { ...course, commit: commitSha, resolutions: count };
const waiting = { notBefore: instant };
const holding = { token };

const state: z.ZodType<TaskState> = z.discriminatedUnion("at", [
  z.strictObject({ at: z.literal("pending"), ...course, ...waiting }),
  z.strictObject({ at: z.literal("working"), ...course, ...holding }),
  z.strictObject({ at: z.literal("blocked"), question: z.string(), ...course }),
  z.strictObject({ at: z.literal("submitted"), ...candidate, ...waiting }),
  z.strictObject({ at: z.literal("judging"), ...candidate, ...holding }),
  z.strictObject({ at: z.literal("held"), why: z.string(), ...candidate }),
  z.strictObject({
    at: z.literal("approved"),
    parked: z.string().nullable(),
    ...candidate,
    ...waiting,
  }),
  z.strictObject({ at: z.literal("merging"), ...candidate, ...holding }),
  z.strictObject({ at: z.literal("conflicted"), paths: texts, ...candidate, ...waiting }),
  z.strictObject({ at: z.literal("resolving"), paths: texts, ...candidate, ...holding }),
  z.strictObject({ at: z.literal("unsettled"), ...candidate }),
  z.strictObject({ at: z.literal("done"), attempt, landed: commitSha.nullable() }),
  z.strictObject({ at: z.literal("failed"), attempt, failure }),
  z.strictObject({ at: z.literal("skipped"), attempt, reason: z.string() }),
]);

export const task: z.ZodType<Task> = z.strictObject({
  id: taskId,
  cycle: cycleId.nullable(),
  brief,
  fingerprint: z.string(),
  answers: z.array(z.strictObject({ question: z.string(), answer: z.string() })),
  lastFailure: failure.nullable(),
  createdAt: instant,
  updatedAt: instant,
  version: count,
  state,
});

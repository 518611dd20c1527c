import * as z from "zod";
import type { FileChange } from "../../../../core/change.ts";
import type {
  Attempt,
  AttemptOutcome,
  CheckOutcome,
  Landing,
  Leftover,
  Metered,
  Reading,
  Reservation,
  Spending,
  Usage,
  Verdict,
} from "../../../../core/records.ts";
import {
  commitSha,
  count,
  cycleId,
  day,
  instant,
  sessionId,
  taskId,
  texts,
  token,
  treeSha,
  usd,
} from "./primitives.ts";
import { failure } from "./task.ts";

const usage: z.ZodType<Usage> = z.strictObject({
  model: z.string(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  costUsd: usd,
});

const spending: z.ZodType<Spending> = z.strictObject({
  costUsd: usd,
  turns: z.number(),
  usage: z.array(usage),
});

const metered: z.ZodType<Metered> = z.strictObject({
  capUsd: usd,
  asideUsd: usd.optional(),
  carriedUsd: usd,
  requests: count,
  usage: z.array(usage),
  open: z.array(z.strictObject({ number: count, worstUsd: usd })),
  brokenUsd: usd,
});

const change: z.ZodType<FileChange> = z.strictObject({
  path: z.string(),
  status: z.enum(["added", "modified", "deleted", "renamed", "typechanged"]),
  from: z.string().nullable(),
  added: count.nullable(),
  deleted: count.nullable(),
});

const outcome: z.ZodType<AttemptOutcome> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("running") }),
  z.strictObject({ kind: z.literal("submitted"), commit: commitSha }),
  z.strictObject({ kind: z.literal("failed"), failure }),
  z.strictObject({ kind: z.literal("released"), why: z.string() }),
  z.strictObject({ kind: z.literal("blocked"), question: z.string() }),
  z.strictObject({ kind: z.literal("declined"), why: z.string() }),
  z.strictObject({ kind: z.literal("reported"), report: z.string() }),
]);

const leftover: z.ZodType<Leftover> = z.strictObject({
  ref: z.string(),
  commit: commitSha,
  changes: z.array(change),
  leftOut: texts,
});

export const attempt: z.ZodType<Attempt> = z.strictObject({
  task: taskId,
  attempt: count,
  kind: z.enum(["work", "resolve"]),
  round: count,
  model: z.string(),
  session: sessionId,
  workspace: z.string(),
  base: commitSha.nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
  outcome,
  summary: z.string(),
  changes: z.array(change),
  spending,
  durationMs: z.number(),
  leftover: leftover.optional(),
  carried: commitSha.optional(),
  held: z.string().optional(),
});

const check: z.ZodType<CheckOutcome> = z.strictObject({
  name: z.string(),
  command: z.string(),
  decision: z.enum(["pass", "fail", "inconclusive"]),
  by: z.enum(["name", "count", "exit code"]),
  introduced: z.array(z.strictObject({ name: z.string(), message: z.string() })),
  preExisting: texts,
  hold: z.string().nullable(),
  sentence: z.string(),
  outputTail: z.string(),
  durationMs: z.number(),
});

const reading: z.ZodType<Reading> = z.strictObject({
  decision: z.enum(["pass", "fail"]),
  reasoning: z.string(),
  findings: z.array(
    z.strictObject({ file: z.string(), line: z.number().nullable(), what: z.string() }),
  ),
});

export const verdict: z.ZodType<Verdict> = z.strictObject({
  task: taskId,
  attempt: count,
  number: count,
  commit: commitSha,
  base: commitSha,
  decision: z.enum(["pass", "fail", "inconclusive"]),
  reasons: texts,
  checks: z.array(check),
  unchecked: z.boolean(),
  reading: reading.nullable(),
  hold: z.string().nullable(),
  spending,
  startedAt: instant,
  durationMs: z.number(),
  held: z.string().optional(),
});

export const landing: z.ZodType<Landing> = z.strictObject({
  id: z.string(),
  tasks: z.array(taskId),
  branch: z.string(),
  base: commitSha,
  commit: commitSha,
  tree: treeSha,
  checks: z.array(check),
  state: z.enum(["intended", "landed", "raced", "parked"]),
  at: instant,
});

export const reservation: z.ZodType<Reservation> = z.strictObject({
  token,
  role: z.enum(["planner", "worker", "judge", "refinery"]),
  task: taskId.nullable(),
  cycle: cycleId.nullable(),
  day,
  amountUsd: usd,
  settledUsd: usd.nullable(),
  lost: z.literal(true).optional(),
  metered: metered.optional(),
  pastOf: token.optional(),
  at: instant,
});

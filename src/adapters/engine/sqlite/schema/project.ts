import * as z from "zod";
import type { Project, ProjectEvent } from "../../../../core/project.ts";
import { count, day, instant, texts, usd } from "./primitives.ts";

const pausedBy = z.enum(["person", "patrol", "limit"]);

export const project: z.ZodType<Project> = z.strictObject({
  mode: z.discriminatedUnion("at", [
    z.strictObject({ at: z.literal("active") }),
    z.strictObject({
      at: z.literal("paused"),
      by: pausedBy,
      why: z.string(),
      since: instant,
      until: instant.nullable(),
    }),
  ]),
  failuresInARow: count,
  // ledgers of the first schema lack these
  plansFailedInARow: count.default(0),
  failures: texts.default([]),
  // before the fourth schema
  raised: z.strictObject({ day, usd }).nullable().default(null),
  version: count,
});

/** Logs of the first schema say neither what failed nor how many may. */
const failing = {
  what: z.string().default("a task"),
  max: count.default(5),
  now: instant,
};

export const projectEvent: z.ZodType<ProjectEvent> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("project.paused"),
    by: pausedBy,
    why: z.string(),
    until: instant.nullable(),
    now: instant,
  }),
  z.strictObject({ type: z.literal("project.resumed") }),
  z.strictObject({ type: z.literal("project.budgetRaised"), day, usd, now: instant }),
  z.strictObject({ type: z.literal("project.succeeded") }),
  z.strictObject({ type: z.literal("project.failed"), ...failing }),
  z.strictObject({ type: z.literal("project.planned") }),
  z.strictObject({ type: z.literal("project.planFailed"), ...failing }),
]);

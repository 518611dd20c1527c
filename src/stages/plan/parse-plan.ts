/** Reads the planner's answer. */
import * as z from "zod";
import type { Plan } from "../../core/plan.ts";
import { answerSchema } from "../parse-schema.ts";

const sentence = z.string().trim().min(1).max(2_000);

const draft = z.object({
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().min(1).max(4_000),
  kind: z.enum(["code", "test", "fix", "review"]),
  priority: z.int().min(0).max(100),
  criteria: z.array(sentence).max(20),
  allowed_files: z.array(z.string().min(1).max(300)).max(50),
  leave_alone: z.array(z.string().min(1).max(300)).max(50),
  backlog_item: z.string().max(500).nullable().default(null),
});

const answer = z.object({
  assessment: z.string().trim().min(1).max(20_000),
  tasks: z.array(draft).max(50),
  deferred: z
    .array(z.object({ item: sentence, why: sentence }))
    .max(100)
    .default([]),
  risks: z.array(sentence).max(50).default([]),
});

/** The JSON schema that a planner's answer follows. */
export const planSchema: Readonly<Record<string, unknown>> = answerSchema(answer);

export type ParsedPlan =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "unreadable"; readonly why: string };

/** Reads a planner's answer; says what is wrong where it is not one. */
export function parsePlan(json: unknown): ParsedPlan {
  const parsed = answer.safeParse(json);
  if (!parsed.success) return { kind: "unreadable", why: z.prettifyError(parsed.error) };
  const { assessment, tasks, deferred, risks } = parsed.data;
  const drafts = tasks.map(({ allowed_files, leave_alone, backlog_item, ...rest }) => ({
    ...rest,
    allowedFiles: allowed_files,
    leaveAlone: leave_alone,
    backlogItem: backlog_item,
  }));
  return { kind: "plan", plan: { assessment, drafts, deferred, risks } };
}

/** A sample of every state and every event of a task. */
import { later, token } from "../../src/core/ids.ts";
import type { At, TaskEvent, TaskState } from "../../src/core/task.ts";
import { noon, sha } from "./records.ts";

export const holder = token(7);
const course = { attempt: 1, left: 2, tries: 0 };
const candidate = { ...course, commit: sha("c"), resolutions: 0 };
const failure = { kind: "judgedBad", detail: "red" } as const;

export const states: { readonly [A in At]: Extract<TaskState, { readonly at: A }> } = {
  pending: { at: "pending", ...course, notBefore: noon },
  working: { at: "working", ...course, token: holder },
  blocked: { at: "blocked", ...course, question: "Which?" },
  submitted: { at: "submitted", ...candidate, notBefore: noon },
  judging: { at: "judging", ...candidate, token: holder },
  held: { at: "held", ...candidate, why: "risky" },
  approved: { at: "approved", ...candidate, parked: null, notBefore: noon },
  merging: { at: "merging", ...candidate, token: holder },
  conflicted: { at: "conflicted", ...candidate, paths: ["a"], notBefore: noon },
  resolving: { at: "resolving", ...candidate, paths: ["a"], token: holder },
  unsettled: { at: "unsettled", ...candidate },
  done: { at: "done", attempt: 1, landed: sha("d") },
  failed: { at: "failed", attempt: 1, failure },
  skipped: { at: "skipped", attempt: 1, reason: "no" },
};

type Type = TaskEvent["type"];

const by = { token: holder };
const now = { now: noon };
const retried = { failure, chance: 0, ...now, ...by };
const released = { why: "limit", notBefore: later(noon, 5_000), ...by };

export const events: { readonly [E in Type]: Extract<TaskEvent, { readonly type: E }> } = {
  "work.started": { type: "work.started", ...by },
  "work.submitted": { type: "work.submitted", commit: sha("e"), ...now, ...by },
  "work.failed": { type: "work.failed", ...retried },
  "work.released": { type: "work.released", ...released },
  "work.blocked": { type: "work.blocked", question: "Which?", ...by },
  "work.declined": { type: "work.declined", why: "done already", ...by },
  "work.reported": { type: "work.reported", ...by },
  "judge.started": { type: "judge.started", ...by },
  "judge.passed": { type: "judge.passed", hold: null, ...now, ...by },
  "judge.failed": { type: "judge.failed", ...retried },
  "judge.inconclusive": { type: "judge.inconclusive", detail: "no answer", ...now, ...by },
  "judge.released": { type: "judge.released", ...released },
  "merge.started": { type: "merge.started", ...by },
  "merge.landed": { type: "merge.landed", commit: sha("f"), ...by },
  "merge.raced": { type: "merge.raced", ...now, ...by },
  "merge.parked": { type: "merge.parked", ...released },
  "merge.conflicted": { type: "merge.conflicted", paths: ["a", "b"], ...now, ...by },
  "merge.rejected": { type: "merge.rejected", ...retried },
  "resolve.started": { type: "resolve.started", ...by },
  "resolve.submitted": { type: "resolve.submitted", commit: sha("e"), ...now, ...by },
  "resolve.failed": { type: "resolve.failed", ...retried },
  "resolve.released": { type: "resolve.released", ...released },
  "lease.expired": { type: "lease.expired", ...now, ...by },
  "task.answered": { type: "task.answered", answer: "the first", ...now },
  "task.approved": { type: "task.approved", ...now },
  "task.rejected": { type: "task.rejected", why: "not so", chance: 0, ...now },
  "task.skipped": { type: "task.skipped", reason: "not needed" },
  "task.retried": { type: "task.retried", ...now },
  "task.reverted": { type: "task.reverted", detail: "red" },
};

/** Which columns stand beside each record. */
import { createHash } from "node:crypto";
import type { Cycle } from "../../../core/cycle.ts";
import type { Limit } from "../../../core/limit.ts";
import type { Project } from "../../../core/project.ts";
import type { Attempt, Landing, Reservation, Verdict } from "../../../core/records.ts";
import { statusOf, type Task } from "../../../core/task.ts";
import type { JobRow } from "../shared/storage.ts";
import { cycle } from "./schema/cycle.ts";
import { jobRow } from "./schema/job.ts";
import { limit } from "./schema/limit.ts";
import { project } from "./schema/project.ts";
import { attempt, landing, reservation, verdict } from "./schema/records.ts";
import { task } from "./schema/task.ts";
import { iso, isoOrNull, type Shape } from "./table.ts";

/** A fingerprint is as long as the task's text; its digest is as good for finding it. */
export const short = (fingerprint: string): string =>
  createHash("sha256").update(fingerprint).digest("hex");

export const taskShape: Shape<Task> = {
  table: "tasks",
  key: ["id"],
  schema: task,
  columns: (each) => ({
    id: each.id,
    title: each.brief.title,
    kind: each.brief.kind,
    status: statusOf(each.state),
    state: each.state.at,
    attempt: each.state.attempt,
    priority: each.brief.priority,
    cycle: each.cycle,
    fingerprint: short(each.fingerprint),
    created_at: iso(each.createdAt),
    updated_at: iso(each.updatedAt),
    version: each.version,
  }),
};

export const cycleShape: Shape<Cycle> = {
  table: "planner_cycles",
  key: ["id"],
  schema: cycle,
  columns: (each) => ({
    id: each.id,
    requested_by: each.requestedBy,
    state: each.state.at,
    cost_usd: each.costUsd,
    created_at: iso(each.createdAt),
    started_at: isoOrNull(each.startedAt),
    ended_at: isoOrNull(each.endedAt),
    version: each.version,
    held: each.held ?? null,
  }),
};

export const projectShape: Shape<Project> = {
  table: "project_state",
  key: ["id"],
  schema: project,
  columns: ({ mode, failuresInARow, plansFailedInARow, version }) => ({
    id: 1,
    mode: mode.at,
    paused_by: mode.at === "paused" ? mode.by : null,
    failures: failuresInARow,
    plans_failed: plansFailedInARow,
    version,
  }),
};

export const attemptShape: Shape<Attempt> = {
  table: "worker_results",
  key: ["task", "attempt", "kind", "round"],
  schema: attempt,
  columns: (each) => ({
    task: each.task,
    attempt: each.attempt,
    kind: each.kind,
    round: each.round,
    outcome: each.outcome.kind,
    model: each.model,
    session: each.session,
    cost_usd: each.spending.costUsd,
    duration_ms: each.durationMs,
    started_at: iso(each.startedAt),
    ended_at: isoOrNull(each.endedAt),
    held: each.held ?? null,
  }),
};

export const verdictShape: Shape<Verdict> = {
  table: "judge_verdicts",
  key: ["task", "number"],
  schema: verdict,
  columns: (each) => ({
    task: each.task,
    number: each.number,
    attempt: each.attempt,
    commit_sha: each.commit,
    decision: each.decision,
    cost_usd: each.spending.costUsd,
    duration_ms: each.durationMs,
    started_at: iso(each.startedAt),
    held: each.held ?? null,
  }),
};

export const landingShape: Shape<Landing> = {
  table: "landings",
  key: ["id"],
  schema: landing,
  columns: (each) => ({
    id: each.id,
    branch: each.branch,
    base: each.base,
    commit_sha: each.commit,
    state: each.state,
    at: iso(each.at),
  }),
};

export const reservationShape: Shape<Reservation> = {
  table: "reservations",
  key: ["token"],
  schema: reservation,
  columns: (each) => ({
    token: each.token,
    role: each.role,
    task: each.task,
    cycle: each.cycle,
    day: each.day,
    amount_usd: each.amountUsd,
    settled_usd: each.settledUsd,
    requests: each.metered?.requests ?? 0,
    past_of: each.pastOf ?? null,
    at: iso(each.at),
  }),
};

export const jobShape: Shape<JobRow> = {
  table: "jobs",
  key: ["id"],
  schema: jobRow,
  columns: ({ job, owner }) => ({
    id: job.id,
    queue: job.queue,
    subject_kind: job.subject.kind,
    subject: job.subject.kind === "task" ? job.subject.task : job.subject.cycle,
    key: job.key,
    priority: job.priority,
    sent_at: iso(job.sentAt),
    run_at: iso(job.runAt),
    state: job.state.at,
    waits_for: job.state.at === "queued" ? job.state.waitsFor : null,
    token: job.state.at === "live" ? job.state.token : null,
    lease_until: job.state.at === "live" ? iso(job.state.leaseUntil) : null,
    owner,
  }),
};

export const limitShape: Shape<Limit> = {
  table: "limits",
  key: ["id"],
  schema: limit,
  columns: ({ mode }) => ({
    id: 1,
    mode: mode.at,
    cause: mode.at === "clear" ? null : mode.cause,
    until: mode.at === "clear" ? null : iso(mode.until),
  }),
};

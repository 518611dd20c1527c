/** How an attempt ends in the ledger. */
import type { Draft } from "../core/draft.ts";
import type { Instant, Token } from "../core/ids.ts";
import type { View } from "../core/ledger.ts";
import type { Attempt, AttemptOutcome, Spending } from "../core/records.ts";
import type { Task, TaskEvent } from "../core/task.ts";
import type { Release } from "../stages/converse.ts";
import type { WorkOutcome } from "../stages/work/outcome.ts";
import { finish, heed, restsUntil, sum } from "./finish.ts";
import type { JobContext } from "./jobs.ts";

interface Concluded {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly outcome: WorkOutcome;
}

/**
 * Ends an attempt: its commit is kept, its event told, its money settled; false where it was
 * fenced.
 */
export async function conclude(
  context: JobContext,
  { task, attempt, outcome }: Concluded,
  queue: "work" | "resolve",
): Promise<boolean> {
  const { house, site, delivery } = context;
  const { token } = delivery;
  // whoever has lost the task would leave a reference that nobody sweeps; its workspace is rescued
  if (outcome.kind === "submitted" && (await house.engine.holds(delivery))) {
    const never = new AbortController().signal; // the commit must be kept whatever else is stopped
    await site.world.repo.keep(task.id, attempt.attempt, outcome.commit, never);
  }
  const record = (draft: Draft, view: View, as: WorkOutcome): void => {
    const recorded = view.attempts.find((each) => isSame(each, attempt)) ?? attempt;
    const total = as.resumed ? as.spending : sum(recorded.spending, as.spending);
    draft.add({ kind: "attempt", attempt: ended(recorded, { outcome: as, total, now: view.now }) });
  };
  const conclude = (draft: Draft, view: View): void => {
    const told = { token, now: view.now, chance: view.chance };
    const event = queue === "work" ? workEvent(outcome, told) : resolveEvent(outcome, told);
    draft.tell(task.id, event);
    record(draft, view, outcome);
    if (outcome.kind === "released") heed(draft, outcome.release, delivery, view);
  };
  // given up while it was worked on: its record is ours to close, unless somebody else holds it
  const fenced = (draft: Draft, view: View): void => {
    const state = draft.task(task.id)?.state;
    if (state?.at !== "skipped" || state.attempt !== attempt.attempt) return;
    record(draft, view, cancelled(outcome, view.now));
    draft.note("info", "the session of the cancelled task has ended", { task: task.id });
  };
  const needs = { tasks: [task.id] };
  return finish(house, delivery, { needs, costUsd: outcome.dueUsd, conclude, fenced });
}

function cancelled(outcome: WorkOutcome, now: Instant): WorkOutcome {
  const { resumed, spending, dueUsd, summary, durationMs } = outcome;
  const release: Release = { cause: "aborted", why: "the task was cancelled", until: now };
  return { resumed, spending, dueUsd, summary, durationMs, kind: "released", release };
}

const isSame = (a: Attempt, b: Attempt): boolean =>
  a.attempt === b.attempt && a.kind === b.kind && a.round === b.round;

function ended(
  attempt: Attempt,
  given: { readonly outcome: WorkOutcome; readonly total: Spending; readonly now: Instant },
): Attempt {
  const { outcome, total, now } = given;
  return {
    ...attempt,
    endedAt: now,
    summary: outcome.summary,
    spending: total,
    durationMs: attempt.durationMs + outcome.durationMs,
    base: outcome.kind === "submitted" ? outcome.base : attempt.base,
    changes: outcome.kind === "submitted" ? outcome.changes : [],
    outcome: outcomeOf(outcome),
    leftover: outcome.leftover ?? attempt.leftover,
  };
}

function outcomeOf(outcome: WorkOutcome): AttemptOutcome {
  switch (outcome.kind) {
    case "submitted":
      return { kind: "submitted", commit: outcome.commit };
    case "failed":
      return { kind: "failed", failure: outcome.failure };
    case "released":
      return { kind: "released", why: outcome.release.why };
    case "blocked":
      return { kind: "blocked", question: outcome.question };
    case "declined":
      return { kind: "declined", why: outcome.why };
    case "reported":
      return { kind: "reported", report: outcome.report };
    default:
      return outcome satisfies never;
  }
}

interface Told {
  readonly token: Token;
  readonly now: Instant;
  readonly chance: number;
}

function workEvent(outcome: WorkOutcome, told: Told): TaskEvent {
  const { token, now } = told;
  switch (outcome.kind) {
    case "submitted":
      return { type: "work.submitted", commit: outcome.commit, token, now };
    case "failed":
      return { type: "work.failed", failure: outcome.failure, ...told };
    case "released":
      return { type: "work.released", ...released(outcome.release, now), token };
    case "blocked":
      return { type: "work.blocked", question: outcome.question, token };
    case "declined":
      return { type: "work.declined", why: outcome.why, token };
    case "reported":
      return { type: "work.reported", token };
    default:
      return outcome satisfies never;
  }
}

/** A resolution lands or fails; questions and refusals are failures of it. */
function resolveEvent(outcome: WorkOutcome, told: Told): TaskEvent {
  const { token, now } = told;
  const failed = (detail: string): TaskEvent => ({
    type: "resolve.failed",
    failure: { kind: "conflicted", detail },
    ...told,
  });
  switch (outcome.kind) {
    case "submitted":
      return { type: "resolve.submitted", commit: outcome.commit, token, now };
    case "failed":
      return { type: "resolve.failed", failure: outcome.failure, ...told };
    case "released":
      return { type: "resolve.released", ...released(outcome.release, now), token };
    case "blocked":
      return failed(`the refinery asks: ${outcome.question}`);
    case "declined":
    case "reported":
      return failed(outcome.summary);
    default:
      return outcome satisfies never;
  }
}

const released = (release: Release, now: Instant) => ({
  why: release.why,
  notBefore: restsUntil(release, now),
});

/** One round of plan → work → judge → merge over one project. */

import { type CycleId, type Instant, instant, later, type TaskId, type Token } from "./ids.ts";
import type { Plan, Refusal } from "./plan.ts";

export type CycleState =
  /** Asked for, not begun. */
  | { readonly at: "queued" }
  | { readonly at: "planning"; readonly token: Token; readonly tries: number }
  | { readonly at: "running" }
  | { readonly at: "completed"; readonly outcome: CycleOutcome }
  | { readonly at: "failed"; readonly why: string };

/** What came of a cycle; `leftOver` tasks go on in the next one. */
export interface CycleOutcome {
  readonly landed: number;
  /** Reviews: their report is the deliverable, nothing lands. */
  readonly reported: number;
  readonly failed: number;
  readonly skipped: number;
  readonly waiting: number;
  readonly leftOver: number;
  /** Why it ended before its tasks did, e.g. a pause or a budget; null where it did not. */
  readonly cutShort: string | null;
}

export interface Cycle {
  readonly id: CycleId;
  readonly requestedBy: "schedule" | "person";
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly state: CycleState;
  /** Null until the planner has answered, and where there is no planner (`manual`). */
  readonly plan: Plan | null;
  readonly refused: readonly Refusal[];
  /** Tasks that this cycle planned, or found open when it began. */
  readonly tasks: readonly TaskId[];
  /** What the planner cost, in US dollars. */
  readonly costUsd: number;
  /** Under what its sessions and checks ran when it began, in a line; not known of former times. */
  readonly held?: string | undefined;
  readonly version: number;
}

/** Leases that a cycle's planning may lose before the cycle fails. */
export const planningTriesMax = 4;

export type CycleEvent =
  | { readonly type: "cycle.started"; readonly token: Token; readonly now: Instant }
  | {
      readonly type: "cycle.planned";
      readonly token: Token;
      readonly plan: Plan | null;
      readonly refused: readonly Refusal[];
      readonly tasks: readonly TaskId[];
      /** How many of the tasks wait for a person; a log of former times does not tell. */
      readonly waiting?: number | undefined;
      readonly held?: string | undefined;
      readonly costUsd: number;
    }
  | {
      readonly type: "cycle.released";
      readonly token: Token;
      readonly costUsd: number;
      readonly why: string;
    }
  | {
      readonly type: "cycle.failed";
      readonly token: Token;
      readonly why: string;
      readonly held?: string | undefined;
      readonly costUsd: number;
      readonly now: Instant;
    }
  /** A task that a person added, retried or answered while the cycle was under way. */
  | { readonly type: "cycle.joined"; readonly task: TaskId }
  | { readonly type: "cycle.completed"; readonly outcome: CycleOutcome; readonly now: Instant };

/** Tells whether a cycle is under way, or about to be. */
export const isOpen = ({ state }: Cycle): boolean =>
  state.at === "queued" || state.at === "planning" || state.at === "running";

/** The cycle that is under way; else the one that is about to be. */
export function openCycle(cycles: readonly Cycle[]): Cycle | null {
  const open = cycles.filter(isOpen);
  return open.find(({ state }) => state.at !== "queued") ?? open[0] ?? null;
}

/**
 * Returns what `event` makes of `cycle`; null where it comes from a lost delivery or does not
 * apply.
 */
export function stepCycle(cycle: Cycle, event: CycleEvent): Cycle | null {
  const { state } = cycle;
  const next = (change: Partial<Cycle>): Cycle => ({
    ...cycle,
    ...change,
    version: cycle.version + 1,
  });
  if (event.type === "cycle.started") {
    if (state.at !== "queued" && state.at !== "planning") return null;
    const tries = state.at === "planning" ? state.tries + 1 : 0;
    return next({
      state: { at: "planning", token: event.token, tries },
      startedAt: cycle.startedAt ?? event.now,
    });
  }
  if (event.type === "cycle.completed") {
    if (state.at !== "running") return null;
    return next({ state: { at: "completed", outcome: event.outcome }, endedAt: event.now });
  }
  if (event.type === "cycle.joined") {
    if (state.at !== "running" || cycle.tasks.includes(event.task)) return null;
    return next({ tasks: [...cycle.tasks, event.task] });
  }
  if (state.at !== "planning" || state.token !== event.token) return null;
  const costUsd = cycle.costUsd + event.costUsd;
  switch (event.type) {
    case "cycle.planned": {
      const { plan, refused, tasks, held } = event;
      return next({ state: { at: "running" }, plan, refused, tasks, held, costUsd });
    }
    case "cycle.released":
      return next({ state: { at: "queued" }, costUsd });
    case "cycle.failed":
      return next({
        ...{ state: { at: "failed", why: event.why }, costUsd, endedAt: event.now },
        held: event.held,
      });
    default:
      return event satisfies never;
  }
}

/**
 * When the next scheduled cycle is due: one interval after the last one began, or at once where
 * that one
 * was cut short by the model's absence, to go on as soon as it is back.
 */
export function dueAfter(last: Cycle | null, intervalMs: number, now: Instant): Instant {
  const cutShort = last?.state.at === "completed" ? last.state.outcome.cutShort : null;
  // a clock that was set back makes nobody wait longer than an interval
  const from = instant(Math.min(last?.startedAt ?? now, now));
  return cutShort?.startsWith("limit:") === true ? now : later(from, intervalMs);
}

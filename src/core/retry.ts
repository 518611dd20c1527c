/** When a failed attempt is followed by another, and how long after. */
import type { Failure } from "./failure.ts";
import { type Instant, later } from "./ids.ts";
import type { TaskState } from "./task.ts";

export interface RetryRules {
  /** Fresh starts of a task. */
  readonly attemptsMax: number;
  /** Leases on the same attempt or commit. */
  readonly triesMax: number;
  /** AI resolutions of one candidate's conflicts. */
  readonly resolutionsMax: number;
  /** Pause before the second attempt; doubles with each further one. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

/**
 * Two seconds let a passing fault pass; an evidence-carrying retry gains nothing from a longer
 * wait.
 */
export const defaultRetryRules: RetryRules = {
  attemptsMax: 3,
  triesMax: 4,
  resolutionsMax: 2,
  backoffMs: 2_000,
  backoffMaxMs: 5 * 60_000,
};

/**
 * Milliseconds before a fresh start after `failures` failed ones: doubling, with up to half of
 * jitter.
 */
export function backoffMs(failures: number, chance: number, rules: RetryRules): number {
  const full = Math.min(rules.backoffMs * 2 ** Math.max(0, failures - 1), rules.backoffMaxMs);
  return Math.round(full * (0.5 + chance / 2));
}

/** Another attempt from scratch while any are left. */
export function retryOrFail(
  course: { readonly attempt: number; readonly left: number },
  event: { readonly failure: Failure; readonly now: Instant; readonly chance: number },
  rules: RetryRules,
): TaskState {
  const { attempt, left } = course;
  if (left <= 0) return { at: "failed", attempt, failure: event.failure };
  const wait = backoffMs(attempt, event.chance, rules);
  return {
    at: "pending",
    attempt: attempt + 1,
    left: left - 1,
    tries: 0,
    notBefore: later(event.now, wait),
  };
}

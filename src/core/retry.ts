/** When a failed attempt is followed by another, and how long after. */
import { type Failure, type FailureKind, failureClasses, isSameFailure } from "./failure.ts";
import { type Instant, later } from "./ids.ts";
import type { TaskState } from "./task.ts";

export interface RetryRules {
  /** Fresh starts of a task. */
  readonly attemptsMax: number;
  /** Judgements of the same commit that may come to nothing; each is paid. */
  readonly triesMax: number;
  /**
   * Leases on the same attempt or commit that may be lost. A process dies with all that it has
   * under way, so that a loss says little about one task; but whatever kills its process must not
   * do so for ever.
   */
  readonly lossesMax: number;
  /** AI resolutions of one candidate's conflicts. */
  readonly resolutionsMax: number;
  /** Pause before the second attempt; doubles with each further one. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Tasks, or plannings, that fail in a row before their project is paused. */
  readonly failuresMax: number;
}

/**
 * Two seconds let a passing fault pass; an evidence-carrying retry gains nothing from a longer
 * wait.
 */
export const defaultRetryRules: RetryRules = {
  attemptsMax: 3,
  triesMax: 4,
  lossesMax: 20,
  resolutionsMax: 2,
  backoffMs: 2_000,
  backoffMaxMs: 5 * 60_000,
  failuresMax: 5,
};

/** A fault that passes wants time to pass: its waits are this many times longer. */
const passingFactor = 4;

/**
 * Milliseconds before a fresh start after `failures` failed ones: doubling, with up to half of
 * jitter.
 */
export function backoffMs(failures: number, chance: number, rules: RetryRules): number {
  const full = Math.min(rules.backoffMs * 2 ** Math.max(0, failures - 1), rules.backoffMaxMs);
  return Math.round(full * (0.5 + chance / 2));
}

/**
 * The same, by the class of the last failure: what failed by chance waits longer than what
 * teaches.
 */
export function waitMs(
  kind: FailureKind,
  failures: number,
  chance: number,
  rules: RetryRules,
): number {
  const factor = failureClasses[kind] === "passing" ? passingFactor : 1;
  return backoffMs(failures, chance, { ...rules, backoffMs: rules.backoffMs * factor });
}

interface Failed {
  readonly failure: Failure;
  /** Why the attempt before this one failed; null where there was none. */
  readonly before: Failure | null;
  readonly now: Instant;
  readonly chance: number;
}

/** Another attempt from scratch while any are left and one is worth it. */
export function retryOrFail(
  course: { readonly attempt: number; readonly left: number },
  { failure, before, now, chance }: Failed,
  rules: RetryRules,
): TaskState {
  const { attempt, left } = course;
  const over = (why: string): TaskState => ({
    at: "failed",
    attempt,
    failure: { ...failure, detail: `${why}${failure.detail}` },
  });
  if (left <= 0) return over("");
  if (failureClasses[failure.kind] === "final") return over("not tried again: ");
  // what failed before a person asked for a retry is not held against the first attempt after it
  const isFirst = left >= rules.attemptsMax - 1;
  const teaches = failureClasses[failure.kind] === "instructive";
  if (!isFirst && teaches && before !== null && isSameFailure(before, failure))
    return over("failed twice in the same way: ");
  return {
    at: "pending",
    attempt: attempt + 1,
    left: left - 1,
    tries: 0,
    notBefore: later(now, waitMs(failure.kind, attempt, chance, rules)),
  };
}

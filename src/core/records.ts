/** What is written down of each attempt, verdict, landing and reservation. */

import type { FileChange } from "./change.ts";
import type { Basis } from "./checks.ts";
import type { Failure } from "./failure.ts";
import type { CommitSha, CycleId, Instant, SessionId, TaskId, Token, TreeSha } from "./ids.ts";
import type { TestFailure } from "./results.ts";

/** Tokens and money of one or several sessions. */
export interface Spending {
  readonly costUsd: number;
  readonly turns: number;
  readonly usage: readonly Usage[];
}

/** What no session has spent. */
export const nothingSpent: Spending = { costUsd: 0, turns: 0, usage: [] };

/** Tokens of one model. */
export interface Usage {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costUsd: number;
}

/** One fresh start of a task, over all its tries (a row of `worker_results`). */
export interface Attempt {
  readonly task: TaskId;
  readonly attempt: number;
  readonly kind: "work" | "resolve";
  /** 0 for work; numbers the resolutions of its candidate's conflicts from 1. */
  readonly round: number;
  readonly model: string;
  readonly session: SessionId;
  /** Name of its workspace, for a later try. */
  readonly workspace: string;
  readonly base: CommitSha | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly outcome: AttemptOutcome;
  /** What the agent said that it did. */
  readonly summary: string;
  readonly changes: readonly FileChange[];
  readonly spending: Spending;
  readonly durationMs: number;
  /** What it left without submitting it. */
  readonly leftover?: Leftover | undefined;
  /** The leftover of an earlier attempt that its workspace began with. */
  readonly carried?: CommitSha | undefined;
  /** Under what it ran, in a line; not known of former times. */
  readonly held?: string | undefined;
}

/** Work that was not submitted, as the person's repository keeps it. */
export interface Leftover {
  readonly ref: string;
  readonly commit: CommitSha;
  readonly changes: readonly FileChange[];
  /** Paths that cannot be part of a commit, each with why. */
  readonly leftOut: readonly string[];
}

export type AttemptOutcome =
  | { readonly kind: "running" }
  | { readonly kind: "submitted"; readonly commit: CommitSha }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "released"; readonly why: string }
  | { readonly kind: "blocked"; readonly question: string }
  | { readonly kind: "declined"; readonly why: string }
  | { readonly kind: "reported"; readonly report: string };

/** What the judge says of one commit (a row of `judge_verdicts`). */
export interface Verdict {
  readonly task: TaskId;
  readonly attempt: number;
  /** Numbers the verdicts of a task, from 1. */
  readonly number: number;
  readonly commit: CommitSha;
  readonly base: CommitSha;
  readonly decision: "pass" | "fail" | "inconclusive";
  /** In order of weight, each a sentence with its place. */
  readonly reasons: readonly string[];
  readonly checks: readonly CheckOutcome[];
  /** True where the project has no checks: the reading alone. */
  readonly unchecked: boolean;
  readonly reading: Reading | null;
  /** Why a person must agree before it lands; null where none must. */
  readonly hold: string | null;
  readonly spending: Spending;
  readonly startedAt: Instant;
  readonly durationMs: number;
  /** Under what it ran, in a line; not known of former times. */
  readonly held?: string | undefined;
}

/** What one check of a candidate came to, beside the same check of its base. */
export interface CheckOutcome {
  readonly name: string;
  readonly command: string;
  readonly decision: "pass" | "fail" | "inconclusive";
  /** What the comparison rests on. */
  readonly by: Basis;
  readonly introduced: readonly TestFailure[];
  readonly preExisting: readonly string[];
  /** Why a person must agree; null where none must. */
  readonly hold: string | null;
  /** In one sentence, whose subject is the check: `is green: 12 tests passed`. */
  readonly sentence: string;
  readonly outputTail: string;
  readonly durationMs: number;
}

/** What the AI's reading of a change found. */
export interface Reading {
  readonly decision: "pass" | "fail";
  readonly reasoning: string;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly file: string;
  /** From 1; null where the finding has no line. */
  readonly line: number | null;
  readonly what: string;
}

/** One move of the branch, over one or several tasks (a row of `landings`). */
export interface Landing {
  readonly id: string;
  readonly tasks: readonly TaskId[];
  readonly branch: string;
  readonly base: CommitSha;
  readonly commit: CommitSha;
  readonly tree: TreeSha;
  readonly checks: readonly CheckOutcome[];
  readonly state: "intended" | "landed" | "raced" | "parked";
  readonly at: Instant;
}

/** Money set aside before a session starts; settled with what it cost. */
export interface Reservation {
  /** The delivery that spends it. */
  readonly token: Token;
  readonly role: "planner" | "worker" | "judge" | "refinery";
  readonly task: TaskId | null;
  readonly cycle: CycleId | null;
  /** The calendar day it counts towards, `YYYY-MM-DD` in the person's time zone. */
  readonly day: string;
  readonly amountUsd: number;
  /** Null while the session may still spend. */
  readonly settledUsd: number | null;
  /** Whether some of it counts as spent although nobody knows the bill. */
  readonly lost?: true | undefined;
  /** Its requests one by one, where they pass the gateway. */
  readonly metered?: Metered | undefined;
  /** Set where this is what that delivery came to on a day before the one that it ended on. */
  readonly pastOf?: Token | undefined;
  readonly at: Instant;
}

/** What the requests of one delivery came to, and may still come to; in US dollars. */
export interface Metered {
  /** The session's own cap; what is set aside is more where its last request may pass it. */
  readonly capUsd: number;
  /** What of the cap is set aside, where the rest of it was spent before or its day leaves less. */
  readonly asideUsd?: number | undefined;
  /** The most that the session can have been charged before, as far as the ledger knows. */
  readonly carriedUsd: number;
  /** Requests that were let through; the last one's number. */
  readonly requests: number;
  /** What answered requests cost, by the vendor's own count. */
  readonly usage: readonly Usage[];
  /** Requests that nobody has told the end of, each at the most that it can cost. */
  readonly open: readonly OpenRequest[];
  /** The most that requests can have cost whose answers were cut off. */
  readonly brokenUsd: number;
}

export interface OpenRequest {
  readonly number: number;
  readonly worstUsd: number;
}

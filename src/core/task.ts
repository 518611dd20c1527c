import type { Failure } from "./failure.ts";
import type { CommitSha, CycleId, Instant, TaskId, Token } from "./ids.ts";

export type TaskKind = "code" | "test" | "fix" | "review";

/** What is to be done: all that a worker is ever told of the world, beside the code itself. */
export interface TaskBrief {
  readonly title: string;
  readonly description: string;
  readonly kind: TaskKind;
  /** Higher goes first. */
  readonly priority: number;
  readonly criteria: readonly string[];
  /** Globs of paths that may change; empty allows any. */
  readonly allowedFiles: readonly string[];
  readonly leaveAlone: readonly string[];
  /** The backlog's own words for the item that this task serves, where the planner named it. */
  readonly backlogItem: string | null;
}

/** How far a task has come within its attempt. */
interface Course {
  /** Numbers the fresh starts of a task, from 1. */
  readonly attempt: number;
  /** Fresh starts that remain after this one. */
  readonly left: number;
  /** Leases lost on this attempt or commit, so that a poisoned one cannot loop for ever. */
  readonly tries: number;
}

/** A commit on its way to the branch. */
export interface Candidate extends Course {
  readonly commit: CommitSha;
  /** Times that its conflicts have been resolved. */
  readonly resolutions: number;
}

/** The delivery that may act on the task; anything said with another token is stale. */
interface Holding {
  readonly token: Token;
}

interface Waiting {
  /** Not to be started before this moment. */
  readonly notBefore: Instant;
}

export type TaskState =
  | ({ readonly at: "pending" } & Course & Waiting)
  | ({ readonly at: "working" } & Course & Holding)
  /** The worker asks a person. */
  | ({ readonly at: "blocked"; readonly question: string } & Course)
  | ({ readonly at: "submitted" } & Candidate & Waiting)
  | ({ readonly at: "judging" } & Candidate & Holding)
  /** Passed, but a person must agree. */
  | ({ readonly at: "held"; readonly why: string } & Candidate)
  /** `parked` says what of the person's is in the way of landing. */
  | ({ readonly at: "approved"; readonly parked: string | null } & Candidate & Waiting)
  | ({ readonly at: "merging" } & Candidate & Holding)
  | ({ readonly at: "conflicted"; readonly paths: readonly string[] } & Candidate & Waiting)
  | ({ readonly at: "resolving"; readonly paths: readonly string[] } & Candidate & Holding)
  /** A merge began and its holder was lost: the branch may have it. Only another merge can tell. */
  | ({ readonly at: "unsettled" } & Candidate)
  /** `landed` is null for review tasks: their report is the deliverable. */
  | { readonly at: "done"; readonly attempt: number; readonly landed: CommitSha | null }
  | { readonly at: "failed"; readonly attempt: number; readonly failure: Failure }
  | { readonly at: "skipped"; readonly attempt: number; readonly reason: string };

export type At = TaskState["at"];

export interface Task {
  readonly id: TaskId;
  /** The cycle that planned it; null where a person added it. */
  readonly cycle: CycleId | null;
  readonly brief: TaskBrief;
  /** The brief's normalised text: what makes two tasks the same. */
  readonly fingerprint: string;
  /** What people answered to the worker's questions, oldest first. */
  readonly answers: readonly Answer[];
  /** Why the last attempt failed: evidence for the next one. */
  readonly lastFailure: Failure | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Raised by every transition. */
  readonly version: number;
  readonly state: TaskState;
}

export interface Answer {
  readonly question: string;
  readonly answer: string;
}

export type Status = "pending" | "in_progress" | "waiting" | "done" | "failed" | "skipped";

/** The public status of a task: what people and the brief call it. */
export function statusOf(state: TaskState): Status {
  switch (state.at) {
    case "pending":
    case "done":
    case "failed":
    case "skipped":
      return state.at;
    case "blocked":
    case "held":
      return "waiting";
    case "approved":
      return state.parked === null ? "in_progress" : "waiting";
    case "working":
    case "submitted":
    case "judging":
    case "merging":
    case "conflicted":
    case "resolving":
    case "unsettled":
      return "in_progress";
    default:
      return state satisfies never;
  }
}

/** Tells whether nothing will happen to a task by itself any more. */
export const isOver = ({ at }: TaskState): boolean =>
  at === "done" || at === "failed" || at === "skipped";

interface Timed {
  readonly now: Instant;
}

/**
 * What a failed attempt needs to know to be followed by another. `chance` in [0, 1) is its jitter.
 */
interface Retried extends Timed {
  readonly failure: Failure;
  readonly chance: number;
}

export type TaskEvent =
  | ({ readonly type: "work.started" } & Holding)
  | ({ readonly type: "work.submitted"; readonly commit: CommitSha } & Holding & Timed)
  | ({ readonly type: "work.failed" } & Holding & Retried)
  | ({
      readonly type: "work.released";
      readonly why: string;
      readonly notBefore: Instant;
    } & Holding)
  | ({ readonly type: "work.blocked"; readonly question: string } & Holding)
  | ({ readonly type: "work.declined"; readonly why: string } & Holding)
  | ({ readonly type: "work.reported" } & Holding)
  | ({ readonly type: "judge.started" } & Holding)
  | ({ readonly type: "judge.passed"; readonly hold: string | null } & Holding & Timed)
  | ({ readonly type: "judge.failed" } & Holding & Retried)
  | ({ readonly type: "judge.inconclusive"; readonly detail: string } & Holding & Timed)
  | ({
      readonly type: "judge.released";
      readonly why: string;
      readonly notBefore: Instant;
    } & Holding)
  | ({ readonly type: "merge.started" } & Holding)
  | ({ readonly type: "merge.landed"; readonly commit: CommitSha } & Holding)
  | ({ readonly type: "merge.raced" } & Holding & Timed)
  | ({ readonly type: "merge.parked"; readonly why: string; readonly notBefore: Instant } & Holding)
  | ({ readonly type: "merge.conflicted"; readonly paths: readonly string[] } & Holding & Timed)
  | ({ readonly type: "merge.rejected" } & Holding & Retried)
  | ({ readonly type: "resolve.started" } & Holding)
  | ({ readonly type: "resolve.submitted"; readonly commit: CommitSha } & Holding & Timed)
  | ({ readonly type: "resolve.failed" } & Holding & Retried)
  | ({
      readonly type: "resolve.released";
      readonly why: string;
      readonly notBefore: Instant;
    } & Holding)
  | ({ readonly type: "lease.expired" } & Holding & Timed)
  | ({ readonly type: "task.answered"; readonly answer: string } & Timed)
  | ({ readonly type: "task.approved" } & Timed)
  | ({ readonly type: "task.rejected"; readonly why: string; readonly chance: number } & Timed)
  | { readonly type: "task.skipped"; readonly reason: string }
  | ({ readonly type: "task.retried" } & Timed)
  | { readonly type: "task.reverted"; readonly detail: string };

import type { Failure } from "../failure.ts";
import { type RetryRules, retryOrFail } from "../retry.ts";
import type { At, Candidate, TaskEvent, TaskState } from "../task.ts";

type StateAt<S extends At> = Extract<TaskState, { readonly at: S }>;
export type EventType = TaskEvent["type"];
type EventOf<E extends EventType> = Extract<TaskEvent, { readonly type: E }>;

interface Row<S extends At, E extends EventType> {
  readonly to: readonly At[];
  /** `before` is why the last attempt failed. */
  readonly next: (
    state: StateAt<S>,
    event: EventOf<E>,
    rules: RetryRules,
    before: Failure | null,
  ) => TaskState;
}

/** Rows of the states `S`: what each event makes of them. */
export type Rows<S extends At> = {
  readonly [A in S]: { readonly [E in EventType]?: Row<A, E> };
};

/** The candidate alone, with its tries begun again. */
export const candidateOf = ({ attempt, left, commit, resolutions }: Candidate): Candidate => ({
  attempt,
  left,
  commit,
  resolutions,
  tries: 0,
});

/** A person, or the cycle, gives the task up. */
export const skip = {
  to: ["skipped"],
  next: (s: { readonly attempt: number }, e: EventOf<"task.skipped">): TaskState => ({
    at: "skipped",
    attempt: s.attempt,
    reason: e.reason,
  }),
} as const;

/** A fresh start, told why the last one failed, while any are left. */
export const startAfresh = {
  to: ["pending", "failed"],
  next: (
    s: { readonly attempt: number; readonly left: number },
    e: EventOf<"work.failed" | "judge.failed" | "merge.rejected" | "resolve.failed">,
    r: RetryRules,
    before: Failure | null,
  ): TaskState => retryOrFail(s, { ...e, before }, r),
} as const;

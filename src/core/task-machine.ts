/**
 * The life of a task: one table, and the only place where a task changes state.
 *
 *   pending → working → submitted → judging → approved → merging → done
 *
 * Each row names the states that it may lead to, so that `docs/state-machine.md` is printed from
 * it.
 * An event without a row is refused.
 */
import type { Failure } from "./failure.ts";
import type { RetryRules } from "./retry.ts";
import type { At, Task, TaskEvent, TaskState } from "./task.ts";
import { judgeRows } from "./task-rows/judge.ts";
import { mergeRows } from "./task-rows/merge.ts";
import { overRows } from "./task-rows/over.ts";
import type { EventType, Rows } from "./task-rows/row.ts";
import { workRows } from "./task-rows/work.ts";

export const taskTable = {
  ...workRows,
  ...judgeRows,
  ...mergeRows,
  ...overRows,
} satisfies Rows<At>;

export type Step =
  | { readonly kind: "moved"; readonly state: TaskState }
  /** A holder that lost its lease; what it says is dropped. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly from: At; readonly event: EventType };

/** Returns what `event` makes of `task`. Total and pure: same arguments, same answer. */
export function step({ state, lastFailure }: Task, event: TaskEvent, rules: RetryRules): Step {
  if ("token" in event && !event.type.endsWith(".started")) {
    if (!("token" in state && state.token === event.token)) return { kind: "stale" };
  }
  const rows: {
    readonly [E in EventType]?: {
      readonly to: readonly At[];
      readonly next: (s: never, e: never, r: RetryRules, before: Failure | null) => TaskState;
    };
  } = taskTable[state.at];
  const row = rows[event.type];
  if (row === undefined) return { kind: "refused", from: state.at, event: event.type };
  // the table's type has paired them
  const next = row.next(state as never, event as never, rules, lastFailure);
  if (!row.to.includes(next.at))
    throw new Error(`${state.at} --${event.type}--> ${next.at} is not declared`);
  return { kind: "moved", state: next };
}

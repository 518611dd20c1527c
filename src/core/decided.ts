/** What a person decided about a task, as the log has it. */
import type { Instant, TaskId } from "./ids.ts";
import type { LogEvent } from "./ledger.ts";
import type { Verdict } from "./records.ts";
import type { Task, TaskEvent } from "./task.ts";

type DecidedType = `task.${"answered" | "approved" | "rejected" | "skipped" | "retried"}`;

/** One decision, with when it was made. */
export interface Decided {
  readonly at: Instant;
  readonly event: Extract<TaskEvent, { readonly type: DecidedType }>;
}

/** The decisions about a task among some events, in their order. */
export function decidedOf(
  task: TaskId,
  events: readonly { readonly at: Instant; readonly event: LogEvent }[],
): readonly Decided[] {
  return events.flatMap(({ at, event: logged }): readonly Decided[] => {
    if (logged.of !== "task" || logged.task !== task) return [];
    const { event } = logged;
    switch (event.type) {
      case "task.answered":
      case "task.approved":
      case "task.rejected":
      case "task.skipped":
      case "task.retried":
        return [{ at, event }];
      default:
        return [];
    }
  });
}

/** A decision with what it was about. */
export interface Explained extends Decided {
  /** The question that was answered, or why the task waited; null where it did neither. */
  readonly about: string | null;
}

/** Says of each decision about a task what it was about. */
export function explained(
  { answers }: Pick<Task, "answers">,
  verdicts: readonly Verdict[],
  decisions: readonly Decided[],
): readonly Explained[] {
  const questions = answers.map(({ question }) => question);
  return decisions.map((each): Explained => {
    const { type } = each.event;
    if (type === "task.answered") return { ...each, about: questions.shift() ?? null };
    const held = type === "task.approved" || type === "task.rejected";
    return { ...each, about: held ? (heldBefore(verdicts, each.at)?.hold ?? null) : null };
  });
}

/** The last verdict before a moment. */
const heldBefore = (verdicts: readonly Verdict[], at: Instant): Verdict | undefined =>
  verdicts.filter(({ startedAt }) => startedAt <= at).at(-1);
